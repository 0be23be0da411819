"""Idempotency keys. Source: docs.stripe.com/api/idempotent_requests.

The first answer of a key is kept for 24 hours, errors included, once the work has begun; the same key with other parameters is
refused, and while its first call is under way it answers 409.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from .errors import StripeError
from .world import World

KEPT_SECONDS = 24 * 3600
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What the first call of a key answered."""

    status: int
    body: str
    request_id: str


def make_fingerprint(path: str, raw: dict[str, Any]) -> str:
    """One value for an address and its parameters."""
    return hashlib.sha256(json.dumps([path, raw], sort_keys=True).encode()).hexdigest()


def find_answer(world: World, key: str, path: str, fingerprint: str) -> KeptAnswer | None:
    """The kept answer of this key, if it is young enough.

    Raises:
        StripeError: 400 `idempotency_error` when the key was first used for something else, or is too long.
    """
    if len(key) > LONGEST_KEY:
        raise StripeError(f"Idempotency keys can be at most {LONGEST_KEY} characters long.", error_type="idempotency_error")
    row = world.store.db.execute("SELECT * FROM answers WHERE key = ?", (key,)).fetchone()
    if row is None or row["created"] < world.clock.now() - KEPT_SECONDS:
        return None
    if row["operation"] != path:
        raise StripeError(
            f"Keys for idempotent requests can only be used for the same endpoint they were first used for ('{path}' vs "
            f"'{row['operation']}'). Try using a key other than '{key}' if you meant to execute a different request.",
            error_type="idempotency_error",
        )
    if row["fingerprint"] != fingerprint:
        raise StripeError(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
            "using a key other "
            f"than '{key}' if you meant to execute a different request.",
            error_type="idempotency_error",
        )
    return KeptAnswer(row["status"], row["body"], row["request_id"])


def keep_answer(world: World, key: str, path: str, fingerprint: str, answer: KeptAnswer) -> None:
    """Part of the transaction that did the work, so that a crash keeps both or neither."""
    world.store.db.execute(
        "INSERT OR REPLACE INTO answers VALUES (?,?,?,?,?,?,?)",
        (key, world.clock.now(), path, fingerprint, answer.status, answer.body, answer.request_id),
    )


def in_use_error(key: str) -> StripeError:
    """409 while the first call of the key is under way."""
    return StripeError(
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
        "twice, and the "
        f"other request is still going through): {key}. Please try again later.",
        status=409,
        error_type="idempotency_error",
        code="idempotency_key_in_use",
    )
