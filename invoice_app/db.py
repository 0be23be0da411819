"""Engine, SQLite pragmas, and `transaction()`: the only place that commits."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from invoice_app.config import settings
from invoice_app.domain.errors import AppError, NotFound, ValidationFailed
from invoice_app.turns import Turns

BUSY_TIMEOUT_MS = 8_000
BUSY = "The database is busy. Nothing was saved; please try again in a moment."


class DatabaseBusy(AppError):
    """Another writer held the database too long, or the disk is full; nothing was written."""

    code = "database_busy"
    status = 503


@lru_cache(maxsize=4)
def make_engine(url: str) -> Engine:
    """The engine for a database address; SQLite gets WAL, synchronous FULL and foreign keys on every connection.

    On either, whoever waits for a lock waits BUSY_TIMEOUT_MS at most; on SQLite a writer may have waited as long for its turn.
    """
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10, pool_timeout=BUSY_TIMEOUT_MS / 1000)
        event.listen(engine, "connect", _set_lock_timeout)
        return engine
    _path_of(url).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_lock_timeout(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
    connection.commit()


def _begin_immediate(connection: Any) -> None:
    # SQLite has no row locks: a writer takes the write lock at BEGIN, so that what it read cannot change before it writes.
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("read_only") else "BEGIN IMMEDIATE")


def engine() -> Engine:
    """The engine of this process."""
    return make_engine(settings().database_url)


@lru_cache(maxsize=4)
def _make_reader(url: str) -> Engine:
    return make_engine(url).execution_options(read_only=True)


@contextmanager
def transaction() -> Iterator[Session]:
    """One use case, one transaction: commits at the end, rolls back on any error, then runs what `after_commit` collected.

    Raises DatabaseBusy when the lock wait ran out or the disk is full, NotFound for an id larger than any record has,
    ValidationFailed for a text that cannot be stored.
    """
    with Session(engine(), expire_on_commit=False) as session:
        with _in_turn():
            try:
                yield session
                session.commit()
            except (OperationalError, PoolTimeout) as error:
                session.rollback()
                _raise_refusal(error)
                raise
            except (OverflowError, DataError) as error:
                session.rollback()
                raise _refuse_value(error) from error
            except BaseException:
                session.rollback()
                raise
        for told in session.info.pop("after_commit", []):
            told()


@contextmanager
def _in_turn() -> Iterator[None]:
    # SQLite has one writer. Raises DatabaseBusy.
    turns = _make_turns(settings().database_url)
    if turns is None:
        yield
        return
    if not turns.take(BUSY_TIMEOUT_MS / 1000):
        raise DatabaseBusy(BUSY)
    try:
        yield
    finally:
        turns.give_back()


@lru_cache(maxsize=4)
def _make_turns(url: str) -> Turns | None:
    return Turns(_path_of(url)) if url.startswith("sqlite") else None


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads: takes no write lock and never commits. Raises what `transaction` raises."""
    with Session(_make_reader(settings().database_url), expire_on_commit=False, autoflush=False) as session:
        try:
            yield session
        except (OperationalError, PoolTimeout) as error:
            _raise_refusal(error)
            raise
        except (OverflowError, DataError) as error:
            raise _refuse_value(error) from error


def _refuse_value(error: OverflowError | DataError) -> AppError:
    # PostgreSQL takes no NUL in a text. Amounts and quantities are limited where they are typed: only an id in an address or
    # a call can be past 64 bits.
    if "NUL" in str(error):
        return ValidationFailed("A text contains a character that cannot be stored.")
    return NotFound("record")


def _raise_refusal(error: OperationalError | PoolTimeout) -> None:
    told = str(error.orig if isinstance(error, OperationalError) else error).lower()
    if any(word in told for word in ("disk", "full", "no space")):
        raise DatabaseBusy(
            "There is no room left to store this. Nothing was saved; free some space, then try again."
        ) from error
    if any(word in told for word in ("locked", "deadlock", "busy", "timeout", "connection")):
        raise DatabaseBusy(BUSY) from error


def after_commit(session: Session, told: Callable[[], None]) -> None:
    """Run `told` once this session's transaction has committed; never when it rolls back."""
    session.info.setdefault("after_commit", []).append(told)


def check_database() -> None:
    """Raise if the database does not answer."""
    with reading() as session:
        session.connection().execute(text("SELECT 1"))
