"""The event log: who changed what, written in the transaction of the change and chained by hash (product.md invariant 21)."""

import json
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import bindparam, event, insert, select, text, update
from sqlalchemy.orm import Session as AnySession
from sqlmodel import Session, col

from invoice_app.clock import utc_now
from invoice_app.domain.access import Actor
from invoice_app.domain.chaining import BEGINNING, hash_entry
from invoice_app.models import EventChain, EventLog

CUSTOMER = "Customer"
SYSTEM = "System"

_END = select(col(EventChain.length), col(EventChain.hash)).where(col(EventChain.id) == 1).with_for_update()
_BEGIN = text("INSERT INTO eventchain (id, length, hash) VALUES (1, 0, :hash) ON CONFLICT DO NOTHING")
_MOVE_END = update(EventChain).where(col(EventChain.id) == 1).values(length=bindparam("to"), hash=bindparam("of"))
_APPEND = insert(EventLog)


class _Entry(TypedDict):
    at: datetime
    actor_id: int | None
    actor_name: str
    subject: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def record_event(
    session: Session,
    actor: Actor | str,
    *,
    subject: str,
    action: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add one entry, written when the transaction commits.

    `subject` is "invoice:12", "order:3"…; `actor` is an Actor, or CUSTOMER or SYSTEM; `before` and `after` are of what JSON
    can hold.
    """
    entry = _Entry(
        at=utc_now(),
        actor_id=actor.user_id if isinstance(actor, Actor) else None,
        actor_name=actor.name if isinstance(actor, Actor) else str(actor),
        subject=subject,
        action=action,
        before=_as_stored(before),
        after=_as_stored(after),
    )
    session.info.setdefault("event_log", []).append(entry)


def _as_stored(told: dict[str, Any] | None) -> dict[str, Any] | None:
    # As it will be read back, for the hash: keys become texts, tuples lists.
    return None if told is None else json.loads(json.dumps(told))


@event.listens_for(AnySession, "before_commit")
def _append(session: AnySession) -> None:
    # Last of all: the end of the chain stays locked to other writers only while this transaction commits.
    if session.in_nested_transaction() or not (entries := session.info.pop("event_log", None)):
        return
    session.flush()
    connection = session.connection()
    end = connection.execute(_END).first()
    if end is None:
        connection.execute(_BEGIN, {"hash": BEGINNING})
        end = connection.execute(_END).one()
    length, previous = end
    rows = []
    for entry in entries:
        length += 1
        this = hash_entry(previous, position=length, **entry)
        rows.append({"id": length, "previous": previous, "hash": this, **entry})
        previous = this
    connection.execute(_APPEND, rows)
    connection.execute(_MOVE_END, {"to": length, "of": previous})
