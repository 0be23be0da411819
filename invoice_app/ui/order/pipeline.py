"""The status of an order as a menu of its pipeline, and the question before it is lost (D16)."""

import reflex as rx

from invoice_app.services.badges import ORDER_STATUSES
from invoice_app.services.booking_views import LossStep
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.overlay import cancel_button, dialog, menu, menu_item, opens_menu
from invoice_app.ui.order.pipeline_state import PipelineState
from invoice_app.ui.order.state import OrderState


def status_menu() -> rx.Component:
    """The order's status; whoever may edit presses it to choose another."""
    order = OrderState.order
    trigger = rx.el.button(
        icon(order.status.icon),
        order.status.word,
        icon("chevron-down"),
        type="button",
        id="order-status",
        class_name=f"badge badge--{order.status.tone} badge--button",
        aria_label=f"Status: {order.status.word}",
        custom_attrs=opens_menu("status-menu"),
    )
    choices = (
        menu_item(
            f"{shown.word}…" if status == "lost" else shown.word,
            shown.icon,
            danger=status == "lost",
            disabled=order.status_value == status,
            on_click=PipelineState.choose(order.id, status.value),
        )
        for status, shown in ORDER_STATUSES.items()
    )
    return rx.cond(order.can_edit, menu("status-menu", trigger, *choices, align="start"), badge(order.status))


def lost_dialog() -> rx.Component:
    """What losing the booking would do to each of its invoices."""
    loss = PipelineState.loss
    listed = rx.el.ul(rx.foreach(loss.steps, _step), class_name="effects")
    body = rx.el.div(
        rx.el.p("What was planned stays on record. Its invoices end now:"),
        rx.cond(loss.steps, listed, rx.el.p("There are no invoices.", class_name="soft")),
        rx.el.p("Each step stands in the event log. Void invoices stay void.", class_name="small faint"),
        class_name="stack",
    )
    return dialog(
        "lose-booking",
        "Mark as lost?",
        body,
        cancel_button("lose-booking", "Keep it"),
        button("Mark as lost", variant="danger", id="lose-now", busy=PipelineState.submitting, on_click=PipelineState.lose),
        on_close=PipelineState.closed,
    )


def _step(step: LossStep) -> rx.Component:
    return rx.el.li(
        rx.cond(step.stays, icon("lock"), icon("ban")),
        rx.el.span(rx.el.span(step.reference, class_name="strong"), " ", step.effect),
        key=step.reference,
        class_name="effects__row",
    )
