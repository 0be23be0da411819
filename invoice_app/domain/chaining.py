"""A chain of log entries: each carries the hash of the one before, so that what is changed later no longer fits."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

# What the first entry has for the hash of the one before it.
BEGINNING = "0" * 64


def hash_entry(
    previous: str,
    *,
    position: int,
    at: datetime,
    actor_id: int | None,
    actor_name: str,
    subject: str,
    action: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> str:
    """The SHA-256, in hexadecimal, of an entry in one canonical form: a JSON list in UTF-8, keys sorted, the instant in UTC."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    entry = [previous, position, moment, actor_id, actor_name, subject, action, before, after]
    return sha256(json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
