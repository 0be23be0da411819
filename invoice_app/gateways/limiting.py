"""How often something may be done: counted in Redis for all workers, in this process alone while Redis is away."""

import time
from functools import lru_cache
from typing import Any

import redis
import structlog
from limits import RateLimitItem
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from invoice_app.config import settings

ANSWER_SECONDS = 0.5
ASK_AGAIN_SECONDS = 10.0

log = structlog.get_logger()


def count(limit: RateLimitItem, *key: str) -> bool:
    """Count one more by this key; false when it is beyond the limit."""
    return _counter().ask("hit", limit, *key)


def may_still(limit: RateLimitItem, *key: str) -> bool:
    """Whether one more by this key would be within the limit; counts nothing."""
    return _counter().ask("test", limit, *key)


def forget_counts() -> None:
    """Begin anew in this process, by the settings of now."""
    _counter.cache_clear()


class _Counter:
    def __init__(self, url: str) -> None:
        self._here = FixedWindowRateLimiter(MemoryStorage())
        self._shared = FixedWindowRateLimiter(_open_redis(url)) if url else None
        self._away_until = 0.0

    def ask(self, question: str, limit: RateLimitItem, *key: str) -> bool:
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return bool(getattr(self._shared, question)(limit, *key))
            except redis.RedisError as error:
                # A limit is no reason to keep a customer from paying, nor to let everybody wait for a server that hangs.
                self._away_until = time.monotonic() + ASK_AGAIN_SECONDS
                log.warning("limits_counted_here", error=str(error))
        return bool(getattr(self._here, question)(limit, *key))


def _open_redis(url: str) -> Storage:
    # Options are passed on to the Redis client, which would try again several times otherwise.
    once: Any = Retry(NoBackoff(), 0)
    storage = storage_from_string(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, retry=once)
    assert isinstance(storage, Storage)
    return storage


@lru_cache(maxsize=1)
def _counter() -> _Counter:
    return _Counter(settings().redis_url)
