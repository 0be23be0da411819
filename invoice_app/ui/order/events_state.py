"""The events of a booking: the form of one, and moving or removing it."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import ValidationFailed
from invoice_app.services.booking_views import EventForm
from invoice_app.services.planning import add_event, edit_event, move_event, open_event, remove_from_booking, suggest_event
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.session import DialogState, call, door, form_door, read_form

PREFIX = "event_"


class EventsState(DialogState, rx.State):
    """The dialog that adds or edits an event."""

    order_id: int = 0
    event_id: int = 0
    form: EventForm = EventForm()

    @door
    async def start(self, order_id: int) -> None:
        """Open the form for a new event, on the day of the last one."""
        self._open(order_id, 0, await call(self, suggest_event, order_id))

    @door
    async def edit(self, order_id: int, event_id: int) -> None:
        """Open the form of an event with what it says now."""
        self._open(order_id, event_id, await call(self, open_event, event_id))

    def _open(self, order_id: int, event_id: int, form: EventForm) -> None:
        self.order_id, self.event_id, self.form = order_id, event_id, form
        self._open_dialog()

    @form_door
    async def save(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Add or change the event; what is wrong is said at its field."""
        typed = read_form(EventForm, {name.removeprefix(PREFIX): value for name, value in form.items()})
        try:
            if self.event_id:
                await call(self, edit_event, self.event_id, typed)
            else:
                await call(self, add_event, self.order_id, typed)
        except ValidationFailed as refusal:
            self._refuse(refusal)
            return None
        return [close_overlay("event-form"), show_toast("Event saved")]

    @door
    async def move(self, event_id: int, steps: int) -> None:
        """Move an event up or down."""
        await call(self, move_event, event_id, steps)

    @door
    async def remove(self, event_id: int) -> EventSpec:
        """Take an event off the booking; its items stay on it."""
        stayed = await call(self, remove_from_booking, event_id)
        told = f"; its {stayed} item{'s stay' if stayed > 1 else ' stays'} on the booking" if stayed else ""
        return show_toast(f"Event removed{told}")
