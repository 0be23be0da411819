"""The orders list: filters, table and paging."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.order_views import OrderRow
from invoice_app.ui.components.badge import badge, quiet_status
from invoice_app.ui.components.feedback import empty_state
from invoice_app.ui.components.table import Column, filters, row_link, table
from invoice_app.ui.listing.parts import choice_filter, clear_filters, list_card, search_field
from invoice_app.ui.orders.new_order import new_order_button, new_order_dialog
from invoice_app.ui.orders.state import OrdersState
from invoice_app.ui.shell import page, page_head


def orders_page() -> rx.Component:
    """Every order, newest first unless sorted otherwise."""
    return page(
        page_head("Orders", new_order_button(id="new-order-button")),
        rx.el.div(_filters(), _list(), class_name="stack"),
        new_order_dialog(),
        place=routes.ORDERS,
    )


def _filters() -> rx.Component:
    days = rx.el.div(
        _date_filter("since", "From", OrdersState.query.since),
        rx.el.span("to"),
        _date_filter("until", "To", OrdersState.query.until),
        class_name="filters__dates",
    )
    return filters(
        search_field(OrdersState, "Search orders and customers"),
        choice_filter(OrdersState, "status", "Status", empty="Any status"),
        choice_filter(OrdersState, "billing", "Invoice", empty="Any invoice"),
        days,
        clear_filters(OrdersState),
    )


def _date_filter(name: str, label: str, value: str) -> rx.Component:
    return rx.el.input(
        type="date",
        id=name,
        class_name="input",
        aria_label=label,
        value=value,
        on_change=lambda day: OrdersState.choose(name, day),
    )


def _list() -> rx.Component:
    orders, sort = OrdersState.orders, OrdersState.query.sort
    columns = [
        Column("No.", "80px", sort="number"),
        Column("Order", sort="title"),
        Column("Customer", "20%", sort="customer"),
        Column("Ordered", "116px", sort="ordered"),
        Column("Status", "132px"),
        Column("Invoice", "132px"),
        Column(f"Total {orders.currency}", "124px", amount=True, sort="total"),
        Column(f"Balance {orders.currency}", "136px", amount=True, sort="balance"),
    ]
    rows = rx.foreach(orders.rows, _row)
    return list_card(
        OrdersState,
        table(columns, rows, label="Orders", sort=sort, on_sort=lambda column: OrdersState.choose("sort", column)),
        count=orders.count,
        is_more=orders.is_more,
        pages=orders.pages,
        noun="orders",
        nothing_yet=_no_orders(),
    )


def _row(row: OrderRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(f"#{row.number}", class_name="orders__number faint tabular"),
        rx.el.td(row_link(row.title, f"{routes.ORDERS}/{row.number}"), class_name="orders__title"),
        rx.el.td(row.customer, class_name="orders__customer soft"),
        rx.el.td(row.ordered, class_name="orders__ordered soft tabular"),
        rx.el.td(quiet_status(row.status), class_name="orders__status"),
        rx.el.td(badge(row.billing), class_name="orders__billing to-right"),
        rx.el.td(row.total, class_name="orders__total amount soft"),
        rx.el.td(row.balance, class_name="orders__balance amount"),
        key=row.id,
    )


def _no_orders() -> rx.Component:
    return empty_state(
        "orders",
        "No orders yet",
        "An order holds what you sell and the files you deliver. Its invoice is made along with it.",
        new_order_button(),
    )
