"""Turns between all who write to one SQLite file, threads and processes alike.

SQLite lets whoever finds it busy sleep, up to 100 ms, and look again. A process that writes one transaction after the other is
seldom idle at just that moment, so the others starve. Here one of those who wait stands next: whoever has just written finds
that place taken and comes after it. The locks are the kernel's; a process that dies holds none. SQLite's own lock decides all
the same: where there can be no file, or the kernel has no lock to give, it goes on without turns.
"""

import contextlib
import fcntl
import os
import stat
import threading
import time
import weakref
from pathlib import Path

LOOK_AGAIN_SECONDS = 0.0005
# Bytes of the file; each is locked by one process at a time.
_WRITING, _NEXT = 0, 1


class Turns:
    """The turns at one database, by an empty file beside it."""

    def __init__(self, database: Path) -> None:
        self._threads = threading.Lock()
        self._file = _open_beside(database)
        if self._file is not None:
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
                self._ask_kernel(fcntl.LOCK_EX | fcntl.LOCK_NB, place)
            except (BlockingIOError, PermissionError):
                if time.monotonic() > until:
                    return False
                time.sleep(LOOK_AGAIN_SECONDS)
            except OSError:
                return True
            else:
                return True

    def _unlock(self, place: int) -> None:
        with contextlib.suppress(OSError):
            self._ask_kernel(fcntl.LOCK_UN, place)

    def _ask_kernel(self, what: int, place: int) -> None:
        if self._file is not None:
            fcntl.lockf(self._file, what, 1, place)


def _open_beside(database: Path) -> int | None:
    file = Path(f"{database}-turn")
    with contextlib.suppress(OSError):
        opened = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        with contextlib.suppress(OSError):
            # Whoever may write to the database may take turns, also when an administrator was the first.
            owner = database.stat()
            os.fchmod(opened, stat.S_IMODE(owner.st_mode))
            os.fchown(opened, owner.st_uid, owner.st_gid)
        return opened
    return None
