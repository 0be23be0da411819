"""The form of one item on the order."""

from dataclasses import replace
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import ValidationFailed
from invoice_app.services.itemising import add_item, edit_item, open_item
from invoice_app.services.order_views import ItemForm
from invoice_app.services.ordering import list_tax_choices
from invoice_app.services.views import Choice
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.order.closed_checkout import CLOSED_CHECKOUT
from invoice_app.ui.session import DialogState, call, door, form_door, read_form


class ItemState(DialogState, rx.State):
    """The dialog that adds or edits an item."""

    order_id: int = 0
    key: str = ""
    form: ItemForm = ItemForm()
    taxes: tuple[Choice, ...] = ()

    @door
    async def start(self, order_id: int) -> None:
        """Open the form for a new item."""
        await self._open(order_id, "", ItemForm())

    @door
    async def start_at(self, order_id: int, event_id: int) -> None:
        """Open the form for a new item of an event."""
        await self._open(order_id, "", ItemForm(event_id=str(event_id)))

    @door
    async def edit(self, order_id: int, key: str, invoice_id: str) -> None:
        """Open the form of an item with what it says now; `invoice_id` is the one it is on."""
        form = await call(self, open_item, key)
        await self._open(order_id, key, replace(form, invoice_id=invoice_id))

    async def _open(self, order_id: int, key: str, form: ItemForm) -> None:
        self.taxes = await call(self, list_tax_choices)
        self.order_id, self.key, self.form = order_id, key, form
        self._open_dialog()

    @form_door
    async def save(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Add or change the item; what is wrong is said at its field."""
        typed = read_form(ItemForm, form)
        try:
            if self.key:
                saved = await call(self, edit_item, self.key, typed)
            else:
                saved = await call(self, add_item, self.order_id, typed)
        except ValidationFailed as refusal:
            self._refuse(refusal)
            return None
        closing = [close_overlay("item-form")]
        # The item appears in the list by itself; only what cannot be seen there is told.
        return [*closing, show_toast(CLOSED_CHECKOUT)] if saved.closed_checkout else closing
