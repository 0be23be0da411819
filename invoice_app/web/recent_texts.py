"""Texts made a moment ago: when fifty open pages ask for the same change at once, it is rendered once."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class RecentTexts:
    """Keeps at most `most` texts for `seconds` each. Whoever asks for one that is being made waits for it."""

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._texts: OrderedDict[Hashable, tuple[float, str]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[str]] = {}

    async def get_or_make(self, key: Hashable, make: Callable[[], str]) -> str:
        """The text of `key`, made in a thread of its own. Raises what `make` raises, for everybody who waits.

        The key must name everything the text depends on, so that a change asks for another one.
        """
        made_at, text = self._texts.get(key, (0.0, ""))
        if text and time.monotonic() - made_at < self._seconds:
            return text
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(self._make(key, make))
        return await asyncio.shield(making)

    async def _make(self, key: Hashable, make: Callable[[], str]) -> str:
        try:
            text = await asyncio.to_thread(make)
            self._texts[key] = (time.monotonic(), text)
            while len(self._texts) > self._most:
                self._texts.popitem(last=False)
            return text
        finally:
            del self._making[key]
