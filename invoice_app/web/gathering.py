"""Webhooks that arrive together share one write to the disk: those that come while one is written wait for the next."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from invoice_app.gateways.stripe_values import GatewayEvent

MOST_AT_ONCE = 100


class Waiting(NamedTuple):
    """An event, and who wants to hear whether it was new."""

    event: GatewayEvent
    answer: asyncio.Future[bool]


class Gatherer:
    """Stores the events of all requests of this process (group commit).

    `store` is handed the events that wait by the time it asks for them, best once its turn to write has come; it answers, one
    by one, which were new.
    """

    def __init__(self, store: Callable[[Iterable[GatewayEvent]], Sequence[bool]]) -> None:
        self._store = store
        self._waiting: deque[Waiting] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def put(self, event: GatewayEvent) -> bool:
        """Store an event; answers whether it is new once it is on the disk.

        Raises what `store` raises, for everybody whose event was in the same write.
        """
        waiting = Waiting(event, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await waiting.answer

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                await self._write()
        finally:
            self._writing = None

    async def _write(self) -> None:
        batch: list[Waiting] = []

        def take() -> Iterator[GatewayEvent]:
            batch.extend(self._take())
            yield from (waiting.event for waiting in batch)

        # Who has hung up meanwhile is not told; the event stays.
        try:
            found = await asyncio.to_thread(lambda: self._store(take()))
        except Exception as error:  # noqa: BLE001 (all who wait must hear of it)
            # It may have failed before it asked for them.
            for _, answer in batch or self._take():
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), is_new in zip(batch, found, strict=True):
            if not answer.done():
                answer.set_result(is_new)

    def _take(self) -> list[Waiting]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
