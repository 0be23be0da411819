"""Bookings beyond the requirements' own tests: both databases, two writers at once, items on their ways between invoices."""

import threading
from dataclasses import replace
from datetime import date

import pytest
import time_machine
from sqlalchemy.exc import IntegrityError

from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Role
from invoice_app.domain.bookings import parse_event_times
from invoice_app.domain.errors import ActionRefused, Conflict, NotFound, PermissionDenied, ValidationFailed
from invoice_app.models import Order
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.items import list_shared_items
from invoice_app.repositories.orders import find_order
from invoice_app.services import (
    adding_invoices,
    adding_lines,
    booking,
    collecting,
    converting,
    drafting,
    itemising,
    losing,
    ordering,
    planning,
)
from invoice_app.services.adding_lines import LineForm
from invoice_app.services.booking_views import BookingQuery, EventForm, InvoiceForm
from invoice_app.services.checking_books import find_broken
from invoice_app.services.views import ItemForm, ManualPaymentForm, OrderForm
from tests.databases import empty_url, migrated_url, postgres_url
from tests.factories import VAT_20, invoice_of, make_actor, make_booking, make_order, make_organisation

__all__ = ["empty_url", "migrated_url", "postgres_url"]


@pytest.fixture
def ada(data_dir: object) -> Actor:
    make_organisation()
    return make_actor()


def row_of(order: Order) -> Order:
    with reading() as session:
        return find_order(session, order.number)


def assert_healthy() -> None:
    with reading() as session:
        assert find_broken(session) == {}


def add_standalone(actor: Actor, order: Order, price: str) -> int:
    invoice_id = adding_invoices.add_invoice(actor, order.id or 0, InvoiceForm(kind="standalone"))
    adding_lines.add_several_lines(actor, invoice_id, [LineForm("Extra", "1", price)])
    drafting.save_invoice(actor, invoice_id)
    return invoice_id


def pay(actor: Actor, invoice_id: int, amount: str) -> None:
    today = collecting.open_payment_details(actor, invoice_id).today
    collecting.record_manual_payment(actor, invoice_id, ManualPaymentForm("cash", amount, "", today))


def test_a_booking_lives_and_is_lost_alike_on_both_databases(migrated_url: str) -> None:
    make_organisation()
    actor = make_actor()
    order = make_booking(actor=actor)
    invoice_id = invoice_of(order).id or 0
    paid = add_standalone(actor, order, "100.00")
    pay(actor, paid, "20.00")
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
    invoices = [add_standalone(actor, order, "100.00") for _ in range(4)]
    begin = threading.Barrier(len(invoices))
    failed: list[BaseException] = []

    def take(invoice_id: int) -> None:
        try:
            begin.wait(10)
            pay(actor, invoice_id, "120.00")
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


def test_an_item_goes_from_one_invoice_to_another_and_off_both(ada: Actor) -> None:
    order = make_booking(actor=ada)
    first = invoice_of(order).id or 0
    second = adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="connected"))
    menu = ordering.open_order(ada, order.number).items[0]
    form = replace(itemising.open_item(ada, menu.key), invoice_id=str(second))
    itemising.edit_item(ada, menu.key, form)
    totals = [ordering.open_order(ada, order.number, one).panel.total for one in (first, second)]
    assert totals == ["1,344.00", "3,120.00"]
    moved = ordering.open_order(ada, order.number).items[0]
    assert (moved.description, moved.event_id, moved.invoice) == (menu.description, menu.event_id, f"Order #{order.number}-2")
    itemising.edit_item(ada, menu.key, replace(form, invoice_id="none"))
    page = ordering.open_order(ada, order.number, second)
    assert (page.items[0].invoice, page.panel.total, page.panel.revision) == ("", "0.00", 3)
    itemising.edit_item(ada, menu.key, replace(form, invoice_id="", quantity="38"))
    assert ordering.open_order(ada, order.number).items[0].quantity == "38"
    assert_healthy()


def test_items_not_invoiced_are_added_edited_moved_removed_and_put_back(ada: Actor) -> None:
    order = make_order(actor=ada, items=())
    keys = [
        itemising.add_item(ada, order.id or 0, ItemForm(name, "1", "10", tax_id=VAT_20, invoice_id="none"))
        for name in ("Chairs", "Tables", "Tent")
    ]

    def names() -> list[str]:
        return [item.description for item in ordering.open_order(ada, order.number).items]

    itemising.move_item(ada, keys[2], -2)
    assert names() == ["Tent", "Chairs", "Tables"]
    itemising.move_item(ada, keys[2], 9)
    assert names() == ["Chairs", "Tables", "Tent"]
    itemising.edit_item(ada, keys[1], ItemForm("Long tables", "2", "15", tax_id=VAT_20, starts_on="2026-12-05"))
    removed = itemising.remove_item(ada, keys[1])
    assert names() == ["Chairs", "Tent"]
    itemising.restore_item(ada, removed)
    itemising.restore_item(ada, removed)
    assert names() == ["Chairs", "Long tables", "Tent"]
    view = ordering.open_order(ada, order.number)
    assert (view.items[1].period, view.items_total, view.panel.revision) == ("Dec 5, 2026", "50.00", 1)
    assert_healthy()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"event_id": "99"}, "event_id"),
        ({"invoice_id": "99"}, "invoice_id"),
        ({"kind": "yacht"}, "kind"),
        ({"starts_on": "tomorrow"}, "starts_on"),
        ({"ends_on": "2026-12-05"}, "starts_on"),
        ({"starts_on": "2026-12-05", "ends_on": "2026-12-04"}, "ends_on"),
    ],
)
def test_what_is_wrong_with_an_item_is_said_at_its_field(ada: Actor, changes: dict[str, str], field: str) -> None:
    order = make_booking(actor=ada)
    with pytest.raises(ValidationFailed) as refused:
        itemising.add_item(ada, order.id or 0, ItemForm("Cake", "1", "1", tax_id=VAT_20, **changes))
    assert refused.value.field == field
    assert len(ordering.open_order(ada, order.number).items) == 2


def test_an_event_or_invoice_of_another_booking_is_no_place_for_an_item(ada: Actor) -> None:
    order, other = make_booking(actor=ada), make_booking(actor=ada)
    event, invoice = ordering.open_order(ada, other.number).events[0].value, str(invoice_of(other).id)
    for form in (
        ItemForm("Cake", "1", "1", tax_id=VAT_20, event_id=event),
        ItemForm("Cake", "1", "1", tax_id=VAT_20, invoice_id=invoice),
    ):
        with pytest.raises(ValidationFailed):
            itemising.add_item(ada, order.id or 0, form)
    foreign = ordering.open_order(ada, other.number).items[0].key
    with pytest.raises(NotFound):
        adding_lines.add_booking_items(ada, invoice_of(order).id or 0, [foreign])


def test_an_item_picked_by_two_drafts_goes_on_the_first_that_is_saved(ada: Actor) -> None:
    order = make_order(actor=ada, items=())
    waiting = itemising.add_item(ada, order.id or 0, ItemForm("Tent", "1", "100", tax_id=VAT_20, invoice_id="none"))
    first = invoice_of(order).id or 0
    second = adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="connected"))
    for one in (first, second):
        adding_lines.add_booking_items(ada, one, [waiting])
    drafting.save_invoice(ada, first)
    with pytest.raises(Conflict, match="“Tent” is on another invoice by now"):
        drafting.save_invoice(ada, second)
    with reading() as session:
        assert [(item.key, item.invoice_id) for item in list_shared_items(session, order.id or 0)] == [(waiting, first)]
    assert_healthy()


def test_a_guestroom_comes_on_no_connected_invoice_by_any_way(ada: Actor) -> None:
    order = make_booking(actor=ada)
    key = ordering.open_order(ada, order.number).items[0].key
    form = itemising.open_item(ada, key)
    with pytest.raises(ActionRefused, match="standalone invoice only"):
        itemising.edit_item(ada, key, replace(form, kind="guestroom"))
    room = itemising.add_item(ada, order.id or 0, ItemForm("Room", "1", "90", tax_id=VAT_20, kind="guestroom"))
    with pytest.raises(ValidationFailed, match="standalone invoice only"):
        itemising.edit_item(ada, room, replace(itemising.open_item(ada, room), invoice_id=str(invoice_of(order).id)))
    assert ordering.open_order(ada, order.number).items[-1].invoice == ""
    assert_healthy()


def test_removing_an_event_leaves_its_items_on_the_booking_and_the_last_one_makes_it_an_order(ada: Actor) -> None:
    order = make_booking(actor=ada)
    dinner, brunch = (int(event.value) for event in ordering.open_order(ada, order.number).events)
    assert planning.remove_from_booking(ada, dinner) == 1
    assert (row_of(order).starts_on, row_of(order).ends_on) == (date(2026, 12, 6), date(2026, 12, 6))
    planning.remove_from_booking(ada, brunch)
    assert (row_of(order).starts_on, row_of(order).ends_on) == (None, None)
    page = ordering.open_order(ada, order.number)
    assert [(group.name, len(group.rows)) for group in page.groups] == [("", 2)]
    assert booking.list_bookings(ada, BookingQuery(when="all")).count == 0


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        (("", "18:00", "", "23:00"), "starts_on", "Give a date as YYYY-MM-DD."),
        (("2026-12-05", "6 pm", "", "23:00"), "starts", "Give a time as HH:MM, such as 18:30."),
        (("2026-12-05", "18:00", "", ""), "ends", "Give a time as HH:MM, such as 18:30."),
        (("2026-12-05", "18:00", "", "18:00"), "ends", "It must end after it starts."),
        (("2026-12-05", "18:00", "2026-12-04", "23:00"), "ends_on", "It must end after it starts."),
        (
            ("2026-12-05", "18:00", "2027-02-01", "23:00"),
            "ends_on",
            "An event lasts at most 31 days. Make several of a longer one.",
        ),
        (("1999-12-05", "18:00", "", "23:00"), "starts_on", "Give a date between 2000 and 2100."),
    ],
)
def test_wrong_times_of_an_event_are_said_at_their_field(given: tuple[str, str, str, str], field: str, said: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse_event_times(*given)
    assert (refused.value.field, refused.value.message) == (field, said)


def test_an_evening_past_midnight_belongs_to_the_day_it_began(ada: Actor) -> None:
    order = make_order(actor=ada, items=())
    form = EventForm("Ball", "2026-12-31", "20:00", "", "03:30", "", "")
    event_id = planning.add_event(ada, order.id or 0, form)
    assert (row_of(order).starts_on, row_of(order).ends_on) == (date(2026, 12, 31), date(2026, 12, 31))
    assert planning.open_event(ada, event_id) == form
    group = ordering.open_order(ada, order.number).groups[0]
    assert (group.when, group.place) == ("Dec 31, 2026, 20:00 to 03:30", "")


@time_machine.travel("2026-12-06T12:00:00Z", tick=False)
def test_the_list_tells_coming_bookings_from_past_ones_and_orders_from_bookings(ada: Actor) -> None:
    make_order(actor=ada)
    later, _ = make_booking(actor=ada, events=("Party",), title="Later"), make_booking(actor=ada, title="Now")
    past = make_booking(actor=ada, events=("Tasting",), title="Past")
    events = {
        order.number: [int(event.value) for event in ordering.open_order(ada, order.number).events] for order in (later, past)
    }
    planning.edit_event(ada, events[later.number][0], EventForm("Party", "2026-12-20", "18:00", "", "22:00"))
    planning.edit_event(ada, events[past.number][0], EventForm("Tasting", "2026-11-20", "18:00", "", "22:00"))

    def titles(**query: str) -> list[str]:
        return [row.title for row in booking.list_bookings(ada, BookingQuery(**query)).rows]

    assert titles() == ["Now", "Later"]
    assert titles(when="past") == ["Past"]
    assert titles(when="all") == ["Past", "Now", "Later"]
    assert titles(when="all", search="lat") == ["Later"]
    ordering.set_status(ada, past.id or 0, "completed")
    assert titles(when="all", status="completed") == ["Past"]
    row = booking.list_bookings(ada, BookingQuery()).rows[0]
    assert (row.dates, row.events, row.total) == ("Dec 5, 2026 to Dec 6, 2026", "2 events", "4,464.00")


@time_machine.travel("2026-12-06T12:00:00Z", tick=False)
def test_the_calendar_shows_whole_weeks_and_an_event_on_each_of_its_days(ada: Actor) -> None:
    order = make_order(actor=ada, items=())
    planning.add_event(ada, order.id or 0, EventForm("Fair", "2026-12-30", "10:00", "2027-01-02", "18:00"))
    month = booking.open_calendar(ada)
    assert (month.title, month.previous, month.following, month.count) == ("December 2026", "2026-11", "2027-01", 1)
    assert (month.weekdays[0], len(month.weeks), month.weeks[0][0].day, month.weeks[-1][-1].day) == (
        "Sun",
        5,
        "2026-11-29",
        "2027-01-02",
    )
    shown = {day.day: [(event.name, event.time) for event in day.events] for week in month.weeks for day in week if day.events}
    assert shown == {
        "2026-12-30": [("Fair", "10:00")],
        "2026-12-31": [("Fair", "")],
        "2027-01-01": [("Fair", "")],
        "2027-01-02": [("Fair", "")],
    }
    days = [day for week in month.weeks for day in week]
    assert [day.day for day in days if day.is_today] == [day.day for day in days if day.is_stop] == ["2026-12-06"]
    january = booking.open_calendar(ada, "2027-01")
    assert (january.count, sum(len(day.events) for week in january.weeks for day in week)) == (1, 4)
    assert booking.open_calendar(ada, "13-2026").title == "December 2026"
    assert booking.open_calendar(ada, "2026-12", "lost").count == 0


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
    first, second = invoice_of(order).id or 0, add_standalone(ada, order, "100.00")

    def locked() -> bool:
        return ordering.open_order(ada, order.number).files_locked

    assert locked()
    pay(ada, second, "120.00")
    assert locked()
    pay(ada, first, "4464.00")
    assert not locked()
    add_standalone(ada, order, "50.00")
    assert locked()


def test_nothing_is_lost_when_one_step_fails(ada: Actor) -> None:
    order = make_booking(actor=ada)
    first, second = invoice_of(order).id or 0, add_standalone(ada, order, "100.00")
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
