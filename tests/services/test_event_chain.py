"""The event log is chained by hash: whatever is done to it behind the product's back shows, and where it begins."""

import threading

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from invoice_app.db import engine, reading, transaction
from invoice_app.domain.access import Actor
from invoice_app.domain.chaining import hash_entry
from invoice_app.models import EventChain, EventLog
from invoice_app.repositories.event_log import SYSTEM, record_event
from invoice_app.repositories.proofs.history import find_broken_chain
from invoice_app.services import configuring
from tests.factories import make_actor, make_order, make_organisation


@pytest.fixture
def ada(migrated_url: str) -> Actor:
    """A member of staff who made an order of two items: seven entries and more."""
    make_organisation()
    ada = make_actor()
    make_order(actor=ada)
    configuring.set_account_payments(ada, enabled=False)
    configuring.set_account_payments(ada, enabled=True)
    return ada


def broken(session: Session | None = None) -> list[tuple[int, str]]:
    if session is None:
        with reading() as fresh:
            return broken(fresh)
    return [(int(one.what.split()[1]), one.how) for one in find_broken_chain(session)]


def broken_by(*statements: str) -> list[tuple[int, str]]:
    """What the proof finds after these were done to the log; they are taken back."""
    with Session(engine()) as session:
        for statement in statements:
            session.connection().execute(text(statement))
        found = broken(session)
        session.rollback()
    return found


def entries() -> list[EventLog]:
    with reading() as session:
        return list(session.exec(select(EventLog).order_by(col(EventLog.id))).all())


CHANGED = "it is not what was written"
UNCONTINUED = "it does not continue the entry before it: one was removed, inserted or changed"


def test_an_untouched_log_is_whole(ada: Actor) -> None:
    rows = entries()
    assert broken() == []
    assert [row.id for row in rows] == list(range(1, len(rows) + 1)) and len(rows) >= 5
    assert [row.previous for row in rows] == ["0" * 64, *(row.hash for row in rows[:-1])]
    with reading() as session:
        end = session.exec(select(EventChain)).one()
    assert (end.length, end.hash) == (len(rows), rows[-1].hash)


def test_an_entry_of_which_anything_was_changed_is_named(ada: Actor) -> None:
    for change in (
        "actor_name = 'Mallory'",
        "actor_id = 99",
        "action = 'looked on'",
        "subject = 'order:77'",
        "at = '2020-01-01 00:00:00.000000'",
        "before = '{\"forged\": 1}'",
        "after = '{\"forged\": 1}'",
        "after = NULL",
    ):
        assert broken_by(f"UPDATE eventlog SET {change} WHERE id = 3") == [(3, CHANGED)], change


def test_an_entry_changed_together_with_its_hash_breaks_the_next(ada: Actor) -> None:
    forged = entries()[2]
    facts = {name: getattr(forged, name) for name in ("at", "actor_id", "subject", "action", "before", "after")}
    fits = hash_entry(forged.previous, position=3, actor_name="Mallory", **facts)
    change = f"UPDATE eventlog SET actor_name = 'Mallory', hash = '{fits}' WHERE id = 3"
    assert broken_by(change) == [(4, UNCONTINUED)]


def test_removed_entries_are_missed_wherever_they_stood(ada: Actor) -> None:
    count = len(entries())
    closing = [f"UPDATE eventlog SET id = {number - 1} WHERE id = {number}" for number in range(4, count + 1)]
    assert broken_by("DELETE FROM eventlog WHERE id = 3") == [(4, UNCONTINUED)]
    assert broken_by("DELETE FROM eventlog WHERE id = 1") == [(2, UNCONTINUED)]
    assert broken_by("DELETE FROM eventlog WHERE id = 3", *closing)[0] == (3, UNCONTINUED)
    last = f"there were {count} entries, now the last is {count - 2}"
    assert broken_by(f"DELETE FROM eventlog WHERE id >= {count - 1}") == [(count - 1, last)]
    assert broken_by("DELETE FROM eventlog") == [(1, f"there were {count} entries, now the last is 0")]


def test_an_inserted_entry_is_named(ada: Actor) -> None:
    count = len(entries())
    columns = "at, actor_name, subject, action, before, after"
    copy = f"SELECT {count + 1}, {columns}, hash, hash FROM eventlog WHERE id = {count}"
    found = broken_by(f"INSERT INTO eventlog (id, {columns}, previous, hash) {copy}")
    assert found[0] == (count + 1, CHANGED)
    assert found[-1] == (count + 2, f"there were {count} entries, now the last is {count + 1}")


def test_what_is_rolled_back_leaves_no_entry(ada: Actor) -> None:
    count = len(entries())

    def fail() -> None:
        with transaction() as session:
            record_event(session, ada, subject="order:1", action="tried")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(entries()) == count and broken() == []


def test_many_writers_at_once_make_one_chain(ada: Actor) -> None:
    count = len(entries())
    barrier = threading.Barrier(8)

    def write(number: int) -> None:
        barrier.wait()
        for turn in range(5):
            with transaction() as session:
                record_event(session, SYSTEM, subject=f"order:{number}", action="counted", after={"turn": turn})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entries()) == count + 40
    assert broken() == []
