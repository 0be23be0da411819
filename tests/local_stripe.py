"""The local Stripe as a process of its own for tests, and a person who fills in its hosted page."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.e2e.desk import find_free_ports
from tests.environment import ROOT, read_settings_again

# On loopback there is none, and to load the authorities it trusts takes longer than a call.
WITHOUT_TLS = False
VISA = "4242424242424242"
MASTERCARD = "5555555555554444"
DECLINED = "4000000000000002"
NO_FUNDS = "4000000000009995"
ATTACHES_THEN_FAILS = "4000000000000341"
ASKS_ALWAYS = "4000002760003184"


@dataclass(frozen=True)
class LocalStripe:
    """Where the local Stripe answers."""

    url: str

    def pay(self, page_url: str, *, number: str = VISA) -> httpx.Response:
        """Fill in the card form of a hosted page and send it; answers where the customer is sent, or the page again."""
        typed = {
            "type": "card",
            "email": "payer@example.com",
            "number": number,
            "expiry": "12/34",
            "cvc": "123",
            "name": "Vera Lindt",
        }
        return httpx.post(page_url, data=typed, follow_redirects=False, verify=WITHOUT_TLS)

    def answer_bank(self, challenge_url: str, *, passes: bool) -> httpx.Response:
        """Complete or fail the 3-D Secure challenge a payment led to."""
        outcome = "complete" if passes else "fail"
        return httpx.post(self.url + challenge_url, data={"outcome": outcome}, follow_redirects=False, verify=WITHOUT_TLS)

    def count_intents(self, customer_id: str) -> int:
        """How many PaymentIntents a customer has at Stripe."""
        answer = httpx.get(
            f"{self.url}/v1/payment_intents",
            params={"limit": 100, "customer": customer_id},
            headers={"Authorization": "Bearer sk_test_local"},
            verify=WITHOUT_TLS,
        )
        return len(answer.json()["data"])


def session_of(page_url: str) -> str:
    """The Checkout Session's id in a hosted page's address."""
    found = re.search(r"cs_[A-Za-z0-9_]+", page_url)
    assert found is not None, page_url
    return found[0]


@pytest.fixture(scope="session")
def stripe_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStripe]:
    """One local Stripe for a test process; its accounts are kept apart by the tests' own keys."""
    with run_local_stripe(str(tmp_path_factory.mktemp("stripe") / "stripe.db")) as local:
        yield local


@contextmanager
def run_local_stripe(database: str, *options: str) -> Iterator[LocalStripe]:
    """A local Stripe on a free port until the block ends; `database` may be ":memory:"."""
    (port,) = find_free_ports(1)
    argv = (sys.executable, "-m", "invoice_app.sandbox", "--port", str(port), "--database", database, *options)
    process = subprocess.Popen(argv, cwd=ROOT, env=dict(os.environ), start_new_session=True)
    local = LocalStripe(f"http://127.0.0.1:{port}")
    try:
        _wait_until_up(local, process)
        yield local
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def local_stripe(stripe_process: LocalStripe, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStripe:
    """The local Stripe, with the settings of this test pointing to it."""
    monkeypatch.setenv("SANDBOX_PORT", stripe_process.url.rpartition(":")[2])
    monkeypatch.setenv("BASE_URL", "http://desk.example")
    read_settings_again()
    return stripe_process


def _wait_until_up(local: LocalStripe, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{local.url}/_health", timeout=1, verify=WITHOUT_TLS).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("The local Stripe did not come up.")
