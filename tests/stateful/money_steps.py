"""The world of the money machine: one studio with two invoices of one customer, the local Stripe, a clock, a post bag.

Every step does what people or Stripe might do, and lets only refusals pass that the product gives on purpose.
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
from sqlmodel import col, select

from invoice_app import db
from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.db import reading
from invoice_app.domain.access import Actor
from invoice_app.domain.errors import AppError
from invoice_app.domain.money import format_plain
from invoice_app.gateways.stripe_client import GatewayUnavailable
from invoice_app.models import Invoice, Item, Payment, Refund
from invoice_app.repositories.returning import sum_left
from invoice_app.sandbox.control import Control
from invoice_app.services import collecting, itemising, receiving, refunding, scheduling_payments, setting_collection
from invoice_app.services.charging_cards import charge_saved_card
from invoice_app.services.checking_books import find_broken
from invoice_app.services.checking_out import finish_checkout, start_checkout
from invoice_app.services.comparing_books import find_differences
from invoice_app.services.converting import separate_invoice
from invoice_app.services.crediting import apply_credit
from invoice_app.services.crediting_invoices import CreditForm, issue_credit_note
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.offering import PaymentChoice
from invoice_app.services.scheduling_payments import InstalmentForm
from invoice_app.services.setting_collection import CollectionForm
from invoice_app.services.showing_shared import open_shared_invoice
from invoice_app.services.views import ItemForm, ManualPaymentForm, RefundForm
from invoice_app.services.voiding import unvoid_invoice, void_invoice
from tests.factories import NO_TAX
from tests.local_stripe import LocalStripe, session_of

AUTHORIZED = {"Authorization": "Bearer sk_test_local"}
# Calls that answer with trouble after, or before, the work is done; none makes anybody wait.
TROUBLES = ("error_before", "error_after", "lost_after", "reset_before", "reset_after", "rate_limit")


@dataclass(frozen=True)
class Studio:
    """What every sequence starts from: a database file, who works there, and the two invoices with their links."""

    template: Path
    actor: Actor
    invoices: tuple[tuple[int, int, str], ...]
    """(invoice id, order id, token)."""
    card_id: int


@dataclass
class World:
    """One sequence: its database, its place in time, what Stripe has posted and not delivered, the pages that were opened."""

    studio: Studio
    local: LocalStripe
    folder: Path
    pages: list[tuple[str, str]] = field(default_factory=list)
    post_bag: list[dict[str, Any]] = field(default_factory=list)
    last_event: str = ""

    def __post_init__(self) -> None:
        self.control = Control(self.local.url)
        self.http = httpx.Client(base_url=self.local.url, headers=AUTHORIZED)
        self.control.clear()
        # Days apart from the sequence before, so that no look back finds its events.
        now = self.control.advance(days=4)
        self.travel = time_machine.travel(datetime.fromtimestamp(now, UTC), tick=True)
        self.traveller = self.travel.start()
        self.began_at = utc_now()
        _open_database(self.studio.template, self.folder)
        newest = self.http.get("/v1/events", params={"limit": 1}).json()["data"]
        self.last_event = newest[0]["id"] if newest else ""

    def close(self) -> None:
        """Back to the present."""
        self.control.clear()
        self.travel.stop()
        self.http.close()
        db.engine().dispose()

    # ── What staff do ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def edit(self, which: int, price: int) -> None:
        """Staff change what an order holds: the price of its last item, or one item more."""
        _, order_id, _ = self.studio.invoices[which]
        with reading() as session:
            items = session.exec(select(Item).where(Item.order_id == order_id).order_by(col(Item.position))).all()
        form = ItemForm(description="Extra", quantity="1", unit_price=format_plain(price, "USD"), tax_id=NO_TAX)
        if len(items) < 3:
            self._try(lambda: itemising.add_item(self.studio.actor, order_id, form))
        elif price % 3 == 0:
            self._try(lambda: itemising.remove_item(self.studio.actor, items[-1].key))
        else:
            self._try(lambda: itemising.edit_item(self.studio.actor, items[-1].key, form))

    def pay_cash(self, which: int, amount: int, keep_rest: bool) -> None:
        """Staff record cash."""
        form = ManualPaymentForm(
            method="cash",
            amount=format_plain(amount, "USD"),
            received_on=utc_now().date().isoformat(),
            keep_rest=keep_rest,
        )
        self._try(lambda: collecting.record_manual_payment(self.studio.actor, self._invoice_id(which), form))

    def use_credit(self, which: int) -> None:
        """Staff pay an invoice from the customer's credit."""
        self._try(lambda: apply_credit(self.studio.actor, self._invoice_id(which)))

    def charge_card(self, which: int) -> None:
        """Staff charge the card the customer left."""
        invoice = self._invoice(which)
        actor, card = self.studio.actor, self.studio.card_id
        self._try(lambda: charge_saved_card(actor, invoice.id or 0, card, revision=invoice.revision))

    def refund(self, which: int, percent: int) -> None:
        """Staff give a part of a payment back."""
        with reading() as session:
            payments = session.exec(select(Payment).order_by(col(Payment.id))).all()
            if not payments:
                return
            payment = payments[which % len(payments)]
            left = sum_left(session, payment)
        amount = max(1, left * percent // 100)
        form = RefundForm(amount=format_plain(amount, "USD"), reason="One shot was dark", left=str(left))
        self._try(lambda: refunding.refund_payment(self.studio.actor, payment.id or 0, form))

    def schedule(self, which: int, percent: int) -> None:
        """Staff agree on two instalments, or on none."""
        today = utc_now().date()
        first = InstalmentForm("Deposit", "percent", str(percent), today.isoformat())
        rest = InstalmentForm("Balance", "percent", str(100 - percent), (today + timedelta(days=30)).isoformat())
        forms = (first, rest) if 0 < percent < 100 else ()
        self._try(lambda: scheduling_payments.save_schedule(self.studio.actor, self._invoice_id(which), forms))

    def finalise(self, which: int) -> None:
        """Staff make an invoice standalone and finalise it."""
        actor, invoice_id = self.studio.actor, self._invoice_id(which)
        self._try(lambda: separate_invoice(actor, invoice_id))
        self._try(lambda: finalise_invoice(actor, invoice_id))

    def credit(self, which: int, percent: int) -> None:
        """Staff credit a part of an invoice, or all that is left."""
        amount = format_plain(max(1, self._invoice(which).total * percent // 100), "USD")
        form = CreditForm("whole" if percent == 100 else "amount", amount, reason="One shot was dark")
        self._try(lambda: issue_credit_note(self.studio.actor, self._invoice_id(which), form))

    def void(self, which: int) -> None:
        """Staff void an invoice."""
        self._try(lambda: void_invoice(self.studio.actor, self._invoice_id(which), "Billed twice"))

    def bring_back(self, which: int) -> None:
        """Staff take that back."""
        self._try(lambda: unvoid_invoice(self.studio.actor, self._invoice_id(which)))

    def settings(self, parts: bool, fees: bool) -> None:
        """Somebody switches part payments and fees."""
        form = CollectionForm(
            part_payments=parts,
            part_minimum="1.00",
            method_fees=fees,
            fee_covers_itself=True,
            card_rate="2.9",
            card_fixed="0.30",
            bank_fixed="5.00",
        )
        self._try(lambda: setting_collection.save_collection(self.studio.actor, form))

    # ── What the customer does ────────────────────────────────────────────────────────────────────────────────────────────

    def open_page(self, which: int, choice: PaymentChoice) -> None:
        """The customer presses Pay on what the page offers."""
        _, _, token = self.studio.invoices[which]
        view = open_shared_invoice(token, choice)
        offer = view.offer
        if offer is None or offer.error:
            return

        def start() -> None:
            url = start_checkout(
                token,
                revision=view.printed.revision,
                amount=offer.amount,
                keep_card=False,
                method=offer.method,
                charge=offer.charge if offer.method else None,
            )
            self.pages.append((token, url))

        self._try(start)

    def submit_page(self, which: int, number: str) -> None:
        """The customer fills in a page that was opened some time, by card or bank debit."""
        if not self.pages:
            return
        _, url = self.pages[which % len(self.pages)]
        if number.startswith("000"):
            typed = {"type": "us_bank_account", "account": number, "name": "Vera Lindt", "email": "vera@lindt.example"}
            self.http.post(url, data=typed)
        else:
            self.local.pay(url, number=number)

    def come_back(self, which: int) -> None:
        """The customer returns from a page, paid or not."""
        if self.pages:
            token, url = self.pages[which % len(self.pages)]
            self._try(lambda: finish_checkout(token, session_of(url)))

    # ── What Stripe and time do ───────────────────────────────────────────────────────────────────────────────────────────

    def fail_next(self, trouble: str) -> None:
        """The next call to Stripe that changes something meets trouble."""
        self.control.fail("POST /v1/*", trouble)

    def fill_post_bag(self) -> None:
        """Stripe writes down what happened since the last time."""
        params = {"limit": "100", **({"ending_before": self.last_event} if self.last_event else {})}
        events = self.http.get("/v1/events", params=params).json()["data"]
        if events:
            self.last_event = events[0]["id"]
        self.post_bag.extend(reversed(events))

    def deliver(self, which: int, times: int) -> None:
        """One of the waiting events arrives, late, out of order, perhaps several times."""
        if not self.post_bag:
            return
        one = self.post_bag.pop(which % len(self.post_bag))
        body = json.dumps(one)
        key = settings().stripe_webhook_secret.get_secret_value()
        header = stripe_sdk.WebhookSignature.generate_signature_header(body, key, int(utc_now().timestamp()))
        for _ in range(times):
            receiving.accept_event(body.encode(), header)
            receiving.apply_pending_events()

    def fail_refund(self, which: int) -> None:
        """A bank sends a refund back, days after it succeeded."""
        with reading() as session:
            made = session.exec(select(Refund.refund_id).where(col(Refund.refund_id).is_not(None))).all()
        if made:
            with suppress(OSError):
                self.control.set_refund(made[which % len(made)] or "", "failed")

    def pass_time(self, hours: int) -> None:
        """Time passes on both sides: pages expire, debits settle, disputes are ruled, failed events are tried again."""
        self.control.advance(hours=hours)
        self.traveller.shift(timedelta(hours=hours))
        receiving.apply_pending_events()

    def sweep(self) -> None:
        """The look for what no webhook told."""
        self._try(receiving.sweep_gateway)

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

    def _try(self, step: Callable[[], object]) -> None:
        """A refusal is a right answer; anything else is a defect."""
        with suppress(AppError, GatewayUnavailable):
            step()

    def _invoice_id(self, which: int) -> int:
        return self.studio.invoices[which][0]

    def _invoice(self, which: int) -> Invoice:
        with reading() as session:
            return session.get_one(Invoice, self._invoice_id(which))


def _open_database(template: Path, folder: Path) -> None:
    """A copy of the template in place of the last sequence's database; nobody waits for the disk, it is thrown away."""
    db.engine().dispose()
    for name in os.listdir(folder):
        if name.startswith("invoices.db"):
            (folder / name).unlink()
    shutil.copy(template, folder / "invoices.db")
    if not event.contains(db.engine(), "connect", _relax):
        event.listen(db.engine(), "connect", _relax)


def _relax(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
