"""The web worker's side of the background work: its process is started, woken, and started again when it ends."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import structlog

from invoice_app.gateways import signals
from invoice_app.gateways.linking import link_signals
from invoice_app.services.signalling import INBOX_TOPIC, OUTBOX_TOPIC

COMMAND = (sys.executable, "-m", "invoice_app.jobs")
# Ever longer when it ends at once, again and again.
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 30.0
STEADY_AFTER_SECONDS = 60.0
THREADS = 32

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def keep_background() -> AsyncIterator[None]:
    """Keep the background work running while the application lives; register it as a lifespan task of every web worker."""
    # Calls that wait for Stripe must not keep pages from being rendered.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="work"))
    tasks = [asyncio.create_task(job) for job in (signals.relay_from_redis(), _keep_running())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_running() -> None:
    pause = SHORTEST_PAUSE_SECONDS
    while True:
        started_at = time.monotonic()
        try:
            code: int | str = await _run()
        except Exception as error:  # noqa: BLE001 (a machine short of memory, threads or files may have them again later)
            code = repr(error)
        if time.monotonic() - started_at > STEADY_AFTER_SECONDS:
            pause = SHORTEST_PAUSE_SECONDS
        log.error("background_ended", code=code, again_in_seconds=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


async def _run() -> int:
    ours, theirs = socket.socketpair()
    with contextlib.closing(ours):
        with theirs:
            process = subprocess.Popen(COMMAND, stdin=theirs.fileno())
        try:
            await link_signals(ours, INBOX_TOPIC, OUTBOX_TOPIC)
        finally:
            # Our end is closed by now: it finishes what it is at, and goes.
            code = await asyncio.to_thread(process.wait)
    return code
