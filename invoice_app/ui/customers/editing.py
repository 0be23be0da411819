"""Editing a customer: who they are and what stands on their invoices."""

from typing import Any

import reflex as rx

from invoice_app.services.views import Choice
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import field, select, text_area, text_input
from invoice_app.ui.components.overlay import cancel_button, form_dialog
from invoice_app.ui.customers.editing_state import DIALOG, CustomerState

KINDS = (Choice("person", "Person"), Choice("company", "Company"), Choice("team", "Team"))
FIELDS = ["name", "kind", "contact_name", "email", "address", "tax_id"]


def customer_dialog() -> rx.Component:
    """One form."""
    form = CustomerState.form
    other = (CustomerState.error != "") & ~rx.Var.create(FIELDS).contains(CustomerState.error_field)
    body = rx.el.div(
        rx.cond(other, notice("bad", CustomerState.error, role="alert")),
        rx.el.div(
            _text("Name", "name", form.name),
            field(
                "Kind",
                select("kind", KINDS, id="customer-kind", default_value=form.kind, error=_said("kind")),
                name="customer-kind",
                error=_said("kind"),
            ),
            _text("Contact person", "contact_name", form.contact_name, hint="Billed too, or instead, as the settings say."),
            _text("E-mail", "email", form.email, type="email"),
            field(
                "Address",
                text_area("address", id="customer-address", rows="4", default_value=form.address, error=_said("address")),
                name="customer-address",
                error=_said("address"),
                hint="As it stands on invoices, one line each.",
                optional=True,
            ),
            _text("Tax number", "tax_id", form.tax_id),
            class_name="field-grid",
        ),
        rx.el.p("Invoices that are finalised keep who they were issued to.", class_name="small soft"),
        class_name="stack",
    )
    return form_dialog(
        DIALOG,
        "Edit customer",
        body,
        cancel_button(DIALOG),
        button("Save customer", variant="primary", type="submit", id="save-customer", busy=CustomerState.submitting),
        on_submit=CustomerState.save,
        on_close=CustomerState.closed,
        wide=True,
    )


def _said(name: str) -> str:
    return rx.cond(CustomerState.error_field == name, CustomerState.error, "")


def _text(label: str, name: str, value: Any, *, hint: str = "", **props: Any) -> rx.Component:
    control = text_input(name, id=f"customer-{name}", default_value=value, error=_said(name), **props)
    return field(label, control, name=f"customer-{name}", error=_said(name), hint=hint, optional=name != "name")
