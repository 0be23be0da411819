"""Who is looking at what just now. It is kept for seconds and nowhere on disk: a beat costs no transaction.

In one process it stays in memory. With REDIS_URL set every worker sees the tabs of all; while Redis is away, each sees its own.
"""

import json
import threading
from dataclasses import asdict, dataclass
from functools import lru_cache

import redis
import structlog

from invoice_app.clock import utc_now
from invoice_app.config import settings

FORGOTTEN_AFTER_S = 20.0
KEY = "invoice_app:presence:"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A tab and where it is: the field it is in, "" for none. `seen_at` in seconds since 1970."""

    tab: str
    user_id: int
    name: str
    field: str
    seen_at: float


_lock = threading.Lock()
_here: dict[str, dict[str, Sighting]] = {}


def note_sighting(place: str, *, tab: str, user_id: int, name: str, field: str) -> bool:
    """Remember a tab at `place` for the next 20 seconds; answers whether the others do not know that yet."""
    sighting = Sighting(tab, user_id, name, field, utc_now().timestamp())
    known = {one.tab: one for one in list_sightings(place)}.get(tab)
    with _lock:
        _here.setdefault(place, {})[tab] = sighting
    client = _client(settings().redis_url)
    if client is not None:
        try:
            client.hset(KEY + place, tab, json.dumps(asdict(sighting)))
            client.expire(KEY + place, int(FORGOTTEN_AFTER_S))
        except redis.RedisError as error:
            log.warning("presence_not_shared", error=str(error))
    return known is None or known.field != field


def forget_sighting(place: str, tab: str) -> bool:
    """A tab has left; answers whether it had been seen."""
    with _lock:
        known = _here.get(place, {}).pop(tab, None) is not None
    client = _client(settings().redis_url)
    if client is not None:
        try:
            known = bool(client.hdel(KEY + place, tab)) or known
        except redis.RedisError as error:
            log.warning("presence_not_shared", error=str(error))
    return known


def list_sightings(place: str) -> tuple[Sighting, ...]:
    """Every tab seen at `place` within 20 seconds, by the order in which they were noticed."""
    oldest = utc_now().timestamp() - FORGOTTEN_AFTER_S
    return tuple(one for one in _list_shared(place) or _list_here(place, oldest) if one.seen_at > oldest)


def _list_here(place: str, oldest: float) -> tuple[Sighting, ...]:
    with _lock:
        fresh = {tab: one for tab, one in _here.pop(place, {}).items() if one.seen_at > oldest}
        if fresh:
            _here[place] = fresh
        return tuple(fresh.values())


def _list_shared(place: str) -> tuple[Sighting, ...]:
    client = _client(settings().redis_url)
    if client is None:
        return ()
    try:
        found: dict[bytes, bytes] = client.hgetall(KEY + place)  # type: ignore[assignment]  # typed for both clients at once
    except redis.RedisError as error:
        log.warning("presence_not_shared", error=str(error))
        return ()
    return tuple(Sighting(**json.loads(text)) for text in found.values())


@lru_cache(maxsize=1)
def _client(url: str) -> redis.Redis | None:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) if url else None
