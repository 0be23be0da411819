"""Realistic records for tests, made through the services wherever a service makes them; keyword-only, with
sensible defaults."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Role
from invoice_app.models import BookingFlow, Invoice, Order, Organisation, Tax, User
from invoice_app.repositories.orders import find_order, list_order_invoices
from invoice_app.services import configuring, couponing, itemising, ordering, planning
from invoice_app.services.booking_views import EventForm
from invoice_app.services.draft_views import CouponForm
from invoice_app.services.order_views import ItemForm, OrderForm
from invoice_app.services.signing_in import hash_password

PASSWORD = "correct horse battery"
VAT_20 = "S:200000:VAT 20 %"
NO_TAX = "O:0:No tax"

_counter = count(1)


def make_organisation(
    *, currency: str = "USD", payments_enabled: bool = True, prices_include_tax: bool = False, time_zone: str = "UTC"
) -> None:
    """The organisation with a booking flow "Photo shoot", VAT 20 % (default) and no tax."""
    with transaction() as session:
        session.add(
            Organisation(
                id=1,
                name="Northlight Studio",
                email="desk@northlight.example",
                address=["12 Quay Street", "Bristol BS1 4DB"],
                tax_ids=[["VAT", "GB123456789"]],
                currency=currency,
                payments_enabled=payments_enabled,
                prices_include_tax=prices_include_tax,
                time_zone=time_zone,
                terms="Payable within 14 days.",
            )
        )
        session.add(BookingFlow(name="Photo shoot"))
        session.add(Tax(name="VAT 20 %", category="S", rate=200_000, is_default=True))
        session.add(Tax(name="No tax", category="O", rate=0))


def make_actor(*, role: Role = Role.OWNER, name: str = "Ada Voss") -> Actor:
    """A member of staff who can sign in with PASSWORD."""
    email = f"{name.split()[0].lower()}{next(_counter)}@northlight.example"
    with transaction() as session:
        user = User(email=email, name=name, role=role, password_hash=_password_hash(), created_at=utc_now())
        session.add(user)
        session.flush()
        assert user.id is not None
        return Actor(user_id=user.id, name=name, email=email, role=role)


def make_flow(*, actor: Actor, name: str = "", payments_enabled: bool = True, hold_card: bool = False) -> str:
    """A booking flow; answers its id as forms carry it."""
    named = name or f"Flow {next(_counter)}"
    configuring.save_flow(actor, None, name=named, payments_enabled=payments_enabled, hold_card=hold_card)
    return next(choice.value for choice in ordering.list_flow_choices(actor) if choice.label == named)


def make_order(
    *,
    actor: Actor,
    items: tuple[tuple[str, str, str], ...] = (("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00")),
    tax: str = VAT_20,
    title: str = "Harbour Loft shoot",
    customer: str = "Vera Lindt",
    email: str = "vera@lindt.example",
    flow_id: str = "",
    ordered_on: date | None = None,
) -> Order:
    """An order with its invoice; `items` are (description, quantity, unit price)."""
    flow = flow_id or ordering.list_flow_choices(actor)[0].value
    form = OrderForm(
        title=title,
        customer_name=customer,
        customer_email=email,
        flow_id=flow,
        ordered_on=ordered_on.isoformat() if ordered_on else "",
    )
    number = ordering.create_order(actor, form)
    with reading() as session:
        order = find_order(session, number)
    assert order.id is not None
    for description, quantity, price in items:
        itemising.add_item(actor, order.id, ItemForm(description=description, quantity=quantity, unit_price=price, tax_id=tax))
    return order


def make_booking(
    *,
    actor: Actor,
    events: tuple[str, ...] = ("Dinner", "Brunch"),
    items: tuple[tuple[str, str, str], ...] = (("Three-course menu", "40", "65.00"), ("Brunch buffet", "40", "28.00")),
    tax: str = VAT_20,
    **facts: Any,
) -> Order:
    """A booking: an order with an event on each day from 5 December 2026, and on its invoice an item for each event in turn."""
    order = make_order(actor=actor, items=(), title=facts.pop("title", "Lindt and Hale wedding"), **facts)
    assert order.id is not None
    evening = EventForm(starts="18:00", ends="23:30", space="Great hall", guests="40")
    ids = [
        planning.add_event(actor, order.id, replace(evening, name=name, starts_on=f"2026-12-{5 + day:02}"))
        for day, name in enumerate(events)
    ]
    for place, (description, quantity, price) in enumerate(items):
        at = str(ids[place % len(ids)]) if ids else ""
        form = ItemForm(description=description, quantity=quantity, unit_price=price, tax_id=tax, kind="menu", event_id=at)
        itemising.add_item(actor, order.id, form)
    return order


def invoice_of(order: Order) -> Invoice:
    """The invoice of an order as it is now."""
    assert order.id is not None
    with reading() as session:
        return list_order_invoices(session, order.id)[0]


def make_coupon(*, actor: Actor, code: str = "AUTUMN10", method: str = "percent", value: str = "10", **rest: str) -> str:
    """A coupon; answers its code."""
    return couponing.create_coupon(actor, CouponForm(code=code, label="Autumn offer", method=method, value=value, **rest)).code


_hash: list[str] = []


def _password_hash() -> str:
    # argon2id takes a tenth of a second: once is enough for everybody.
    if not _hash:
        _hash.append(hash_password(PASSWORD))
    return _hash[0]
