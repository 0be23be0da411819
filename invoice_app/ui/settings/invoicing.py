"""How invoices read and when they lock (D18, D27, D28), and how they are numbered (D26)."""

from typing import Any

import reflex as rx

from invoice_app import routes
from invoice_app.services.setting_invoices import usual_labels
from invoice_app.services.views import Choice
from invoice_app.ui.components.button import button
from invoice_app.ui.components.card import card
from invoice_app.ui.components.field import field, select, switch, text_area, text_input, while_typing
from invoice_app.ui.components.link import link
from invoice_app.ui.settings.invoicing_state import InvoicingState

BILL_TO = (
    Choice("accounts", "The customer's account"),
    Choice("contacts", "Their contact person"),
    Choice("both", "Both, the contact below the account"),
)
LOCK_POLICIES = (
    Choice("on_finalize", "When an invoice is finalised"),
    Choice("on_send", "When it is sent; sending a standalone one finalises it"),
    Choice("on_first_payment", "When the first payment comes; each change before issues it anew"),
)
NUMBER_AT = (
    Choice("issue", "When it is finalised or first paid"),
    Choice("create", "When it is made; numbers of what is cancelled stay, as void"),
)
LABELS = (
    ("label_invoice", "Title"),
    ("label_amount_due", "What is to be paid"),
    ("label_issued", "Date of issue"),
    ("label_due", "Due date"),
    ("label_billed_to", "Who is billed"),
    ("label_terms", "Terms"),
    ("label_note", "Note"),
)


def invoices_section() -> rx.Component:
    """One form with one button."""
    saved = InvoicingState.settings.wording
    usual = usual_labels()
    texts = (
        _text("Payment terms", "payment_terms_days", saved, amount=True, unit="days", hint="From the invoice to its due date."),
        _select("Billed to", "bill_to", BILL_TO, saved, hint="The name at the head of an invoice."),
        rx.el.div(_area("Terms on the invoice", "terms", saved), class_name="span"),
        rx.el.div(
            _area("Note on the invoice", "note", saved, hint="On every new invoice; it can be changed on each."),
            class_name="span",
        ),
    )
    labels = rx.el.fieldset(
        rx.el.legend("Words on the invoice", class_name="strong words__legend"),
        rx.el.div(*(_text(title, name, saved, placeholder=usual[name]) for name, title in LABELS), class_name="field-grid"),
        class_name="span stack",
    )
    rules = (
        rx.el.div(
            _select(
                "Amounts can no longer change",
                "lock_policy",
                LOCK_POLICIES,
                saved,
                hint="After that a credit note corrects them.",
            ),
            class_name="span",
        ),
        rx.el.div(
            switch(
                "allow_unvoid",
                "Void invoices can be brought back",
                hint="To the stage and with the number they had.",
                default_checked=saved.allow_unvoid,
            ),
            class_name="settings__switch span",
        ),
    )
    intro = rx.el.p(
        "Drafts and new invoices follow these. What was sent keeps its words, what was finalised everything.",
        class_name="small soft",
    )
    return _form(
        "Invoices", "invoices", (intro, rx.el.div(*texts, labels, *rules, class_name="field-grid")), InvoicingState.save_wording
    )


def numbering_section() -> rx.Component:
    """One form with the next numbers beside it."""
    saved = InvoicingState.settings.numbering
    preview = InvoicingState.preview
    shown = rx.cond(
        preview.error != "",
        rx.el.p("No numbers: ", preview.error, class_name="small"),
        rx.el.p(
            "The next invoices are ",
            rx.el.strong(preview.invoice),
            " and ",
            rx.el.span(preview.following),
            ", the next credit note ",
            rx.el.strong(preview.credit_note),
            ".",
        ),
    )
    fields = rx.el.div(
        _live("Prefix", "number_prefix", saved, hint="“NL” gives NL-2026-00001."),
        _live("Digits", "number_padding", saved, amount=True, hint="At least 5."),
        _live("Pattern", "number_pattern", saved, hint="From {prefix}, {year}, {month} and {sequence}."),
        _live("Prefix of credit notes", "credit_prefix", saved, hint="Their series is their own."),
        rx.el.div(_select("An invoice takes its number", "number_at", NUMBER_AT, saved), class_name="span"),
        rx.el.div(
            switch(
                "custom_numbers",
                "Numbers may be typed by hand",
                hint="Asked for when an invoice is finalised; none may be one of the series.",
                default_checked=saved.custom_numbers,
            ),
            class_name="settings__switch span",
        ),
        class_name="field-grid",
    )
    parts = (
        fields,
        rx.el.div(shown, class_name="notice notice--info", role="status", id="number-preview"),
        rx.el.p(link("Every number and its document", routes.NUMBERS), class_name="small"),
    )
    return _form("Numbering", "numbering", parts, InvoicingState.save_numbering)


def _form(title: str, name: str, parts: tuple[rx.Component, ...], on_submit: Any) -> rx.Component:
    save = rx.el.footer(button("Save", variant="primary", type="submit", id=f"save-{name}"), class_name="card__foot row")
    form = rx.el.form(
        rx.el.fieldset(*parts, disabled=~InvoicingState.settings.can_edit, class_name="card__body stack"),
        rx.cond(InvoicingState.settings.can_edit, save),
        on_submit=on_submit,
        no_validate=True,
        key=f"{name}-{InvoicingState.version}",
    )
    return card(title, form, name=name)


def _said(name: str) -> str:
    return rx.cond(InvoicingState.error_field == name, InvoicingState.error, "")


def _text(label: str, name: str, saved: Any, *, hint: str = "", **props: Any) -> rx.Component:
    control = text_input(name, id=f"invoices-{name}", default_value=getattr(saved, name), error=_said(name), **props)
    return field(label, control, name=f"invoices-{name}", error=_said(name), hint=hint)


def _live(label: str, name: str, saved: Any, *, hint: str, **props: Any) -> rx.Component:
    preview = InvoicingState.preview
    error = rx.cond(InvoicingState.error_field == name, InvoicingState.error, rx.cond(preview.field == name, preview.error, ""))
    control = text_input(
        name,
        id=f"numbering-{name}",
        default_value=getattr(saved, name),
        error=error,
        **while_typing(InvoicingState.type_number(name)),
        **props,
    )
    return field(label, control, name=f"numbering-{name}", error=error, hint=hint)


def _area(label: str, name: str, saved: Any, *, hint: str = "") -> rx.Component:
    control = text_area(name, id=f"invoices-{name}", rows="3", default_value=getattr(saved, name), error=_said(name))
    return field(label, control, name=f"invoices-{name}", error=_said(name), hint=hint, optional=True)


def _select(label: str, name: str, choices: Any, saved: Any, *, hint: str = "") -> rx.Component:
    control = select(name, choices, id=f"invoices-{name}", default_value=getattr(saved, name), error=_said(name))
    return field(label, control, name=f"invoices-{name}", error=_said(name), hint=hint)
