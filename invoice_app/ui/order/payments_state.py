"""Payment details, and Make Payment on top of it (A3–A9)."""

import secrets
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError
from invoice_app.gateways.signals import invoice_topic
from invoice_app.services.collecting import charge_saved_card, open_payment_details, record_manual_payment
from invoice_app.services.crediting import apply_credit
from invoice_app.services.payment_views import ChargeResult, ManualPaymentForm, PaymentDetailsView
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.order.blank import BLANK_PAYMENTS
from invoice_app.ui.order.money_state import MoneyState
from invoice_app.ui.session import FormState, call, door, form_door, read_form

REMEMBER = rx.call_script("ui.remember('payments')")
FORGET = rx.call_script("ui.remember('')")
METHODS = ("card", "cash", "check", "credit")


class PaymentsState(LiveState, FormState, rx.State):
    """The payments of one invoice."""

    is_open: bool = False
    details: PaymentDetailsView = BLANK_PAYMENTS
    is_paying: bool = False
    method: str = "cash"
    card_id: int = 0
    asking: bool = False
    result: ChargeResult = ChargeResult("", "", "")
    _key: str = ""

    @door
    async def open_details(self, invoice_id: int) -> list[Any]:
        """Show every attempt."""
        self.details = await call(self, open_payment_details, invoice_id)
        watch(self, invoice_topic(invoice_id))
        self.is_open = True
        return [REMEMBER, MoneyState.load(invoice_id)]

    async def _reload(self) -> None:
        if self.is_open:
            self.details = await call(self, open_payment_details, self.details.invoice_id)

    @door
    async def closed(self) -> EventSpec:
        """Payment details were closed."""
        self.is_open = False
        return FORGET

    @door
    async def make_payment(self) -> None:
        """Open Make Payment: the held card first, where there is one."""
        self.details = await call(self, open_payment_details, self.details.invoice_id)
        usable = [card for card in self.details.cards if not card.expired]
        self.method = "card" if usable else "cash"
        self.card_id = usable[0].id if usable else 0
        self._forget()
        self._key = secrets.token_hex(16)
        self.is_paying = True
        self._await_submit()

    def _forget(self) -> None:
        self.result, self.error, self.error_field, self.asking = ChargeResult("", "", ""), "", "", False

    @door
    async def paid(self) -> None:
        """Make Payment was closed."""
        self.is_paying = False

    @door
    async def choose_method(self, method: str) -> None:
        """Saved card, cash or check."""
        self.method = method if method in METHODS else "cash"
        self._forget()

    @door
    async def choose_card(self, card_id: str) -> None:
        """Which saved card."""
        self.card_id = int(card_id) if card_id.isdecimal() and len(card_id) < 12 else 0

    @form_door
    async def record(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Record cash or a check; what is wrong is said at its field."""
        typed = read_form(ManualPaymentForm, {**form, "method": self.method, "key": self._key})
        try:
            self.details = await call(self, record_manual_payment, self.details.invoice_id, typed)
        except AppError as refusal:
            self._refuse(refusal)
            return None
        return [close_overlay("make-payment"), show_toast("Payment recorded")]

    @form_door
    async def use_credit(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Pay from the customer's credit."""
        try:
            await call(self, apply_credit, self.details.invoice_id, str(form.get("amount") or ""), key=self._key)
        except AppError as refusal:
            self._refuse(refusal)
            return None
        await self._reload()
        return [close_overlay("make-payment"), show_toast("Credit applied")]

    @door
    async def ask(self) -> None:
        """Ask before a card pays an invoice its customer was never sent."""
        self._forget()
        self.asking = True

    @form_door
    async def charge(self) -> Any:
        """Charge the chosen card what is due; a refusal is kept and explained."""
        self._forget()
        try:
            revision = self.details.revision
            self.result = await call(self, charge_saved_card, self.details.invoice_id, self.card_id, revision=revision)
        except AppError as refusal:
            self.error, self.error_field = refusal.message, "card"
        await self._reload()
        if self.result.outcome == "succeeded":
            yield [close_overlay("make-payment"), show_toast(self.result.title)]
