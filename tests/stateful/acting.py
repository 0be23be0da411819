"""What staff, the customer and others at Stripe do in the money machine's world; each looks for what it can do it to."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import httpx
from sqlmodel import SQLModel, col, select

from invoice_app.clock import utc_now
from invoice_app.db import reading
from invoice_app.domain.access import Actor
from invoice_app.domain.money import format_plain
from invoice_app.domain.stages import Kind
from invoice_app.models import Dispute, Hold, Item, Payment, Refund
from invoice_app.repositories.returning import sum_left
from invoice_app.sandbox.control import ControlError
from invoice_app.services import adjusting, collecting, drafting, itemising, refunding, scheduling_payments, setting_collection
from invoice_app.services.charging_cards import charge_saved_card
from invoice_app.services.checking_out import finish_checkout, start_checkout
from invoice_app.services.converting import connect_invoice, separate_invoice
from invoice_app.services.crediting import apply_credit
from invoice_app.services.crediting_invoices import CreditForm, issue_credit_note
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.offering import PaymentChoice
from invoice_app.services.order_views import ItemForm
from invoice_app.services.payment_views import ManualPaymentForm, RefundForm
from invoice_app.services.placing_holds import finish_hold, place_hold, start_hold
from invoice_app.services.scheduling_payments import InstalmentForm
from invoice_app.services.setting_collection import CollectionForm
from invoice_app.services.showing_shared import open_shared_invoice
from invoice_app.services.taking_holds import capture_hold, release_hold
from invoice_app.services.voiding import unvoid_invoice, void_invoice
from tests.factories import NO_TAX
from tests.local_stripe import session_of
from tests.stateful.world import OpenedPage, Shared, World

Row = TypeVar("Row", bound=SQLModel)

COUPON = "ONCE"
BANK_ACCOUNTS = "000"


@dataclass(frozen=True)
class Staff:
    """Somebody at the studio."""

    world: World

    @property
    def actor(self) -> Actor:
        """Who they are."""
        return self.world.studio.actor

    def edit(self, which: int, price: int) -> None:
        """Change what an invoice holds, where its lines are changed: on the order's page or in the drawer."""
        if self.world.invoice(which).kind == Kind.CONNECTED:
            self.world.attempt(lambda: self._edit_items(self._shared(which), price))
        else:
            self.world.attempt(lambda: self._edit_lines(self._shared(which), price))

    def _edit_items(self, shared: Shared, price: int) -> None:
        with reading() as session:
            items = session.exec(select(Item).where(Item.order_id == shared.order_id).order_by(col(Item.position))).all()
        form = ItemForm(description="Extra", quantity="1", unit_price=format_plain(price, "USD"), tax_id=NO_TAX)
        if len(items) < 3:
            itemising.add_item(self.actor, shared.order_id, form)
        elif price % 3 == 0:
            itemising.remove_item(self.actor, items[-1].key)
        else:
            itemising.edit_item(self.actor, items[-1].key, form)

    def _edit_lines(self, shared: Shared, price: int) -> None:
        lines = drafting.open_draft(self.actor, shared.invoice_id).lines
        if lines and price % 3 == 0 and len(lines) > 2:
            drafting.remove_line(self.actor, shared.invoice_id, lines[-1].key)
        elif lines:
            drafting.edit_line(self.actor, shared.invoice_id, lines[-1].key, "unit_price", format_plain(price, "USD"))
        drafting.save_invoice(self.actor, shared.invoice_id)

    def use_coupon(self, which: int) -> None:
        """Put the coupon that can be redeemed once on an invoice."""
        invoice_id = self._shared(which).invoice_id

        def use() -> None:
            adjusting.add_adjustment(self.actor, invoice_id, AdjustmentForm(kind="coupon", coupon_code=COUPON))
            drafting.save_invoice(self.actor, invoice_id)

        self.world.attempt(use)
        self.world.attempt(lambda: drafting.discard_draft(self.actor, invoice_id))

    def take_cash(self, which: int, amount: int, keep_rest: bool) -> None:
        """Record cash."""
        form = ManualPaymentForm(
            method="cash",
            amount=format_plain(amount, "USD"),
            received_on=utc_now().date().isoformat(),
            keep_rest=keep_rest,
        )
        self.world.attempt(lambda: collecting.record_manual_payment(self.actor, self._shared(which).invoice_id, form))

    def use_credit(self, which: int) -> None:
        """Pay an invoice from the customer's credit."""
        self.world.attempt(lambda: apply_credit(self.actor, self._shared(which).invoice_id))

    def charge_card(self, which: int) -> None:
        """Charge the card the customer left."""
        invoice, card_id = self.world.invoice(which), self.world.studio.card_id
        self.world.attempt(lambda: charge_saved_card(self.actor, invoice.id or 0, card_id, revision=invoice.revision))

    def place_hold(self, which: int, percent: int) -> None:
        """Hold a part of what is due on the card the customer left."""
        invoice, card_id = self.world.invoice(which), self.world.studio.card_id
        amount = format_plain(max(1, invoice.due * percent // 100), "USD")
        self.world.attempt(lambda: place_hold(self.actor, invoice.id or 0, card_id, amount, revision=invoice.revision))

    def take_hold(self, which: int, percent: int) -> None:
        """Take a part of an amount that is held, or was."""
        hold = pick(Hold, which)
        if hold is not None:
            amount = format_plain(max(1, hold.amount * percent // 100), "USD")
            self.world.attempt(lambda: capture_hold(self.actor, hold.id or 0, amount))

    def release_hold(self, which: int) -> None:
        """Let an amount go that is held, or was."""
        hold = pick(Hold, which)
        if hold is not None:
            self.world.attempt(lambda: release_hold(self.actor, hold.id or 0))

    def refund(self, which: int, percent: int) -> None:
        """Give a part of a payment back."""
        payment = pick(Payment, which)
        if payment is None:
            return
        with reading() as session:
            left = sum_left(session, payment)
        form = RefundForm(format_plain(max(1, left * percent // 100), "USD"), "One shot was dark", str(left))
        self.world.attempt(lambda: refunding.refund_payment(self.actor, payment.id or 0, form))

    def schedule(self, which: int, percent: int) -> None:
        """Agree on two instalments, or on none."""
        today = utc_now().date()
        first = InstalmentForm("Deposit", "percent", str(percent), today.isoformat())
        rest = InstalmentForm("Balance", "percent", str(100 - percent), (today + timedelta(days=30)).isoformat())
        forms = (first, rest) if 0 < percent < 100 else ()
        self.world.attempt(lambda: scheduling_payments.save_schedule(self.actor, self._shared(which).invoice_id, forms))

    def switch(self, parts: bool, fees: bool) -> None:
        """Switch part payments and fees."""
        form = CollectionForm(
            part_payments=parts,
            part_minimum="1.00",
            method_fees=fees,
            fee_covers_itself=True,
            card_rate="2.9",
            card_fixed="0.30",
            bank_fixed="5.00",
        )
        self.world.attempt(lambda: setting_collection.save_collection(self.actor, form))

    def finalise(self, which: int) -> None:
        """Make an invoice standalone where it is not, and finalise it."""
        invoice_id = self._shared(which).invoice_id
        self.world.attempt(lambda: separate_invoice(self.actor, invoice_id))
        self.world.attempt(lambda: finalise_invoice(self.actor, invoice_id))

    def credit(self, which: int, percent: int) -> None:
        """Issue a credit note, on all that is left or on a part of the total."""
        total = self.world.invoice(which).total
        amount = format_plain(total * percent // 100, "USD")
        form = CreditForm(scope="amount", amount=amount, reason="Too dark") if percent < 100 else CreditForm(reason="All wrong")
        self.world.attempt(lambda: issue_credit_note(self.actor, self._shared(which).invoice_id, form))

    def void(self, which: int) -> None:
        """Void an invoice, or bring a void one back."""
        invoice_id = self._shared(which).invoice_id
        if self.world.invoice(which).stage == "void":
            self.world.attempt(lambda: unvoid_invoice(self.actor, invoice_id))
        else:
            self.world.attempt(lambda: void_invoice(self.actor, invoice_id, "Billed twice"))

    def convert(self, which: int) -> None:
        """Make a connected invoice standalone, and the other way round."""
        invoice = self.world.invoice(which)
        turn = separate_invoice if invoice.kind == Kind.CONNECTED else connect_invoice
        self.world.attempt(lambda: turn(self.actor, invoice.id or 0))

    def _shared(self, which: int) -> Shared:
        return self.world.studio.invoices[which]


@dataclass(frozen=True)
class Customer:
    """Whoever has the links."""

    world: World

    def press_pay(self, which: int, choice: PaymentChoice) -> None:
        """Press Pay on what the page offers."""
        token = self.world.studio.invoices[which].token
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
            self.world.pages.append(OpenedPage(token, url, holds=False))

        self.world.attempt(start)

    def press_hold(self, which: int) -> None:
        """Let what is due be held."""
        token = self.world.studio.invoices[which].token
        printed = open_shared_invoice(token).printed

        def start() -> None:
            url = start_hold(token, revision=printed.revision, amount=printed.due_minor)
            self.world.pages.append(OpenedPage(token, url, holds=True))

        self.world.attempt(start)

    def fill_in(self, which: int, number: str) -> None:
        """Fill in a page that was opened some time, by card or bank debit."""
        page = self._page(which)
        if number.startswith(BANK_ACCOUNTS):
            typed = {"type": "us_bank_account", "account": number, "name": "Vera Lindt", "email": "vera@lindt.example"}
            self.world.http.post(page.url, data=typed)
        else:
            self.world.local.pay(page.url, number=number)

    def come_back(self, which: int) -> None:
        """Return from a page, done or not."""
        page = self._page(which)
        finish = finish_hold if page.holds else finish_checkout
        self.world.attempt(lambda: finish(page.token, session_of(page.url)))

    def _page(self, which: int) -> OpenedPage:
        return self.world.pages[which % len(self.world.pages)]


@dataclass(frozen=True)
class Outside:
    """Banks, and people in Stripe's dashboard: past the application."""

    world: World

    def return_refund(self, which: int) -> None:
        """A bank sends a refund back, days after it succeeded."""
        refund = pick(Refund, which)
        if refund is not None and refund.refund_id:
            with suppress(ControlError):  # it has failed before
                self.world.control.set_refund(refund.refund_id, "failed")

    def answer_dispute(self, which: int, evidence: str) -> None:
        """Somebody answers a dispute, and the bank rules."""
        dispute = pick(Dispute, which)
        if dispute is not None:
            self._tell(f"disputes/{dispute.dispute_id}", **{"evidence[uncategorized_text]": evidence})

    def refund(self, which: int, amount: int) -> None:
        """Somebody gives money back in the dashboard."""
        payment = pick(Payment, which)
        if payment is not None and payment.payment_intent_id:
            self._tell("refunds", payment_intent=payment.payment_intent_id, amount=str(min(amount, payment.amount)))

    def end_hold(self, which: int, *, take: bool) -> None:
        """Somebody takes a held amount in the dashboard, or lets it go."""
        hold = pick(Hold, which)
        if hold is not None and hold.payment_intent_id:
            self._tell(f"payment_intents/{hold.payment_intent_id}/{'capture' if take else 'cancel'}")

    def _tell(self, path: str, **params: str) -> None:
        # What Stripe refuses, or answers with the trouble that waits for us, is theirs to read.
        with suppress(httpx.TransportError):
            self.world.http.post(f"/v1/{path}", data=params)


def pick(table: type[Row], which: int) -> Row | None:
    """One of a table's rows, None where there are none."""
    with reading() as session:
        rows = session.exec(select(table).order_by("id")).all()
    return rows[which % len(rows)] if rows else None
