"""The dialogs in which an order or a booking is made, and the buttons that open them."""

from typing import Any

import reflex as rx

from invoice_app.services.badges import ORDER_STATUSES
from invoice_app.services.order_views import OrderForm
from invoice_app.services.views import Choice
from invoice_app.ui.components.button import button
from invoice_app.ui.components.overlay import cancel_button, form_dialog
from invoice_app.ui.order.event_form import event_fields
from invoice_app.ui.order.order_form import order_fields
from invoice_app.ui.orders.new_order_state import DIALOG, NewOrderState

STATUSES_OF_NEW = tuple(Choice(status.value, shown.word) for status, shown in ORDER_STATUSES.items() if status.value != "lost")


def new_order_button(text: str = "New order", **props: Any) -> rx.Component:
    """Opens the dialog of the page it stands on."""
    return button(text, variant="primary", icon_name="plus", on_click=NewOrderState.start(""), **props)


def new_order_dialog() -> rx.Component:
    """Title, customer and what else an order begins with."""
    return _dialog(
        form_dialog(
            DIALOG,
            "New order",
            _order_fields(OrderForm()),
            cancel_button(DIALOG),
            button("Create order", variant="primary", type="submit", busy=NewOrderState.submitting),
            on_submit=NewOrderState.create_order,
            on_close=NewOrderState.closed,
        )
    )


def new_booking_dialog() -> rx.Component:
    """An order with its first event."""
    event = event_fields(NewOrderState.first_event, NewOrderState.error, NewOrderState.error_field, first=False)
    order = _order_fields(OrderForm(status="tentative"), STATUSES_OF_NEW)
    return _dialog(
        form_dialog(
            DIALOG,
            "New booking",
            rx.el.div(order, rx.el.h3("First event", class_name="strong"), event, class_name="stack"),
            cancel_button(DIALOG),
            button("Create booking", variant="primary", type="submit", busy=NewOrderState.submitting),
            on_submit=NewOrderState.create_booking,
            on_close=NewOrderState.closed,
            wide=True,
        )
    )


def _dialog(form: rx.Component) -> rx.Component:
    # A tab keeps its State: what was open when its page was left must not open by itself when one returns.
    return rx.fragment(rx.cond(NewOrderState.is_open, form), on_mount=NewOrderState.closed)


def _order_fields(initial: OrderForm, statuses: tuple[Choice, ...] = ()) -> rx.Component:
    return order_fields(
        NewOrderState.customers,
        NewOrderState.flows,
        NewOrderState.customer,
        NewOrderState.choose_customer,
        NewOrderState.errors,
        initial=initial,
        statuses=statuses,
        assignees=NewOrderState.assignees,
    )
