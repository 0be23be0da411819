"""The payment schedule's dialog: instalments in rows, what each comes to, and what remains (D32)."""

from typing import Any

import reflex as rx

from invoice_app.services.scheduling_payments import InstalmentRow
from invoice_app.services.views import Choice
from invoice_app.ui.components.button import button, icon_button
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import select, text_input
from invoice_app.ui.components.overlay import cancel_button, overlay, overlay_body, overlay_foot, overlay_head
from invoice_app.ui.order.scheduling_state import SchedulingState

KINDS = (Choice("fixed", "Amount"), Choice("percent", "% of the rest"))


def scheduling_dialog() -> rx.Component:
    """The dialog; Save works once nothing remains."""
    schedule = SchedulingState.schedule
    add = button("Add an instalment", small=True, icon_name="plus", id="add-instalment", on_click=SchedulingState.add)
    explanation = rx.el.p(
        "Amounts come first; percentages share what they leave and come to 100%. They follow when the total changes.",
        class_name="soft small",
    )
    rows = rx.el.ol(
        rx.foreach(SchedulingState.rows, _row),
        class_name="instalments",
        aria_label="Instalments",
        key=f"schedule-{SchedulingState.version}",
    )
    return overlay(
        "payment-schedule",
        overlay_head("payment-schedule", "Payment schedule"),
        overlay_body(
            explanation,
            rows,
            rx.cond(schedule.can_edit, add),
            _sums(),
            rx.cond(SchedulingState.refusal != "", notice("bad", SchedulingState.refusal, role="alert")),
            class_name="stack",
        ),
        _foot(),
        label="Payment schedule",
        on_close=SchedulingState.closed,
        kind="wide",
    )


def _row(row: InstalmentRow, place: Any) -> rx.Component:
    locked = ~SchedulingState.schedule.can_edit

    def typed(field: str, name: str, **props: Any) -> rx.Component:
        return text_input(
            f"{field}-{place}",
            aria_label=f"{name} of instalment {place + 1}",
            default_value=getattr(row.form, field),
            disabled=locked,
            on_change=lambda text: SchedulingState.edit(place, field, text),
            **props,
        )

    kind = select(
        f"kind-{place}",
        KINDS,
        aria_label=f"Kind of instalment {place + 1}",
        value=row.form.kind,
        disabled=locked,
        on_change=lambda kind: SchedulingState.edit(place, "kind", kind),
    )
    remove = icon_button("Remove instalment", "trash", small=True, disabled=locked, on_click=SchedulingState.remove(place))
    return rx.el.li(
        rx.el.div(
            typed("label", "Name", placeholder="Instalment"),
            kind,
            rx.el.div(typed("value", "Value", amount=True), class_name="instalment__value"),
            typed("due_on", "Due date", type="date"),
            rx.el.span(
                rx.el.span(row.amount, class_name="money strong"),
                rx.cond(row.state != "", rx.el.span(row.state, class_name="small soft")),
                class_name="instalment__amount",
            ),
            remove,
            class_name="instalment",
        ),
        rx.cond(row.error != "", rx.el.p(row.error, class_name="field__error small", role="alert")),
    )


def _sums() -> rx.Component:
    schedule = SchedulingState.schedule
    return rx.el.dl(
        rx.el.div(rx.el.dt("Total"), rx.el.dd(schedule.total, class_name="tabular")),
        rx.el.div(rx.el.dt("Remaining"), rx.el.dd(schedule.remaining, class_name="tabular strong", id="remaining")),
        class_name="sums",
        role="status",
    )


def _foot() -> rx.Component:
    schedule = SchedulingState.schedule
    take_away = button("Remove schedule", variant="quiet", id="remove-schedule", on_click=SchedulingState.take_away)
    save = button(
        "Save schedule",
        variant="primary",
        id="save-schedule",
        disabled=~schedule.can_save,
        busy=SchedulingState.submitting,
        on_click=SchedulingState.save,
    )
    why = rx.el.span(schedule.error, class_name="soft small grow", id="schedule-why")
    return overlay_foot(
        rx.cond(schedule.can_edit & schedule.exists, take_away),
        why,
        cancel_button("payment-schedule"),
        rx.cond(schedule.can_edit, save),
    )
