"""The work nobody waits for, in the web process itself: webhooks applied, e-mails sent, Stripe swept (ADR 0003).

Every job claims its rows in the database, so any number of workers may run them at once, and a killed one loses nothing.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from invoice_app.gateways import signals
from invoice_app.services.notifying import deliver_due_emails
from invoice_app.services.receiving import apply_pending_events, sweep_gateway
from invoice_app.services.signalling import INBOX_TOPIC, OUTBOX_TOPIC

INBOX_SECONDS = 5.0
OUTBOX_SECONDS = 10.0
# What many payments of one moment write goes out in one round.
GATHER_SECONDS = 1.0
SWEEP_SECONDS = 60.0
THREADS = 32

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def run_background() -> AsyncIterator[None]:
    """Run the background work while the application lives; register it as a lifespan task of every web worker."""
    jobs = (
        signals.relay_from_redis(),
        _repeat(apply_pending_events, every=INBOX_SECONDS, woken_by=INBOX_TOPIC),
        _repeat(deliver_due_emails, every=OUTBOX_SECONDS, woken_by=OUTBOX_TOPIC, pause=GATHER_SECONDS),
        _repeat(sweep_gateway, every=SWEEP_SECONDS, woken_by="sweep"),
    )
    # Calls that wait for Stripe or a mail server must not keep pages from being rendered.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="work"))
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(job: Callable[[], Any], *, every: float, woken_by: str, pause: float = 0.0) -> None:
    with signals.hear(woken_by) as ear:
        while True:
            try:
                await asyncio.to_thread(job)
            except Exception as error:  # noqa: BLE001 (a job that fails once is tried again at its next turn)
                log.warning("job_failed", job=job.__name__, error=repr(error))
            await ear.wait(every)
            await asyncio.sleep(pause)
