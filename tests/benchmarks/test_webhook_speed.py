"""Webhooks over HTTP into the running product on SQLite with synchronous FULL: how many a second, and that none is lost.

The web server is started as it is by default; the sender and the local Stripe are other processes on the same cores.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest
import stripe
from sqlmodel import func, select

from invoice_app import routes
from invoice_app.config import settings
from invoice_app.db import reading
from invoice_app.models import Payment, ReceivedEvent
from invoice_app.running.building import build_frontend
from invoice_app.running.programs import serve_web
from invoice_app.services import ordering, sharing
from invoice_app.services.checking_books import find_broken
from invoice_app.services.checking_out import start_checkout
from tests.benchmarks.report import report
from tests.e2e.desk import find_free_ports
from tests.environment import read_settings_again
from tests.factories import invoice_of, make_actor, make_order, make_organisation
from tests.faults.application import Running
from tests.local_stripe import LocalStripe, local_stripe, stripe_process

__all__ = ["local_stripe", "stripe_process"]

BAR = 300
# A server that has just started still puts its statements together.
FIRST_PAYMENTS = 3
ROUNDS, PAYMENTS = 5, 100
SENDERS = 16


@pytest.fixture
def web(local_stripe: LocalStripe, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """The web server of the product. It asked Stripe for news when it started; by itself it asks again after a minute."""
    make_organisation()
    monkeypatch.setenv("PORT", str(find_free_ports(1)[0]))
    read_settings_again()
    health = f"http://127.0.0.1:{settings().port}{routes.HEALTH}"
    running = Running(serve_web(settings(), build_frontend()), health, data_dir / "web.log")
    yield running
    running.kill()


def pay_many(local: LocalStripe, count: int) -> list[dict[str, Any]]:
    """Customers pay while no webhook arrives; answers every event Stripe has made so far, newest first."""
    actor = make_actor()
    for number in range(count):
        order = make_order(actor=actor, customer=f"Customer {number}", email=f"c{number}@example.com")
        invoice = invoice_of(order)
        token = sharing.create_link(actor, invoice.id or 0).url.rpartition("/")[2]
        shown = ordering.open_order(actor, order.number).panel
        local.pay(start_checkout(token, revision=shown.revision, amount=72_000, keep_card=False))
    time.sleep(1)  # until the last charge is settled: Stripe tells of each then
    events: list[dict[str, Any]] = []
    with httpx.Client(base_url=local.url, headers={"Authorization": "Bearer sk_test_local"}) as client:
        while True:
            params = {"limit": "100", **({"starting_after": events[-1]["id"]} if events else {})}
            page = client.get("/v1/events", params=params).json()
            events.extend(page["data"])
            if not page["has_more"]:
                return events


def sign(event: dict[str, Any]) -> tuple[bytes, str]:
    """A webhook's body and header."""
    body = json.dumps(event)
    key = settings().stripe_webhook_secret.get_secret_value()
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, key, int(time.time()))


@pytest.mark.timeout(600)
def test_webhooks_accepted_and_applied_a_second(local_stripe: LocalStripe, web: Running) -> None:
    known: set[str] = set()
    accepted: list[float] = []
    applied: list[float] = []
    for payments in (FIRST_PAYMENTS, *[PAYMENTS] * ROUNDS):
        events = [event for event in pay_many(local_stripe, payments) if event["id"] not in known]
        known |= {event["id"] for event in events}
        times = send_all([sign(event) for event in events])
        for figures, seconds in zip((accepted, applied), times, strict=True):
            figures.append(len(events) / seconds)
    report(f"webhooks accepted, median of {ROUNDS}", median(accepted[1:]), BAR, "a second")
    report(f"webhooks accepted and applied, median of {ROUNDS}", median(applied[1:]), BAR, "a second")
    assert _count(ReceivedEvent.id) == len(known)
    assert _count(Payment.id) == FIRST_PAYMENTS + ROUNDS * PAYMENTS
    with reading() as session:
        assert find_broken(session) == {}


def send_all(signed: list[tuple[bytes, str]]) -> tuple[float, float]:
    """Send webhooks as fast as they are taken; answers the seconds until all were accepted, and until all were applied."""
    lines = "\n".join(json.dumps([body.decode(), header]) for body, header in signed)
    url = f"http://127.0.0.1:{settings().port}{routes.STRIPE_WEBHOOK}"
    command = [sys.executable, "-m", "tests.benchmarks.sending", url, str(SENDERS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sending:
        assert sending.stdout is not None and sending.stdin is not None
        sending.stdin.write(lines)
        sending.stdin.close()
        assert sending.stdout.readline() == "ready\n"
        started = time.perf_counter()
        answers = json.loads(sending.stdout.readline())
    accepted = time.perf_counter() - started
    while _count(ReceivedEvent.id, ReceivedEvent.applied_at.is_(None)):
        time.sleep(0.02)
    applied = time.perf_counter() - started
    assert answers == [200] * len(signed)
    return accepted, applied


def _count(column: Any, *conditions: Any) -> int:
    with reading() as session:
        return session.exec(select(func.count(column)).where(*conditions)).one()
