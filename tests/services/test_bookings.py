"""Bookings beyond the requirements' own tests: both databases, two writers at once, Lost whole or not at all."""

import threading
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Role
from invoice_app.domain.errors import Conflict, PermissionDenied
from invoice_app.repositories.invoices import read_invoice
from invoice_app.services import adding_invoices, converting, itemising, losing, ordering, planning
from invoice_app.services.booking_views import EventForm, InvoiceForm
from invoice_app.services.views import ItemForm, OrderForm
from tests.booking_steps import add_standalone, assert_healthy, pay_in_cash, row_of
from tests.factories import invoice_of, make_actor, make_booking, make_order, make_organisation


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
