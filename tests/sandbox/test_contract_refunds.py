"""Refunds, balance and disputes as Stripe documents them."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.sandbox.acts import pay
from tests.sandbox.process import SandboxProcess


def wait_for(read: Callable[[], Any], holds: Callable[[Any], bool], *, seconds: float = 30) -> Any:
    """What `read` answers once it is as wanted; the last answer when time is up."""
    until = time.monotonic() + seconds
    while True:
        found = read()
        if holds(found) or time.monotonic() > until:
            return found
        time.sleep(0.05)


@pytest.mark.cites("docs.stripe.com/refunds")
def test_whole_payment_is_refunded_by_default(api: Any) -> None:
    intent = pay(api)
    refund = api.refunds.create({"payment_intent": intent.id})
    assert (refund.amount, refund.status, refund.charge) == (1200, "succeeded", intent.latest_charge)
    charge = api.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (1200, True)


@pytest.mark.cites("docs.stripe.com/refunds#issue")
def test_parts_are_refunded_until_nothing_is_left(api: Any) -> None:
    intent = pay(api)
    api.refunds.create({"payment_intent": intent.id, "amount": 500, "reason": "requested_by_customer"})
    charge = api.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (500, False)
    api.refunds.create({"payment_intent": intent.id, "amount": 700})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"


@pytest.mark.cites("docs.stripe.com/api/refunds/create#create_refund-amount")
def test_no_more_than_the_payment_is_refunded(api: Any) -> None:
    intent = pay(api)
    with pytest.raises(stripe.InvalidRequestError, match=r"\$12\.01\) is greater than charge amount \(\$12\.00"):
        api.refunds.create({"payment_intent": intent.id, "amount": 1201})
    api.refunds.create({"payment_intent": intent.id, "amount": 1000})
    with pytest.raises(stripe.InvalidRequestError, match=r"greater than unrefunded amount on charge \(\$2\.00"):
        api.refunds.create({"payment_intent": intent.id, "amount": 201})
    assert len(api.refunds.list({"payment_intent": intent.id}).data) == 1


@pytest.mark.cites("docs.stripe.com/api/refunds/create")
def test_unpaid_intent_has_nothing_to_refund(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        api.refunds.create({"payment_intent": intent.id})


@pytest.mark.cites("docs.stripe.com/api/refunds/create")
def test_refund_needs_a_charge_or_an_intent(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="payment_intent or charge"):
        api.refunds.create({})


@pytest.mark.cites("docs.stripe.com/api/refunds/create#create_refund-reason")
def test_only_documented_reasons_are_taken(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.refunds.create({"payment_intent": pay(api).id, "reason": "changed_my_mind"})
    assert caught.value.param == "reason"


@pytest.mark.cites("docs.stripe.com/payments/place-a-hold-on-a-payment-method")
def test_only_the_captured_part_is_refunded(api: Any) -> None:
    hold = pay(api, capture_method="manual")
    api.payment_intents.capture(hold.id, {"amount_to_capture": 500})
    assert api.refunds.create({"payment_intent": hold.id}).amount == 500
    charge = api.charges.retrieve(hold.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (500, True)


@pytest.mark.cites("docs.stripe.com/api/refunds/update")
def test_refund_metadata_is_merged(api: Any) -> None:
    refund = api.refunds.create({"payment_intent": pay(api).id, "metadata": {"a": "1"}})
    assert api.refunds.update(refund.id, {"metadata": {"b": "2"}}).metadata.to_dict() == {"a": "1", "b": "2"}


@pytest.mark.cites("docs.stripe.com/api/refunds/cancel")
def test_succeeded_refund_cannot_be_canceled(api: Any) -> None:
    refund = api.refunds.create({"payment_intent": pay(api).id})
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.cancel(refund.id)


@pytest.mark.cites("docs.stripe.com/testing#refunds")
def test_asynchronous_refund_is_pending_first(api: Any) -> None:
    refund = api.refunds.create({"payment_intent": pay(api, "pm_card_pendingRefund").id})
    assert refund.status == "pending"
    assert wait_for(lambda: api.refunds.retrieve(refund.id), lambda r: r.status == "succeeded").status == "succeeded"


@pytest.mark.cites("docs.stripe.com/testing#refunds")
def test_refund_may_fail_after_it_succeeded(api: Any) -> None:
    intent = pay(api, "pm_card_refundFail")
    refund = api.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    failed = wait_for(lambda: api.refunds.retrieve(refund.id), lambda r: r.status == "failed")
    assert failed.status == "failed"
    assert failed.failure_reason is not None
    assert failed.failure_balance_transaction is not None
    assert api.charges.retrieve(intent.latest_charge).refunded is False


# --- balance


@pytest.mark.cites("docs.stripe.com/payments/payment-intents/asynchronous-capture")
def test_fee_and_net_are_known_a_little_later(api: Any) -> None:
    intent = pay(api, expand=["latest_charge"])
    assert intent.latest_charge.balance_transaction is None
    charge = wait_for(
        lambda: api.charges.retrieve(intent.latest_charge.id, {"expand": ["balance_transaction"]}),
        lambda c: c.balance_transaction is not None,
    )
    movement = charge.balance_transaction
    assert (movement.amount, movement.currency, movement.type) == (1200, "usd", "charge")
    assert movement.fee > 0 and movement.net == movement.amount - movement.fee
    assert movement.source == charge.id


@pytest.mark.cites("docs.stripe.com/refunds#refund-fees")
def test_fees_are_not_given_back(api: Any) -> None:
    refund = api.refunds.create({"payment_intent": pay(api).id, "expand": ["balance_transaction"]})
    assert (refund.balance_transaction.amount, refund.balance_transaction.fee) == (-1200, 0)
    assert refund.balance_transaction.type == "refund"


@pytest.mark.cites("docs.stripe.com/api/balance_transactions/list#balance_transaction_list-source")
def test_movements_are_listed_by_source(api: Any) -> None:
    refund = api.refunds.create({"payment_intent": pay(api).id})
    found = api.balance_transactions.list({"source": refund.id})
    assert [item.id for item in found.data] == [refund.balance_transaction]


@pytest.mark.cites("docs.stripe.com/api/balance/balance_retrieve")
def test_balance_has_available_and_pending_funds(api: Any) -> None:
    balance = api.balance.retrieve()
    assert "usd" in [funds.currency for funds in balance.available]
    assert "usd" in [funds.currency for funds in balance.pending]


# --- disputes


def find_dispute(api: Any, intent: Any) -> Any:
    page = wait_for(lambda: api.disputes.list({"payment_intent": intent.id}), lambda p: len(p.data) > 0)
    return page.data[0]


@pytest.mark.cites("docs.stripe.com/testing#disputes")
@pytest.mark.parametrize(
    ("token", "reason", "status"),
    [
        ("pm_card_createDispute", "fraudulent", "needs_response"),
        ("pm_card_createDisputeProductNotReceived", "product_not_received", "needs_response"),
        ("pm_card_createDisputeInquiry", "fraudulent", "warning_needs_response"),
    ],
)
def test_disputed_card_opens_a_dispute(api: Any, token: str, reason: str, status: str) -> None:
    dispute = find_dispute(api, pay(api, token))
    assert (dispute.amount, dispute.reason, dispute.status) == (1200, reason, status)
    assert dispute.evidence_details.due_by > dispute.created
    assert api.charges.retrieve(dispute.charge).disputed is True


@pytest.mark.cites("docs.stripe.com/disputes/how-disputes-work")
def test_disputed_charge_cannot_be_refunded(api: Any) -> None:
    intent = pay(api, "pm_card_createDispute")
    find_dispute(api, intent)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_disputed"


@pytest.mark.cites("docs.stripe.com/testing#evidence")
@pytest.mark.parametrize(("words", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_evidence_decides_the_dispute(api: Any, words: str, status: str) -> None:
    dispute = find_dispute(api, pay(api, "pm_card_createDispute"))
    api.disputes.update(dispute.id, {"evidence": {"uncategorized_text": words}, "submit": True})
    closed = wait_for(lambda: api.disputes.retrieve(dispute.id), lambda d: d.status in ("won", "lost"))
    assert closed.status == status


@pytest.mark.cites("docs.stripe.com/api/disputes/close")
def test_accepted_dispute_is_lost(api: Any) -> None:
    dispute = find_dispute(api, pay(api, "pm_card_createDispute"))
    assert api.disputes.close(dispute.id).status == "lost"


@pytest.mark.cites("docs.stripe.com/api/disputes/update#update_dispute-submit")
def test_staged_evidence_is_submitted_later(v1: Any, sandbox: SandboxProcess) -> None:
    paid = pay(v1, "pm_card_createDispute")
    sandbox.control.settle()
    (dispute,) = v1.disputes.list({"payment_intent": paid.id}).data
    staged = v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": False})
    assert (staged.status, staged.evidence_details.submission_count) == ("needs_response", 0)
    submitted = v1.disputes.update(dispute.id, {"submit": True})
    assert (submitted.status, submitted.evidence_details.submission_count) == ("under_review", 1)
