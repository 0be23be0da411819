"""Trouble on demand: what a test asks the next calls and deliveries to go through.

A fault waits in the store until a call matches it, then is used up, `times` times. See `control` for the client.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from .errors import StripeError
from .store import Store

MOST_TIMES, LONGEST_SECONDS = 1_000_000, 31_536_000


class Trouble(StrEnum):
    """What happens to a matching API call."""

    ERROR_BEFORE = "error_before"
    """500, nothing done, no answer kept for the idempotency key."""
    ERROR_AFTER = "error_after"
    """500 after the work; the key answers 500 from then on, as Stripe documents it."""
    LOST_AFTER = "lost_after"
    """502 after the work; the key answers the true result when it is used again."""
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    """No answer for `seconds`, then the connection is closed."""
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    """The connection is reset at once."""
    RATE_LIMIT = "rate_limit"
    """429, nothing done."""
    SLOW = "slow"
    """The work waits for `seconds` while the call is in flight: its key answers 409 meanwhile."""
    WEBHOOKS_FIRST = "webhooks_first"
    """Every event of the call is delivered before the answer leaves."""


class Mischief(StrEnum):
    """What happens to a matching webhook delivery."""

    DELAY = "delay"
    DUPLICATE = "duplicate"
    DROP = "drop"
    REORDER = "reorder"
    """Held back until the next delivery has gone, or for `seconds`."""
    BAD_SIGNATURE = "bad_signature"
    OLD = "old"
    """Signed `seconds` ago; a negative number signs in the future."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`on`: "POST /v1/refunds", "POST /v1/payment_intents/*/capture", "*", or an event type; `*` stands for anything."""

    on: str
    do: str
    times: int = 1
    seconds: float = 30.0
    id: int = 0

    @property
    def is_webhook(self) -> bool:
        """Whether it is about deliveries and not about calls."""
        return self.do in set(Mischief)

    def matches(self, name: str) -> bool:
        """Whether `name`, a call or an event type, is what it waits for."""
        return fnmatchcase(name, self.on)


def read_fault(given: Mapping[str, object]) -> Fault:
    """The fault somebody asks for.

    Raises:
        ValueError: in one sentence, what is wrong with it.
    """
    known = {"on", "do", "times", "seconds"}
    if unknown := sorted(given.keys() - known):
        raise ValueError(f"a fault has no {unknown[0]!r}; it has on, do, times and seconds")
    on, do, times, seconds = given.get("on"), given.get("do"), given.get("times", 1), given.get("seconds", 30.0)
    if not isinstance(on, str) or not on:
        raise ValueError('`on` names what it waits for, such as "POST /v1/refunds*" or "charge.updated"')
    if not isinstance(do, str) or do not in {*Trouble, *Mischief}:
        raise ValueError(f"unknown trouble: {do}")
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MOST_TIMES:
        raise ValueError(f"`times` is a whole number from 1 to {MOST_TIMES}")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not abs(seconds) <= LONGEST_SECONDS:
        raise ValueError(f"`seconds` is a number up to {LONGEST_SECONDS}")
    if seconds < 0 and do != Mischief.OLD:
        raise ValueError(f"`seconds` is negative only for {Mischief.OLD}")
    return Fault(on, do, times, float(seconds))


def add_fault(store: Store, fault: Fault) -> int:
    """Keep it until a call or delivery matches."""
    cursor = store.db.execute("INSERT INTO faults (body) VALUES (?)", (json.dumps(asdict(fault)),))
    return int(cursor.lastrowid or 0)


def list_faults(store: Store) -> list[Fault]:
    """What still waits, oldest first."""
    rows = store.db.execute("SELECT id, body FROM faults ORDER BY id").fetchall()
    return [replace(Fault(**json.loads(row["body"])), id=row["id"]) for row in rows]


def clear_faults(store: Store) -> None:
    """Forget everything that waits."""
    store.db.execute("DELETE FROM faults")


def take_fault(store: Store, name: str, *, webhook: bool) -> Fault | None:
    """The first waiting fault that matches, used up once; None nearly always."""
    for fault in list_faults(store):
        if fault.is_webhook == webhook and fault.matches(name):
            if fault.times <= 1:
                store.db.execute("DELETE FROM faults WHERE id = ?", (fault.id,))
            else:
                left = replace(fault, times=fault.times - 1)
                store.db.execute("UPDATE faults SET body = ? WHERE id = ?", (json.dumps(asdict(left)), fault.id))
            return fault
    return None


def server_error() -> StripeError:
    """500 `api_error`."""
    return StripeError("An unknown error occurred.", status=500, error_type="api_error")


def rate_limit_error() -> StripeError:
    """429 (docs.stripe.com/rate-limits)."""
    return StripeError(
        "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
        status=429,
        code="rate_limit",
    )
