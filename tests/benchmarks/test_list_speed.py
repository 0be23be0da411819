"""The lists of orders, bookings and invoices at 100,000 orders: what a page of each costs the server, on either database.

Every filter, every sort both ways and every kind of search that the pages offer; the first page, the fiftieth and the last.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest

from invoice_app.domain.access import Actor
from invoice_app.services.booking import list_bookings
from invoice_app.services.booking_views import BookingQuery
from invoice_app.services.listing import list_invoices
from invoice_app.services.order_views import OrderQuery
from invoice_app.services.ordering import list_orders
from invoice_app.ui.bookings.state import BookingsState
from invoice_app.ui.invoices.state import InvoicesState
from invoice_app.ui.orders.state import OrdersState
from tests.benchmarks.many_orders import write_many
from tests.benchmarks.report import report
from tests.factories import make_actor, make_organisation

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(0)]

ORDERS, BAR = 100_000, 100
ROUNDS = 3
STATUSES, BILLINGS = OrdersState.choices["status"], OrdersState.choices["billing"]
TIMES = BookingsState.choices["when"]
SORTS = ("ordered", "number", "title", "customer", "total", "balance")
SEARCHES = (
    "vera",
    "vera lindt",
    "mülle",
    "shoot",
    "harbour bristol",
    "bristol juniper 17",
    "inv-2026",
    "INV-2025-0712",
    "71234",
    "#101234",
    "ottoline.chen",
    "chen1204@example.com",
    "e",
    "nothing so",
)
PERIODS = (("", ""), ("2026-01-01", ""), ("2024-03-01", "2024-03-31"))


@dataclass(frozen=True)
class Case:
    """One way to ask a list: what it is called, and the call with a page."""

    name: str
    ask: Callable[[int], Any]


def _orders(actor: Actor) -> Iterator[Case]:
    def case(query: OrderQuery) -> Case:
        return Case(f"orders {query}", lambda page: list_orders(actor, replace(query, page=page)))

    sorts = [sign + sort for sort, sign in product(SORTS, ("", "-"))]
    statuses, billings = ["", *(choice.value for choice in STATUSES)], ["", *(choice.value for choice in BILLINGS)]
    for sort in sorts:
        for status in statuses:
            yield case(OrderQuery(sort=sort, status=status))
        for billing in billings[1:]:
            yield case(OrderQuery(sort=sort, billing=billing))
        for since, until in PERIODS[1:]:
            yield case(OrderQuery(sort=sort, since=since, until=until))
    for status, billing, (since, until) in product(statuses[1:], billings[1:], PERIODS):
        yield case(OrderQuery(status=status, billing=billing, since=since, until=until))
    for search in SEARCHES:
        for sort in sorts:
            yield case(OrderQuery(search=search, sort=sort))
        for status, billing in product(("definite", "lost"), ("", "overdue", "paid")):
            yield case(OrderQuery(search=search, status=status, billing=billing))


def _bookings(actor: Actor) -> Iterator[Case]:
    statuses = ["", *(choice.value for choice in STATUSES)]
    for when, status, search in product(TIMES, statuses, ("", *SEARCHES)):
        if not search or status in ("", "definite"):
            query = BookingQuery(when=when.value, status=status, search=search)
            yield Case(f"bookings {query}", lambda page, query=query: list_bookings(actor, replace(query, page=page)))  # type: ignore[misc]


def _invoices(actor: Actor) -> Iterator[Case]:
    for status, search in product(["", *(choice.value for choice in InvoicesState.choices["status"])], ("", *SEARCHES)):
        yield Case(
            f"invoices {status} {search}",
            lambda page, status=status, search=search: list_invoices(actor, billing=status, search=search, page=page),  # type: ignore[misc]
        )


def test_a_page_of_a_list_at_100_000_orders(migrated_url: str) -> None:
    make_organisation()
    ada = make_actor()
    write_many(ORDERS)
    measure(ada, "PostgreSQL" if migrated_url.startswith("postgresql") else "SQLite")


def measure(ada: Actor, database: str) -> None:
    """Ask every list in every way and print what it took."""
    for name, cases in (("orders", _orders(ada)), ("bookings", _bookings(ada)), ("invoices", _invoices(ada))):
        took: list[tuple[float, str]] = []
        for case in cases:
            last = case.ask(1).pages
            for page in sorted({1, min(50, last), last}):
                times = [_time(case, page) for _ in range(ROUNDS)]
                took.extend((ms, f"{case.name} page {page}") for ms in times)
        times = [ms for ms, _ in took]
        report(f"{name} on {database}, 95th percentile of {len(times)} pages", statistics.quantiles(times, n=20)[18], BAR, "ms")
        print(f"  median {statistics.median(times):.1f} ms; slowest {max(took)[0]:.0f} ms: {max(took)[1]}")


def _time(case: Case, page: int) -> float:
    started = time.perf_counter()
    case.ask(page)
    return (time.perf_counter() - started) * 1_000
