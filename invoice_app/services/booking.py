"""Bookings at a glance: the list by their days, and the calendar of a month."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from invoice_app.clock import today_in
from invoice_app.db import reading
from invoice_app.documents.formatting import (
    find_first_weekday,
    format_amount,
    format_clock,
    format_month,
    format_weekday,
    format_whole_day,
)
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import EARLIEST, LATEST, OrderStatus, find_last_day
from invoice_app.domain.terms import add_months, last_of_month
from invoice_app.models import Account, Event, Order, Organisation
from invoice_app.repositories.events import count_events, list_events_between
from invoice_app.repositories.orders import ListedOrder, OrderFilter, list_orders
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.badges import ORDER_STATUSES, describe_worst
from invoice_app.services.booking_views import (
    BookingList,
    BookingQuery,
    BookingRow,
    CalendarDay,
    CalendarEvent,
    CalendarView,
)
from invoice_app.services.order_page import describe_dates

UPCOMING, PAST = "upcoming", "past"


def list_bookings(actor: Actor | None, query: BookingQuery) -> BookingList:
    """One page of bookings: the next ones first, or the past ones, the last first. A filter that cannot be read is ignored."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        today = today_in(organisation.time_zone)
        wanted = OrderFilter(
            today=today,
            grace_days=organisation.grace_days,
            search=query.search[:200],
            status=query.status,
            sort="-starts" if query.when == PAST else "starts",
            page=max(query.page, 1),
            bookings=True,
            happens_from=today if query.when == UPCOMING else None,
            happened_before=today if query.when == PAST else None,
        )
        listed, found = list_orders(session, wanted)
        events = count_events(session, found.ids)
        rows = tuple(_describe_booking(booking, events, organisation) for booking in listed)
        return BookingList(rows, found.count, wanted.page, found.pages, organisation.currency, found.is_more)


def open_calendar(actor: Actor | None, month: str = "", status: str = "") -> CalendarView:
    """A month in whole weeks with its events; one that cannot be read is the present month."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        today = today_in(organisation.time_zone)
        first = _read_month(month) or today.replace(day=1)
        days = _list_days(first, organisation.locale)
        found = list_events_between(session, days[0], days[-1])
        kept = [row for row in found if not status or row[1].status == status]
    stop = today if first <= today <= last_of_month(first) else first
    by_day = _spread(kept, days, organisation.locale)
    shown = [
        CalendarDay(
            day=day.isoformat(),
            number=day.day,
            label=_name_day(day, len(by_day[day]), organisation.locale),
            in_month=day.month == first.month,
            is_today=day == today,
            is_stop=day == stop,
            events=tuple(by_day[day]),
        )
        for day in days
    ]
    return CalendarView(
        month=_write_month(first),
        title=format_month(first, organisation.locale),
        previous=_write_month(add_months(first, -1)),
        following=_write_month(add_months(first, 1)),
        weekdays=tuple(format_weekday(day, organisation.locale) for day in days[:7]),
        weeks=tuple(tuple(shown[at : at + 7]) for at in range(0, len(shown), 7)),
        count=sum(1 for event, _, _ in kept if event.starts_at.date() <= last_of_month(first) and _last_day(event) >= first),
    )


def _describe_booking(listed: ListedOrder, events: dict[int, int], organisation: Organisation) -> BookingRow:
    order = listed.order
    count = events.get(order.id or 0, 0)
    today = today_in(organisation.time_zone)
    return BookingRow(
        id=order.id or 0,
        number=order.number,
        title=order.title,
        customer=listed.account.name,
        dates=describe_dates(order, organisation.locale),
        events=f"{count} event{'' if count == 1 else 's'}",
        status=ORDER_STATUSES[OrderStatus(order.status)],
        billing=describe_worst(listed.invoices, today, organisation.grace_days),
        total=format_amount(order.total, organisation.currency, organisation.locale),
        balance=format_amount(order.balance, organisation.currency, organisation.locale),
    )


def _list_days(first: date, locale: str) -> list[date]:
    opens = first - timedelta(days=(first.weekday() - find_first_weekday(locale)) % 7)
    last = last_of_month(first)
    weeks = -(-((last - opens).days + 1) // 7)
    return [opens + timedelta(days=at) for at in range(weeks * 7)]


def _spread(
    found: Sequence[tuple[Event, Order, Account]], days: Sequence[date], locale: str
) -> defaultdict[date, list[CalendarEvent]]:
    by_day: defaultdict[date, list[CalendarEvent]] = defaultdict(list)
    for event, order, account in found:
        for day in days:
            if event.starts_at.date() <= day <= _last_day(event):
                by_day[day].append(_describe_event(event, order, account, day, locale))
    return by_day


def _describe_event(event: Event, order: Order, account: Account, day: date, locale: str) -> CalendarEvent:
    return CalendarEvent(
        event_id=event.id or 0,
        order_number=order.number,
        name=event.name,
        title=order.title,
        customer=account.name,
        time=format_clock(event.starts_at, locale) if event.starts_at.date() == day else "",
        status=ORDER_STATUSES[OrderStatus(order.status)],
        space=event.space,
    )


def _last_day(event: Event) -> date:
    return find_last_day(event.starts_at, event.ends_at)


def _name_day(day: date, events: int, locale: str) -> str:
    told = "no events" if not events else "1 event" if events == 1 else f"{events} events"
    return f"{format_whole_day(day, locale)}, {told}"


def _read_month(text: str) -> date | None:
    try:
        first = datetime.strptime(text.strip(), "%Y-%m").date()  # noqa: DTZ007 (a month has no zone)
    except ValueError:
        return None
    return first if EARLIEST <= first <= LATEST else None


def _write_month(first: date) -> str:
    return f"{first:%Y-%m}"
