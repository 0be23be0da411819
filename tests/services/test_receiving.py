"""What Stripe tells, in any order, any number of times, late or never, ends in one state (product.md invariants 11 and 12)."""

import itertools
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from invoice_app import db
from invoice_app.clock import utc_now
from invoice_app.gateways.stripe import EventRefused, SignatureRefused
from invoice_app.sandbox.control import Control
from invoice_app.services import receiving
from invoice_app.services.checking_out import finish_checkout
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import (
    TOTAL,
    assert_paid_once,
    share_another,
    share_order,
)
from tests.webhooks import EVENT, accept_event, events_of, received, sign

pytestmark = pytest.mark.usefixtures("local_stripe")


# ── Signatures ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_signed_event_is_stored_once() -> None:
    body, header = sign({**EVENT, "type": "customer.updated"})
    assert accept_event(body, header) is True
    assert accept_event(body, header) is False
    (row,) = received()
    assert (row.id, row.type, row.object_id, row.applied_at) == ("evt_1", "customer.updated", "cus_1", None)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400, -86_400])
def test_an_event_signed_more_than_five_minutes_from_now_is_refused_in_both_directions(seconds: int) -> None:
    body, header = sign(EVENT, at=utc_now().timestamp() + seconds)
    with pytest.raises(SignatureRefused):
        accept_event(body, header)
    assert received() == []


def test_an_event_signed_a_little_early_or_late_is_taken() -> None:
    for number, seconds in enumerate((-290, 290)):
        body, header = sign({**EVENT, "id": f"evt_{number}"}, at=utc_now().timestamp() + seconds)
        assert accept_event(body, header) is True


@pytest.mark.parametrize("header", [None, "", "t=1", "v1=abc", "t=x,v1=abc", "nonsense", "t=1,v1="])
def test_an_event_without_a_fitting_signature_is_refused(header: str | None) -> None:
    with pytest.raises(SignatureRefused):
        accept_event(sign(EVENT)[0], header)


def test_another_secret_or_another_body_does_not_fit() -> None:
    body, header = sign(EVENT, secret="whsec_somebody_else")
    with pytest.raises(SignatureRefused):
        accept_event(body, header)
    body, header = sign(EVENT)
    with pytest.raises(SignatureRefused):
        accept_event(body.replace(b"cus_1", b"cus_2"), header)
    assert received() == []


def test_what_is_signed_but_no_event_is_refused() -> None:
    several: tuple[Any, ...] = (
        {"object": "charge"},
        [],
        {**EVENT, "id": "evt_\x00"},
        {**EVENT, "data": {"object": {"id": "ch_\ud800"}}},
        {**EVENT, "data": {"object": {"id": "ch_1", "amount": float("nan")}}},
    )
    for nonsense in several:
        body, header = sign(nonsense)
        with pytest.raises(EventRefused):
            accept_event(body, header)
    assert received() == []


# ── Applying ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_120_orders_of_five_events_each_five_times_end_in_one_payment(
    local_stripe: LocalStripe, trouble: Control, data_dir: Path
) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    trouble.settle()
    events = events_of(local_stripe, ready.account().stripe_customer_id)
    assert sorted(event["type"] for event in events) == [
        "charge.succeeded",
        "charge.updated",
        "checkout.session.completed",
        "payment_intent.created",
        "payment_intent.succeeded",
    ]
    database, before = data_dir / "invoices.db", data_dir / "before.db"
    db.engine().dispose()
    shutil.copy(database, before)
    for order in itertools.permutations(events):
        db.engine().dispose()
        for leftover in ("-wal", "-shm"):
            Path(f"{database}{leftover}").unlink(missing_ok=True)
        shutil.copy(before, database)
        for event in order * 5:
            accept_event(*sign(event))
        receiving.apply_pending_events()
        assert_paid_once(ready)
        assert len(received()) == 5


def test_the_same_events_applied_by_many_workers_at_once_end_in_one_payment(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    for event in events_of(local_stripe, ready.account().stripe_customer_id):
        accept_event(*sign(event))
    barrier = threading.Barrier(6)

    def work(number: int) -> None:
        barrier.wait()
        if number % 2:
            receiving.apply_pending_events()
        else:
            finish_checkout(ready.token, session_of(page))

    with ThreadPoolExecutor(6) as workers:
        list(workers.map(work, range(6)))
    receiving.apply_pending_events()
    assert_paid_once(ready)


@pytest.mark.parametrize("data", [{"object": "ch_1"}, {}, [], {"object": {"id": "ch_1", "payment_intent": 7}}])
def test_an_event_of_an_odd_shape_does_not_stop_the_others(local_stripe: LocalStripe, data: object) -> None:
    ready = share_order()
    local_stripe.pay(ready.start())
    accept_event(*sign({**EVENT, "id": "evt_odd", "type": "charge.updated", "data": data}))
    for event in events_of(local_stripe, ready.account().stripe_customer_id):
        accept_event(*sign(event))
    receiving.apply_pending_events()
    assert_paid_once(ready)


def test_a_payment_does_not_wait_while_stripe_is_slow_about_another(local_stripe: LocalStripe, trouble: Control) -> None:
    first = share_order()
    second = share_another(first.actor)
    for ready in (first, second):
        local_stripe.pay(ready.start())
        for event in events_of(local_stripe, ready.account().stripe_customer_id):
            accept_event(*sign(event))
    trouble.fail("GET /v1/payment_intents/*", "slow", seconds=8)
    applying = threading.Thread(target=receiving.apply_pending_events)
    applying.start()
    while not first.payments():
        assert applying.is_alive()
        time.sleep(0.05)
    assert (applying.is_alive(), len(first.payments())) == (True, 1)
    applying.join()
    assert sorted(ready.invoice().paid for ready in (first, second)) == [TOTAL, TOTAL]


def test_an_unknown_event_is_stored_and_does_nothing() -> None:
    ready = share_order()
    body, header = sign({**EVENT, "type": "price.updated"})
    accept_event(body, header)
    (row,) = received()
    assert (row.type, row.payload["type"], row.applied_at is not None) == ("price.updated", "price.updated", True)
    assert receiving.apply_pending_events() == 0
    assert ready.payments() == []


def test_an_event_that_lies_about_its_object_changes_nothing(local_stripe: LocalStripe) -> None:
    ready = share_order()
    ready.start()
    intent = {"id": "pi_invented", "status": "succeeded", "metadata": {"key": ready.attempts()[0].idempotency_key}}
    accept_event(*sign({**EVENT, "type": "payment_intent.succeeded", "data": {"object": intent}}))
    assert receiving.apply_pending_events() == 0
    assert ready.payments() == []
    (row,) = received()
    assert (row.applied_at, row.attempts) == (None, 1)
    assert "GatewayMissing" in row.error


def test_an_event_that_fails_is_tried_again_later_and_then_has_its_effect(local_stripe: LocalStripe, trouble: Control) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    succeeded = next(
        event
        for event in events_of(local_stripe, ready.account().stripe_customer_id)
        if event["type"] == "payment_intent.succeeded"
    )
    accept_event(*sign(succeeded))
    trouble.fail("GET /v1/payment_intents/*", "error_before")
    assert receiving.apply_pending_events() == 0
    assert receiving.apply_pending_events() == 0
    assert ready.payments() == []
    with time_machine.travel(utc_now() + timedelta(seconds=30)):
        assert receiving.apply_pending_events() == 1
    assert_paid_once(ready)


# ── A clock that was ahead ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_event_that_failed_while_the_clock_was_ahead_is_tried_again_at_once_when_it_is_right(
    local_stripe: LocalStripe, trouble: Control
) -> None:
    ready = share_order()
    local_stripe.pay(ready.start())
    events = events_of(local_stripe, ready.account().stripe_customer_id)
    with time_machine.travel(utc_now() + timedelta(days=1)):
        trouble.fail("GET /v1/*", "error_before", times=9)
        for event in events:
            accept_event(*sign(event))
        receiving.apply_pending_events()
    trouble.clear()
    assert ready.payments() == []
    receiving.apply_pending_events()
    assert_paid_once(ready)
