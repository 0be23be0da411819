"""The fields of an event, on the order page and for a new booking."""

from typing import Any

import reflex as rx

from invoice_app.services.booking_views import EventForm
from invoice_app.ui.components.field import field, text_input
from invoice_app.ui.order.events_state import PREFIX


def event_fields(form: EventForm, error: str, error_field: str, *, first: bool = True) -> rx.Component:
    """Name, days, times, space and guests; `first` when the dialog begins with them."""

    def said(name: str) -> str:
        return rx.cond(error_field == name, error, "")

    def typed(label: str, name: str, *, hint: str = "", optional: bool = False, **props: Any) -> rx.Component:
        named = f"{PREFIX}{name}"
        control = text_input(named, default_value=getattr(form, name), error=said(name), **props)
        return field(label, control, name=named, error=said(name), hint=hint, optional=optional)

    return rx.el.div(
        rx.el.div(typed("Event", "name", placeholder="Wedding dinner", auto_focus=first), class_name="span"),
        typed("On", "starts_on", type="date"),
        typed("From", "starts", type="time"),
        typed("Until", "ends", type="time", hint="Past midnight counts to the same evening."),
        typed("Last day", "ends_on", type="date", optional=True, hint="Only when it lasts several days."),
        typed("Space", "space", optional=True, placeholder="Great hall"),
        typed("Guests", "guests", optional=True, amount=True),
        class_name="field-grid",
    )
