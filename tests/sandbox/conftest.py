import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.sandbox.process import SandboxProcess
from tests.sandbox.receiver import SECRET, Receiver
from tests.sandbox.response_schema import find_problems

LIVE_TEST_MODE = os.environ.get("STRIPE_SECRET_KEY", "")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cites(page): the page of Stripe's documentation that says so")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each contract check runs against the sandbox, and against Stripe's test mode where a key is configured."""
    if "api" in metafunc.fixturenames:
        targets = ["sandbox", *(["stripe"] if LIVE_TEST_MODE.startswith("sk_test_") else [])]
        metafunc.parametrize("target", targets, scope="session")


class ValidatingClient(stripe.RequestsClient):
    """The SDK's own client; every 2xx answer is held against Stripe's description before it is used."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        body, status, headers = super().request(*args, **kwargs)
        if status < 300:
            problems = find_problems(json.loads(body))
            assert not problems, "\n".join(problems)
        return body, status, headers


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox") / "sandbox.db", "--settle-seconds", "0.1")
    yield process
    process.stop()


@pytest.fixture(scope="session")
def api(target: str, shared_sandbox: SandboxProcess) -> Any:
    """`client.v1` of the side under test."""
    if target == "stripe":
        return stripe.StripeClient(LIVE_TEST_MODE).v1
    return connect(shared_sandbox.url)


def connect(url: str, *, retries: int = 0, timeout: float = 30) -> Any:
    client = stripe.StripeClient(
        "sk_test_local",
        base_addresses={"api": url},
        max_network_retries=retries,
        http_client=ValidatingClient(timeout=timeout),
    )
    return client.v1


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    endpoint = Receiver()
    yield endpoint
    endpoint.close()


@pytest.fixture
def sandbox(tmp_path: Path, receiver: Receiver) -> Iterator[SandboxProcess]:
    """A sandbox of its own, sending its webhooks to `receiver`."""
    options = ("--webhook-url", receiver.url, "--webhook-secret", SECRET, "--settle-seconds", "0.1")
    process = SandboxProcess(tmp_path / "sandbox.db", *options)
    yield process
    process.stop()


@pytest.fixture
def v1(sandbox: SandboxProcess) -> Any:
    return connect(sandbox.url)
