"""The invoices list: what was billed, when it is due and what is still owed."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.views import InvoiceRow
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.feedback import empty_state
from invoice_app.ui.components.link import go
from invoice_app.ui.components.table import Column, row_link, table
from invoice_app.ui.invoices.state import InvoicesState
from invoice_app.ui.listing.parts import list_card, list_filters
from invoice_app.ui.shell import page, page_head


def invoices_page() -> rx.Component:
    """Every invoice; a row opens its order."""
    invoices = InvoicesState.invoices
    return page(
        page_head("Invoices"),
        rx.el.div(
            list_filters(InvoicesState, hint="Search invoices and customers", any_status="Any status"),
            list_card(
                InvoicesState,
                _table(),
                count=invoices.count,
                is_more=invoices.is_more,
                pages=invoices.pages,
                noun="invoices",
                nothing_yet=_no_invoices(),
            ),
            class_name="stack",
        ),
        place=routes.INVOICES,
    )


def _table() -> rx.Component:
    currency = InvoicesState.invoices.currency
    columns = [
        Column("Invoice", "152px"),
        Column("Customer"),
        Column("Issued", "124px", wide=True),
        Column("Due", "124px"),
        Column("Status", "136px"),
        Column(f"Total {currency}", "128px", amount=True, wide=True),
        Column(f"Balance {currency}", "136px", amount=True),
    ]
    return table(columns, rx.foreach(InvoicesState.invoices.rows, _row), label="Invoices")


def _row(row: InvoiceRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row_link(row.reference, row.href), class_name="list__lead"),
        rx.el.td(row.customer, class_name="list__second"),
        rx.el.td(row.issued, class_name="wide soft tabular"),
        rx.el.td(row.due, class_name="list__third soft tabular"),
        rx.el.td(badge(row.billing), class_name="list__badge to-right"),
        rx.el.td(row.total, class_name="wide amount soft"),
        rx.el.td(row.balance, class_name="list__amount amount strong"),
        key=row.id,
    )


def _no_invoices() -> rx.Component:
    return empty_state(
        "receipt",
        "No invoices yet",
        "An invoice is made along with its order. Create an order and its invoice appears here.",
        go("Go to orders", href=routes.ORDERS, class_name="button button--primary"),
    )
