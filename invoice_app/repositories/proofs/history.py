"""The event log: every entry is the one that was written, in its place, and none is missing (invariant 21)."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from invoice_app.domain.chaining import BEGINNING, hash_entry
from invoice_app.models import EventChain, EventLog
from invoice_app.repositories.proofs.broken import Broken

_AT_ONCE = 2_000


def find_broken_chain(session: Session) -> Iterator[Broken]:
    """The first entry that was changed, or before which entries were removed or inserted, and every one after it that is."""
    length, last = 0, BEGINNING
    query = select(EventLog).order_by(col(EventLog.id)).execution_options(yield_per=_AT_ONCE)
    for entry in session.exec(query):
        name = f"Entry {entry.id} of the event log ({entry.action}, {entry.subject})"
        length += 1
        if entry.id != length or entry.previous != last:
            yield Broken(name, "it does not continue the entry before it: one was removed, inserted or changed")
        if _hash(entry) != entry.hash:
            yield Broken(name, "it is not what was written")
        length, last = entry.id or 0, entry.hash
        session.expunge(entry)
    end = session.exec(select(EventChain)).first() or EventChain(id=1, hash=BEGINNING)
    if (end.length, end.hash) != (length, last):
        yield Broken(f"Entry {length + 1} of the event log", f"there were {end.length} entries, now the last is {length}")


def _hash(entry: EventLog) -> str:
    return hash_entry(
        entry.previous,
        position=entry.id or 0,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        subject=entry.subject,
        action=entry.action,
        before=entry.before,
        after=entry.after,
    )
