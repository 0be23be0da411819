"""Webhooks that arrive together share one write to the disk: those that come while one is written wait for the next."""

import asyncio
from collections.abc import Callable, Sequence

from invoice_app.gateways.stripe_values import GatewayEvent

MOST_AT_ONCE = 100


class Gatherer:
    """Stores the events of all requests of this process (group commit); `store` answers, one by one, which were new."""

    def __init__(self, store: Callable[[Sequence[GatewayEvent]], Sequence[bool]]) -> None:
        self._store = store
        self._waiting: list[tuple[GatewayEvent, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, event: GatewayEvent) -> bool:
        """Store an event; answers whether it is new once it is on the disk.

        Raises what `store` raises, for everybody whose event was in the same write.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await future

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._write(batch)
        finally:
            self._writing = None

    async def _write(self, batch: Sequence[tuple[GatewayEvent, asyncio.Future[bool]]]) -> None:
        # Who has hung up meanwhile is not told; the event stays.
        try:
            found = await asyncio.to_thread(self._store, [event for event, _ in batch])
        except Exception as error:  # noqa: BLE001 (all who wait must hear of it)
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), is_new in zip(batch, found, strict=True):
            if not future.done():
                future.set_result(is_new)
