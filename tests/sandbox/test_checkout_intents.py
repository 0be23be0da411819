"""The intent behind a Checkout page belongs to the page: the API neither pays, changes nor ends it, a hold apart."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from invoice_app.sandbox.application import build_world
from invoice_app.sandbox.charging import confirm_intent
from invoice_app.sandbox.checkout.form import read_method
from invoice_app.sandbox.registry import HANDLERS
from invoice_app.sandbox.selling import pay_session, prepare_intent
from invoice_app.sandbox.world import Call, Settings
from tests.sandbox.acts import SUCCESS, open_checkout, pay
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess

CARD = {
    "type": "card",
    "number": "4242424242424242",
    "expiry": "12/34",
    "cvc": "123",
    "name": "Jenny Rosen",
    "email": "jenny@example.com",
}
DECLINED = CARD | {"number": "4000000000000002"}


@pytest.fixture(scope="module")
def v1(shared_sandbox: SandboxProcess) -> Any:
    return connect(shared_sandbox.url)


def submit(session: Any, card: dict[str, str]) -> int:
    return httpx.post(session.url, data=card).status_code


@pytest.fixture
def declined(v1: Any) -> Any:
    """An open session whose PaymentIntent has one failed attempt."""
    session = open_checkout(v1)
    submit(session, DECLINED)
    return v1.checkout.sessions.retrieve(session.id)


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/object#checkout_session_object-payment_intent")
def test_intent_of_an_open_session_cannot_be_confirmed(v1: Any, declined: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        v1.payment_intents.confirm(
            declined.payment_intent, {"payment_method": "pm_card_visa", "return_url": "https://a.example"}
        )
    assert caught.value.code == "payment_intent_unexpected_state"
    assert submit(declined, CARD) == 303
    charges = v1.charges.list({"payment_intent": declined.payment_intent}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/object#checkout_session_object-payment_intent")
@pytest.mark.parametrize(
    "params", [{"amount": 50}, {"currency": "eur"}, {"payment_method": "pm_card_visa"}, {"capture_method": "manual"}]
)
def test_page_takes_what_it_shows_whatever_the_api_asks_for(v1: Any, declined: Any, params: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        v1.payment_intents.update(declined.payment_intent, params)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert v1.payment_intents.update(declined.payment_intent, {"metadata": {"note": "kept"}}).metadata["note"] == "kept"
    assert submit(declined, CARD) == 303
    assert v1.payment_intents.retrieve(declined.payment_intent).amount_received == 1200


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/object#checkout_session_object-setup_intent")
def test_setup_of_an_open_session_cannot_be_confirmed_or_changed(v1: Any) -> None:
    session = v1.checkout.sessions.create({"mode": "setup", "currency": "usd", "success_url": SUCCESS})
    for act in (v1.setup_intents.confirm, v1.setup_intents.update):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            act(session.setup_intent, {"payment_method": "pm_card_visa"})
        assert caught.value.code == "setup_intent_unexpected_state"
    assert v1.setup_intents.retrieve(session.setup_intent).status == "requires_payment_method"


@pytest.mark.cites("docs.stripe.com/api/payment_intents/cancel")
def test_hold_taken_on_the_page_can_be_released(v1: Any) -> None:
    session = open_checkout(v1, payment_intent_data={"capture_method": "manual"})
    submit(session, CARD)
    intent = v1.checkout.sessions.retrieve(session.id).payment_intent
    assert v1.payment_intents.cancel(intent).status == "canceled"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/object#checkout_session_object-payment_status")
def test_held_session_is_paid_once_its_money_is_captured(v1: Any) -> None:
    session = open_checkout(v1, payment_intent_data={"capture_method": "manual"})
    submit(session, CARD)
    held = v1.checkout.sessions.retrieve(session.id)
    assert (held.status, held.payment_status, held.payment_method_types) == ("complete", "unpaid", ["card"])
    v1.payment_intents.capture(held.payment_intent)
    assert v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_page_whose_intent_is_paid_already_completes_without_another_charge(tmp_path: Path) -> None:
    world = build_world(Settings(database=tmp_path / "sandbox.db"))
    price = {"currency": "usd", "unit_amount": 1200, "product_data": {"name": "Portrait"}}
    params = {"mode": "payment", "success_url": SUCCESS, "line_items": [{"price_data": price, "quantity": 1}]}
    with world.store.transaction():
        session = HANDLERS["POST /v1/checkout/sessions"](Call(world, params, {}))
        intent = prepare_intent(world, session, keep=False)
        confirm_intent(world, intent, read_method(world, session, CARD, None), off_session=False)
        assert pay_session(world, session, read_method(world, session, CARD, None)) is None
    assert (session["status"], session["payment_status"]) == ("complete", "paid")
    assert [charge["amount"] for charge in world.store.list("charge")] == [1200]
    world.store.close()


@pytest.mark.cites("docs.stripe.com/payments/paymentintents/lifecycle")
def test_challenge_for_another_amount_is_void(shared_sandbox: SandboxProcess, v1: Any) -> None:
    intent = pay(v1, "pm_card_authenticationRequired")
    challenge = intent.next_action.use_stripe_sdk.stripe_js
    changed = v1.payment_intents.update(intent.id, {"amount": 999900})
    assert (changed.status, changed.next_action) == ("requires_confirmation", None)
    httpx.post(challenge, data={"outcome": "complete"})
    assert v1.payment_intents.retrieve(intent.id).amount_received == 0
