"""Refunds whose calls or events are lost, repeated or out of order: the money goes back once (product.md invariants 11, 12)."""

import itertools
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from invoice_app import db
from invoice_app.clock import utc_now
from invoice_app.domain.errors import ActionRefused
from invoice_app.sandbox.control import Control
from invoice_app.services import receiving
from tests.local_stripe import LocalStripe
from tests.services.collecting_steps import TOTAL, Ready, share_order
from tests.services.returning_steps import (
    ask,
    assert_books_agree,
    hear,
    pay,
    refund,
    refunds,
    tell,
)
from tests.webhooks import accept_event, list_events, sign

pytestmark = pytest.mark.usefixtures("local_stripe")


@pytest.mark.parametrize("fault", ["error_before", "lost_after", "reset_before", "reset_after"])
def test_a_refund_whose_answer_is_lost_goes_back_once(local_stripe: LocalStripe, trouble: Control, fault: str) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    trouble.fail("POST /v1/refunds", fault)
    assert refund(ready, payment_id, "100").outcome == "succeeded"
    hear(local_stripe)
    assert [(row.amount, row.status) for row in refunds()] == [(10_000, "succeeded")]
    assert_books_agree(local_stripe, ready)


@pytest.mark.parametrize("fault", ["reset_before", "error_after"])
def test_a_refund_that_nobody_answered_is_finished_by_the_sweep(
    local_stripe: LocalStripe, trouble: Control, fault: str
) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    trouble.fail("POST /v1/refunds", fault, times=2)
    assert refund(ready, payment_id, "100").outcome == "started"
    with pytest.raises(ActionRefused, match="still being made"):
        refund(ready, payment_id, "100", left=62_000)
    trouble.clear()
    hear(local_stripe)
    assert [(row.amount, row.status) for row in refunds()] == [(10_000, "succeeded")]
    intent = ready.payments()[0].payment_intent_id or ""
    assert len(ask(local_stripe, "refunds", payment_intent=intent)["data"]) == 1
    assert_books_agree(local_stripe, ready)


def give_up_a_refund(local: LocalStripe, trouble: Control) -> Ready:
    """A refund of 100.00 that never reached Stripe, and so long ago that nobody asks for it any more."""
    ready = share_order()
    payment_id = pay(ready, local)
    trouble.fail("POST /v1/refunds", "reset_before", times=2)
    assert refund(ready, payment_id, "100").outcome == "started"
    with time_machine.travel(utc_now() + timedelta(minutes=6)):
        hear(local)
    assert [(row.status, row.failure_reason) for row in refunds()] == [("failed", "gateway_unavailable")]
    return ready


def test_a_refund_that_never_arrived_is_given_up_and_can_be_made_anew(local_stripe: LocalStripe, trouble: Control) -> None:
    ready = give_up_a_refund(local_stripe, trouble)
    assert ready.invoice().paid == TOTAL
    assert refund(ready, ready.payments()[0].id or 0, "100").outcome == "succeeded"
    hear(local_stripe)
    assert [row.status for row in refunds()] == ["failed", "succeeded"]
    assert_books_agree(local_stripe, ready)


def test_a_refund_that_was_given_up_and_arrived_after_all_counts(local_stripe: LocalStripe, trouble: Control) -> None:
    ready = give_up_a_refund(local_stripe, trouble)
    (row,) = refunds()
    intent = ready.payments()[0].payment_intent_id or ""
    tell(local_stripe, "refunds", payment_intent=intent, amount="10000", **{"metadata[key]": row.idempotency_key})
    hear(local_stripe)
    assert [(row.amount, row.status, row.requested_by) for row in refunds()] == [(10_000, "succeeded", "Ada Voss")]
    assert ready.invoice().paid == TOTAL - 10_000
    assert_books_agree(local_stripe, ready)


def test_payment_and_refund_events_in_any_order_and_repeated_end_in_one_state(
    local_stripe: LocalStripe, data_dir: Path
) -> None:
    """The payment's own events come after the refund's; nothing was posted before."""
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    Control(local_stripe.url).settle()
    intent = ask(local_stripe, "payment_intents", customer=ready.account().stripe_customer_id or "")["data"][0]["id"]
    tell(local_stripe, "refunds", payment_intent=intent, amount="10000")
    Control(local_stripe.url).settle()
    wanted = ("payment_intent.succeeded", "charge.updated", "charge.refunded", "refund.created")
    events = [event for event in list_events(local_stripe) if _is_about(event, intent) and event["type"] in wanted]
    assert sorted(event["type"] for event in events) == sorted(wanted)
    database, before = data_dir / "invoices.db", data_dir / "before.db"
    db.engine().dispose()
    shutil.copy(database, before)
    for order in itertools.permutations(events):
        db.engine().dispose()
        for leftover in ("-wal", "-shm"):
            Path(f"{database}{leftover}").unlink(missing_ok=True)
        shutil.copy(before, database)
        for event in order * 3:
            accept_event(*sign(event))
        receiving.apply_pending_events()
        assert [(row.amount, row.status) for row in refunds()] == [(10_000, "succeeded")]
        assert [payment.processing_fee for payment in ready.payments()] == [2_118]
        assert ready.invoice().paid == TOTAL - 10_000
        assert_books_agree(local_stripe, ready)


def _is_about(event: dict[str, object], intent: str) -> bool:
    return intent in str(event["data"])


def test_a_refund_event_of_somebody_elses_payment_changes_nothing(local_stripe: LocalStripe) -> None:
    ready = share_order()
    intent = tell(
        local_stripe,
        "payment_intents",
        amount="5000",
        currency="usd",
        payment_method="pm_card_visa",
        confirm="true",
        **{"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"},
    )["id"]
    tell(local_stripe, "refunds", payment_intent=intent)
    hear(local_stripe)
    assert (refunds(), ready.payments()) == ([], [])
