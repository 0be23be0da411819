"""The order page: what the order holds, and changing what it says about itself."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import NotFound, ValidationFailed
from invoice_app.gateways.signals import SETTINGS, invoice_topic, order_topic
from invoice_app.services.itemising import RemovedItem, move_item, remove_item, restore_item
from invoice_app.services.ordering import edit_order, list_customer_choices, list_flow_choices, list_missing, open_order
from invoice_app.services.views import Choice, ItemView, OrderForm, OrderView
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.order.blank import BLANK_ORDER
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.overlays import forget_overlays
from invoice_app.ui.order.payments_state import PaymentsState
from invoice_app.ui.session import FormState, call, door, form_door, read_form


class OrderState(LiveState, FormState, rx.State):
    """One order."""

    loaded: bool = False
    missing: str = ""
    order: OrderView = BLANK_ORDER
    items: tuple[ItemView, ...] = ()  # apart, because `.items` of an object Var means its pairs
    has_files: bool = False
    editing: bool = False
    form: OrderForm = OrderForm()
    customers: tuple[Choice, ...] = ()
    flows: tuple[Choice, ...] = ()
    customer: str = ""
    errors: dict[str, str] = {}
    _removed: RemovedItem | None = None

    @door
    async def load(self) -> Any:
        """Show the order of the address, and the overlay it names, so that a reload comes back to where it was."""
        number = self.router.url.path.rstrip("/").rpartition("/")[2]
        wanted = int(number) if number.isdecimal() and len(number) < 10 else 0
        self.editing = False
        await forget_overlays(self)
        if wanted != self.order.number:
            self.loaded = False
            self._show(BLANK_ORDER)
        try:
            self._show(await call(self, open_order, wanted))
        except NotFound as refusal:
            self.missing = refusal.message
            return None
        self.missing, self.loaded = "", True
        panel = self.order.panel
        watch(self, order_topic(self.order.id), invoice_topic(panel.invoice_id), SETTINGS)
        match self.router.url.query_parameters.get("open"):
            case "invoice":
                return DrawerState.open_invoice(panel.invoice_id)
            case "payments":
                return PaymentsState.open_details(panel.invoice_id)
        return None

    async def _reload(self) -> None:
        self._show(await call(self, open_order, self.order.number))

    def _show(self, order: OrderView) -> None:
        self.order, self.items, self.has_files = order, order.items, bool(order.files)

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
        )
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
        return [close_overlay("edit-order"), show_toast("Order saved")]

    @door
    async def remove_item(self, key: str) -> EventSpec:
        """Take an item off the order; Undo puts it back."""
        self._removed = await call(self, remove_item, key)
        await self._reload()
        return show_toast("Item removed", undo="undo-remove-item")

    @door
    async def undo_remove(self) -> EventSpec | None:
        """Put the item removed last back where it was."""
        if self._removed is None:
            return None
        await call(self, restore_item, self._removed)
        self._removed = None
        await self._reload()
        return show_toast("Item put back")

    @door
    async def move_item(self, key: str, steps: int) -> None:
        """Move an item up or down."""
        await call(self, move_item, key, steps)
        await self._reload()
