"""The fields of an order, for creating one and for editing it."""

from typing import Any

import reflex as rx

from invoice_app.services.order_views import OrderForm
from invoice_app.services.views import Choice
from invoice_app.ui.components.field import field, select, text_input

NEW_CUSTOMER = Choice("", "New customer…")


def order_fields(
    customers: tuple[Choice, ...],
    flows: tuple[Choice, ...],
    customer: str,
    on_customer: Any,
    errors: dict[str, str],
    *,
    initial: OrderForm,
    statuses: tuple[Choice, ...] = (),
    assignees: tuple[Choice, ...] = (),
) -> rx.Component:
    """Title, customer (or a new one), flow, date, who looks after it and place; `statuses` only when editing.

    `errors` by field.
    """

    def said(name: str) -> str:
        return rx.cond(errors.contains(name), errors[name], "")  # type: ignore[attr-defined]  # a Var of the dict

    new_customer = rx.fragment(
        field(
            "Customer's name",
            text_input("customer_name", error=said("customer_name")),
            name="customer_name",
            error=said("customer_name"),
        ),
        field(
            "Customer's e-mail",
            text_input("customer_email", type="email", error=said("customer_email")),
            name="customer_email",
            error=said("customer_email"),
            hint="Invoices are sent here.",
        ),
    )
    return rx.el.div(
        rx.el.div(
            field(
                "Title",
                text_input(
                    "title", error=said("title"), default_value=initial.title, placeholder="Harbor Loft shoot", auto_focus=True
                ),
                name="title",
                error=said("title"),
            ),
            class_name="span",
        ),
        rx.el.div(
            field(
                "Customer",
                select(
                    "customer_id",
                    customers,
                    empty=NEW_CUSTOMER.label,
                    value=customer,
                    on_change=on_customer,
                    error=said("customer_id"),
                ),
                name="customer_id",
                error=said("customer_id"),
            ),
            class_name="span",
        ),
        rx.cond(customer == "", new_customer),
        field(
            "Booking flow",
            select("flow_id", flows, default_value=initial.flow_id, error=said("flow_id")),
            name="flow_id",
            error=said("flow_id"),
        ),
        field(
            "Ordered on",
            text_input("ordered_on", type="date", default_value=initial.ordered_on, error=said("ordered_on")),
            name="ordered_on",
            error=said("ordered_on"),
            hint="" if statuses else "Today when left empty.",
        ),
        # Not the id "status", which the filter of a list may have: a form's values are read by the ids of its fields.
        field("Status", select("status", statuses, id="order_status", default_value=initial.status), name="order_status")
        if statuses
        else None,
        field(
            "Looked after by",
            select("assignee_id", assignees, empty="Nobody", default_value=initial.assignee_id, error=said("assignee_id")),
            name="assignee_id",
            error=said("assignee_id"),
            hint="Told when the customer pays.",
        ),
        rx.el.div(
            field(
                "Location",
                text_input("location", error=said("location"), default_value=initial.location),
                name="location",
                error=said("location"),
                optional=True,
            ),
            class_name="span",
        ),
        class_name="field-grid",
    )
