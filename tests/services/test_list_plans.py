"""How the databases answer the lists: by indexes, nothing read in full, and nothing sorted that an index has in order."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from invoice_app import db
from invoice_app.domain.access import Actor
from invoice_app.repositories import finding
from invoice_app.services.booking import list_bookings
from invoice_app.services.booking_views import BookingQuery
from invoice_app.services.listing import list_invoices
from invoice_app.services.order_views import OrderQuery
from invoice_app.services.ordering import list_orders
from tests.benchmarks.many_orders import write_many
from tests.factories import make_actor, make_organisation

LARGE = ("sales_order", "invoice", "account", "searchword")
ORDERS, FEW, MANY = 600, 1_000_000, 5
SORTS = ("ordered", "number", "title", "customer", "total", "balance")


@pytest.fixture
def ada(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """A member of staff of a studio with some orders, on a database that uses an index wherever there is one."""
    make_organisation()
    ada = make_actor()
    write_many(ORDERS)
    if migrated_url.startswith("postgresql"):
        # So few rows are read faster without an index: whether there is one for each question is what is asked here.
        monkeypatch.setenv("PGOPTIONS", "-c enable_seqscan=off -c enable_sort=off -c enable_bitmapscan=off")
        db.engine().dispose()
    return ada


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """What is asked of the database meanwhile."""
    asked: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", listen)
    yield asked
    event.remove(engine, "before_cursor_execute", listen)


def explain(ask: Callable[[], Any], only: str = "") -> list[str]:
    """The plan of every question, with the words `only` in it, that a page asks."""
    engine = db.engine()
    with statements(engine) as asked:
        ask()
    prefix = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        return [
            "\n".join(row[-1] for row in connection.exec_driver_sql(prefix + statement, parameters))
            for statement, parameters in asked
            if statement.startswith("SELECT") and "pg_catalog" not in statement and only in statement
        ]


def reads_in_full(plan: str) -> list[str]:
    """The large tables that a plan reads from end to end, past every index."""
    scans = re.findall(r"SCAN (\w+)\b(?! USING)", plan) + re.findall(r"Seq Scan on (\w+)", plan)
    return [table for table in scans if table in LARGE]


def sorts(plan: str) -> bool:
    return "TEMP B-TREE FOR ORDER BY" in plan or re.search(r"^\W*Sort\b", plan, re.MULTILINE) is not None


def ways(ada: Actor) -> dict[str, Callable[[], Any]]:
    """Every filter and sort of the pages, and each kind of search."""
    found: dict[str, Callable[[], Any]] = {}
    for sort in (*SORTS, *(f"-{sort}" for sort in SORTS)):
        for more in ({}, {"status": "definite"}, {"billing": "paid"}, {"billing": "open"}, {"since": "2024-01-01"}):
            query = OrderQuery(sort=sort, page=2, **more)
            found[f"orders {sort} {more}"] = lambda query=query: list_orders(ada, query)  # type: ignore[misc]
    for billing in ("open", "overdue", "due", "upcoming", "partly_paid", "processing", "paid", "pending", "void", ""):
        found[f"invoices {billing}"] = lambda billing=billing: list_invoices(ada, billing=billing)  # type: ignore[misc]
        order_query = OrderQuery(billing=billing if billing != "partly_paid" else "", status="completed")
        found[f"orders {order_query}"] = lambda query=order_query: list_orders(ada, query)  # type: ignore[misc]
    for when in ("upcoming", "past", "all"):
        for status in ("", "definite"):
            booked = BookingQuery(when=when, status=status)
            found[f"bookings {when} {status}"] = lambda query=booked: list_bookings(ada, query)  # type: ignore[misc]
    return found


def searches(ada: Actor) -> dict[str, Callable[[], Any]]:
    return {
        "orders": lambda: list_orders(ada, OrderQuery(search="vera lindt", status="definite")),
        "bookings": lambda: list_bookings(ada, BookingQuery(search="harbour")),
        "invoices": lambda: list_invoices(ada, search="inv-2026", billing="paid"),
    }


def test_no_list_reads_a_large_table_in_full(ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for rare in (FEW, MANY):
        monkeypatch.setattr(finding, "RARE", rare)
        for name, ask in (ways(ada) | searches(ada)).items():
            plans = explain(ask)
            assert len(plans) >= 3, name
            for plan in plans:
                assert reads_in_full(plan) == [], f"{name}\n{plan}"


def test_no_list_is_sorted_where_many_records_meet_its_filters(ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "RARE", MANY)
    for name, ask in ways(ada).items():
        for plan in explain(ask, only="LIMIT"):
            assert not sorts(plan), f"{name}\n{plan}"


def test_a_search_is_a_range_of_the_index_of_words(ada: Actor) -> None:
    for name, ask in searches(ada).items():
        joined = "\n".join(explain(ask))
        on_sqlite = re.search(
            r"SEARCH searchword USING (COVERING )?(INDEX|PRIMARY KEY) ?(\w+ )?\(word>\? AND word<\?\)", joined
        )
        assert on_sqlite or "pk_searchword" in joined, f"{name}\n{joined}"
