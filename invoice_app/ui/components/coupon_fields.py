"""The fields of a coupon, wherever one is created: in the settings list and in place on an invoice (A15)."""

from typing import Any

import reflex as rx

from invoice_app.services.views import Choice
from invoice_app.ui.components.field import field, select, text_area, text_input

METHODS = (Choice("percent", "Percent"), Choice("fixed", "Flat amount"))


def coupon_fields(
    *,
    method: str,
    on_method: Any,
    currency: str,
    error: str,
    error_field: str,
    customer: rx.Component | None = None,
    eligible: rx.Component | None = None,
) -> rx.Component:
    """Every field of views.CouponForm by name, for a form to submit. `error` belongs to `error_field`.

    `customer` is the field of whom it is for, where that is not known already; `eligible` the ticks of the items it is good
    for, where these are known, in place of a text.

    >>> coupon_fields(method=S.method, on_method=S.choose, currency="USD", error=S.error, error_field=S.error_field)
    """

    def said(name: str) -> str:
        return rx.cond(error_field == name, error, "")

    def text(label: str, name: str, hint: str = "", optional: bool = False, **props: Any) -> rx.Component:
        return field(
            label, text_input(name, error=said(name), **props), name=name, error=said(name), hint=hint, optional=optional
        )

    return rx.el.div(
        text("Code", "code", placeholder="AUTUMN10", auto_focus=True),
        text("Name", "label", placeholder="Autumn offer", optional=True),
        field("Kind", select("method", METHODS, value=method, on_change=on_method), name="method"),
        text("Value", "value", amount=True, unit=rx.cond(method == "percent", "%", currency)),
        text("Minimum", "minimum", amount=True, unit=currency, optional=True),
        text("Uses per customer", "customer_limit", amount=True, optional=True),
        text("Starts on", "starts_on", type="date", optional=True),
        text("Ends on", "ends_on", type="date", optional=True),
        text("Uses in all", "total_limit", amount=True, optional=True),
        customer,
        _eligible_ticks(eligible) if eligible else _eligible_text(said("eligible_items")),
        class_name="field-grid",
    )


def _eligible_text(error: str) -> rx.Component:
    return rx.el.div(
        field(
            "Eligible items",
            text_area("eligible_items", rows="2", error=error),
            name="eligible_items",
            error=error,
            hint="One description a line; every item when left empty.",
            optional=True,
        ),
        class_name="span",
    )


def _eligible_ticks(ticks: rx.Component) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Eligible items", rx.el.span(" (optional)", class_name="field__optional"), class_name="field__label"),
        ticks,
        rx.el.p("Every item when none is ticked.", class_name="field__hint"),
        class_name="ticks span",
    )
