"""The web worker's side of the background work: its process is started, woken, and started again when it ends."""

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import structlog

from invoice_app.gateways import signals
from invoice_app.gateways.linking import link_signals
from invoice_app.services.signalling import INBOX_TOPIC, OUTBOX_TOPIC

COMMAND = (sys.executable, "-m", "invoice_app.jobs")
START_AGAIN_SECONDS = 2.0
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
    while True:
        try:
            code: int | str = await _run()
        except OSError as error:
            code = repr(error)
        log.warning("background_ended", code=code)
        await asyncio.sleep(START_AGAIN_SECONDS)


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
