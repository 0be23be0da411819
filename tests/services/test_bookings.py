"""Bookings beyond the requirements' own tests: both databases, two writers at once, Lost whole or not at all."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy.event import listen
from sqlalchemy.exc import IntegrityError

from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Role
from invoice_app.domain.errors import AppError, Conflict, PermissionDenied
from invoice_app.models import Event, Invoice
from invoice_app.repositories.invoices import read_invoice
from invoice_app.services import adding_invoices, converting, itemising, losing, ordering, planning
from invoice_app.services.booking_views import EventForm, InvoiceForm
from invoice_app.services.order_views import ItemForm, OrderForm
from invoice_app.services.revising import revise_invoice
from tests.booking_steps import add_standalone, assert_healthy, pay_in_cash, row_of
from tests.factories import VAT_20, invoice_of, make_actor, make_booking, make_order, make_organisation


def test_a_booking_lives_and_is_lost_alike_on_both_databases(migrated_url: str) -> None:
    make_organisation()
    actor = make_actor()
    order = make_booking(actor=actor)
    invoice_id = invoice_of(order).id or 0
    paid = add_standalone(actor, order, price="100.00")
    pay_in_cash(actor, paid, "20.00")
    assert (row_of(order).total, row_of(order).balance) == (458_400, 456_400)
    converting.separate_invoice(actor, invoice_id)
    converting.connect_invoice(actor, invoice_id)
    losing.lose_order(actor, order.id or 0)
    assert (row_of(order).total, row_of(order).balance) == (12_000, 10_000)
    assert (row_of(order).starts_on, row_of(order).ends_on) == (date(2026, 12, 5), date(2026, 12, 6))
    assert [item.description for item in ordering.open_order(actor, order.number).items] == [
        "Three-course menu",
        "Brunch buffet",
    ]
    assert_healthy()


def test_two_invoices_of_one_order_paid_at_the_same_moment_leave_the_right_sums(migrated_url: str) -> None:
    make_organisation()
    actor = make_actor()
    order = make_order(actor=actor, items=())
    invoices = [add_standalone(actor, order, price="100.00") for _ in range(4)]
    begin = threading.Barrier(len(invoices))
    failed: list[BaseException] = []

    def take(invoice_id: int) -> None:
        try:
            begin.wait(10)
            pay_in_cash(actor, invoice_id, "120.00")
        except BaseException as error:  # noqa: BLE001 (told to the test below)
            failed.append(error)

    threads = [threading.Thread(target=take, args=(invoice_id,)) for invoice_id in invoices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert (row_of(order).total, row_of(order).balance) == (48_000, 0)
    assert_healthy()


def do_at_once(*acts: Callable[[], object]) -> list[object]:
    """What each of several people who act in the same moment gets; a refusal is an answer."""
    begin = threading.Barrier(len(acts))

    def act(one: Callable[[], object]) -> object:
        begin.wait()
        try:
            return one()
        except AppError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def test_orders_and_invoices_made_at_once_are_numbered_one_after_the_other(migrated_url: str) -> None:
    make_organisation()
    actor = make_actor()
    form = OrderForm(title="Walk-in", customer_name="Vera Lindt", flow_id=ordering.list_flow_choices(actor)[0].value)
    numbers = do_at_once(*[partial(ordering.create_order, actor, form)] * 6)
    assert sorted(map(str, numbers)) == ["1001", "1002", "1003", "1004", "1005", "1006"]
    order = make_order(actor=actor, items=())
    do_at_once(*[partial(adding_invoices.add_invoice, actor, order.id or 0, InvoiceForm(kind="connected"))] * 5)
    tabs = ordering.open_order(actor, order.number).invoices
    assert [tab.reference for tab in tabs] == ["Order #1007", *(f"Order #1007-{place}" for place in range(2, 7))]


def test_an_item_that_two_put_on_invoices_at_once_is_on_one_of_them(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_organisation()
    actor = make_actor()
    order = make_order(actor=actor, items=())
    invoices = [invoice_of(order).id, adding_invoices.add_invoice(actor, order.id or 0, InvoiceForm(kind="connected"))]
    item = ItemForm("Drone photos", "1", "240.00", tax_id=VAT_20, invoice_id="none")
    key = itemising.add_item(actor, order.id or 0, item).key
    both_found_it = threading.Barrier(2)

    def revise_together(*args: Any, **named: Any) -> bool:
        both_found_it.wait()
        return revise_invoice(*args, **named)

    monkeypatch.setattr(itemising, "revise_invoice", revise_together)
    form = itemising.open_item(actor, key)
    answers = do_at_once(*(partial(itemising.edit_item, actor, key, replace(form, invoice_id=str(one))) for one in invoices))
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "SavedItem"]
    assert_healthy()


def test_an_item_that_came_on_an_invoice_meanwhile_is_not_changed_past_it(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_organisation()
    actor = make_actor()
    order = make_order(actor=actor, items=())
    item = ItemForm("Drone photos", "1", "240.00", tax_id=VAT_20, invoice_id="none")
    key = itemising.add_item(actor, order.id or 0, item).key
    form = replace(itemising.open_item(actor, key), invoice_id="none")

    def begin_late() -> Any:
        monkeypatch.setattr(itemising, "transaction", transaction)
        itemising.edit_item(actor, key, replace(form, invoice_id=str(invoice_of(order).id)))
        return transaction()

    for change in (
        partial(itemising.edit_item, actor, key, replace(form, quantity="9")),
        partial(itemising.remove_item, actor, key),
    ):
        itemising.edit_item(actor, key, form)
        monkeypatch.setattr(itemising, "transaction", begin_late)
        with pytest.raises(Conflict, match="on an invoice by now"):
            change()
        assert ordering.open_order(actor, order.number).items[0].quantity == "1"
        assert_healthy()


def test_an_item_put_at_an_event_that_is_removed_meanwhile_is_at_none(migrated_url: str) -> None:
    make_organisation()
    actor = make_actor()
    order = make_booking(actor=actor, events=("Dinner",), items=())
    [event] = ordering.open_order(actor, order.number).events
    item = ItemForm("Drone photos", "1", "240.00", tax_id=VAT_20, invoice_id="none", event_id=event.value)
    adder = threading.Thread(target=itemising.add_item, args=(actor, order.id, item))

    def add_meanwhile(*_: object) -> None:
        adder.start()
        adder.join(0.5)

    listen(Event, "before_delete", add_meanwhile, once=True)
    planning.remove_from_booking(actor, int(event.value))
    adder.join()
    assert [item.event_id for item in ordering.open_order(actor, order.number).items] == [""]
    assert_healthy()


def test_an_invoice_added_while_the_booking_is_lost_ends_with_it(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_organisation()
    actor = make_actor()
    order = make_order(actor=actor)
    loser = threading.Thread(target=losing.lose_order, args=(actor, order.id))
    create = adding_invoices.create_invoice

    def create_slowly(*args: Any, **named: Any) -> Invoice:
        loser.start()
        loser.join(0.5)
        return create(*args, **named)

    monkeypatch.setattr(adding_invoices, "create_invoice", create_slowly)
    added = adding_invoices.add_invoice(actor, order.id or 0, InvoiceForm(kind="connected"))
    loser.join()
    with reading() as session:
        assert read_invoice(session, added).stage == "void"
    assert_healthy()


def test_a_lost_booking_takes_no_more_invoices_until_it_is_won_back(ada: Actor) -> None:
    order = make_booking(actor=ada)
    losing.lose_order(ada, order.id or 0)
    with pytest.raises(Conflict, match="This booking is lost"):
        adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="standalone"))
    ordering.set_status(ada, order.id or 0, "definite")
    waiting = tuple(item.key for item in ordering.open_order(ada, order.number).items)
    again = adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="connected", item_keys=waiting))
    assert ordering.open_order(ada, order.number, again).panel.total == "4,464.00"
    assert_healthy()


def test_files_unlock_when_every_invoice_of_the_booking_is_paid(ada: Actor) -> None:
    order = make_booking(actor=ada)
    first, second = invoice_of(order).id or 0, add_standalone(ada, order, price="100.00")

    def locked() -> bool:
        return ordering.open_order(ada, order.number).files_locked

    assert locked()
    pay_in_cash(ada, second, "120.00")
    assert locked()
    pay_in_cash(ada, first, "4464.00")
    assert not locked()
    add_standalone(ada, order, price="50.00")
    assert locked()


def test_nothing_is_lost_when_one_step_fails(ada: Actor) -> None:
    order = make_booking(actor=ada)
    first, second = invoice_of(order).id or 0, add_standalone(ada, order, price="100.00")
    with transaction() as session:
        fails = f"WHEN NEW.id = {second} AND NEW.stage = 'void' BEGIN SELECT RAISE(ABORT, 'the lights went out'); END"
        session.connection().exec_driver_sql(f"CREATE TRIGGER dark BEFORE UPDATE ON invoice {fails}")
    with pytest.raises(IntegrityError, match="the lights went out"):
        losing.lose_order(ada, order.id or 0)
    with reading() as session:
        assert [(one.kind, one.stage) for one in (read_invoice(session, first), read_invoice(session, second))] == [
            ("connected", "draft"),
            ("standalone", "draft"),
        ]
    assert row_of(order).status == "definite"
    assert_healthy()


def test_read_only_staff_change_nothing_about_bookings(ada: Actor) -> None:
    order = make_booking(actor=ada)
    page = ordering.open_order(ada, order.number)
    rosa = make_actor(role=Role.READ_ONLY, name="Rosa Lund")
    event = int(page.events[0].value)
    attempts = (
        lambda: planning.add_event(rosa, order.id or 0, EventForm("Ball", "2026-12-31", "20:00", "", "23:00")),
        lambda: planning.edit_event(rosa, event, EventForm()),
        lambda: planning.move_event(rosa, event, 1),
        lambda: planning.remove_from_booking(rosa, event),
        lambda: itemising.add_item(rosa, order.id or 0, ItemForm()),
        lambda: itemising.remove_item(rosa, page.items[0].key),
        lambda: adding_invoices.add_invoice(rosa, order.id or 0, InvoiceForm()),
        lambda: converting.separate_invoice(rosa, page.panel.invoice_id),
        lambda: losing.lose_order(rosa, order.id or 0),
        lambda: ordering.set_status(rosa, order.id or 0, "completed"),
        lambda: ordering.create_order(rosa, OrderForm(title="Mine")),
    )
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()
    assert ordering.open_order(ada, order.number) == page
