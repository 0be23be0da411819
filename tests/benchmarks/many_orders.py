"""A studio with many orders, their invoices and tries to pay, written in bulk: what lists are measured on."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, text

from invoice_app.db import engine
from invoice_app.domain.searching import list_words
from invoice_app.domain.settlement import derive_standing
from invoice_app.domain.stages import Stage
from invoice_app.models import Account, EventChain, Invoice, Order, PaymentAttempt, SearchWord, sort_key, sum_all_invoices

TODAY = date(2026, 11, 22)
_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
_THINGS = (
    "Harbour loft shoot",
    "Wedding dinner",
    "Corporate gala",
    "Twilight drone photos",
    "Studio portrait",
    "Family brunch",
    "Product launch",
    "Garden party",
    "Autumn catalogue",
    "Conference in the great hall",
    "Rooftop interiors",
    "Floor plans",
)
_PLACES = ("Bristol", "Quay Street", "Clifton", "Bath", "Old Mill", "Kingsdown", "Redland", "Portishead", "Stokes Croft")
_FIRST = ("Vera", "Hale", "Marco", "Anna", "Émile", "Ottoline", "Daniel", "Chioma", "Wei", "Lucía", "Jonas", "Priya")
_LAST = ("Lindt", "Rossi", "Schmidt", "Müller", "Okafor", "Chen", "García", "Ivanova", "Juniper", "Baker", "Whitfield")
_STATUSES = ("inquiry", "tentative", "definite", "definite", "in_progress", "completed", "completed", "completed", "lost")
_STAGES = ("draft", "sent", "sent", "finalized", "finalized", "finalized", "finalized", "void")


def write_many(orders: int) -> None:
    """Write this many orders (numbered from 1001) of a fifth as many customers, with 1.2 invoices and 1.2 tries each.

    Seven in twenty are bookings. The organisation with a booking flow must be there.
    """
    chance = random.Random(20261122)
    customers = [_customer(chance, number) for number in range(1, orders // 5 + 1)]
    with engine().begin() as connection:
        _write(connection, Account, customers)
        made = [_order(chance, number, customers) for number in range(1, orders + 1)]
        _write(connection, Order, made)
        invoices = list(_invoices(chance, made))
        _write(connection, Invoice, invoices)
        _write(connection, SearchWord, _words(made, invoices, customers))
        _write(connection, PaymentAttempt, (_attempt(chance, number, row) for number, row in enumerate(invoices, 1)))
        _write(connection, EventChain, [{"id": 1, "length": 0, "hash": "0" * 64}])
        sum_all_invoices(connection)
        if connection.dialect.name == "postgresql":
            for table in ("account", "sales_order", "invoice", "paymentattempt"):
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"))
    if engine().dialect.name == "postgresql":
        with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as the server does by itself within minutes


def _customer(chance: random.Random, number: int) -> dict[str, Any]:
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    name = f"{first} {last}"
    email = f"{first}.{last}{number}@example.com".lower()
    return {"id": number, "name": name, "name_key": sort_key(name), "email": email, "created_at": _AT}


def _order(chance: random.Random, number: int, customers: list[dict[str, Any]]) -> dict[str, Any]:
    customer = chance.choice(customers)
    ordered_on = TODAY - timedelta(days=chance.randrange(2_000))
    title = f"{chance.choice(_THINGS)} {chance.choice(_PLACES)} {chance.randrange(1, 400)}"
    starts_on = ordered_on + timedelta(days=chance.randrange(20, 300)) if chance.random() < 0.35 else None
    return {
        "id": number,
        "number": 1_000 + number,
        "title": title,
        "title_key": sort_key(title),
        "account_id": customer["id"],
        "customer_key": customer["name_key"],
        "flow_id": 1,
        "status": chance.choice(_STATUSES),
        "ordered_on": ordered_on,
        "starts_on": starts_on,
        "ends_on": starts_on + timedelta(days=chance.randrange(3)) if starts_on else None,
        "created_at": _AT,
    }


def _invoices(chance: random.Random, orders: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    number = 0
    for order in orders:
        for place in range(1, 3 if chance.random() < 0.2 else 2):
            number += 1
            stage, total = chance.choice(_STAGES), chance.randrange(5_000, 900_000)
            numbered = stage in ("finalized", "void")
            paid = 0 if stage in ("draft", "void") else chance.choice((0, total, total, total, total, total // 3))
            in_flight = stage == "sent" and paid == 0 and chance.random() < 0.02
            yield {
                "id": number,
                "order_id": order["id"],
                "account_id": order["account_id"],
                "kind": "standalone",
                "place": place,
                "stage": stage,
                "number": f"INV-{order['ordered_on'].year}-{number:06}" if numbered else None,
                "currency": "USD",
                "issued_on": order["ordered_on"],
                "due_on": order["ordered_on"] + timedelta(days=14),
                "total": total,
                "paid": paid,
                "in_flight": in_flight,
                "standing": derive_standing(Stage(stage), in_flight, total - paid, paid),
                "created_at": _AT,
                "updated_at": _AT,
            }


def _words(
    orders: list[dict[str, Any]], invoices: list[dict[str, Any]], customers: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    for order in orders:
        customer = customers[order["account_id"] - 1]
        for word in list_words(order["title"], customer["name"], customer["email"], str(order["number"])):
            yield {"word": word, "order_id": order["id"], "invoice_id": 0}
    for invoice in invoices:
        for word in list_words(invoice["number"] or ""):
            yield {"word": word, "order_id": invoice["order_id"], "invoice_id": invoice["id"]}


def _attempt(chance: random.Random, number: int, invoice: dict[str, Any]) -> dict[str, Any]:
    return {
        "invoice_id": invoice["id"],
        "revision": 1,
        "amount": invoice["total"],
        "currency": "USD",
        "method": "card",
        "method_label": f"Visa ··{chance.randrange(1_000, 10_000)}",
        "status": chance.choice(("succeeded", "succeeded", "succeeded", "failed", "expired")),
        "who": "Customer",
        "idempotency_key": f"seed-{number}",
        "started_at": _AT - timedelta(minutes=chance.randrange(2_000_000)),
    }


def _write(connection: Connection, model: Any, rows: Iterable[dict[str, Any]]) -> None:
    waiting = iter(rows)
    while some := list(islice(waiting, 5_000)):
        connection.execute(insert(model), some)
