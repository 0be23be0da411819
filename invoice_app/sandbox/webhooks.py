"""Webhook deliveries: signed, retried, remembered until they succeed. Source: docs.stripe.com/webhooks."""

import asyncio
import hashlib
import hmac
import http.client
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from .description import API_VERSION
from .events import list_listeners
from .faults import Fault, Mischief, take_fault
from .world import World

RETRY_SECONDS = (2, 10, 60, 300, 1800, 7200, 18000, *[36000] * 6)
"""Exponential, for about three days like live mode; the first ones come sooner, so that a restarting
application is not kept waiting.
"""
IDLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint."""

    id: int
    event: str
    endpoint: str
    attempts: int
    type: str
    url: str
    secret: str
    payload: bytes


def sign(payload: bytes, secret: str, at: int) -> str:
    """The `Stripe-Signature` header (docs.stripe.com/webhooks#verify-manually)."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Deliverer:
    """One delivery at a time to an endpoint, several endpoints at once, in the order the events happened."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.busy: set[str] = set()
        self.sending: set[int] = set()
        self.threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="webhook")
        self.waker = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. What is pending in the store is sent, also what an earlier process left there."""
        while True:
            if list_listeners(self.world):
                self.world.store.commit_shared()  # nothing is told before it is on the disk
            for delivery in self._take_due():
                self.busy.add(delivery.endpoint)
                asyncio.get_running_loop().create_task(self._deliver_then_wake(delivery))
            with suppress(TimeoutError):
                await asyncio.wait_for(self.waker.wait(), IDLE_SECONDS)
            self.waker.clear()

    def wake(self) -> None:
        """Look for due deliveries now."""
        if list_listeners(self.world):
            self.waker.set()

    async def deliver_now(self, events: list[str]) -> None:
        """Send these events before going on, whatever else waits."""
        deliveries = self._load(f"event IN ({','.join('?' * len(events))})", tuple(events))
        self.sending.update(delivery.id for delivery in deliveries)
        for delivery in deliveries:
            await self._deliver(delivery)

    async def _deliver_then_wake(self, delivery: Delivery) -> None:
        try:
            await self._deliver(delivery)
        finally:
            self.busy.discard(delivery.endpoint)
            self.wake()

    def _take_due(self) -> list[Delivery]:
        """The oldest due delivery of each endpoint that is not being sent to."""
        marks = ",".join("?" * len(self.busy))
        free = f"AND endpoint NOT IN ({marks})" if marks else ""
        condition = f"id IN (SELECT min(id) FROM deliveries WHERE state = 'pending' AND due_at <= ? {free} GROUP BY endpoint)"
        return self._load(condition, (self.world.clock.exact(), *self.busy))

    def _load(self, condition: str, values: tuple[object, ...]) -> list[Delivery]:
        store, found = self.world.store, []
        rows = store.db.execute(
            f"SELECT * FROM deliveries WHERE state = 'pending' AND {condition} ORDER BY id", values
        ).fetchall()
        for row in rows:
            if row["id"] in self.sending:
                continue
            event, endpoint = store.get(row["event"]), store.get(row["endpoint"])
            if event is None or endpoint is None or endpoint["status"] != "enabled":
                store.db.execute("UPDATE deliveries SET state = 'given_up' WHERE id = ?", (row["id"],))
                continue
            event["api_version"] = endpoint["api_version"] or API_VERSION
            secret = store.get_private(endpoint["id"])["secret"]
            payload = json.dumps(event, indent=2).encode()
            found.append(
                Delivery(
                    row["id"],
                    event["id"],
                    endpoint["id"],
                    row["attempts"],
                    event["type"],
                    endpoint["url"],
                    secret,
                    payload,
                )
            )
        return found

    async def _deliver(self, delivery: Delivery) -> None:
        self.sending.add(delivery.id)
        try:
            await self._send(delivery)
        except Exception as error:  # whatever it is, it is an attempt that failed, and the next one waits its time
            logging.getLogger(__name__).exception("%s to %s failed", delivery.event, delivery.url)
            self._record(delivery, None, f"{type(error).__name__}: {error}")
        finally:
            self.sending.discard(delivery.id)

    async def _send(self, delivery: Delivery) -> None:
        fault = take_fault(self.world.store, delivery.type, webhook=True)
        if fault and self._postponed(delivery, fault):
            return
        copies = 2 if fault and fault.do == Mischief.DUPLICATE else 1
        for _ in range(copies):
            status, note = await asyncio.get_running_loop().run_in_executor(
                self.threads, post, delivery, fault, self.world.settings.delivery_timeout_seconds
            )
        self._record(delivery, status, note)

    def _postponed(self, delivery: Delivery, fault: Fault) -> bool:
        now = self.world.clock.exact()
        if fault.do == Mischief.DROP:
            self._update(delivery, "dropped", None, "dropped on demand", now)
            return True
        if fault.do == Mischief.DELAY:
            self._update(delivery, "pending", None, f"delayed {fault.seconds:g} s on demand", now + fault.seconds)
            return True
        if fault.do == Mischief.REORDER:
            # A later row with a later id: everything already queued goes first.
            self.world.store.db.execute("UPDATE deliveries SET state = 'reordered' WHERE id = ?", (delivery.id,))
            self.world.store.db.execute(
                "INSERT INTO deliveries (event, endpoint, due_at, note) VALUES (?,?,?,?)",
                (delivery.event, delivery.endpoint, now + min(fault.seconds, 1.0), "sent late on demand"),
            )
            return True
        return False

    def _record(self, delivery: Delivery, status: int | None, note: str) -> None:
        now = self.world.clock.exact()
        if status is not None and 200 <= status < 300:
            self._update(delivery, "delivered", status, note, now, attempt=1)
        elif delivery.attempts < len(RETRY_SECONDS):
            self._update(delivery, "pending", status, note, now + RETRY_SECONDS[delivery.attempts], attempt=1)
        else:
            self._update(delivery, "given_up", status, note, now, attempt=1)

    def _update(
        self,
        delivery: Delivery,
        state: str,
        status: int | None,
        note: str,
        due_at: float,
        *,
        attempt: int = 0,
    ) -> None:
        self.world.store.db.execute(
            "UPDATE deliveries SET state = ?, status = ?, note = ?, due_at = ?, attempts = attempts + ? WHERE id = ?",
            (state, status, note, due_at, attempt, delivery.id),
        )


def post(delivery: Delivery, fault: Fault | None, timeout: float) -> tuple[int | None, str]:
    """Send once; the status, or None and why there is none. Runs in a thread."""
    at = int(time.time()) - (int(fault.seconds) if fault and fault.do == Mischief.OLD else 0)
    secret = "whsec_wrong" if fault and fault.do == Mischief.BAD_SIGNATURE else delivery.secret
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": sign(delivery.payload, secret, at),
    }
    try:
        parts = urlsplit(delivery.url)
        connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with closing(connect(parts.hostname or "", parts.port, timeout=timeout)) as connection:
            connection.request("POST", target, delivery.payload, headers)
            response = connection.getresponse()
            return response.status, response.read(500).decode("utf-8", "replace")
    except (OSError, ValueError, http.client.HTTPException) as error:
        return None, f"{type(error).__name__}: {error}"
