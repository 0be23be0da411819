"""The guard: ends what a supervisor started when the supervisor itself is gone, however it went.

The supervisor holds the only write end of the guard's standard input and names each process group it starts there
("+123") and each that ended ("-123"). When that pipe closes, by a clean stop or by kill -9, the guard ends the groups
still named. Unlike Linux's parent-death signal this reaches grandchildren too, and works on every Unix.
Standard library only, started with -I -S: it costs a few megabytes.
"""

import os
import signal
import sys
import time

PATIENCE_S = 5.0


def end_group(group: int, patience_s: float = PATIENCE_S) -> None:
    """Ask every process of a group to stop; kill those still there after `patience_s` seconds."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + patience_s
        try:
            os.killpg(group, sign)
            while time.monotonic() < deadline:
                time.sleep(0.05)
                os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return


def main() -> None:
    """Listen until the supervisor is gone, then end what is left."""
    # The terminal's Ctrl-C and a group-wide SIGTERM are the supervisor's business.
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        end_group(group)


if __name__ == "__main__":
    main()
