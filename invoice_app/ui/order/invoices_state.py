"""The invoices of an order: adding one (D20, D29), converting one (D21, D22), whether it is paid online (D30)."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError
from invoice_app.domain.stages import Kind
from invoice_app.services.adding_invoices import add_invoice
from invoice_app.services.adding_lines import list_pickable
from invoice_app.services.booking_views import ConversionView, InvoiceForm, PickableItem
from invoice_app.services.converting import connect_invoice, preview_conversion, separate_invoice
from invoice_app.services.switching_online import switch_online_payment
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.session import FormState, call, door, form_door

PICK = "pick_"


class InvoicesCardState(FormState, rx.State):
    """The dialogs of an order's Invoices part."""

    adding: bool = False
    order_id: int = 0
    kind: str = Kind.STANDALONE.value
    items: tuple[PickableItem, ...] = ()
    converting: bool = False
    conversion: ConversionView = ConversionView()

    @door
    async def start(self, order_id: int) -> None:
        """Open the form for one more invoice."""
        self.order_id, self.kind = order_id, Kind.STANDALONE.value
        self.items = await call(self, list_pickable, order_id, self.kind)
        self.adding = True
        self._await_submit()

    @door
    async def choose_kind(self, kind: str) -> None:
        """Connected or standalone: not every item can go on either."""
        self.kind = Kind.CONNECTED.value if kind == Kind.CONNECTED else Kind.STANDALONE.value
        self.items = await call(self, list_pickable, self.order_id, self.kind)

    @door
    async def closed(self) -> None:
        """The form was closed."""
        self.adding = False

    @form_door
    async def add(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Add the invoice and show it; what is wrong is said at its field."""
        keys = tuple(name.removeprefix(PICK) for name, ticked in form.items() if name.startswith(PICK) and ticked)
        typed = InvoiceForm(self.kind, str(form.get("label") or ""), keys)
        try:
            invoice_id = await call(self, add_invoice, self.order_id, typed)
        except AppError as refusal:
            self._refuse(refusal)
            return None
        return [
            close_overlay("add-invoice"),
            rx.call_script(f"ui.press('select-invoice', '{invoice_id}')"),
            show_toast("Invoice added"),
        ]

    @door
    async def ask_conversion(self, invoice_id: int) -> None:
        """Say what converting would do, before it is done."""
        self.conversion = await call(self, preview_conversion, invoice_id)
        self.converting = True
        self._await_submit()

    @door
    async def conversion_closed(self) -> None:
        """The question was closed."""
        self.converting = False

    @form_door
    async def convert(self) -> list[EventSpec] | None:
        """Convert the invoice as asked."""
        connects = self.conversion.to_kind == Kind.CONNECTED
        try:
            await call(self, connect_invoice if connects else separate_invoice, self.conversion.invoice_id)
        except AppError as refusal:
            self.error = refusal.message
            return None
        done = "Connected to the booking" if connects else "The invoice is standalone now"
        return [close_overlay("convert-invoice"), show_toast(done)]

    @door
    async def switch_online(self, invoice_id: int, pay_online: bool) -> EventSpec:
        """Let the customer pay this invoice online, or not."""
        await call(self, switch_online_payment, invoice_id, pay_online)
        return show_toast("Customers can pay this invoice online" if pay_online else "Online payment is off for this invoice")
