"""The events of bookings, and what the order repeats of them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select, update

from invoice_app.domain.bookings import LONGEST_EVENT, SMALL_HOURS, find_last_day
from invoice_app.domain.errors import NotFound
from invoice_app.models import Account, Event, Item, Order

_OF_ORDER = select(Event).where(Event.order_id == bindparam("order_id")).order_by(col(Event.position), col(Event.id))


def read_event(session: Session, event_id: int) -> Event:
    """An event. Raises NotFound."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound("event", event_id)
    return event


def list_events(session: Session, order_id: int) -> Sequence[Event]:
    """The events of an order in order."""
    return session.exec(_OF_ORDER, params={"order_id": order_id}).all()


def list_events_between(session: Session, first: date, last: date) -> Sequence[tuple[Event, Order, Account]]:
    """Every event that takes place on one of these days, with its booking and customer, by the time it starts."""
    opens, closes = datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time())
    query = (
        select(Event, Order, Account)
        .join(Order, col(Order.id) == Event.order_id)
        .join(Account, col(Account.id) == Order.account_id)
        .where(
            col(Event.starts_at) >= opens - LONGEST_EVENT - SMALL_HOURS,
            col(Event.starts_at) < closes,
            col(Event.ends_at) > opens,
        )
        .order_by(col(Event.starts_at), col(Event.id))
    )
    return session.exec(query).all()


def find_end_of_events(session: Session, order_id: int) -> int:
    """The position after the last event of an order."""
    highest = session.exec(select(func.max(Event.position)).where(Event.order_id == order_id)).one()
    return 0 if highest is None else highest + 1


def count_events(session: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """How many events each of these orders has."""
    query = select(Event.order_id, func.count()).where(col(Event.order_id).in_(order_ids)).group_by(col(Event.order_id))
    return dict(session.exec(query).all())


def remove_event(session: Session, event: Event) -> int:
    """Remove an event; its items stay on the booking. Answers how many those are."""
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).all()
    moved = update(Item).where(col(Item.event_id) == event.id).values(event_id=None)
    count = session.execute(moved, execution_options={"synchronize_session": "fetch"}).rowcount  # type: ignore[attr-defined]
    session.delete(event)
    session.flush()
    return int(count)


def follow_events(session: Session, order: Order) -> None:
    """Let the order repeat the first and last day of its events; none makes it a plain order."""
    session.flush()
    order.starts_on, order.ends_on = find_days(list_events(session, order.id or 0))
    session.add(order)


def find_days(events: Sequence[Event]) -> tuple[date | None, date | None]:
    """The first and the last day on which one of these events takes place."""
    first = min((event.starts_at.date() for event in events), default=None)
    return first, max((find_last_day(event.starts_at, event.ends_at) for event in events), default=None)
