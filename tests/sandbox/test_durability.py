"""kill -9: whatever was acknowledged is there when the sandbox comes back; whatever was not, happened whole or not at all."""

import re
import sqlite3
import threading
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import stripe

from tests.sandbox.acts import NO_REDIRECTS, make_customer
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess, start_in_vain
from tests.sandbox.receiver import SECRET, Receiver

PARAMS = {
    "amount": 1200,
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "confirm": True,
    "automatic_payment_methods": NO_REDIRECTS,
}


def test_nothing_acknowledged_is_lost_and_nothing_is_half_done(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox.db")
    acknowledged: dict[str, str] = {}
    attempted: set[str] = set()
    lock = threading.Lock()
    stopping = threading.Event()

    def keep_paying(worker: int) -> None:
        api = connect(sandbox.url)
        number = 0
        while not stopping.is_set():
            key, number = f"pay:{worker}:{number}", number + 1
            with lock:
                attempted.add(key)
            try:
                intent = api.payment_intents.create({**PARAMS, "metadata": {"key": key}}, {"idempotency_key": key})
            except stripe.APIConnectionError:
                return
            with lock:
                acknowledged[key] = intent.id

    try:
        for turn in range(5):
            stopping.clear()
            workers = [threading.Thread(target=keep_paying, args=(turn * 10 + n,)) for n in range(3)]
            for worker in workers:
                worker.start()
            time.sleep(0.25 + 0.07 * turn)
            sandbox.kill()
            stopping.set()
            for worker in workers:
                worker.join()
            sandbox.restart()
        api = connect(sandbox.url)
        found = {i.metadata.key: i for i in api.payment_intents.list({"limit": 100}).auto_paging_iter()}
        assert len(acknowledged) > 20
        assert {key: found[key].id for key in acknowledged} == acknowledged
        for key, intent in found.items():
            assert key in attempted
            assert intent.status == "succeeded"
            assert api.charges.retrieve(intent.latest_charge).payment_intent == intent.id
        # A key whose answer was lost finds the same payment again, or makes the first one.
        for key in attempted - acknowledged.keys():
            again = api.payment_intents.create({**PARAMS, "metadata": {"key": key}}, {"idempotency_key": key})
            assert key not in found or again.id == found[key].id
    finally:
        sandbox.stop()


def test_pending_deliveries_and_the_clock_survive(tmp_path: Path) -> None:
    receiver = Receiver(statuses=[500] * 100)
    options = ("--webhook-url", receiver.url, "--webhook-secret", SECRET)
    sandbox = SandboxProcess(tmp_path / "sandbox.db", *options)
    try:
        api = connect(sandbox.url)
        customer = make_customer(api)
        sandbox.control.advance(days=40)
        sandbox.kill()
        receiver.statuses.clear()
        sandbox.restart()
        assert sandbox.control.now() > customer.created + 39 * 86_400
        sandbox.control.advance(hours=1)
        until = time.monotonic() + 10
        while sandbox.control.state()["deliveries_pending"] and time.monotonic() < until:
            time.sleep(0.05)
        assert receiver.received[-1].event["data"]["object"]["id"] == customer.id
        assert sandbox.control.state()["deliveries_pending"] == 0
    finally:
        sandbox.stop()
        receiver.close()


def test_waiting_fault_survives(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox.db")
    try:
        sandbox.control.fail("POST /v1/refunds", "error_before", times=3)
        sandbox.kill()
        sandbox.restart()
        assert [(fault["on"], fault["times"]) for fault in sandbox.control.faults()] == [("POST /v1/refunds", 3)]
    finally:
        sandbox.stop()


def endpoint_secrets(api: Any) -> list[Any]:
    return [endpoint.id for endpoint in api.webhook_endpoints.list().data]


def test_command_line_endpoint_is_kept_once(tmp_path: Path) -> None:
    options = ("--webhook-url", "http://127.0.0.1:9/hook", "--webhook-secret", SECRET)
    sandbox = SandboxProcess(tmp_path / "sandbox.db", *options)
    try:
        before = endpoint_secrets(connect(sandbox.url))
        sandbox.kill()
        sandbox.restart()
        assert endpoint_secrets(connect(sandbox.url)) == before
        assert len(before) == 1
    finally:
        sandbox.stop()


def test_two_processes_never_share_a_database(tmp_path: Path) -> None:
    first = SandboxProcess(tmp_path / "sandbox.db")
    try:
        second = start_in_vain(tmp_path / "sandbox.db")
        assert second.returncode == 1
        assert "Another local Stripe is running on" in second.stderr
        first.kill()
        first.restart()
    finally:
        first.stop()


def test_database_is_its_owners_alone(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox.db")
    try:
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        assert set(modes.values()) == {0o600}, modes
    finally:
        sandbox.stop()


def test_no_card_number_and_no_code_is_written_down(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox.db")
    try:
        card = {"number": "4000000000000002", "exp_month": 12, "exp_year": 2034, "cvc": "987"}
        connect(sandbox.url).payment_methods.create({"type": "card", "card": card})
        listed = urllib.request.urlopen(f"{sandbox.url}/_console/requests").read().decode()
        request = re.findall(r"/_console/requests/(req_[0-9A-Za-z]+)", listed)[0]
        page = urllib.request.urlopen(f"{sandbox.url}/_console/requests/{request}").read().decode()
        assert "****0002" in page
        assert "4000000000000002" not in page and "987" not in page.split("<table", 1)[-1]
    finally:
        sandbox.stop()
    with closing(sqlite3.connect(tmp_path / "sandbox.db")) as db:
        (params,) = (row[0] for row in db.execute("SELECT params FROM requests"))
    assert "4000000000000002" not in params and params.endswith("card[cvc]=")
