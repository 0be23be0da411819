"""The orders list: filters, table, paging, and the form for a new order."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.badges import ORDER_STATUSES
from invoice_app.services.views import Choice, OrderForm, OrderRow
from invoice_app.ui.components.badge import badge, quiet_status
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import empty_state, skeleton
from invoice_app.ui.components.field import select, text_input
from invoice_app.ui.components.overlay import cancel_button, form_dialog
from invoice_app.ui.components.table import Column, filters, pager, row_link, table
from invoice_app.ui.listing.parts import tell_count
from invoice_app.ui.order.order_form import order_fields
from invoice_app.ui.orders.state import OrdersState
from invoice_app.ui.shell import page, page_head

STATUSES = tuple(Choice(status.value, shown.word) for status, shown in ORDER_STATUSES.items())
BILLINGS = (
    Choice("open", "To be paid"),
    Choice("pending", "Draft"),
    Choice("upcoming", "Upcoming"),
    Choice("due", "Due"),
    Choice("overdue", "Overdue"),
    Choice("processing", "Processing"),
    Choice("paid", "Paid"),
    Choice("void", "Void"),
)


def orders_page() -> rx.Component:
    """Every order, newest first unless sorted otherwise."""
    return page(
        page_head(
            "Orders",
            button("New order", variant="primary", icon_name="plus", id="new-order-button", on_click=OrdersState.start),
        ),
        rx.el.div(rx.cond(OrdersState.loaded, _filters(), _space()), _list(), class_name="stack"),
        rx.cond(OrdersState.creating, _new_order()),
        place=routes.ORDERS,
    )


def _filters() -> rx.Component:
    query = OrdersState.query
    return filters(
        text_input(
            "search",
            icon_name="search",
            placeholder="Search orders and customers",
            aria_label="Search orders",
            type="search",
            default_value=query.search,
            on_change=OrdersState.search.debounce(200),
            custom_attrs={"data-shortcut": "/"},
        ),
        select(
            "status",
            STATUSES,
            empty="Any status",
            value=query.status,
            aria_label="Status",
            on_change=lambda value: OrdersState.choose("status", value),
        ),
        select(
            "billing",
            BILLINGS,
            empty="Any invoice",
            value=query.billing,
            aria_label="Invoice",
            on_change=lambda value: OrdersState.choose("billing", value),
        ),
        rx.el.div(
            _date_filter("since", "From", query.since),
            rx.el.span("to"),
            _date_filter("until", "To", query.until),
            class_name="filters__dates",
        ),
        rx.cond(OrdersState.filtered, button("Clear filters", variant="quiet", on_click=rx.redirect(routes.ORDERS))),
    )


def _space() -> rx.Component:
    # Filters appear with what the address says; their room is kept until then.
    return rx.el.div(class_name="filters filters--awaited", aria_hidden=True)


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
    orders = OrdersState.orders
    currency = orders.currency
    columns = [
        Column("No.", "80px", sort="number"),
        Column("Order", sort="title"),
        Column("Customer", "20%", sort="customer"),
        Column("Ordered", "116px", sort="ordered"),
        Column("Status", "132px"),
        Column("Invoice", "132px"),
        Column(f"Total {currency}", "124px", amount=True, sort="total"),
        Column(f"Balance {currency}", "136px", amount=True, sort="balance"),
    ]
    rows = rx.foreach(OrdersState.orders.rows, _row)
    listing = rx.fragment(
        table(columns, rows, label="Orders", sort=OrdersState.query.sort, on_sort=OrdersState.sort_by),
        pager(orders.page, orders.pages, tell_count(orders.count, orders.is_more, "orders"), OrdersState.go_to),
    )
    shown = rx.cond(OrdersState.orders.count > 0, listing, rx.cond(OrdersState.filtered, _nothing_found(), _no_orders()))
    return rx.el.div(rx.cond(OrdersState.loaded, shown, skeleton(8)), class_name="card orders")


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
        button("New order", variant="primary", icon_name="plus", on_click=OrdersState.start),
    )


def _nothing_found() -> rx.Component:
    return empty_state(
        "search",
        "No order matches these filters",
        "Try fewer filters, an order number, or part of a customer's name.",
        button("Clear filters", on_click=rx.redirect(routes.ORDERS)),
    )


def _new_order() -> rx.Component:
    fields = order_fields(
        OrdersState.customers,
        OrdersState.flows,
        OrdersState.customer,
        OrdersState.choose_customer,
        OrdersState.errors,
        initial=OrderForm(),
        assignees=OrdersState.assignees,
    )
    return form_dialog(
        "new-order",
        "New order",
        fields,
        cancel_button("new-order"),
        button("Create order", variant="primary", type="submit", busy=OrdersState.submitting),
        on_submit=OrdersState.create,
        on_close=OrdersState.closed,
    )
