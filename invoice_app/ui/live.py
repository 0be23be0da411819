"""Live pages: a signal says what changed, and every open tab that shows it loads it anew from the database.

A page's State says what it shows by `watch(self, "orders")`; its method `_reload` is then run for each such signal, under
the tab's lock, and the difference goes to the browser. Only the database is trusted: a lost signal loses no data.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx

from invoice_app.domain.errors import AppError
from invoice_app.gateways import signals

log = logging.getLogger(__name__)
_SAME_TIME = 16
# Customers first: their pages fetch a change the moment it is saved. Signals that come meanwhile share one reload.
_PAUSE_S = 0.05


class LiveState(rx.State, mixin=True):
    """A State that can load what it shows again."""

    async def _reload(self) -> None:
        raise NotImplementedError


Watcher = tuple[str, type[LiveState]]
_watched: dict[Watcher, frozenset[str]] = {}
_watchers: defaultdict[str, set[Watcher]] = defaultdict(set)


def watch(state: LiveState, *topics: str) -> None:
    """From now on this tab's `state` is reloaded when one of `topics` is signalled; replaces what it watched before."""
    watcher = (state.router.session.client_token, type(state))
    unwatch(watcher)
    _watched[watcher] = frozenset(topics)
    for topic in topics:
        _watchers[topic].add(watcher)


def unwatch(watcher: Watcher) -> None:
    """Forget a tab's State."""
    for topic in _watched.pop(watcher, frozenset()):
        _watchers[topic].discard(watcher)
        if not _watchers[topic]:
            del _watchers[topic]


@asynccontextmanager
async def reload_open_pages(app: rx.App) -> AsyncIterator[None]:
    """Lifespan: listen for signals while the application runs."""
    listening = asyncio.create_task(_listen(app))
    try:
        yield
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _listen(app: rx.App) -> None:
    slots = asyncio.Semaphore(_SAME_TIME)
    with signals.hear() as ear:
        while True:
            first = await ear.wait()
            await asyncio.sleep(_PAUSE_S)
            topics = {*first, *await ear.wait(0)}
            concerned = set().union(*(_watchers.get(topic, set()) for topic in topics))
            await asyncio.gather(*(_reload(app, watcher, slots) for watcher in concerned))


async def _reload(app: rx.App, watcher: Watcher, slots: asyncio.Semaphore) -> None:
    token, page = watcher
    if app.event_namespace is None or token not in app.event_namespace.token_to_sid:
        unwatch(watcher)
        return
    async with slots:
        try:
            async with app.modify_state(rx.BaseStateToken(ident=token, cls=page)) as state:
                await (await state.get_state(page))._reload()
        except AppError:
            unwatch(watcher)
        except Exception:
            log.exception("A live page could not be loaded anew")
