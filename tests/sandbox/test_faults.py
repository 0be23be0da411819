"""Trouble on demand: each fault is one line, and leaves what it says it leaves."""

import os
import socket
import threading
import time
from typing import Any

import pytest
import stripe

from invoice_app.sandbox.control import ControlError
from tests.sandbox.acts import NO_REDIRECTS, save_card
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess

CREATE = "POST /v1/payment_intents"


def charge(api: Any, customer: str, method: str, key: str = "pay:42:1") -> Any:
    params = {
        "amount": 1200,
        "currency": "usd",
        "customer": customer,
        "payment_method": method,
        "off_session": True,
        "confirm": True,
        "automatic_payment_methods": NO_REDIRECTS,
    }
    return api.payment_intents.create(params, {"idempotency_key": key})


def paid_intents(api: Any, customer: str) -> list[str]:
    return [i.id for i in api.payment_intents.list({"customer": customer}).data if i.status == "succeeded"]


def test_error_before_the_work_does_nothing_and_frees_the_key(sandbox: SandboxProcess, v1: Any) -> None:
    customer, method = save_card(v1)
    sandbox.control.fail(CREATE, "error_before")
    with pytest.raises(stripe.APIError) as caught:
        charge(v1, customer, method)
    assert caught.value.http_status == 500
    assert paid_intents(v1, customer) == []
    assert charge(v1, customer, method).status == "succeeded"


def test_error_after_the_work_is_what_its_key_answers_from_then_on(sandbox: SandboxProcess, v1: Any) -> None:
    customer, method = save_card(v1)
    sandbox.control.fail(CREATE, "error_after")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            charge(v1, customer, method)
        assert caught.value.http_status == 500
    assert len(paid_intents(v1, customer)) == 1


@pytest.mark.parametrize(("trouble", "seconds"), [("lost_after", 0), ("reset_after", 0), ("timeout_after", 0.4)])
def test_lost_answer_is_found_again_with_its_key(sandbox: SandboxProcess, v1: Any, trouble: str, seconds: float) -> None:
    customer, method = save_card(v1)
    sandbox.control.fail(CREATE, trouble, seconds=seconds)
    with pytest.raises((stripe.APIConnectionError, stripe.APIError)):
        charge(v1, customer, method)
    intents = paid_intents(v1, customer)
    assert len(intents) == 1
    assert charge(v1, customer, method).id == intents[0]
    assert paid_intents(v1, customer) == intents


@pytest.mark.parametrize("trouble", ["reset_before", "timeout_before"])
def test_call_cut_off_before_the_work_does_nothing(sandbox: SandboxProcess, v1: Any, trouble: str) -> None:
    customer, method = save_card(v1)
    sandbox.control.fail(CREATE, trouble, seconds=0.3)
    with pytest.raises(stripe.APIConnectionError):
        charge(v1, customer, method)
    assert paid_intents(v1, customer) == []


def test_clients_own_timeout_leaves_the_work_done(sandbox: SandboxProcess) -> None:
    patient, hasty = connect(sandbox.url), connect(sandbox.url, timeout=0.5)
    customer, method = save_card(patient)
    sandbox.control.fail(CREATE, "timeout_after", seconds=3)
    with pytest.raises(stripe.APIConnectionError):
        charge(hasty, customer, method)
    assert len(paid_intents(patient, customer)) == 1


def test_the_sdk_retries_a_reset_by_itself_and_pays_once(sandbox: SandboxProcess, v1: Any) -> None:
    customer, method = save_card(v1)
    sandbox.control.fail(CREATE, "reset_after")
    retrying = connect(sandbox.url, retries=2)
    assert charge(retrying, customer, method).status == "succeeded"
    assert len(paid_intents(v1, customer)) == 1


def test_connections_that_are_reset_leave_no_file_open(sandbox: SandboxProcess, v1: Any) -> None:
    def count_open() -> int:
        return len(os.listdir(f"/proc/{sandbox.process.pid}/fd"))

    before = count_open()
    for number in range(5):
        sandbox.control.fail("POST /v1/customers", "reset_before")
        with pytest.raises(stripe.APIConnectionError):
            v1.customers.create({"name": f"Customer {number}"})
    assert count_open() < before + 5


def test_rate_limit_is_429_and_does_nothing(sandbox: SandboxProcess, v1: Any) -> None:
    sandbox.control.fail("POST /v1/customers", "rate_limit", times=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError) as caught:
            v1.customers.create({"name": "Jenny"})
        assert (caught.value.http_status, caught.value.json_body["error"]["code"]) == (429, "rate_limit")
    assert v1.customers.list().data == []
    assert v1.customers.create({"name": "Jenny"}).name == "Jenny"


def test_key_in_flight_answers_409(sandbox: SandboxProcess, v1: Any) -> None:
    customer, method = save_card(v1)
    sandbox.control.fail(CREATE, "slow", seconds=1.0)
    results: list[Any] = []
    first = threading.Thread(target=lambda: results.append(charge(connect(sandbox.url), customer, method)))
    first.start()
    time.sleep(0.4)
    with pytest.raises(stripe.StripeError) as caught:
        charge(v1, customer, method)
    first.join()
    assert (caught.value.http_status, caught.value.json_body["error"]["code"]) == (409, "idempotency_key_in_use")
    assert paid_intents(v1, customer) == [results[0].id]


def test_fault_waits_for_its_own_path(sandbox: SandboxProcess, v1: Any) -> None:
    sandbox.control.fail("POST /v1/refunds*", "error_before")
    assert v1.customers.create({"name": "Jenny"}).name == "Jenny"
    assert [fault["on"] for fault in sandbox.control.faults()] == ["POST /v1/refunds*"]
    sandbox.control.clear()
    assert sandbox.control.faults() == []


def test_unknown_trouble_is_refused(sandbox: SandboxProcess) -> None:
    with pytest.raises(ControlError, match="unknown trouble: explode"):
        sandbox.control.fail(CREATE, "explode")


def test_reset_is_a_reset_and_not_a_polite_end(sandbox: SandboxProcess) -> None:
    sandbox.control.fail("GET /v1/balance", "reset_before")
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as connection:
        connection.sendall(b"GET /v1/balance HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sk_test_x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
