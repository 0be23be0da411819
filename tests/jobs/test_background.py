"""The background work: a process beside the web worker, woken by what is stored there, gone with it, started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from invoice_app.db import reading, transaction
from invoice_app.gateways import signals
from invoice_app.jobs import background, keeping
from invoice_app.models import OutgoingEmail
from invoice_app.repositories.outbox import queue_email
from invoice_app.sandbox.control import Control
from invoice_app.services.signalling import wake_outbox
from tests.environment import ROOT
from tests.factories import invoice_of, make_actor, make_order, make_organisation
from tests.local_stripe import LocalStripe, local_stripe, stripe_process
from tests.services.collecting_steps import share_order
from tests.webhooks import EVENT, accept_event, events_of, received, sign

__all__ = ["local_stripe", "stripe_process"]

# It looks by itself only at its start.
NEVER = """
from invoice_app.jobs import __main__, background
background.INBOX_SECONDS = background.OUTBOX_SECONDS = 3_600.0
__main__.main()
"""
PATIENT = (sys.executable, "-c", NEVER)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "COMMAND", PATIENT)


def store(event_id: str) -> None:
    accept_event(*sign({**EVENT, "id": event_id, "type": "customer.updated"}))


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def list_children() -> list[int]:
    me = Path("/proc/self/task")
    return [int(pid) for children in me.glob("*/children") for pid in children.read_text().split()]


def find_worker() -> int:
    for pid in list_children():
        if "background.INBOX_SECONDS" in Path(f"/proc/{pid}/cmdline").read_text():
            return pid
    return 0


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def kept() -> None:
        async with keeping.keep_background():
            await until(find_worker)
            await scenario()

    asyncio.run(kept())


def applied() -> set[str]:
    return {event.id for event in received() if event.applied_at}


def test_what_is_stored_wakes_it_and_what_it_did_is_told_here(data_dir: Path) -> None:
    make_organisation()
    invoice_id = invoice_of(make_order(actor=make_actor())).id or 0
    heard: list[str] = []

    async def scenario() -> None:
        store("evt_before")
        await until(lambda: applied() == {"evt_before"})
        # What the start found to do is done: from here on only signals tell it to look.
        store("evt_after")
        await until(lambda: applied() == {"evt_before", "evt_after"})
        with signals.subscribe(heard.append):
            with transaction() as session:
                queue_email(session, invoice_id=invoice_id, recipient="v@lindt.example", subject="Hello", text="", html="")
                wake_outbox(session)
            await until(lambda: signals.invoice_topic(invoice_id) in heard)

    run(scenario)


def test_it_is_started_again_when_it_is_killed_and_goes_with_the_web_worker(data_dir: Path) -> None:
    seen: list[int] = []

    async def scenario() -> None:
        seen.append(find_worker())
        os.kill(seen[0], signal.SIGKILL)
        store("evt_1")
        await until(lambda: applied() == {"evt_1"})
        seen.append(find_worker())

    run(scenario)
    assert seen[0] != seen[1]
    assert not any(Path(f"/proc/{pid}").exists() for pid in seen)


def test_one_that_cannot_be_started_is_tried_again(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = subprocess.Popen
    refusals: list[Exception] = [OSError("no memory"), RuntimeError("can't start new thread")]

    def start(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        if refusals:
            raise refusals.pop()
        return started(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(keeping, "SHORTEST_PAUSE_SECONDS", 0.01)
    store("evt_1")

    async def scenario() -> None:
        await until(lambda: applied() == {"evt_1"})

    run(scenario)


def test_it_heeds_no_signal_and_goes_when_its_web_worker_has_gone(data_dir: Path) -> None:
    """Its web worker dies by kill -9: the socket closes, and nobody is left to end it."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(PATIENT, stdin=theirs.fileno(), cwd=ROOT)
    store("evt_1")
    asyncio.run(until(lambda: applied() == {"evt_1"}))
    os.kill(process.pid, signal.SIGTERM)
    assert process.poll() is None
    ours.close()
    assert process.wait(30) == 0


def test_e_mails_wait_for_the_events_that_are_being_applied(local_stripe: LocalStripe) -> None:
    ready = share_order()
    control = Control(local_stripe.url)
    local_stripe.pay(ready.start())
    control.settle()
    for event in events_of(local_stripe, ready.account().stripe_customer_id):
        accept_event(*sign(event))
    with transaction() as session:
        queue_email(session, invoice_id=None, recipient="v@lindt.example", subject="Hello", text="", html="")
    control.fail("GET /v1/payment_intents/*", "slow", seconds=1)
    with ThreadPoolExecutor(2) as threads:
        applying = threads.submit(background.apply_events)
        while any(fault["do"] == "slow" for fault in control.faults()):
            time.sleep(0.01)
        threads.submit(background.deliver_emails).result(30)
        applying.result(30)
    with reading() as session:
        sent = min(message.sent_at for message in session.exec(select(OutgoingEmail)) if message.sent_at)
    assert sent > max(event.applied_at for event in received() if event.applied_at)
