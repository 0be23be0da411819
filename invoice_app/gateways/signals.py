"""Live signals: "invoice 12 changed", told to whoever shows it. They carry no data; the listener reads the database anew.

In one process the signals stay in memory; linking.py carries them between a web worker and the background work beside it. With
REDIS_URL set they also travel to the other workers; while Redis is away, this process keeps telling its own listeners and
`is_connected()` says that the others are not heard.
"""

import asyncio
import contextlib
import os
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import lru_cache

import redis
import redis.asyncio
import structlog

from invoice_app.config import settings

CHANNEL = "invoice_app:signals"
ORDERS = "orders"
SETTINGS = "settings"
RECONNECT_SECONDS = 1.0
_ORIGIN = secrets.token_hex(8)

log = structlog.get_logger()
Callback = Callable[[str], None]
# Told of every signal, and of those that were published in this process.
_callbacks: set[Callback] = set()
_relays: set[Callback] = set()
_lock = threading.Lock()
_relay_connected = threading.Event()


def invoice_topic(invoice_id: int) -> str:
    """The topic of one invoice."""
    return f"invoice:{invoice_id}"


def order_topic(order_id: int) -> str:
    """The topic of one order."""
    return f"order:{order_id}"


def publish(topic: str) -> None:
    """Tell every listener of every worker. Call it after the commit; it never raises."""
    tell(topic)
    _call(_relays, topic)
    client = _publisher(settings().redis_url)
    if client is not None:
        try:
            client.publish(CHANNEL, f"{_origin()} {topic}")
        except redis.RedisError as error:
            log.warning("signal_not_relayed", topic=topic, error=str(error))


def tell(topic: str) -> None:
    """Tell the listeners of this process only: of a signal that was published elsewhere."""
    _call(_callbacks, topic)


def publish_all(topics: Iterable[str]) -> None:
    """Tell several topics, as `publish`."""
    for topic in topics:
        publish(topic)


def subscribe(callback: Callback) -> contextlib.AbstractContextManager[None]:
    """Call `callback(topic)` for each signal, from whatever thread published it, while the context lasts."""
    return _among(_callbacks, callback)


def _call(callbacks: set[Callback], topic: str) -> None:
    with _lock:
        called = tuple(callbacks)
    for callback in called:
        callback(topic)


@contextlib.contextmanager
def _among(callbacks: set[Callback], callback: Callback) -> Iterator[None]:
    with _lock:
        callbacks.add(callback)
    try:
        yield
    finally:
        with _lock:
            callbacks.discard(callback)


class Ear:
    """What `hear` yields: collects the topics signalled and not yet taken; repeats are merged."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[str, None] = {}
        self._arrived = asyncio.Event()

    def tell(self, topic: str) -> None:
        """Note a signal; called from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody is listening any more
            self._loop.call_soon_threadsafe(self._arrive, topic)

    async def wait(self, seconds: float | None = None) -> tuple[str, ...]:
        """The topics signalled since the last call, waiting for the first; empty when `seconds` passed in silence."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), seconds)
        self._arrived.clear()
        topics = tuple(self._waiting)
        self._waiting.clear()
        return topics

    def _arrive(self, topic: str) -> None:
        self._waiting[topic] = None
        self._arrived.set()


@contextlib.contextmanager
def hear(*topics: str, published_here: bool = False) -> Iterator[Ear]:
    """Collect signals in this event loop while the context lasts: all of them, or only those of `topics`.

    With `published_here` those this process was told of are left out.
    """
    wanted = frozenset(topics)
    ear = Ear()

    def tell(topic: str) -> None:
        if not wanted or topic in wanted:
            ear.tell(topic)

    with _among(_relays if published_here else _callbacks, tell):
        yield ear


async def listen(*topics: str) -> AsyncIterator[str]:
    """Yield signals as they come: all of them, or only those of `topics`. Hears from the first iteration on."""
    with hear(*topics) as ear:
        while True:
            for topic in await ear.wait():
                yield topic


def is_connected() -> bool:
    """Whether signals of other workers reach this one; always true without Redis."""
    return not settings().redis_url or _relay_connected.is_set()


async def relay_from_redis() -> None:
    """Pass the other workers' signals on to this one's listeners, until cancelled; returns at once without Redis."""
    url = settings().redis_url
    while url:
        try:
            async with redis.asyncio.from_url(url) as client, client.pubsub() as channel:
                await channel.subscribe(CHANNEL)
                _relay_connected.set()
                async for message in channel.listen():
                    _hear_from_redis(message)
        except (redis.RedisError, OSError) as error:
            log.warning("signals_disconnected", error=str(error))
        finally:
            _relay_connected.clear()
        await asyncio.sleep(RECONNECT_SECONDS)


def _hear_from_redis(message: dict[str, object]) -> None:
    data = message.get("data")
    if message.get("type") == "message" and isinstance(data, bytes):
        sender, _, topic = data.decode().partition(" ")
        if sender != _origin():
            tell(topic)


def _origin() -> str:
    # The process id as well: a forked worker shares the random part with its parent.
    return f"{_ORIGIN}-{os.getpid()}"


@lru_cache(maxsize=1)
def _publisher(url: str) -> redis.Redis | None:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) if url else None
