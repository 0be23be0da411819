"""Whatever comes in is answered by a sentence, never by 500."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import stripe

from tests.sandbox.acts import open_checkout, pay
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess

KEY = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/x-www-form-urlencoded"}
INTENT = "/v1/payment_intents"
CARD = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2034", "cvc": "123"}


@pytest.fixture(scope="module")
def v1(shared_sandbox: SandboxProcess) -> Any:
    return connect(shared_sandbox.url)


@pytest.mark.parametrize(
    "body",
    [
        "&".join(f"a{number}=1" for number in range(5001)),
        "amount=1000&currency=usd&expand[%C2%B2]=x",
        "amount=1000%0A&currency=usd",
        "amount=%EF%BC%91%EF%BC%90%EF%BC%90&currency=usd",
    ],
    ids=["5001 fields", "a superscript index", "a line feed after digits", "full-width digits"],
)
def test_odd_forms_are_refused(shared_sandbox: SandboxProcess, body: str) -> None:
    assert httpx.post(shared_sandbox.url + INTENT, content=body, headers=KEY).status_code == 400


@pytest.mark.cites("docs.stripe.com/error-codes#incorrect-number")
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("number", "²" * 16, "incorrect_number"), ("number", "４２４２" * 4, "incorrect_number"), ("cvc", "²³¹", "invalid_cvc")],
)
def test_card_is_written_in_plain_digits(v1: Any, field: str, value: str, code: str) -> None:
    with pytest.raises(stripe.CardError) as caught:
        v1.payment_methods.create({"type": "card", "card": CARD | {field: value}})
    assert caught.value.code == code


@pytest.mark.cites("docs.stripe.com/expand")
def test_snapshot_in_an_event_is_not_expanded(v1: Any) -> None:
    pay(v1)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        v1.events.list({"expand": ["data.data.object.customer"]})
    assert caught.value.param == "expand"


def test_challenge_is_found_by_its_secret_alone(shared_sandbox: SandboxProcess, v1: Any) -> None:
    intent = pay(v1, "pm_card_authenticationRequired")
    for secret in ("%C3%A9", "%ff", ""):
        assert httpx.get(f"{shared_sandbox.url}/authenticate/{intent.id}?secret={secret}").status_code == 404


@pytest.mark.parametrize(
    "body", ['{"advance_seconds":"abc"}', '{"advance_seconds":null}', '{"advance":1}', "{}", "[]", "x", "[" * 100_000]
)
def test_clock_says_what_it_takes(shared_sandbox: SandboxProcess, body: str) -> None:
    answer = httpx.post(f"{shared_sandbox.url}/_control/clock", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    nan = httpx.post(f"{shared_sandbox.url}/_control/clock", content='{"advance_seconds":NaN}')
    assert nan.json()["error"] == "the clock moves forward only, and 400 days at most"


@pytest.mark.parametrize(
    "body",
    [
        '{"on": "*", "do": "error_before", "times": "x"}',
        '{"on": "*", "do": "error_before", "times": -5}',
        '{"on": "*", "do": "error_before", "times": 1.5}',
        '{"on": "*", "do": "error_before", "times": true}',
        '{"on": "*", "do": "timeout_before", "seconds": "x"}',
        '{"on": "*", "do": "delay", "seconds": 1e13}',
        '{"on": "*", "do": "delay", "seconds": NaN}',
        '{"on": "*", "do": "slow", "seconds": -1}',
        '{"on": 5, "do": "drop"}',
        '{"on": "*", "do": ["drop"]}',
        '{"on": "*", "do": "drop", "zeal": 1}',
        "{}",
        "[" * 100_000,
    ],
)
def test_fault_that_cannot_be_carried_out_is_refused(shared_sandbox: SandboxProcess, body: str) -> None:
    answer = httpx.post(f"{shared_sandbox.url}/_control/faults", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert shared_sandbox.control.faults() == []


@pytest.mark.cites("docs.stripe.com/api/metadata")
@pytest.mark.parametrize("metadata", [{"a": "x" * 501}, {f"k{n}": "x" for n in range(51)}, {"k" * 41: "x"}])
def test_metadata_has_the_same_limits_wherever_it_stands(v1: Any, metadata: dict[str, str]) -> None:
    price = {"currency": "usd", "unit_amount": 1200, "product_data": {"name": "Portrait", "metadata": metadata}}
    acts = [
        (lambda: open_checkout(v1, payment_intent_data={"metadata": metadata}), "payment_intent_data[metadata]"),
        (
            lambda: open_checkout(v1, line_items=[{"price_data": price, "quantity": 1}]),
            "line_items[0][price_data][product_data][metadata]",
        ),
    ]
    for act, param in acts:
        with pytest.raises(stripe.InvalidRequestError) as caught:
            act()
        assert caught.value.param == param


def test_receipt_address_shows_the_receipt(v1: Any) -> None:
    charge = v1.charges.retrieve(pay(v1).latest_charge)
    page = httpx.get(charge.receipt_url)
    assert (page.status_code, "received $12.00" in page.text) == (200, True)
    split = urlsplit(charge.receipt_url)
    assert httpx.get(f"{split.scheme}://{split.netloc}/receipts/ch_none").status_code == 404
