"""What happens later by itself, brought about by advancing the clock."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.acts import open_checkout, pay, save_card
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess
from tests.sandbox.receiver import Receiver


def test_hold_expires_at_capture_before(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    hold = pay(v1, capture_method="manual", expand=["latest_charge"])
    capture_before = hold.latest_charge.payment_method_details.card.capture_before
    assert capture_before - hold.latest_charge.created == 7 * 86_400
    sandbox.control.advance(seconds=capture_before - sandbox.control.now() - 60)
    assert v1.payment_intents.retrieve(hold.id).status == "requires_capture"
    sandbox.control.advance(seconds=120)
    expired = v1.payment_intents.retrieve(hold.id)
    assert (expired.status, expired.cancellation_reason, expired.amount_capturable) == ("canceled", "expired", 0)
    with pytest.raises(stripe.InvalidRequestError):
        v1.payment_intents.capture(hold.id)
    sandbox.control.settle()
    assert receiver.count("charge.expired", hold.latest_charge.id) == 1
    assert receiver.count("payment_intent.canceled", hold.id) == 1


def test_visa_hold_made_off_session_is_shorter(v1: Any) -> None:
    customer, method = save_card(v1)
    hold = pay(v1, method, customer=customer, off_session=True, capture_method="manual", expand=["latest_charge"])
    seconds = hold.latest_charge.payment_method_details.card.capture_before - hold.latest_charge.created
    assert seconds == (4 * 24 + 18) * 3600


def test_captured_hold_does_not_expire(sandbox: SandboxProcess, v1: Any) -> None:
    hold = pay(v1, capture_method="manual")
    v1.payment_intents.capture(hold.id)
    sandbox.control.advance(days=8)
    assert v1.payment_intents.retrieve(hold.id).status == "succeeded"


def test_open_session_expires_after_a_day(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    session = open_checkout(v1)
    sandbox.control.advance(hours=23, minutes=59)
    assert v1.checkout.sessions.retrieve(session.id).status == "open"
    sandbox.control.advance(minutes=2)
    assert v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert "expired" in httpx.get(session.url).text
    sandbox.control.settle()
    assert receiver.count("checkout.session.expired", session.id) == 1


@pytest.mark.parametrize(
    ("account", "outcome", "told"),
    [
        ("000123456789", "paid", "checkout.session.async_payment_succeeded"),
        ("000222222227", "unpaid", "checkout.session.async_payment_failed"),
    ],
)
def test_bank_debit_of_a_session_ends_days_later(
    sandbox: SandboxProcess, v1: Any, receiver: Receiver, account: str, outcome: str, told: str
) -> None:
    session = open_checkout(v1)
    form = {"type": "us_bank_account", "account": account, "name": "Jenny Rosen", "email": "jenny@example.com"}
    assert httpx.post(session.url, data=form).status_code == 303
    completed = v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (completed.status, completed.payment_status, completed.payment_intent.status) == ("complete", "unpaid", "processing")
    sandbox.control.advance(days=4)
    sandbox.control.settle()
    assert v1.checkout.sessions.retrieve(session.id).payment_status == outcome
    assert receiver.count(told, session.id) == 1
    intent = v1.payment_intents.retrieve(completed.payment_intent.id)
    if outcome == "paid":
        assert (intent.status, intent.amount_received) == ("succeeded", 1200)
    else:
        assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", "insufficient_funds")


def test_idempotency_key_is_forgotten_after_a_day(sandbox: SandboxProcess, v1: Any) -> None:
    params, options = {"amount": 1200, "currency": "usd"}, {"idempotency_key": "once"}
    first = v1.payment_intents.create(params, options)
    sandbox.control.advance(hours=23)
    assert v1.payment_intents.create(params, options).id == first.id
    sandbox.control.advance(hours=2)
    assert v1.payment_intents.create(params, options).id != first.id


def test_unanswered_dispute_is_lost(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    intent = pay(v1, "pm_card_createDispute")
    sandbox.control.settle()
    dispute = v1.disputes.list({"payment_intent": intent.id}).data[0]
    assert [movement.amount for movement in dispute.balance_transactions] == [-1200]
    sandbox.control.advance(days=10)
    sandbox.control.settle()
    lost = v1.disputes.retrieve(dispute.id)
    assert (lost.status, lost.evidence_details.past_due) == ("lost", True)
    about = [item.event["type"] for item in receiver.received if item.event["data"]["object"]["id"] == dispute.id]
    assert about == ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"]


def test_won_dispute_gives_the_money_back(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    intent = pay(v1, "pm_card_createDispute")
    sandbox.control.settle()
    dispute = v1.disputes.list({"payment_intent": intent.id}).data[0]
    v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    sandbox.control.advance(seconds=10)
    sandbox.control.settle()
    won = v1.disputes.retrieve(dispute.id)
    assert won.status == "won"
    assert sum(movement.net for movement in won.balance_transactions) == 0
    assert receiver.count("charge.dispute.funds_reinstated", dispute.id) == 1


@pytest.mark.parametrize("status", ["requires_action", "pending", "failed", "canceled"])
def test_refund_is_brought_to_any_state(sandbox: SandboxProcess, v1: Any, receiver: Receiver, status: str) -> None:
    intent = pay(v1)
    refund = v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    sandbox.control.set_refund(refund.id, status)
    sandbox.control.settle()
    assert v1.refunds.retrieve(refund.id).status == status
    assert receiver.count("refund.updated", refund.id) == 1
    left = 0 if status in ("failed", "canceled") else 500
    assert v1.charges.retrieve(intent.latest_charge).amount_refunded == left


def test_balance_becomes_available(sandbox: SandboxProcess, v1: Any) -> None:
    pay(v1)
    sandbox.control.settle()
    assert v1.balance.retrieve().pending[0].amount == 1200 - 65
    sandbox.control.advance(days=3)
    balance = v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (1200 - 65, 0)


def test_it_starts_in_the_past_and_catches_up(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox.db", "--behind-seconds", "864000")
    try:
        assert abs(sandbox.control.now() - (time.time() - 864_000)) < 5
        v1 = connect(sandbox.url)
        hold = pay(v1, capture_method="manual")
        assert abs(hold.created - (time.time() - 864_000)) < 5
        sandbox.control.advance(days=10)
        assert abs(sandbox.control.now() - time.time()) < 5
        assert v1.payment_intents.retrieve(hold.id).status == "canceled"
    finally:
        sandbox.stop()


def test_card_that_has_expired_meanwhile_is_declined(sandbox: SandboxProcess, v1: Any) -> None:
    customer, method = save_card(v1)
    for _ in range(2):
        sandbox.control.advance(days=399)
    with pytest.raises(stripe.CardError) as caught:
        pay(v1, method, customer=customer)
    assert (caught.value.code, caught.value.error.decline_code) == ("expired_card", "expired_card")


def test_event_older_than_thirty_days_is_gone(sandbox: SandboxProcess, v1: Any) -> None:
    v1.customers.create({})
    (event,) = v1.events.list({"type": "customer.created"}).data
    sandbox.control.advance(days=31)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        v1.events.retrieve(event.id)
    assert caught.value.code == "resource_missing"
