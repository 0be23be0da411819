"""More ways to add to the invoice in the drawer (D29): several items at once, items of the booking, a guestroom (D2)."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError
from invoice_app.services.adding_lines import (
    LineForm,
    add_booking_items,
    add_guestroom,
    add_several_lines,
    list_pickable_for,
)
from invoice_app.services.booking_views import PickableItem
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.invoices_state import PICK
from invoice_app.ui.session import FormState, call, door, form_door

FEWEST, MOST = 5, 40


class AddingState(FormState, rx.State):
    """The dialogs over the drawer that add several lines, or items of the booking."""

    dialog: str = ""
    invoice_id: int = 0
    rows: tuple[int, ...] = ()
    items: tuple[PickableItem, ...] = ()

    def _open(self, dialog: str, invoice_id: int) -> None:
        self.dialog, self.invoice_id = dialog, invoice_id
        self._await_submit()

    @door
    async def start_several(self, invoice_id: int) -> None:
        """Open the form for several items."""
        self.rows = tuple(range(FEWEST))
        self._open("several", invoice_id)

    @door
    async def more_rows(self) -> None:
        """Room for more items."""
        self.rows = tuple(range(min(len(self.rows) + FEWEST, MOST)))

    @door
    async def start_picking(self, invoice_id: int) -> None:
        """Open the list of the booking's items."""
        self.items = await call(self, list_pickable_for, invoice_id)
        self._open("pick", invoice_id)

    @door
    async def closed(self) -> None:
        """The dialog was closed."""
        self.dialog = ""

    @door
    async def add_guestroom(self, invoice_id: int) -> EventSpec:
        """Add a guestroom line and go to it."""
        drawer = await self.get_state(DrawerState)
        drawer.draft = await call(self, add_guestroom, invoice_id)
        return rx.call_script("ui.focusLast('.line__description')")

    @form_door
    async def add_several(self, form: dict[str, Any]) -> EventSpec | None:
        """Add what was typed as lines of the draft."""
        typed = [
            LineForm(*(str(form.get(f"{name}_{row}") or "") for name in ("description", "quantity", "unit_price")))
            for row in range(MOST)
        ]
        return await self._add(add_several_lines, typed, "several-items")

    @form_door
    async def add_picked(self, form: dict[str, Any]) -> EventSpec | None:
        """Add the ticked items as lines of the draft."""
        keys = [name.removeprefix(PICK) for name, ticked in form.items() if name.startswith(PICK) and ticked]
        return await self._add(add_booking_items, keys, "booking-items")

    async def _add(self, service: Any, given: list[Any], overlay: str) -> EventSpec | None:
        drawer = await self.get_state(DrawerState)
        try:
            drawer.draft = await call(self, service, self.invoice_id, given)
        except AppError as refusal:
            self.error = refusal.message
            return None
        return close_overlay(overlay)
