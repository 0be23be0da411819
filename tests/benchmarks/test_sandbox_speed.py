"""The local Stripe: payments created and confirmed a second, over HTTP, each on the disk before its answer."""

import http.client
import threading
import time
from pathlib import Path
from types import FunctionType
from urllib.parse import urlencode

import pytest

from tests.benchmarks.report import report
from tests.sandbox.process import SandboxProcess

BAR = 500
SECONDS = 4.0
CONNECTIONS = 16
"""As many as wait for the disk together: they share one write, which is where most of a call's time goes."""
HEADERS = {"Authorization": "Bearer sk_test_bench", "Content-Type": "application/x-www-form-urlencoded"}
CREATE = {
    "amount": "1200",
    "currency": "usd",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
}
AT_ONCE = urlencode({**CREATE, "confirm": "true", "payment_method": "pm_card_visa"})
CONFIRM = urlencode({"payment_method": "pm_card_visa"})


def send(connection: http.client.HTTPConnection, path: str, body: str) -> bytes:
    connection.request("POST", path, body, HEADERS)
    response = connection.getresponse()
    answer = response.read()
    assert response.status == 200, answer
    return answer


def pay_at_once(connection: http.client.HTTPConnection) -> int:
    assert b'"status": "succeeded"' in send(connection, "/v1/payment_intents", AT_ONCE)
    return 1


def create_then_confirm(connection: http.client.HTTPConnection) -> int:
    created = send(connection, "/v1/payment_intents", urlencode(CREATE))
    intent = created.split(b'"id": "pi_', 1)[1].split(b'"', 1)[0].decode()
    assert b'"status": "succeeded"' in send(connection, f"/v1/payment_intents/pi_{intent}/confirm", CONFIRM)
    return 2


@pytest.mark.benchmark
@pytest.mark.parametrize("way", [pay_at_once, create_then_confirm])
def test_payments_a_second(tmp_path: Path, way: FunctionType) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox.db")
    counts = [0] * CONNECTIONS

    def keep_paying(index: int, until: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
        while time.perf_counter() < until:
            counts[index] += way(connection)
        connection.close()

    try:
        started = time.perf_counter()
        threads = [threading.Thread(target=keep_paying, args=(n, started + SECONDS)) for n in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rate = sum(counts) / (time.perf_counter() - started)
    finally:
        sandbox.stop()
    assert sum(counts) > 0
    report(f"sandbox, {way.__name__.replace('_', ' ')}, {CONNECTIONS} connections", rate, BAR, "requests/s")
