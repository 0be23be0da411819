"""Webhooks over HTTP into SQLite with synchronous FULL, applied beside it: how many a second, and that none is lost."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from sqlmodel import func, select

from invoice_app.config import settings
from invoice_app.db import reading
from invoice_app.models import Payment, ReceivedEvent
from invoice_app.services import ordering, receiving, sharing
from invoice_app.services.checking_books import find_broken
from invoice_app.services.checking_out import start_checkout
from tests.benchmarks.report import report
from tests.factories import invoice_of, make_actor, make_order, make_organisation
from tests.local_stripe import LocalStripe, local_stripe, stripe_process
from tests.web.conftest import server_url

__all__ = ["local_stripe", "server_url", "stripe_process"]

BAR = 300
PAYMENTS = 60
SENDERS = 8


def pay_many(local: LocalStripe) -> list[dict[str, Any]]:
    """Customers pay while no webhook arrives; answers every event Stripe made of it, newest first."""
    make_organisation()
    actor = make_actor()
    for number in range(PAYMENTS):
        order = make_order(actor=actor, customer=f"Customer {number}", email=f"c{number}@example.com")
        invoice = invoice_of(order)
        token = sharing.create_link(actor, invoice.id or 0).url.rpartition("/")[2]
        shown = ordering.open_order(actor, order.number).panel
        local.pay(start_checkout(token, revision=shown.revision, amount=72_000, keep_card=False))
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
def test_webhooks_accepted_and_applied_a_second(local_stripe: LocalStripe, server_url: str, data_dir: Path) -> None:
    time.sleep(1)
    signed = [sign(event) for event in pay_many(local_stripe)]
    done = threading.Event()

    def apply_until_done() -> None:
        while not done.is_set():
            if not receiving.apply_pending_events():
                done.wait(0.005)

    applying = threading.Thread(target=apply_until_done)
    lines = "\n".join(json.dumps([body.decode(), header]) for body, header in signed)
    command = [sys.executable, "-m", "tests.benchmarks.sending", f"{server_url}/webhooks/stripe", str(SENDERS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sending:
        started = time.perf_counter()
        applying.start()
        answers = json.loads(sending.communicate(lines)[0])
    accepted = time.perf_counter() - started
    while _count_unapplied():
        time.sleep(0.005)
    applied = time.perf_counter() - started
    done.set()
    applying.join()
    report("webhooks accepted", len(signed) / accepted, BAR, "a second")
    report("webhooks accepted and applied", len(signed) / applied, BAR, "a second")
    assert set(answers) == {200}
    with reading() as session:
        assert session.exec(select(func.count()).select_from(ReceivedEvent)).one() == len(signed)
        assert session.exec(select(func.count()).select_from(Payment)).one() == PAYMENTS
        assert find_broken(session) == {}


def _count_unapplied() -> int:
    with reading() as session:
        query = select(func.count()).select_from(ReceivedEvent).where(ReceivedEvent.applied_at.is_(None))
        return session.exec(query).one()
