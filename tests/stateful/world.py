"""The world of the money machine: one studio with two invoices of one customer, the local Stripe, a clock, a post bag.

What people do in it is in `acting`. Every step lets only refusals pass that the product gives on purpose.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import stripe as stripe_sdk
import time_machine
from sqlalchemy import event

from invoice_app import db
from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.db import reading
from invoice_app.domain.access import Actor
from invoice_app.domain.errors import AppError
from invoice_app.models import Invoice
from invoice_app.sandbox.control import Control
from invoice_app.services import receiving
from invoice_app.services.checking_books import find_broken
from invoice_app.services.comparing_books import find_differences
from tests.local_stripe import WITHOUT_TLS, LocalStripe
from tests.webhooks import accept_event

AUTHORIZED = {"Authorization": "Bearer sk_test_local"}
# Calls that answer with trouble after, or before, the work is done; none makes anybody wait.
TROUBLES = ("error_before", "error_after", "lost_after", "reset_before", "reset_after", "rate_limit")
# Stripe remembers its events for thirty days; no studio is off for longer and still expects to be told.
LONGEST_SILENCE_HOURS = 27 * 24


@dataclass(frozen=True)
class Shared:
    """One of the invoices and its link."""

    invoice_id: int
    order_id: int
    token: str


@dataclass(frozen=True)
class Studio:
    """What every life starts from: a database file, who works there, the two invoices, a card the customer left."""

    template: Path
    actor: Actor
    invoices: tuple[Shared, Shared]
    card_id: int


@dataclass(frozen=True)
class OpenedPage:
    """A page of Stripe's that was opened at some time: to pay, or to let an amount be held."""

    token: str
    url: str
    holds: bool


@dataclass
class World:
    """One life: its database, its place in time, what Stripe has written down and not delivered, the pages that were opened."""

    studio: Studio
    local: LocalStripe
    folder: Path
    pages: list[OpenedPage] = field(default_factory=list)
    post_bag: list[dict[str, Any]] = field(default_factory=list)
    last_event: str = ""
    silent_hours: int = 0

    def __post_init__(self) -> None:
        self.control = Control(self.local.url)
        self.http = httpx.Client(base_url=self.local.url, headers=AUTHORIZED, verify=WITHOUT_TLS)
        self.control.clear()
        # Further from the life before than any look back.
        now = self.control.advance(days=31)
        self.travel = time_machine.travel(datetime.fromtimestamp(now, UTC), tick=True)
        self.traveller = self.travel.start()
        self.began_at = utc_now()
        _open_database(self.studio.template, self.folder)
        newest = self.list_events(limit="1")
        self.last_event = newest[0]["id"] if newest else ""

    def close(self) -> None:
        """Back to the present."""
        self.control.clear()
        self.travel.stop()
        self.http.close()
        db.engine().dispose()

    def attempt(self, step: Callable[[], object]) -> None:
        """A refusal is a right answer; anything else is a defect."""
        with suppress(AppError):
            step()

    def invoice(self, which: int) -> Invoice:
        """One of the two invoices as it is now."""
        with reading() as session:
            return session.get_one(Invoice, self.studio.invoices[which].invoice_id)

    def list_events(self, **params: str) -> list[dict[str, Any]]:
        """Stripe's events, newest first."""
        found: list[dict[str, Any]] = self.http.get("/v1/events", params=params).raise_for_status().json()["data"]
        return found

    # ── What Stripe and time do ───────────────────────────────────────────────────────────────────────────────────────────

    def fail_next(self, trouble: str) -> None:
        """The next call to Stripe that changes something meets trouble."""
        self.control.fail("POST /v1/*", trouble)

    def fill_post_bag(self) -> None:
        """Stripe writes down what happened since the last time."""
        events = self.list_events(limit="100", **({"ending_before": self.last_event} if self.last_event else {}))
        if events:
            self.last_event = events[0]["id"]
        self.post_bag.extend(reversed(events))

    def deliver(self, which: int, times: int) -> None:
        """One of the waiting events arrives, late, out of order, perhaps several times."""
        body = json.dumps(self.post_bag.pop(which % len(self.post_bag)))
        key = settings().stripe_webhook_secret.get_secret_value()
        header = stripe_sdk.WebhookSignature.generate_signature_header(body, key, int(utc_now().timestamp()))
        for _ in range(times):
            accept_event(body.encode(), header)
            receiving.apply_pending_events()

    def pass_time(self, hours: int) -> None:
        """Time passes on both sides: pages expire, debits settle, disputes are ruled, failed events are tried again."""
        if self.silent_hours + hours > LONGEST_SILENCE_HOURS:
            self.control.clear()
            self.sweep()
        self.silent_hours += hours
        self.control.advance(hours=hours)
        self.traveller.shift(timedelta(hours=hours))
        receiving.apply_pending_events()

    def sweep(self) -> None:
        """The look for what no webhook told."""
        self.attempt(receiving.sweep_gateway)
        self.silent_hours = 0

    # ── What must hold ────────────────────────────────────────────────────────────────────────────────────────────────────

    def assert_rules_hold(self) -> None:
        """No rule of the self-check is broken."""
        with reading() as session:
            broken = find_broken(session)
        if broken:
            raise AssertionError("\n".join(f"{rule}: {one.what}, {one.how}" for rule, found in broken.items() for one in found))

    def assert_books_agree(self) -> None:
        """Once trouble is over and everything was told, our books and Stripe's are the same."""
        self.control.clear()
        for _ in range(3):
            self.pass_time(1)
            receiving.sweep_gateway()
        self.assert_rules_hold()
        differences = find_differences(self.began_at - timedelta(days=1), utc_now() + timedelta(hours=1), grace=timedelta(0))
        if any(differences.values()):
            raise AssertionError(differences)


def _open_database(template: Path, folder: Path) -> None:
    """A copy of the template in place of the last life's database; nobody waits for the disk, it is thrown away."""
    db.engine().dispose()
    for name in os.listdir(folder):
        if name.startswith("invoices.db"):
            (folder / name).unlink()
    shutil.copy(template, folder / "invoices.db")
    if not event.contains(db.engine(), "connect", _relax):
        event.listen(db.engine(), "connect", _relax)


def _relax(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
