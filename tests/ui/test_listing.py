"""What a list is asked for stands in its address: reading it, writing it, and typing that is faster than loading."""

import asyncio
from typing import Any

import pytest

from invoice_app import routes
from invoice_app.services.booking_views import BookingQuery
from invoice_app.services.order_views import OrderQuery
from invoice_app.services.reporting import ReportQuery
from invoice_app.services.views import ListQuery
from invoice_app.ui.bookings.state import BookingsState
from invoice_app.ui.customers.state import CustomersState
from invoice_app.ui.invoices.state import InvoicesState
from invoice_app.ui.listing.address import read_query, write_address
from invoice_app.ui.orders.state import OrdersState
from invoice_app.ui.payments.state import PaymentsListState

LISTS: tuple[Any, ...] = (OrdersState, BookingsState, InvoicesState, PaymentsListState, CustomersState)


def open_list(kind: Any = OrdersState) -> Any:
    """A list as a tab holds it."""
    return kind(_reflex_internal_init=True)


def handle(state: Any, handler: str, *given: object) -> Any:
    return asyncio.run(type(state).event_handlers[handler].fn(state, *given))


def test_an_address_is_read_into_the_query_that_wrote_it() -> None:
    asked = OrderQuery(search="Vera & Jonas", status="definite", billing="overdue", since="2026-11-01", sort="-total", page=3)
    address = write_address(routes.ORDERS, asked)
    assert address == "/orders?search=Vera+%26+Jonas&status=definite&page=3&billing=overdue&since=2026-11-01&sort=-total"
    said = {"search": "Vera & Jonas", "status": "definite", "page": "3", "billing": "overdue", "since": "2026-11-01"}
    assert read_query(OrderQuery, {**said, "sort": "-total", "unknown": "x"}) == asked


def test_what_goes_without_saying_is_not_in_the_address() -> None:
    assert write_address(routes.ORDERS, OrderQuery()) == "/orders"
    assert write_address(routes.BOOKINGS, BookingQuery(view="calendar", when="upcoming")) == "/bookings?view=calendar"
    assert write_address(routes.REPORTS, ReportQuery(period="last_year")) == "/reports?period=last_year"


@pytest.mark.parametrize("page", ["", "0", "-2", "x", "1.5", "٣", "²", "123456"])
def test_a_page_that_cannot_be_read_is_the_first(page: str) -> None:
    assert read_query(OrderQuery, {"page": page}) == OrderQuery()
    assert read_query(ListQuery, {"page": page}) == ListQuery()


@pytest.mark.parametrize("kind", LISTS)
def test_a_filter_that_is_none_of_the_choices_asks_for_everything(kind: Any) -> None:
    invented = dict.fromkeys(kind.choices, "invented")
    assert read_query(kind.kind, invented, kind.choices) == kind.kind()


def test_a_long_search_is_cut() -> None:
    assert read_query(ListQuery, {"search": f" {'x' * 300}"}).search == "x" * 199


def test_two_filters_chosen_before_the_page_has_loaded_both_count() -> None:
    orders = open_list()
    handle(orders, "choose", "status", "definite")
    handle(orders, "choose", "billing", "overdue")
    assert (orders.query.status, orders.query.billing) == ("definite", "overdue")


def test_another_filter_starts_at_the_first_page() -> None:
    orders = open_list()
    handle(orders, "go_to", 4)
    handle(orders, "choose", "sort", "total")
    assert (orders.query.page, orders.query.sort) == (1, "total")


@pytest.mark.parametrize(("name", "value"), [("page", "7"), ("kind", "x"), ("status", "")])
def test_what_is_no_filter_or_no_change_leads_nowhere(name: str, value: str) -> None:
    orders = open_list()
    assert handle(orders, "choose", name, value) is None
    assert orders.query == OrderQuery()


@pytest.mark.parametrize("kind", LISTS)
def test_what_is_being_typed_stays_in_the_field_while_an_earlier_search_loads(kind: Any) -> None:
    shown = open_list(kind)
    handle(shown, "search", "jun")
    handle(shown, "search", "juniper")
    shown._settle_search("jun")
    shown._settle_search("juniper")
    assert shown.field_version == 0


@pytest.mark.parametrize("kind", LISTS)
def test_back_and_clear_show_the_field_anew(kind: Any) -> None:
    shown = open_list(kind)
    handle(shown, "search", "juniper")
    shown._settle_search("juniper")
    shown._settle_search("")
    assert shown.field_version == 1
    assert handle(shown, "search", "") is None
    shown._settle_search("juniper")
    assert shown.field_version == 2


def test_a_letter_taken_back_while_its_search_loads_searches_again() -> None:
    orders = open_list()
    handle(orders, "search", "a")
    handle(orders, "search", "ab")
    orders.query = OrderQuery(search="a")
    assert handle(orders, "search", "a") is not None
