"""The events of a booking: planned, changed, moved, taken off. Its first event makes an order a booking."""

from typing import Any

from sqlmodel import Session

from invoice_app.db import after_commit, reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import find_last_day, parse_event_times, parse_guests
from invoice_app.domain.entry import parse_text
from invoice_app.domain.errors import ValidationFailed
from invoice_app.gateways import signals
from invoice_app.models import Event, Order
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.events import find_end_of_events, follow_events, list_events, read_event, remove_event
from invoice_app.repositories.orders import read_order
from invoice_app.services.booking_views import EventForm

MOST_EVENTS = 200


def add_event(actor: Actor | None, order_id: int, form: EventForm) -> int:
    """Add an event to an order, after those it has; answers its id. Raises NotFound, ValidationFailed naming the field."""
    editor = require(actor, Permission.EDIT_ORDERS)
    with transaction() as session:
        return plan_event(session, editor, read_order(session, order_id), form)


def open_event(actor: Actor | None, event_id: int) -> EventForm:
    """An event as its form starts. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        return _write_form(read_event(session, event_id))


def suggest_event(actor: Actor | None, order_id: int) -> EventForm:
    """What the form of a new event starts with: day, space and guests of the last one."""
    require(actor, Permission.VIEW)
    with reading() as session:
        last = next(reversed(list_events(session, order_id)), None)
        if last is None:
            return EventForm()
        day = find_last_day(last.starts_at, last.ends_at).isoformat()
        return EventForm(starts_on=day, space=last.space, guests=str(last.guests or ""))


def plan_event(session: Session, editor: Actor, order: Order, form: EventForm) -> int:
    """Add an event in the caller's transaction; as `add_event`."""
    assert order.id is not None
    position = find_end_of_events(session, order.id)
    if position >= MOST_EVENTS:
        raise ValidationFailed(f"A booking has at most {MOST_EVENTS} events.", field="name")
    event = Event(order_id=order.id, position=position, **_parse_form(form))
    session.add(event)
    _follow(session, order)
    _record(session, editor, order, event, "added an event", after=_tell(event))
    assert event.id is not None
    return event.id


def edit_event(actor: Actor | None, event_id: int, form: EventForm) -> None:
    """Change an event. Raises NotFound, ValidationFailed naming the field."""
    editor = require(actor, Permission.EDIT_ORDERS)
    with transaction() as session:
        event = read_event(session, event_id)
        order = read_order(session, event.order_id)
        before = _tell(event)
        for name, value in _parse_form(form).items():
            setattr(event, name, value)
        session.add(event)
        _follow(session, order)
        _record(session, editor, order, event, "changed an event", before=before, after=_tell(event))


def remove_from_booking(actor: Actor | None, event_id: int) -> int:
    """Take an event off its booking; its items stay on the booking. Answers how many those are. Raises NotFound."""
    editor = require(actor, Permission.EDIT_ORDERS)
    with transaction() as session:
        event = read_event(session, event_id)
        order = read_order(session, event.order_id)
        _record(session, editor, order, event, "removed an event", before=_tell(event))
        count = remove_event(session, event)
        _follow(session, order)
        return count


def move_event(actor: Actor | None, event_id: int, steps: int) -> None:
    """Move an event up (negative) or down among those of its booking; past an end it stays there. Raises NotFound."""
    editor = require(actor, Permission.EDIT_ORDERS)
    with transaction() as session:
        event = read_event(session, event_id)
        order = read_order(session, event.order_id)
        events = list(list_events(session, event.order_id))
        index = events.index(event)
        events.insert(max(0, index + steps), events.pop(index))
        for position, moved in enumerate(events):
            moved.position = position
            session.add(moved)
        _record(session, editor, order, event, "moved an event", after={"position": events.index(event) + 1})


def _parse_form(form: EventForm) -> dict[str, Any]:
    name = parse_text(form.name, "name")
    if not name:
        raise ValidationFailed("Give the event a name.", field="name")
    times = parse_event_times(form.starts_on, form.starts, form.ends_on, form.ends)
    return {
        "name": name,
        "starts_at": times.starts_at,
        "ends_at": times.ends_at,
        "space": parse_text(form.space, "space"),
        "guests": parse_guests(form.guests),
    }


def _write_form(event: Event) -> EventForm:
    same_night = find_last_day(event.starts_at, event.ends_at) == event.starts_at.date()
    return EventForm(
        name=event.name,
        starts_on=event.starts_at.date().isoformat(),
        starts=event.starts_at.strftime("%H:%M"),
        ends_on="" if same_night else event.ends_at.date().isoformat(),
        ends=event.ends_at.strftime("%H:%M"),
        space=event.space,
        guests=str(event.guests or ""),
    )


def _follow(session: Session, order: Order) -> None:
    follow_events(session, order)
    session.flush()


def _tell(event: Event) -> dict[str, object]:
    return {
        "name": event.name,
        "starts": event.starts_at.isoformat(timespec="minutes"),
        "ends": event.ends_at.isoformat(timespec="minutes"),
        "space": event.space,
        "guests": event.guests,
    }


def _record(
    session: Session,
    editor: Actor,
    order: Order,
    event: Event,
    action: str,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    for subject in (f"order:{order.id}", f"event:{event.id}"):
        record_event(session, editor, subject=subject, action=action, before=before, after=after)
    topics = (signals.order_topic(order.id or 0), signals.ORDERS)
    after_commit(session, lambda: signals.publish_all(topics))
