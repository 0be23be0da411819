"""When bookings take place: events, the list and the calendar."""

from datetime import date
from typing import Any

import pytest
import time_machine

from invoice_app.domain.access import Actor
from invoice_app.domain.bookings import parse_event_times
from invoice_app.domain.errors import ValidationFailed
from invoice_app.services import booking, ordering, planning
from invoice_app.services.booking_views import BookingQuery, EventForm
from tests.booking_steps import row_of
from tests.factories import make_booking, make_order


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

    def titles(**query: Any) -> list[str]:
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
