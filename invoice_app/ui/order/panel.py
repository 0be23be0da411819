"""The Order Details panel: where the invoice stands, and the ways into it (A1, A2, A3, A10)."""

import reflex as rx

from invoice_app.domain.settlement import Billing
from invoice_app.domain.stages import Stage
from invoice_app.services.badges import BILLING, STAGES
from invoice_app.services.order_views import InstalmentView, MissingSwitch
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button
from invoice_app.ui.components.card import card, card_body
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import switch
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import link
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.invoice_actions import invoice_actions
from invoice_app.ui.order.invoices_state import InvoicesCardState
from invoice_app.ui.order.payments_state import PaymentsState
from invoice_app.ui.order.scheduling_state import SchedulingState
from invoice_app.ui.order.state import OrderState


def details_panel() -> rx.Component:
    """Order Details: due, paid, badge, Payment details and Change Invoice; or the switch that is missing."""
    panel = OrderState.order.panel
    invoicing = rx.fragment(_amounts(), _ways())
    return card(
        "Order Details",
        card_body(rx.cond(panel.switches, _switched_off(), rx.cond(panel.invoice_id > 0, invoicing, _no_invoice()))),
        rx.cond(panel.invoice_id > 0, _facts()),
        beside=badge(panel.billing),
        name="order-details",
    )


def _amounts() -> rx.Component:
    panel = OrderState.order.panel
    return rx.el.div(
        rx.el.p(rx.cond(_is_paid(), "Nothing is due", "Due"), class_name="faint small"),
        rx.el.p(panel.due_label, class_name="panel__due tabular"),
        rx.el.div(
            rx.el.span(style={"width": f"{panel.paid_percent}%"}),
            class_name="progress",
            role="progressbar",
            aria_label="Paid",
            aria_valuenow=panel.paid_percent,
            aria_valuemin=0,
            aria_valuemax=100,
        ),
        rx.el.p(
            rx.el.span(f"{panel.paid} paid", class_name="tabular"),
            rx.el.span(f"of {panel.total}", class_name="tabular"),
            class_name="row row--apart small soft panel__paid",
        ),
        rx.cond(
            panel.credited != "",
            rx.el.p(icon("undo"), f"{panel.credited} credited by credit notes", class_name="row small soft"),
        ),
        rx.cond(
            panel.credit != "",
            rx.el.p(icon("card"), f"The customer has {panel.credit} of credit", class_name="row small soft", id="panel-credit"),
        ),
        rx.cond(panel.held != "", rx.el.p(icon("lock"), panel.held, class_name="row small soft panel__when")),
        rx.cond(panel.card != "", rx.el.p(icon("card"), panel.card, class_name="row small soft panel__when")),
        rx.cond(panel.due_text != "", rx.el.p(icon("calendar"), panel.due_text, class_name="row small soft panel__when")),
        rx.cond(
            panel.schedule,
            rx.el.ol(
                rx.foreach(panel.schedule, _instalment), class_name="panel__schedule small", aria_label="Payment schedule"
            ),
        ),
        class_name="panel__amounts",
    )


def _instalment(one: InstalmentView) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.span(one.label, class_name="truncate"), rx.el.span(one.due, class_name="faint")),
        badge(one.state),
        rx.el.span(one.amount, class_name="money"),
    )


def _is_paid() -> bool:
    # Then the badge says it all: "Stage: Sent" beside "Paid" would make two answers of one.
    return OrderState.order.panel.billing.word == BILLING[Billing.PAID].word


def _is_final() -> bool:
    return OrderState.order.panel.stage.word == STAGES[Stage.FINALIZED].word


def _ways() -> rx.Component:
    panel = OrderState.order.panel
    attempts = rx.cond(panel.attempts > 0, rx.el.span(panel.attempts, class_name="panel__count tabular", aria_hidden=True))
    details = rx.el.button(
        "Payment details",
        attempts,
        type="button",
        id="payment-details",
        class_name="button button--wide",
        aria_label="Payment details",
        custom_attrs={"data-opens": "payments-drawer"},
        on_click=PaymentsState.open_details(panel.invoice_id),
    )
    change = button(
        "Change Invoice",
        variant="primary",
        wide=True,
        id="change-invoice",
        custom_attrs={"data-opens": "invoice-drawer"},
        on_click=DrawerState.open_invoice(panel.invoice_id),
    )
    look = button("View invoice", wide=True, id="change-invoice", on_click=DrawerState.open_invoice(panel.invoice_id))
    schedule = button(
        "Payment schedule",
        wide=True,
        variant="quiet",
        icon_name="calendar",
        id="payment-schedule-button",
        on_click=SchedulingState.start(panel.invoice_id),
    )
    actions = invoice_actions(panel.invoice_id, "panel")
    return rx.el.div(rx.cond(panel.can_edit, change, look), details, schedule, actions, class_name="panel__ways")


def _no_invoice() -> rx.Component:
    order = OrderState.order
    add = button("Add invoice", variant="primary", wide=True, on_click=InvoicesCardState.start(order.id))
    return rx.el.div(
        rx.el.p("There is no invoice to pay.", class_name="soft"), rx.cond(order.can_add_invoice, add), class_name="stack"
    )


def _switched_off() -> rx.Component:
    return rx.el.div(
        rx.foreach(OrderState.order.panel.switches, _switch),
        rx.el.p("Invoices and payments of this order are paused until this is on.", class_name="small faint"),
        class_name="stack",
    )


def _switch(switch: MissingSwitch) -> rx.Component:
    return notice("warn", switch.message, " ", link(switch.link, switch.href))


def _facts() -> rx.Component:
    order = OrderState.order
    panel = order.panel
    facts = rx.el.dl(
        rx.el.dt("Invoice"),
        rx.el.dd(panel.reference, rx.cond(panel.label != "", f" · {panel.label}", ""), class_name="truncate"),
        rx.el.dt("Kind"),
        rx.el.dd(panel.kind),
        rx.cond(_is_paid() & ~_is_final(), None, rx.fragment(rx.el.dt("Stage"), rx.el.dd(badge(panel.stage)))),
        rx.el.dt("Revision"),
        rx.el.dd(panel.revision, class_name="tabular"),
        rx.el.dt("Customer"),
        rx.el.dd(order.customer, class_name="truncate", title=order.customer_email),
        rx.el.dt("Booking flow"),
        rx.el.dd(order.flow, class_name="truncate"),
        class_name="definition",
    )
    viewed = rx.cond(panel.last_viewed != "", rx.el.p(icon("eye"), panel.last_viewed, class_name="row small soft"))
    return rx.el.div(facts, rx.cond(panel.can_switch_online, _online()), viewed, class_name="card__foot panel__facts")


def _online() -> rx.Component:
    panel = OrderState.order.panel
    return switch(
        "pay-online",
        "Online payment",
        hint=rx.cond(panel.pay_online, "The customer can pay at the link.", "The customer is told to pay otherwise."),
        checked=panel.pay_online,
        on_change=lambda on: InvoicesCardState.switch_online(panel.invoice_id, on),
    )
