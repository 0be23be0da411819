"""The sandbox's time: the machine's, begun in the past if asked for, and moved forward when told to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from .store import Store

OFFSET = "clock_offset_seconds"


class Clock:
    """Seconds since 1970. The offset survives a restart; `at` pins the time while something due then is carried out."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = float(store.get_meta(OFFSET, "0"))
        self._pinned: float | None = None

    @property
    def offset(self) -> float:
        """How far ahead of the machine, in seconds."""
        return self._offset

    def exact(self) -> float:
        """Seconds since 1970 with their fraction."""
        return self._pinned if self._pinned is not None else time.time() + self._offset

    def now(self) -> int:
        """Seconds since 1970, as Stripe writes instants."""
        return int(self.exact())

    def start_behind(self, seconds: float) -> None:
        """Begin in the past; a store whose clock was moved before keeps its time."""
        if seconds and not self._store.get_meta(OFFSET):
            self.advance(-seconds)

    def advance(self, seconds: float) -> None:
        """Move forward, for good."""
        self._offset += seconds
        self._store.set_meta(OFFSET, repr(self._offset))

    @contextmanager
    def at(self, instant: float) -> Iterator[None]:
        """Pin the time to `instant` while something due then is carried out."""
        before, self._pinned = self._pinned, instant
        try:
            yield
        finally:
            self._pinned = before
