"""The webhook inbox: events in, once each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import JSON, bindparam, text
from sqlmodel import Session, col, func, select, update

from invoice_app.clock import utc_now
from invoice_app.models import ReceivedEvent
from invoice_app.models.columns import UTCDateTime

MOST_TRIES = 15


class NewEvent(NamedTuple):
    """An event as it came; `has_effect`: whether anything is done about its type."""

    id: str
    type: str
    object_id: str
    payload: dict[str, Any]
    has_effect: bool


# Put together once, since every webhook runs it.
_ADD = text(
    """
    INSERT INTO receivedevent (id, type, object_id, payload, received_at, applied_at, attempts, error)
    VALUES (:id, :type, :object_id, :payload, :received_at, :applied_at, 0, '')
    ON CONFLICT (id) DO NOTHING
    """
).bindparams(
    bindparam("payload", type_=JSON), bindparam("received_at", type_=UTCDateTime), bindparam("applied_at", type_=UTCDateTime)
)


def add_events(session: Session, events: Sequence[NewEvent]) -> list[bool]:
    """Store the events that are not here yet (product.md invariant 12); answers, one by one, which are new.

    One without effect counts as applied at once.
    """
    now = utc_now()
    found = [False] * len(events)
    # Always in the same order: two workers that store the same events never wait for each other.
    for place, event in sorted(enumerate(events), key=lambda arrived: arrived[1].id):
        values = {
            "id": event.id,
            "type": event.type,
            "object_id": event.object_id,
            "payload": event.payload,
            # A microsecond apart: those that came together are applied in the order in which they came.
            "received_at": now + place * timedelta(microseconds=1),
            "applied_at": None if event.has_effect else now,
        }
        found[place] = session.connection().execute(_ADD, values).rowcount == 1
    return found


def list_unapplied(session: Session, *, limit: int = 100) -> Sequence[ReceivedEvent]:
    """Events not yet applied and not set aside; new ones first, then the oldest."""
    query = select(ReceivedEvent).where(col(ReceivedEvent.applied_at).is_(None), ReceivedEvent.attempts < MOST_TRIES)
    # Those that failed before come last, so that they never hold up new ones.
    ordering = (col(ReceivedEvent.attempts), col(ReceivedEvent.received_at), col(ReceivedEvent.id))
    return session.exec(query.order_by(*ordering).limit(limit)).all()


def claim_events(session: Session, events: Sequence[ReceivedEvent]) -> list[ReceivedEvent]:
    """Count a try of each; answers those no other worker took first."""
    taken: set[str] = set()
    for attempts in {event.attempts for event in events}:
        statement = (
            update(ReceivedEvent)
            .where(
                col(ReceivedEvent.id).in_([event.id for event in events if event.attempts == attempts]),
                col(ReceivedEvent.attempts) == attempts,
                col(ReceivedEvent.applied_at).is_(None),
            )
            .values(attempts=attempts + 1)
            .returning(col(ReceivedEvent.id))
        )
        taken.update(session.connection().execute(statement).scalars())
    return [event for event in events if event.id in taken]


def note_applied(session: Session, event_ids: Sequence[str]) -> None:
    """The events have had their effect."""
    if event_ids:
        statement = update(ReceivedEvent).where(col(ReceivedEvent.id).in_(event_ids)).values(applied_at=utc_now(), error="")
        session.connection().execute(statement)


def note_error(session: Session, event_id: str, error: str) -> None:
    """Applying failed; it is tried again later."""
    row = session.get(ReceivedEvent, event_id)
    if row is not None:
        row.error = error[:500]
        session.add(row)


def latest_received_at(session: Session) -> datetime | None:
    """When the newest event came in."""
    return session.exec(select(func.max(ReceivedEvent.received_at))).one()
