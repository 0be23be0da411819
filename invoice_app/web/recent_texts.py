"""Texts made a moment ago: when fifty open pages ask for the same change at once, it is rendered once."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class RecentTexts:
    """Keeps at most `most` texts for `seconds` each. Whoever asks for one that is being made waits for it."""

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._texts: OrderedDict[Hashable, tuple[float, str]] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get_or_make(self, key: Hashable, make: Callable[[], str]) -> str:
        """The text of `key`. The key must name everything the text depends on, so that a change asks for another one."""
        with self._lock:
            kept = self._find(key)
            making = self._making.setdefault(key, threading.Lock())
        if kept is not None:
            return kept
        with making:
            with self._lock:
                kept = self._find(key)
            if kept is None:
                try:
                    kept = make()
                    self._keep(key, kept)
                finally:
                    self._making.pop(key, None)
            return kept

    def _find(self, key: Hashable) -> str | None:
        made_at, text = self._texts.get(key, (0.0, ""))
        return text if text and time.monotonic() - made_at < self._seconds else None

    def _keep(self, key: Hashable, text: str) -> None:
        with self._lock:
            self._texts[key] = (time.monotonic(), text)
            while len(self._texts) > self._most:
                self._texts.popitem(last=False)
