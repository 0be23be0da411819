"""Webhooks that arrive together share one write to the disk: the first to come writes for all who wait (group commit)."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from invoice_app.gateways.stripe_values import GatewayEvent

MOST_AT_ONCE = 100

_waiting: list[tuple[GatewayEvent, "Future[bool]"]] = []
_queueing = threading.Lock()
_writing = threading.Lock()


def gather_event(event: GatewayEvent, store: Callable[[Sequence[GatewayEvent]], Sequence[bool]]) -> bool:
    """Store an event, alone or with others of this moment; answers whether it is new once it is on the disk.

    Raises what `store` raises, for everybody whose event was in the same write.
    """
    future: Future[bool] = Future()
    with _queueing:
        _waiting.append((event, future))
    with _writing:
        while not future.done():
            _write_next(store)
    return future.result()


def _write_next(store: Callable[[Sequence[GatewayEvent]], Sequence[bool]]) -> None:
    with _queueing:
        batch = _waiting[:MOST_AT_ONCE]
        del _waiting[:MOST_AT_ONCE]
    try:
        found = store([event for event, _ in batch])
    except BaseException as error:  # noqa: BLE001 (all who wait must hear of it)
        for _, future in batch:
            future.set_exception(error)
        return
    for (_, future), is_new in zip(batch, found, strict=True):
        future.set_result(is_new)
