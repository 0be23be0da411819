"""Turns between all who write to one SQLite file, threads and processes alike.

SQLite lets whoever finds it busy sleep, up to 100 ms, and look again. A process that writes one transaction after the other is
seldom idle at just that moment, so the others starve. Here one of those who wait stands next: whoever has just written finds
that place taken and comes after it. The locks are the kernel's; a process that dies holds none.
"""

import fcntl
import os
import threading
import time
import weakref
from pathlib import Path

LOOK_AGAIN_SECONDS = 0.0005
# Bytes of the file; each is locked by one process at a time.
_WRITING, _NEXT = 0, 1


class Turns:
    """The turns at one database; `file` need not exist yet and stays empty."""

    def __init__(self, file: Path) -> None:
        self._threads = threading.Lock()
        self._file = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        weakref.finalize(self, os.close, self._file)

    def take(self, seconds: float) -> bool:
        """Wait for our turn; False when it has not come within `seconds`. Call `give_back` once it is over."""
        until = time.monotonic() + seconds
        if not self._threads.acquire(timeout=seconds):
            return False
        if self._lock(_NEXT, until):
            comes = self._lock(_WRITING, until)
            self._unlock(_NEXT)
            if comes:
                return True
        self._threads.release()
        return False

    def give_back(self) -> None:
        """Our turn is over."""
        self._unlock(_WRITING)
        self._threads.release()

    def _lock(self, place: int, until: float) -> bool:
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except (BlockingIOError, PermissionError):
                if time.monotonic() > until:
                    return False
                time.sleep(LOOK_AGAIN_SECONDS)
            else:
                return True

    def _unlock(self, place: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)
