"""The work nobody waits for, in a process beside each web worker: webhooks applied, e-mails sent, Stripe swept (ADR 0010).

Every job claims its rows in the database, so any number of processes may run them at once, and a killed one loses nothing.
"""

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

import structlog

from invoice_app.gateways import signals
from invoice_app.gateways.linking import link_signals
from invoice_app.services.notifying import deliver_due_emails
from invoice_app.services.receiving import apply_pending_events, sweep_gateway
from invoice_app.services.signalling import INBOX_TOPIC, OUTBOX_TOPIC
from invoice_app.sparing import spare_what_was_loaded

INBOX_SECONDS = 5.0
OUTBOX_SECONDS = 10.0
# What many payments of one moment write goes out in one round.
GATHER_SECONDS = 1.0
SWEEP_SECONDS = 60.0
# E-mails wait for money, but no longer than this.
MOST_PATIENCE_SECONDS = 10.0
# A mail server may take that long over the message it is being handed.
LEAVE_WITHIN_SECONDS = 4.0

log = structlog.get_logger()
_applying = threading.Lock()
_leaving = threading.Event()


async def work_beside(web: socket.socket) -> None:
    """Run every job until the web worker at the other end of `web` has gone, and what is under way for a moment longer."""
    async with spare_what_was_loaded():
        tasks = [
            asyncio.create_task(_repeat(apply_events, every=INBOX_SECONDS, woken_by=INBOX_TOPIC)),
            asyncio.create_task(_repeat(deliver_emails, every=OUTBOX_SECONDS, woken_by=OUTBOX_TOPIC, pause=GATHER_SECONDS)),
            asyncio.create_task(_repeat(sweep_gateway, every=SWEEP_SECONDS)),
        ]
        await link_signals(web)
    _leaving.set()
    last = threading.Timer(LEAVE_WITHIN_SECONDS, os._exit, (0,))
    last.daemon = True
    last.start()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def apply_events() -> None:
    """Apply what is in the inbox."""
    with _applying:
        apply_pending_events()


def deliver_emails() -> None:
    """Send what waits in the outbox, once the events that are being applied are: whoever waits for money comes first."""
    if _applying.acquire(timeout=MOST_PATIENCE_SECONDS):
        _applying.release()
    deliver_due_emails(is_leaving=_leaving.is_set)


async def _repeat(job: Callable[[], Any], *, every: float, woken_by: str = "", pause: float = 0.0) -> None:
    with signals.hear(woken_by) as ear:
        while True:
            try:
                await asyncio.to_thread(job)
            except Exception as error:  # noqa: BLE001 (a job that fails once is tried again at its next turn)
                log.warning("job_failed", job=job.__name__, error=repr(error))
            await ear.wait(every)
            await asyncio.sleep(pause)
