"""The totals of the drawer, and the explanation of any amount."""

import reflex as rx

from invoice_app.services.draft_views import ExplainStep, TotalLine
from invoice_app.ui.components.button import icon_button
from invoice_app.ui.components.money import amount
from invoice_app.ui.order.drawer_state import DrawerState


def explain_button(key: str, anchor: str, name: str) -> rx.Component:
    """The ⓘ beside an amount: opens the steps that sum to it."""
    return icon_button(f"Explain {name}", "info", small=True, id=anchor, on_click=DrawerState.explain(key, anchor))


def subtotal() -> rx.Component:
    """What the lines come to, between them and the adjustments, so that the column adds up going down."""
    return rx.el.div(_row(DrawerState.draft.subtotal, "explain-subtotal"), class_name="totals")


def taxes() -> rx.Component:
    """The taxes, after the adjustments."""
    rows = rx.foreach(DrawerState.draft.taxes, lambda tax, at: _row(tax, f"explain-tax-{at}"))
    return rx.cond(DrawerState.draft.taxes, rx.el.div(rows, class_name="totals"))


def totals() -> rx.Component:
    """Total, paid, credited, and what is due: always in sight, above the buttons."""
    draft = DrawerState.draft
    return rx.el.div(
        _row(draft.total, "explain-total", strong=True),
        rx.cond(draft.paid != "", _plain("Paid", draft.paid)),
        rx.cond(draft.credited != "", _plain("Credited", draft.credited)),
        rx.el.div(
            rx.el.span("Due", class_name="strong"),
            rx.el.span(draft.due_label, key=draft.due_label, class_name="money ticks totals__due", id="draft-due"),
            explain_button("due", "explain-due", "Due"),
            class_name="totals__row",
        ),
        class_name="totals totals--pinned watch-changes",
        role="group",
        aria_label="Totals",
    )


def _row(line: TotalLine, anchor: str, *, strong: bool = False) -> rx.Component:
    return rx.el.div(
        rx.el.span(line.label, class_name="strong" if strong else "soft"),
        amount(line.amount, strong=strong),
        explain_button(line.key, anchor, line.label),
        class_name="totals__row",
    )


def _plain(label: str, text: str) -> rx.Component:
    return rx.el.div(rx.el.span(label, class_name="soft"), amount(text), class_name="totals__row totals__row--plain")


def explanation() -> rx.Component:
    """The popover with the steps of the amount asked about."""
    explained = DrawerState.explained
    return rx.el.div(
        rx.el.div(
            rx.el.p(explained.title, class_name="strong"),
            rx.el.dl(rx.foreach(explained.steps, _step), class_name="steps"),
            rx.el.p(
                rx.el.span("Comes to"),
                rx.el.span(explained.amount, class_name="money"),
                class_name="row row--apart strong steps__sum",
            ),
        ),
        id="explain",
        class_name="popover",
        role="dialog",
        aria_label="Explanation",
        custom_attrs={"popover": "auto"},
    )


def _step(step: ExplainStep) -> rx.Component:
    return rx.el.div(
        rx.el.dt(
            rx.el.span(step.label), rx.cond(step.detail != "", rx.el.span(step.detail, class_name="faint small steps__detail"))
        ),
        rx.el.dd(step.amount, class_name="money"),
        class_name="steps__row",
    )
