"""What Stripe tells, in any order, any number of times, late or never, ends in one state (product.md invariants 11 and 12)."""

import itertools
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
import time_machine
from sqlmodel import select

from invoice_app import db
from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.db import reading
from invoice_app.gateways.stripe import EventRefused, GatewayUnavailable, SignatureRefused
from invoice_app.models import OutgoingEmail, ReceivedEvent
from invoice_app.sandbox.control import Control
from invoice_app.services import collecting, itemising, receiving
from invoice_app.services.checking_out import finish_checkout
from invoice_app.services.order_views import ItemForm
from tests.factories import VAT_20
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, leave_card, share_another, share_order
from tests.webhooks import accept_event

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.usefixtures("local_stripe")


@pytest.fixture
def trouble(local_stripe: LocalStripe) -> Iterator[Control]:
    control = Control(local_stripe.url)
    control.clear()
    yield control
    control.clear()


def list_events(local: LocalStripe) -> list[dict[str, Any]]:
    answer = httpx.get(f"{local.url}/v1/events", params={"limit": 100}, headers={"Authorization": "Bearer sk_test_local"})
    events: list[dict[str, Any]] = answer.json()["data"]
    return events


def events_of(local: LocalStripe, customer_id: str | None) -> list[dict[str, Any]]:
    return [event for event in list_events(local) if event["data"]["object"].get("customer") == customer_id]


def sign(event: dict[str, Any], *, secret: str = "", at: float | None = None) -> tuple[bytes, str]:
    body = json.dumps(event)
    key = secret or settings().stripe_webhook_secret.get_secret_value()
    header = stripe.WebhookSignature.generate_signature_header(body, key, int(at if at is not None else utc_now().timestamp()))
    return body.encode(), header


def received() -> list[ReceivedEvent]:
    with reading() as session:
        return list(session.exec(select(ReceivedEvent)))


def count_receipts() -> int:
    with reading() as session:
        return len(session.exec(select(OutgoingEmail)).all())


def assert_paid_once(ready: Ready) -> None:
    assert [payment.amount for payment in ready.payments()] == [TOTAL]
    assert [attempt.status for attempt in ready.attempts()] == ["succeeded"]
    invoice = ready.invoice()
    assert (invoice.paid, invoice.in_flight) == (TOTAL, False)
    assert invoice.number is not None and invoice.number.endswith("-00001")
    assert count_receipts() == 1


# ── Signatures ────────────────────────────────────────────────────────────────────────────────────────────────────────────

EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "customer.created",
    "created": 1_700_000_000,
    "data": {"object": {"id": "cus_1"}},
}


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


def test_what_was_missed_before_a_later_webhook_is_found_too(local_stripe: LocalStripe, trouble: Control) -> None:
    ready = share_order()
    local_stripe.pay(ready.start())
    missed = {event["id"] for event in events_of(local_stripe, ready.account().stripe_customer_id)}
    now = utc_now()
    with time_machine.travel(now + timedelta(minutes=5)):
        trouble.fail("GET /v1/events", "error_before")
        with pytest.raises(GatewayUnavailable):
            receiving.sweep_gateway()
    with time_machine.travel(now + timedelta(minutes=20)):
        accept_event(*sign({**EVENT, "id": "evt_later"}))
        receiving.sweep_gateway()
    assert missed and missed <= {row.id for row in received()}
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


def test_a_charge_that_never_arrived_while_the_clock_was_ahead_is_given_up_when_it_is_right(
    local_stripe: LocalStripe, trouble: Control
) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    with time_machine.travel(utc_now() + timedelta(days=1)):
        trouble.fail("POST /v1/payment_intents", "reset_before", times=2)
        collecting.charge_saved_card(ready.actor, ready.invoice_id, card_id, revision=ready.invoice().revision)
    assert ready.invoice().in_flight is True
    receiving.sweep_gateway()
    assert [attempt.status for attempt in ready.attempts()] == ["failed"]
    assert ready.invoice().in_flight is False


# ── Faults between us and Stripe ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", ["error_before", "lost_after", "reset_before", "reset_after"])
def test_a_call_lost_while_opening_the_page_opens_one_page(local_stripe: LocalStripe, trouble: Control, fault: str) -> None:
    ready = share_order()
    trouble.fail("POST /v1/checkout/sessions", fault)
    page = ready.start()
    assert [attempt.checkout_session_id for attempt in ready.attempts()] == [session_of(page)]
    local_stripe.pay(page)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    assert_paid_once(ready)


def test_a_page_whose_key_stripe_answers_with_an_error_is_opened_anew_with_another_key(
    local_stripe: LocalStripe, trouble: Control
) -> None:
    """Stripe repeats an error for a day under the key that met it (docs.stripe.com/api/idempotent_requests)."""
    ready = share_order()
    trouble.fail("POST /v1/checkout/sessions", "error_after")
    with pytest.raises(GatewayUnavailable):
        ready.start()
    local_stripe.pay(page := ready.start())
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    assert [(one.status, one.error_code) for one in ready.attempts()] == [("expired", "gateway_unavailable"), ("succeeded", "")]
    assert [payment.amount for payment in ready.payments()] == [TOTAL]


def test_a_customer_whose_key_stripe_answers_with_an_error_is_registered_with_another_key(
    local_stripe: LocalStripe, trouble: Control
) -> None:
    ready = share_order()
    trouble.fail("POST /v1/customers", "error_after")
    with pytest.raises(GatewayUnavailable):
        ready.start()
    local_stripe.pay(page := ready.start())
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    assert_paid_once(ready)


def test_a_card_request_whose_key_stripe_answers_with_an_error_is_made_anew(
    local_stripe: LocalStripe, trouble: Control
) -> None:
    ready = share_order(hold_card=True)
    trouble.fail("POST /v1/checkout/sessions", "error_after")
    with pytest.raises(GatewayUnavailable):
        leave_card(ready, local_stripe)
    leave_card(ready, local_stripe)
    assert [card.last4 for card in ready.cards()] == ["4242"]


def kill_in_mid_call(trouble: Control, path: str, statement: str) -> None:
    """Run a statement in a process of its own and kill it once Stripe has done the work but not answered."""
    before = trouble.state()["objects"]
    trouble.fail(f"POST {path}", "timeout_after", seconds=60)
    preamble = "from invoice_app.services.checking_out import *; from invoice_app.services.charging_cards import *; "
    preamble += "from invoice_app.domain.access import *; "
    process = subprocess.Popen((sys.executable, "-c", preamble + statement), cwd=ROOT)
    kind = {"/v1/checkout/sessions": "checkout.session", "/v1/payment_intents": "payment_intent"}[path]
    try:
        deadline = time.monotonic() + 60
        while trouble.state()["objects"].get(kind, 0) == before.get(kind, 0):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()


def test_a_process_killed_after_opening_the_page_leaves_one_page_that_the_sweep_finds(
    local_stripe: LocalStripe, trouble: Control
) -> None:
    ready = share_order()
    call = f"start_checkout({ready.token!r}, revision={ready.invoice().revision}, amount={TOTAL}, keep_card=False)"
    kill_in_mid_call(trouble, "/v1/checkout/sessions", call)
    assert [(attempt.status, attempt.checkout_session_id) for attempt in ready.attempts()] == [("open", None)]
    with time_machine.travel(utc_now() + timedelta(seconds=61)):
        receiving.sweep_gateway()
    (attempt,) = ready.attempts()
    assert attempt.status == "open" and attempt.checkout_session_id is not None
    assert ready.start() == attempt.checkout_url
    local_stripe.pay(attempt.checkout_url)
    assert finish_checkout(ready.token, attempt.checkout_session_id) == "succeeded"
    assert_paid_once(ready)


def test_a_process_killed_in_mid_charge_leaves_one_payment_that_the_sweep_posts(
    local_stripe: LocalStripe, trouble: Control
) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    actor = f"Actor({ready.actor.user_id}, 'Ada Voss', {ready.actor.email!r}, Role.OWNER)"
    call = f"charge_saved_card({actor}, {ready.invoice_id}, {card_id}, revision={ready.invoice().revision})"
    kill_in_mid_call(trouble, "/v1/payment_intents", call)
    assert ready.payments() == []
    assert (ready.invoice().paid, ready.invoice().in_flight) == (0, True)
    with time_machine.travel(utc_now() + timedelta(seconds=61)):
        receiving.sweep_gateway()
    assert local_stripe.count_intents(ready.account().stripe_customer_id or "") == 1
    assert_paid_once(ready)


@pytest.mark.parametrize("fault", ["error_before", "lost_after", "reset_after"])
def test_a_charge_whose_answer_is_lost_is_made_once(local_stripe: LocalStripe, trouble: Control, fault: str) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    trouble.fail("POST /v1/payment_intents", fault)
    result = collecting.charge_saved_card(ready.actor, ready.invoice_id, card_id, revision=ready.invoice().revision)
    assert result.outcome == "succeeded"
    assert local_stripe.count_intents(ready.account().stripe_customer_id or "") == 1
    assert_paid_once(ready)


def test_a_charge_that_never_arrived_is_given_up_and_can_be_made_anew(local_stripe: LocalStripe, trouble: Control) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    trouble.fail("POST /v1/payment_intents", "reset_before", times=2)
    revision = ready.invoice().revision
    assert collecting.charge_saved_card(ready.actor, ready.invoice_id, card_id, revision=revision).outcome == "processing"
    with time_machine.travel(utc_now() + timedelta(minutes=4)):
        receiving.sweep_gateway()
    (attempt,) = ready.attempts()
    assert (attempt.status, attempt.error_code) == ("failed", "gateway_unavailable")
    assert ready.invoice().in_flight is False
    assert collecting.charge_saved_card(ready.actor, ready.invoice_id, card_id, revision=revision).outcome == "succeeded"
    assert [payment.amount for payment in ready.payments()] == [TOTAL]


def test_a_save_is_stopped_while_stripe_does_not_say_whether_the_page_is_closed(
    local_stripe: LocalStripe, trouble: Control
) -> None:
    ready = share_order()
    page = ready.start()
    trouble.fail("POST /v1/checkout/sessions/*", "error_before")
    form = ItemForm(description="Extra evening", quantity="1", unit_price="100", tax_id=VAT_20)
    with pytest.raises(GatewayUnavailable):
        itemising.add_item(ready.actor, ready.order.id or 0, form)
    assert ready.invoice().total == TOTAL
    local_stripe.pay(page)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    assert_paid_once(ready)


def test_an_edit_and_a_payment_at_the_same_moment_have_one_winner(local_stripe: LocalStripe) -> None:
    form = ItemForm(description="Extra evening", quantity="1", unit_price="100", tax_id=VAT_20)
    ready = share_order()
    page = ready.start()
    barrier = threading.Barrier(2)
    refused: list[Exception] = []

    def edit() -> None:
        barrier.wait()
        try:
            itemising.add_item(ready.actor, ready.order.id or 0, form)
        except Exception as error:  # noqa: BLE001 (which of the two lost is what the test reads)
            refused.append(error)

    def pay() -> None:
        barrier.wait()
        local_stripe.pay(page)

    with ThreadPoolExecutor(2) as people:
        for done in [people.submit(edit), people.submit(pay)]:
            done.result()
    receiving.sweep_gateway()
    finish_checkout(ready.token, session_of(page))
    invoice = ready.invoice()
    if refused:
        assert (invoice.total, invoice.paid) == (TOTAL, TOTAL)
        assert [payment.amount for payment in ready.payments()] == [TOTAL]
    else:
        assert (invoice.total, invoice.paid) == (84_000, 0)
        assert ready.payments() == []
