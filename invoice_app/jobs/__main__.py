"""`python -m invoice_app.jobs`: the background work of a web worker, which holds the other end of standard input, a socket."""

import asyncio
import signal
import socket

from invoice_app.jobs.background import work_beside
from invoice_app.logs import keep_logs_clean


def main() -> None:
    """Work until that other end is closed, by an orderly stop or by kill -9."""
    # Signals to the whole group are for the web worker: what it leaves behind is finished first.
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    keep_logs_clean()
    asyncio.run(work_beside(socket.socket(fileno=0)))


if __name__ == "__main__":
    main()
