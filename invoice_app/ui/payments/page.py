"""The payments list: every try, what came of it and why."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.views import PaymentRow
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.feedback import empty_state
from invoice_app.ui.components.link import go
from invoice_app.ui.components.table import Column, row_link, table
from invoice_app.ui.listing.parts import list_card, list_filters
from invoice_app.ui.payments.state import PaymentsListState
from invoice_app.ui.shell import page, page_head


def payments_page() -> rx.Component:
    """Payments and failed tries together; a row opens the order's payment details."""
    payments = PaymentsListState.payments
    return page(
        page_head("Payments"),
        rx.el.div(
            list_filters(PaymentsListState, hint="Search customers, orders and cards", any_status="Any outcome"),
            list_card(
                PaymentsListState,
                _table(),
                count=payments.count,
                pages=payments.pages,
                noun="payments",
                nothing_yet=_no_payments(),
            ),
            class_name="stack",
        ),
        place=routes.PAYMENTS,
    )


def _table() -> rx.Component:
    columns = [
        Column("Customer"),
        Column("Invoice", "148px", wide=True),
        Column("When", "164px"),
        Column("Method", "184px"),
        Column("Outcome", "136px"),
        Column("Reason", "20%", wide=True),
        Column(f"Amount {PaymentsListState.payments.currency}", "124px", amount=True),
    ]
    return table(columns, rx.foreach(PaymentsListState.payments.rows, _row), label="Payments")


def _row(row: PaymentRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row_link(row.customer, row.href), class_name="list__lead"),
        rx.el.td(row.reference, class_name="wide soft tabular"),
        rx.el.td(row.when, class_name="list__second soft"),
        rx.el.td(row.method, class_name="list__third soft"),
        rx.el.td(badge(row.outcome), class_name="list__badge to-right"),
        rx.el.td(rx.el.span(row.reason, title=row.reason), class_name="list__note wide soft small"),
        rx.el.td(row.amount, class_name="list__amount amount strong"),
        key=row.id,
    )


def _no_payments() -> rx.Component:
    return empty_state(
        "card",
        "No payments yet",
        "Every try to pay is listed here, also those that failed, with the reason in plain words. Send a customer their link "
        "or record cash on an order.",
        go("Go to orders", href=routes.ORDERS, class_name="button button--primary"),
    )
