"""Everything the sandbox remembers, in one SQLite file.

Write-ahead log with `synchronous=FULL`: what an answer acknowledged is on the disk before the answer leaves. One
process, one connection, one transaction (or savepoint) per call: handlers need no locks of their own.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import JsonObject

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
    customer TEXT, payment_intent TEXT, charge TEXT, body TEXT NOT NULL, private TEXT);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_customer ON objects (customer, kind, seq) WHERE customer IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects (payment_intent, kind, seq) WHERE payment_intent IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (charge, kind, seq) WHERE charge IS NOT NULL;
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, created INTEGER NOT NULL, operation TEXT NOT NULL, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, request_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL, due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'pending', status INTEGER, note TEXT);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due_at REAL NOT NULL, name TEXT NOT NULL, object TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS tasks_due ON tasks (due_at);
CREATE TABLE IF NOT EXISTS requests (
    id TEXT PRIMARY KEY, at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, params TEXT NOT NULL,
    status INTEGER NOT NULL, milliseconds REAL NOT NULL, idempotency_key TEXT, answer TEXT);
CREATE INDEX IF NOT EXISTS requests_at ON requests (at);
CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "cache_size=-4096", "wal_autocheckpoint=4000")
LOG_BATCH, LOG_KEPT = 200, 5000
LINKS = ("customer", "payment_intent", "charge")


class Store:
    """Objects by id, newest first in lists. `private` holds what Stripe knows and never answers (a card's number)."""

    def __init__(self, path: Path | str) -> None:
        if path != ":memory:":
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # what people type on a card page is in it
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        self.db.row_factory = sqlite3.Row
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=5000",
            "cache_size=-4096",
            "wal_autocheckpoint=4000",
        ):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.executescript(SCHEMA)
        self._log: list[tuple[Any, ...]] = []
        self._written: asyncio.Future[None] | None = None

    def close(self) -> None:
        """Write what is left and let the file go."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; the commit is on the disk when this ends."""
        self.commit_shared()
        self.db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    @contextmanager
    def shared_transaction(self) -> Iterator[None]:
        """All or nothing, on the disk only after `durable`: calls that arrive together share one write to the disk."""
        if not self.db.in_transaction:
            self.db.execute("BEGIN")
        self.db.execute("SAVEPOINT call")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO call")
            raise
        finally:
            self.db.execute("RELEASE call")

    async def durable(self) -> None:
        """Wait until everything done so far is on the disk.

        Raises:
            sqlite3.Error: it cannot be written; then none of it happened.
        """
        if not self.db.in_transaction:
            return
        if self._written is None:
            loop = asyncio.get_running_loop()
            self._written = loop.create_future()
            loop.call_soon(self.commit_shared)
        await asyncio.shield(self._written)

    def commit_shared(self) -> None:
        """Write what calls have done so far, and let their answers go."""
        written, self._written = self._written, None
        failure: sqlite3.Error | None = None
        if self.db.in_transaction:
            try:
                self.db.execute("COMMIT")
            except sqlite3.Error as error:
                self.db.execute("ROLLBACK")
                failure = error
        if written is None:
            return
        if failure:
            written.set_exception(failure)
        else:
            written.set_result(None)

    def put(self, obj: JsonObject, private: JsonObject | None = None) -> None:
        """Insert or update by id; without `private` the private part stays as it was."""
        links = [link if isinstance(link := obj.get(name), str) else None for name in LINKS]
        self.db.execute(
            "INSERT INTO objects (id, kind, created, customer, payment_intent, charge, body, private) VALUES (?,?,?,?,?,?,?,?) "
            "ON CONFLICT (id) DO UPDATE SET customer=excluded.customer, payment_intent=excluded.payment_intent, "
            "charge=excluded.charge, body=excluded.body, private=coalesce(excluded.private, private)",
            (
                obj["id"],
                obj["object"],
                obj["created"],
                *links,
                encode(obj),
                encode(private) if private else None,
            ),
        )

    def get(self, object_id: str, kind: str | None = None) -> JsonObject | None:
        """The object, or None when there is none or it is of another kind."""
        row = self.db.execute("SELECT kind, body FROM objects WHERE id = ?", (object_id,)).fetchone()
        if row is None or (kind is not None and row["kind"] != kind):
            return None
        return decode(row["body"])

    def get_private(self, object_id: str) -> JsonObject:
        """What Stripe knows of the object and never answers."""
        row = self.db.execute("SELECT private FROM objects WHERE id = ?", (object_id,)).fetchone()
        return decode(row["private"]) if row and row["private"] else {}

    def change_private(self, object_id: str, **values: Any) -> None:
        """Set some of the private values."""
        private = self.get_private(object_id) | values
        self.db.execute("UPDATE objects SET private = ? WHERE id = ?", (encode(private), object_id))

    def delete(self, object_id: str) -> None:
        """Forget the object."""
        self.db.execute("DELETE FROM objects WHERE id = ?", (object_id,))

    def position(self, object_id: str) -> int | None:
        """Where it stands in the order of creation."""
        row = self.db.execute("SELECT seq FROM objects WHERE id = ?", (object_id,)).fetchone()
        return int(row["seq"]) if row else None

    def list(
        self,
        kind: str,
        where: str = "",
        values: tuple[Any, ...] = (),
        *,
        limit: int = 100,
        older_than: int | None = None,
        newer_than: int | None = None,
    ) -> list[JsonObject]:
        """Objects of a kind, newest first; with `newer_than` the nearest newer ones, still newest first."""
        clauses, bound = ["kind = ?"], [kind]
        if where:
            clauses.append(where)
            bound.extend(values)
        if older_than is not None:
            clauses.append(f"seq < {older_than}")
        if newer_than is not None:
            clauses.append(f"seq > {newer_than}")
        order = "ASC" if newer_than is not None else "DESC"
        rows = self.db.execute(
            f"SELECT body FROM objects WHERE {' AND '.join(clauses)} ORDER BY seq {order} LIMIT ?",
            (*bound, limit),
        ).fetchall()
        if newer_than is not None:
            rows.reverse()
        return [decode(row["body"]) for row in rows]

    def log_request(self, *values: Any) -> None:
        """Kept in memory until the next write transaction: the log is for people, no answer waits for it."""
        self._log.append(values)
        if len(self._log) >= LOG_BATCH:
            with self.transaction():
                self.flush_log()

    def flush_log(self) -> None:
        """Write the waiting log lines and drop the oldest beyond LOG_KEPT; part of the transaction under way."""
        self.db.executemany("INSERT OR REPLACE INTO requests VALUES (?,?,?,?,?,?,?,?,?)", self._log)
        self._log.clear()
        self.db.execute(
            "DELETE FROM requests WHERE at < (SELECT at FROM requests ORDER BY at DESC LIMIT 1 OFFSET ?)",
            (LOG_KEPT,),
        )

    def get_meta(self, name: str, default: str = "") -> str:
        """A setting of the store itself."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row["value"]) if row else default

    def set_meta(self, name: str, value: str) -> None:
        """Keep a setting of the store itself."""
        self.db.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )


def encode(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"))


def decode(text: str) -> JsonObject:
    """The object of a JSON text."""
    value: JsonObject = json.loads(text)
    return value
