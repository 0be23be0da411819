"""The Payment details drawer: every attempt in plain words, newest first (A3, A4)."""

import reflex as rx

from invoice_app.services.payment_views import AttemptView
from invoice_app.services.views import Choice
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import empty_state, notice
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.overlay import overlay, overlay_body, overlay_foot, overlay_head
from invoice_app.ui.order.money import ledger_section, money_sections
from invoice_app.ui.order.money_state import MoneyState
from invoice_app.ui.order.payments_state import PaymentsState


def payments_drawer() -> rx.Component:
    """The attempts, what is paid and due, and Make Payment."""
    details = PaymentsState.details
    none = empty_state(
        "card",
        "No payments yet",
        "Every payment and every failed attempt will be listed here, with the reason and what to do next.",
    )
    attempts = rx.el.ol(rx.foreach(details.attempts, _attempt), class_name="attempts", aria_label="Attempts")
    tries = rx.el.section(rx.el.h3("Attempts", class_name="strong"), attempts, class_name="money-section")
    return overlay(
        "payments-drawer",
        overlay_head(
            "payments-drawer",
            "Payment details",
            rx.el.span(details.reference, class_name="faint truncate"),
            badge(MoneyState.money.settlement),
        ),
        overlay_body(_sums(), money_sections(), rx.cond(details.attempts, tries, none), ledger_section()),
        _foot(),
        label="Payment details",
        on_close=PaymentsState.closed,
        kind="drawer",
    )


def _sums() -> rx.Component:
    details = PaymentsState.details
    return rx.el.dl(
        rx.el.div(rx.el.dt("Total"), rx.el.dd(details.total, class_name="tabular")),
        rx.el.div(rx.el.dt("Paid"), rx.el.dd(details.paid, class_name="tabular")),
        rx.cond(
            details.credited != "",
            rx.el.div(rx.el.dt("Credited"), rx.el.dd(details.credited, class_name="tabular")),
        ),
        rx.el.div(rx.el.dt("Due"), rx.el.dd(details.due_label, class_name="tabular strong")),
        class_name="sums",
    )


def _attempt(attempt: AttemptView) -> rx.Component:
    reason = rx.el.p(
        attempt.reason, rx.cond(attempt.next_step != "", f" {attempt.next_step}", ""), class_name="attempt__reason"
    )
    technical = rx.el.details(
        rx.el.summary("Technical details"),
        rx.el.dl(rx.foreach(attempt.technical, _code), class_name="definition"),
        class_name="attempt__technical small",
    )
    return rx.el.li(
        rx.el.div(
            badge(attempt.outcome),
            rx.el.span(attempt.amount, class_name="strong money"),
            class_name="row row--apart",
        ),
        rx.el.p(
            rx.el.span(attempt.method),
            rx.el.span(attempt.when, title=attempt.when_exact),
            rx.cond(attempt.who != "", rx.el.span(attempt.who)),
            rx.el.span(f"Revision {attempt.revision}"),
            class_name="attempt__facts small soft",
        ),
        rx.cond(attempt.reason != "", reason),
        rx.cond(attempt.technical, technical),
        key=attempt.id,
        class_name="attempt",
    )


def _code(code: Choice) -> rx.Component:
    return rx.fragment(rx.el.dt(code.value), rx.el.dd(code.label, class_name="mono"))


def _foot() -> rx.Component:
    details = PaymentsState.details
    make = button(
        "Make Payment", variant="primary", icon_name="card", id="make-payment-button", on_click=PaymentsState.make_payment
    )
    why_not = rx.cond(
        details.settled,
        rx.el.p(icon("check-circle"), details.refusal, class_name="row soft"),
        notice("info", details.refusal),
    )
    return overlay_foot(rx.cond(details.can_take_payment, make, rx.el.div(why_not, class_name="grow")))
