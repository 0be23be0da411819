"""The customers list: who they are, what they owe and whether a card is kept."""

import reflex as rx

from invoice_app import routes
from invoice_app.ui.components.button import icon_button
from invoice_app.ui.components.feedback import empty_state
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import go
from invoice_app.ui.components.table import Column, row_link, table
from invoice_app.ui.customers.cards import cards_dialog
from invoice_app.ui.customers.cards_state import CardsState
from invoice_app.ui.customers.editing import customer_dialog
from invoice_app.ui.customers.editing_state import CustomerState
from invoice_app.ui.customers.state import CustomerRow, CustomersState
from invoice_app.ui.history.dialog import history_icon
from invoice_app.ui.listing.parts import list_card, list_filters
from invoice_app.ui.shell import page, page_head


def customers_page() -> rx.Component:
    """Every customer; a row lists their orders."""
    return page(
        page_head("Customers"),
        rx.el.div(
            list_filters(CustomersState, hint="Search names and e-mail addresses"),
            list_card(
                CustomersState,
                _table(),
                count=CustomersState.count,
                pages=CustomersState.pages,
                noun="customers",
                nothing_yet=_no_customers(),
            ),
            class_name="stack",
        ),
        rx.cond(CardsState.is_open, cards_dialog()),
        rx.cond(CustomerState.is_open, customer_dialog()),
        place=routes.CUSTOMERS,
    )


def _table() -> rx.Component:
    columns = [
        Column("Name"),
        Column("E-mail", "30%"),
        Column("Card kept", "184px"),
        Column("Orders", "88px", amount=True, wide=True),
        Column("Credit", "112px", amount=True, wide=True),
        Column(f"Balance {CustomersState.currency}", "140px", amount=True),
        Column("Edit", "96px", hidden_title=True),
    ]
    return table(columns, rx.foreach(CustomersState.rows, _row), label="Customers")


def _row(row: CustomerRow) -> rx.Component:
    account = row.account
    cards = rx.el.button(
        icon("card"),
        rx.el.span(account.cards, class_name="truncate"),
        type="button",
        class_name="button button--quiet button--small above-row",
        title=f"Cards of {account.name}",
        on_click=CardsState.open_cards(account.id),
    )
    edit = icon_button(
        f"Edit {account.name}",
        "pencil",
        small=True,
        id=f"edit-customer-{account.id}",
        on_click=CustomerState.start(account.id),
    )
    ways = rx.el.span(
        history_icon(f"account:{account.id}", account.name),
        rx.cond(CustomersState.can_edit, edit),
        class_name="above-row row list__ways",
    )
    return rx.el.tr(
        rx.el.td(row_link(account.name, row.orders_href), class_name="list__lead"),
        rx.el.td(account.email, class_name="list__second soft"),
        rx.el.td(rx.cond(account.cards != "", cards), class_name="list__third soft"),
        rx.el.td(account.orders, class_name="wide amount soft"),
        rx.el.td(account.credit, class_name="wide amount soft"),
        rx.el.td(account.balance, class_name="list__amount amount strong"),
        rx.el.td(ways, class_name="list__edit"),
        key=account.id,
    )


def _no_customers() -> rx.Component:
    return empty_state(
        "users",
        "No customers yet",
        "A customer is added with their first order, by name and e-mail address.",
        go("Go to orders", href=routes.ORDERS, class_name="button button--primary"),
    )
