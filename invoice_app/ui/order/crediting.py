"""The credit note dialog: how much, why, and what it does to what is due."""

from typing import Any

import reflex as rx

from invoice_app.services.credit_views import CreditRowView
from invoice_app.services.views import Choice
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import field, field_error, text_input, while_typing
from invoice_app.ui.components.overlay import cancel_button, overlay, overlay_body, overlay_foot, overlay_head
from invoice_app.ui.components.segmented import segment_panel, segmented
from invoice_app.ui.order.crediting_state import DIALOG, CreditingState

SCOPES = (Choice("whole", "All that is left"), Choice("lines", "Single lines"), Choice("amount", "An amount"))


def crediting_dialog() -> rx.Component:
    """One form; what it would do stands below it."""
    view = CreditingState.view
    refused = CreditingState.view.refusal != ""
    shown = rx.match(CreditingState.scope, ("lines", _lines()), ("amount", _amount()), _whole())
    fields = rx.fragment(
        segmented("credit-scope", SCOPES, CreditingState.scope, CreditingState.choose_scope, label="What to credit"),
        segment_panel("credit-scope", CreditingState.scope, shown, class_name="adjusting__panel"),
        field(
            "Reason",
            text_input("credit_reason", error=_said("reason")),
            name="credit_reason",
            error=_said("reason"),
            hint="Printed on the credit note.",
        ),
        rx.cond(
            (CreditingState.error != "") & ~rx.Var.create(["reason", "amount", "lines"]).contains(CreditingState.error_field),
            notice("bad", CreditingState.error, role="alert"),
        ),
    )
    form = rx.el.form(
        overlay_body(
            rx.el.div(rx.cond(refused, notice("info", view.refusal), fields), class_name="stack"),
        ),
        rx.cond(refused, None, _effect()),
        overlay_foot(
            cancel_button(DIALOG),
            rx.cond(
                refused,
                None,
                button(
                    "Issue credit note",
                    variant="primary",
                    type="submit",
                    id="issue-credit-note",
                    busy=CreditingState.submitting,
                    disabled=CreditingState.submitting,
                ),
            ),
        ),
        on_submit=CreditingState.issue,
        class_name="overlay__form",
        no_validate=True,
    )
    return overlay(
        DIALOG,
        overlay_head(DIALOG, f"Credit note for {view.reference}"),
        form,
        label="Credit note",
        on_close=CreditingState.closed,
    )


def _said(name: str) -> str:
    return rx.cond(CreditingState.error_field == name, CreditingState.error, "")


def _told(name: str) -> str:
    preview = CreditingState.preview
    return rx.cond(CreditingState.error_field == name, CreditingState.error, rx.cond(preview.field == name, preview.error, ""))


def _whole() -> rx.Component:
    return rx.el.p(
        "All that is left of this invoice: ", rx.el.span(CreditingState.view.left_label, class_name="strong tabular")
    )


def _amount() -> rx.Component:
    return field(
        "Amount with tax",
        text_input(
            "credit_amount",
            amount=True,
            unit=CreditingState.view.currency,
            error=_told("amount"),
            **while_typing(CreditingState.type_amount),
        ),
        name="credit_amount",
        error=_told("amount"),
        hint=f"At most {CreditingState.view.left_label}. Each tax rate takes its share.",
    )


def _lines() -> rx.Component:
    return rx.el.div(
        rx.el.ul(rx.foreach(CreditingState.view.rows, _row), class_name="credit-rows", aria_label="Lines to credit"),
        field_error(
            rx.cond(_told("lines") != "", _told("lines"), _told("amount")),
            name="credit_lines",
            hint="Amounts without tax, after discounts. The tax of each is credited with it.",
        ),
        class_name="stack",
    )


def _row(row: CreditRowView) -> rx.Component:
    ticked: Any = CreditingState.ticked
    on = ticked.contains(row.id)
    return rx.el.li(
        rx.el.label(
            rx.el.input(type="checkbox", default_checked=on, on_change=lambda ticked: CreditingState.tick(row.id, ticked)),
            rx.el.span(
                rx.el.span(row.description),
                rx.el.span(f"{row.left} left · {row.tax}", class_name="small faint"),
                class_name="stack-tight grow",
            ),
            class_name="credit-row__name",
        ),
        rx.cond(
            on,
            text_input(
                f"credit-{row.id}",
                amount=True,
                aria_label=f"Amount of {row.description} without tax",
                default_value=row.left_plain,
                **while_typing(CreditingState.type_row(row.id)),
            ),
        ),
        key=row.id,
        class_name="credit-row",
    )


def _effect() -> rx.Component:
    preview = CreditingState.preview
    nothing = rx.el.p("Choose what to credit to see what it does.", class_name="faint small")
    wrong = rx.el.p(preview.error, class_name="small", role="alert")
    told = rx.el.dl(
        rx.el.div(rx.el.dt("Credit"), rx.el.dd(preview.total, class_name="strong tabular")),
        rx.el.div(rx.el.dt("of it tax"), rx.el.dd(preview.tax, class_name="tabular")),
        rx.el.div(rx.el.dt("Due"), rx.el.dd(f"{preview.due} → {preview.due_after}", class_name="tabular")),
        rx.cond(
            preview.to_account != "",
            rx.el.div(rx.el.dt("To the customer's credit"), rx.el.dd(preview.to_account, class_name="tabular")),
        ),
        class_name="credit-effect",
    )
    elsewhere = (preview.error != "") & ~rx.Var.create(["amount", "lines"]).contains(preview.field)
    shown = rx.cond(preview.total != "", told, rx.cond(elsewhere, wrong, nothing))
    return rx.el.div(shown, class_name="effect", role="status", id="credit-effect")
