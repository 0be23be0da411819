"""What money did on the invoice whose Payment details are open: refund, hold, take, release."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError
from invoice_app.gateways.signals import invoice_topic
from invoice_app.services.money_views import HoldView, MoneyView, PaymentView
from invoice_app.services.payment_views import RefundForm
from invoice_app.services.placing_holds import place_hold
from invoice_app.services.refunding import refund_payment
from invoice_app.services.taking_holds import capture_hold, release_hold
from invoice_app.services.telling_money import open_money
from invoice_app.services.views import Badge
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import FormState, call, door, form_door

_BADGE = Badge("", "neutral", "circle")
NO_PAYMENT = PaymentView(0, "", "", "", "", "", "", "", "", False, False)
NO_HOLD = HoldView(0, _BADGE, "", "", "", "", "", False, False, "", "", "")


class MoneyState(LiveState, FormState, rx.State):
    """Payments, holds and the ledger of one invoice, and the dialogs that move money."""

    money: MoneyView = MoneyView()
    payment: PaymentView = NO_PAYMENT
    hold: HoldView = NO_HOLD
    dialog: str = ""

    @door
    async def load(self, invoice_id: int) -> None:
        """Show what money did on an invoice."""
        self.money = await call(self, open_money, invoice_id)
        watch(self, invoice_topic(invoice_id))

    async def _reload(self) -> None:
        if self.money.invoice_id:
            self.money = await call(self, open_money, self.money.invoice_id)

    def _open(self, dialog: str) -> None:
        self.dialog = dialog
        self._await_submit()

    @door
    async def start_refund(self, payment_id: int) -> None:
        """Open the refund dialog of a payment."""
        await self._reload()
        self.payment = next((one for one in self.money.payments if one.id == payment_id), NO_PAYMENT)
        if self.payment.can_refund:
            self._open("refund")

    @door
    async def start_capture(self, hold_id: int) -> None:
        """Open the dialog that takes a hold."""
        self._choose_hold(hold_id, "capture")

    @door
    async def start_release(self, hold_id: int) -> None:
        """Ask before a hold is let go."""
        self._choose_hold(hold_id, "release")

    def _choose_hold(self, hold_id: int, dialog: str) -> None:
        self.hold = next((one for one in self.money.holds if one.id == hold_id), NO_HOLD)
        if self.hold.can_act:
            self._open(dialog)

    @door
    async def start_hold(self) -> None:
        """Open the dialog that holds an amount on a card."""
        await self._reload()
        if self.money.can_hold:
            self._open("hold")

    @door
    async def closed(self) -> None:
        """The dialog was closed."""
        self.dialog = ""

    @form_door
    async def refund(self, form: dict[str, Any]) -> Any:
        """Give money back; what is wrong is said at its field."""
        typed = RefundForm(str(form.get("refund_amount") or ""), str(form.get("refund_reason") or ""), self.payment.left)
        self._start()
        try:
            result = await call(self, refund_payment, self.payment.id, typed)
        except AppError as refusal:
            await self._refuse_anew(refusal)
            return
        await self._reload()
        if result.outcome == "failed":
            self.error, self.error_field = f"{result.title}. {result.message}", ""
            return
        yield [close_overlay("refund"), show_toast(result.title)]

    @form_door
    async def capture(self, form: dict[str, Any]) -> Any:
        """Take a held amount, whole or in part."""
        self._start()
        try:
            result = await call(self, capture_hold, self.hold.id, str(form.get("capture_amount") or ""))
        except AppError as refusal:
            await self._refuse_anew(refusal)
            return
        for step in await self._finish("capture", result.outcome, result.title, result.message):
            yield step

    @form_door
    async def place(self, form: dict[str, Any]) -> Any:
        """Hold an amount on the chosen card."""
        chosen = str(form.get("hold_card") or "")
        card_id = int(chosen) if chosen.isdecimal() and len(chosen) < 12 else 0
        amount, revision = str(form.get("hold_amount") or ""), self.money.revision
        self._start()
        try:
            result = await call(self, place_hold, self.money.invoice_id, card_id, amount, revision=revision)
        except AppError as refusal:
            await self._refuse_anew(refusal)
            return
        for step in await self._finish("hold", result.outcome, result.title, result.message):
            yield step

    @form_door
    async def release(self) -> Any:
        """Let a held amount go."""
        self._start()
        try:
            await call(self, release_hold, self.hold.id)
        except AppError as refusal:
            await self._refuse_anew(refusal)
            return
        for step in await self._finish("release", "succeeded", "Hold released", ""):
            yield step

    def _start(self) -> None:
        self.error = self.error_field = ""

    async def _refuse_anew(self, refusal: AppError) -> None:
        self._refuse(refusal)
        await self._reload()

    async def _finish(self, dialog: str, outcome: str, title: str, message: str) -> list[EventSpec]:
        await self._reload()
        if outcome == "failed":
            self.error = f"{title}. {message}"
            return []
        return [close_overlay(dialog), show_toast(title)]
