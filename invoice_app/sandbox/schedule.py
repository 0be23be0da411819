"""What happens later by itself: fees become known, holds and sessions expire, debits and refunds finish, disputes open."""

import asyncio
import sqlite3
from collections.abc import Callable

from .charges import settle_charge
from .charging import EXPIRED, cancel_intent, finish_debit
from .disputing import end_dispute, open_dispute, rule_dispute
from .errors import JsonObject
from .refunding import fail_refund, finish_refund
from .resources.checkout_sessions import expire_session
from .selling import finish_session_debit
from .world import World

TICK_SECONDS = 0.2
BATCH, SHORT_WHILE = 100, 5.0
Task = Callable[[World, JsonObject], None]


def expire_hold(world: World, intent: JsonObject) -> None:
    """An uncaptured authorisation ends (docs.stripe.com/payments/place-a-hold-on-a-payment-method)."""
    if intent["status"] == "requires_capture":
        cancel_intent(world, intent, EXPIRED)


def expire_open_session(world: World, session: JsonObject) -> None:
    """A session nobody completed ends by itself."""
    if session["status"] == "open":
        expire_session(world, session)


def finish_open_debit(world: World, intent: JsonObject) -> None:
    """The bank's answer reaches intent and session."""
    if intent["status"] != "processing":
        return
    finish_debit(world, intent)
    finish_session_debit(world, intent)


def release_balance(world: World, transaction: JsonObject) -> None:
    """Pending funds become available."""
    transaction["status"] = "available"
    world.store.put(transaction)


TASKS: dict[str, Task] = {
    "settle_charge": settle_charge,
    "expire_hold": expire_hold,
    "expire_session": expire_open_session,
    "finish_debit": finish_open_debit,
    "finish_refund": finish_refund,
    "fail_refund": fail_refund,
    "open_dispute": open_dispute,
    "rule_dispute": rule_dispute,
    "end_dispute": end_dispute,
    "release_balance": release_balance,
}


def run_due(world: World) -> int:
    """Carry out everything due, in order and each at its own instant; how many there were."""
    done = 0
    while tasks := find_due(world):
        with world.store.transaction():
            for task in tasks:
                with world.clock.at(task["due_at"]):
                    carry_out(world, task)
        done += len(tasks)
    return done


def find_due(world: World) -> list[sqlite3.Row]:
    """The next few due tasks. One at a time across a jump of the clock, because a task may plan another
    that comes before the next.
    """
    now = world.clock.exact()
    query = "SELECT * FROM tasks WHERE due_at <= ? ORDER BY due_at, id LIMIT ?"
    late = world.store.db.execute(query, (now - SHORT_WHILE, 1)).fetchall()
    return late or world.store.db.execute(query, (now, BATCH)).fetchall()


def carry_out(world: World, task: sqlite3.Row) -> None:
    """One task, which is then done for good."""
    world.store.db.execute("DELETE FROM tasks WHERE id = ?", (task["id"],))
    obj = world.store.get(task["object"])
    if obj is not None:
        TASKS[task["name"]](world, obj)


async def run_forever(world: World, wake: Callable[[], None]) -> None:
    """Look for due tasks a few times a second; `wake` is called when there were some."""
    while True:
        if run_due(world):
            wake()
        await asyncio.sleep(TICK_SECONDS)
