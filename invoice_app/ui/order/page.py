"""The order page: items and files on the left, Order Details on the right, the overlays on top."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.badges import ORDER_STATUSES
from invoice_app.services.views import Choice
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import empty_state, skeleton
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import link
from invoice_app.ui.components.overlay import cancel_button, form_dialog
from invoice_app.ui.history.dialog import history_button
from invoice_app.ui.order.actions_dialogs import actions_dialogs
from invoice_app.ui.order.actions_state import ActionsState
from invoice_app.ui.order.adding import adding_dialogs
from invoice_app.ui.order.adding_state import AddingState
from invoice_app.ui.order.adjusting import adjustment_dialog
from invoice_app.ui.order.adjusting_state import AdjustingState
from invoice_app.ui.order.comparing import comparing_dialog
from invoice_app.ui.order.comparing_state import ComparingState
from invoice_app.ui.order.crediting import crediting_dialog
from invoice_app.ui.order.crediting_state import CreditingState
from invoice_app.ui.order.drawer import invoice_drawer
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.files import files_card
from invoice_app.ui.order.invoices import add_invoice_dialog, convert_dialog, invoices_card
from invoice_app.ui.order.invoices_state import InvoicesCardState
from invoice_app.ui.order.items import items_card
from invoice_app.ui.order.money_state import MoneyState
from invoice_app.ui.order.order_form import order_fields
from invoice_app.ui.order.panel import details_panel
from invoice_app.ui.order.paying import payment_dialog
from invoice_app.ui.order.payments import payments_drawer
from invoice_app.ui.order.payments_state import PaymentsState
from invoice_app.ui.order.pipeline import lost_dialog, status_menu
from invoice_app.ui.order.pipeline_state import PipelineState
from invoice_app.ui.order.returning import money_dialogs
from invoice_app.ui.order.scheduling import scheduling_dialog
from invoice_app.ui.order.scheduling_state import SchedulingState
from invoice_app.ui.order.sending import sending_dialog
from invoice_app.ui.order.sending_state import SendingState
from invoice_app.ui.order.state import OrderState
from invoice_app.ui.shell import page, page_head

STATUSES = tuple(Choice(status.value, shown.word) for status, shown in ORDER_STATUSES.items())


def order_page() -> rx.Component:
    """One order."""
    content = rx.cond(OrderState.missing != "", _missing(), rx.cond(OrderState.loaded, _order(), skeleton(10)))
    return page(
        content,
        rx.cond(OrderState.editing, _edit_form()),
        rx.cond(PipelineState.asking, lost_dialog()),
        rx.cond(InvoicesCardState.adding, add_invoice_dialog()),
        rx.cond(InvoicesCardState.converting, convert_dialog()),
        _over(DrawerState.is_open, DrawerState.draft.invoice_id, invoice_drawer()),
        _over(DrawerState.is_open, AddingState.invoice_id, adding_dialogs()),
        _over(AdjustingState.is_open, AdjustingState.invoice_id, adjustment_dialog()),
        _over(SendingState.is_open, SendingState.invoice_id, sending_dialog()),
        _over(SchedulingState.is_open, SchedulingState.schedule.invoice_id, scheduling_dialog()),
        _over(PaymentsState.is_open, PaymentsState.details.invoice_id, payments_drawer()),
        _over(PaymentsState.is_paying, PaymentsState.details.invoice_id, payment_dialog()),
        _over(PaymentsState.is_open, MoneyState.money.invoice_id, money_dialogs()),
        _over(ActionsState.dialog != "", ActionsState.view.invoice_id, actions_dialogs()),
        _over(CreditingState.is_open, CreditingState.view.invoice_id, crediting_dialog()),
        _over(ComparingState.is_open, ComparingState.view.invoice_id, comparing_dialog()),
        place=rx.cond(OrderState.order.events, routes.BOOKINGS, routes.ORDERS),
        crumbs=((rx.cond(OrderState.loaded, f"#{OrderState.order.number}", "…"), ""),),
    )


def _over(is_open: bool, invoice_id: int, shown: rx.Component) -> rx.Component:
    # Never over another order than its own, nor before a page load has said what is open.
    mine = invoice_id == OrderState.order.panel.invoice_id
    return rx.cond(rx.State.is_hydrated & is_open & mine, shown)


def _order() -> rx.Component:
    return rx.fragment(
        _head(),
        rx.el.div(
            rx.el.div(items_card(), invoices_card(), files_card(), class_name="stack order__left"),
            rx.el.aside(details_panel(), class_name="order__right"),
            class_name="order",
        ),
    )


def _head() -> rx.Component:
    order = OrderState.order
    title = rx.el.span(rx.el.span(order.title), class_name="row row--wrap")
    named = rx.cond(order.events, "Edit booking", "Edit order")
    edit = button(named, icon_name="pencil", id="edit-order-button", on_click=OrderState.start_editing)
    facts = rx.el.ul(
        rx.el.li(status_menu()),
        rx.el.li(icon("user"), order.customer),
        rx.cond(
            order.dates != "",
            rx.el.li(icon("calendar"), order.dates),
            rx.el.li(icon("calendar"), order.ordered),
        ),
        rx.cond(order.assignee != "", rx.el.li(icon("users"), f"Looked after by {order.assignee}")),
        rx.cond(order.location != "", rx.el.li(icon("pin"), order.location)),
        class_name="order__facts soft",
    )
    return rx.fragment(page_head(title, history_button(f"order:{order.id}"), rx.cond(order.can_edit, edit)), facts)


def _missing() -> rx.Component:
    return empty_state("search", "No such order", OrderState.missing, link("All orders", routes.ORDERS))


def _edit_form() -> rx.Component:
    fields = order_fields(
        OrderState.customers,
        OrderState.flows,
        OrderState.customer,
        OrderState.choose_customer,
        OrderState.errors,
        initial=OrderState.form,
        statuses=STATUSES,
        assignees=OrderState.assignees,
    )
    return form_dialog(
        "edit-order",
        rx.cond(OrderState.order.events, "Edit booking", "Edit order"),
        fields,
        cancel_button("edit-order"),
        button(
            rx.cond(OrderState.order.events, "Save booking", "Save order"),
            variant="primary",
            type="submit",
            busy=OrderState.submitting,
        ),
        on_submit=OrderState.save,
        on_close=OrderState.edited,
    )
