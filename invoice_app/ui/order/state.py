"""The order page: what the order holds, and changing what it says about itself."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import NotFound, ValidationFailed
from invoice_app.gateways.signals import SETTINGS, order_topic
from invoice_app.services.booking_views import OrderPage
from invoice_app.services.itemising import RemovedItem, move_item, remove_item, restore_item
from invoice_app.services.order_views import OrderForm
from invoice_app.services.ordering import (
    edit_order,
    list_assignee_choices,
    list_customer_choices,
    list_flow_choices,
    list_missing,
    open_order,
)
from invoice_app.services.views import Choice
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.order.blank import BLANK_ORDER
from invoice_app.ui.order.closed_checkout import tell_saved
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.overlays import forget_overlays
from invoice_app.ui.order.payments_state import PaymentsState
from invoice_app.ui.session import FormState, call, door, form_door, read_form


def _read_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class OrderState(LiveState, FormState, rx.State):
    """One order."""

    loaded: bool = False
    missing: str = ""
    order: OrderPage = BLANK_ORDER
    selected: int = 0
    has_files: bool = False
    editing: bool = False
    form: OrderForm = OrderForm()
    customers: tuple[Choice, ...] = ()
    flows: tuple[Choice, ...] = ()
    assignees: tuple[Choice, ...] = ()
    customer: str = ""
    errors: dict[str, str] = {}
    _removed: RemovedItem | None = None

    @door
    async def load(self) -> Any:
        """Show the order of the address, and the overlay it names, so that a reload comes back to where it was."""
        number = self.router.url.path.rstrip("/").rpartition("/")[2]
        wanted = _read_number(number)
        parameters = self.router.url.query_parameters
        self.selected = _read_number(parameters.get("invoice", ""))
        self.editing = False
        await forget_overlays(self)
        if wanted != self.order.number:
            self.loaded = False
            self._show(BLANK_ORDER)
        try:
            self._show(await call(self, open_order, wanted, self.selected))
        except NotFound as refusal:
            self.missing = refusal.message
            return None
        self.missing, self.loaded = "", True
        panel = self.order.panel
        watch(self, order_topic(self.order.id), SETTINGS)
        match parameters.get("open") if panel.invoice_id else None:
            case "invoice":
                return DrawerState.open_invoice(panel.invoice_id)
            case "payments":
                return PaymentsState.open_details(panel.invoice_id)
        return None

    async def _reload(self) -> None:
        self._show(await call(self, open_order, self.order.number, self.selected))

    def _show(self, order: OrderPage) -> None:
        self.order, self.has_files = order, bool(order.files)

    @door
    async def select(self, invoice_id: int) -> EventSpec:
        """Show another invoice of the order in Order Details; the address keeps which."""
        self.selected = invoice_id
        await self._reload()
        return rx.call_script(f"ui.keep('invoice', '{invoice_id}')")

    @door
    async def start_editing(self) -> None:
        """Open the order's own form."""
        self.customers = await call(self, list_customer_choices)
        self.flows = await call(self, list_flow_choices)
        order = self.order
        self.form = OrderForm(
            title=order.title,
            customer_id=order.customer_id,
            flow_id=order.flow_id,
            status=order.status_value,
            location=order.location,
            ordered_on=order.ordered_on,
            assignee_id=order.assignee_id,
        )
        self.assignees = await call(self, list_assignee_choices)
        self.customer, self.errors = order.customer_id, {}
        self.editing = True
        self._await_submit()

    @door
    async def choose_customer(self, customer: str) -> None:
        """Remember whether a customer or "new customer" is chosen."""
        self.customer = customer

    @door
    async def edited(self) -> None:
        """The order's form was closed."""
        self.editing = False

    @form_door
    async def save(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Keep what the order says about itself; what is wrong is said at its field."""
        typed = read_form(OrderForm, form)
        self.errors = list_missing(typed)
        if self.errors:
            return None
        try:
            await call(self, edit_order, self.order.id, typed)
        except ValidationFailed as refusal:
            self.errors = {refusal.field: refusal.message}
            return None
        await self._reload()
        return [close_overlay("edit-order"), show_toast("Booking saved" if self.order.events else "Order saved")]

    @door
    async def remove_item(self, key: str) -> EventSpec:
        """Take an item off the order; Undo puts it back."""
        self._removed = await call(self, remove_item, key)
        await self._reload()
        told = tell_saved("Item removed", closed_checkout=self._removed.closed_checkout)
        return show_toast(told, undo="undo-remove-item")

    @door
    async def undo_remove(self) -> EventSpec | None:
        """Put the item removed last back where it was."""
        if self._removed is None:
            return None
        saved = await call(self, restore_item, self._removed)
        self._removed = None
        await self._reload()
        return show_toast(tell_saved("Item put back", closed_checkout=saved.closed_checkout))

    @door
    async def move_item(self, key: str, steps: int) -> None:
        """Move an item up or down."""
        await call(self, move_item, key, steps)
        await self._reload()
