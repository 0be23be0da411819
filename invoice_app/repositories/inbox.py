"""The webhook inbox: events in, once each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult
from sqlmodel import Session, col, func, select, update

from invoice_app.clock import utc_now
from invoice_app.models import ReceivedEvent

MOST_TRIES = 15


def add_event(session: Session, event_id: str, *, event_type: str, object_id: str, payload: dict[str, Any]) -> bool:
    """Store an event unless it is already here (product.md invariant 12); answers whether it is new."""
    if session.get(ReceivedEvent, event_id) is not None:
        return False
    session.add(ReceivedEvent(id=event_id, type=event_type, object_id=object_id, payload=payload, received_at=utc_now()))
    session.flush()
    return True


def list_unapplied(session: Session, *, limit: int = 100) -> Sequence[ReceivedEvent]:
    """Events not yet applied and not set aside; new ones first, then the oldest."""
    query = select(ReceivedEvent).where(col(ReceivedEvent.applied_at).is_(None), ReceivedEvent.attempts < MOST_TRIES)
    # Those that failed before come last, so that they never hold up new ones.
    ordering = (col(ReceivedEvent.attempts), col(ReceivedEvent.received_at), col(ReceivedEvent.id))
    return session.exec(query.order_by(*ordering).limit(limit)).all()


def claim_event(session: Session, event: ReceivedEvent) -> bool:
    """Count a try; false when another worker took this one first."""
    statement = (
        update(ReceivedEvent)
        .where(
            col(ReceivedEvent.id) == event.id,
            col(ReceivedEvent.attempts) == event.attempts,
            col(ReceivedEvent.applied_at).is_(None),
        )
        .values(attempts=event.attempts + 1)
    )
    result: CursorResult[Any] = session.connection().execute(statement)
    return result.rowcount == 1


def note_applied(session: Session, event_id: str) -> None:
    """The event has had its effect."""
    row = session.get(ReceivedEvent, event_id)
    if row is not None:
        row.applied_at, row.error = utc_now(), ""
        session.add(row)


def note_error(session: Session, event_id: str, error: str) -> None:
    """Applying failed; it is tried again later."""
    row = session.get(ReceivedEvent, event_id)
    if row is not None:
        row.error = error[:500]
        session.add(row)


def latest_received_at(session: Session) -> datetime | None:
    """When the newest event came in."""
    return session.exec(select(func.max(ReceivedEvent.received_at))).one()
