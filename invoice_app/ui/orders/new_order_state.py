"""The form of a new order, and of a new booking, which is an order with its first event."""

from dataclasses import fields
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app import routes
from invoice_app.domain.errors import ValidationFailed
from invoice_app.services.booking_views import EventForm
from invoice_app.services.order_views import OrderForm
from invoice_app.services.ordering import (
    create_order,
    list_assignee_choices,
    list_customer_choices,
    list_flow_choices,
    list_missing,
)
from invoice_app.services.views import Choice
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.order.events_state import PREFIX
from invoice_app.ui.session import DialogState, call, door, form_door, read_form

DIALOG = "new-order"
EVENT_FIELDS = frozenset(field.name for field in fields(EventForm))


class NewOrderState(DialogState, rx.State):
    """The dialog in which an order or a booking is made."""

    first_event: EventForm = EventForm()
    customers: tuple[Choice, ...] = ()
    flows: tuple[Choice, ...] = ()
    assignees: tuple[Choice, ...] = ()
    customer: str = ""
    errors: dict[str, str] = {}

    @door
    async def start(self, day: str) -> None:
        """Open the form; `day` (ISO 8601) is that of a booking's first event, empty when not chosen yet."""
        self.customers = await call(self, list_customer_choices)
        self.flows = await call(self, list_flow_choices)
        self.assignees = await call(self, list_assignee_choices)
        self.first_event, self.customer, self.errors = EventForm(starts_on=day[:10]), "", {}
        self._open_dialog()

    @door
    async def choose_customer(self, customer: str) -> None:
        """Remember whether a customer or "new customer" is chosen."""
        self.customer = customer

    @form_door
    async def create_order(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Create the order and go to it; what is wrong is said at its field."""
        return await self._create(form, None)

    @form_door
    async def create_booking(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Create the booking with its first event and go to it; what is wrong is said at its field."""
        event = {name.removeprefix(PREFIX): value for name, value in form.items() if name.startswith(PREFIX)}
        return await self._create(form, read_form(EventForm, event))

    async def _create(self, form: dict[str, Any], event: EventForm | None) -> list[EventSpec] | None:
        typed = read_form(OrderForm, form)
        self._say(list_missing(typed))
        if self.errors:
            return None
        try:
            number = await call(self, create_order, typed, event)
        except ValidationFailed as refusal:
            self._say({refusal.field: refusal.message})
            return None
        return [close_overlay(DIALOG), rx.redirect(routes.order(number))]

    def _say(self, errors: dict[str, str]) -> None:
        self.errors = errors
        self.error_field = next((name for name in errors if name in EVENT_FIELDS), "")
        self.error = errors.get(self.error_field, "")
