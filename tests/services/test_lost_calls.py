"""Calls that Stripe never heard, or whose answer is lost, end as one page, one payment or none (product.md invariant 11)."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from invoice_app.clock import utc_now
from invoice_app.gateways.stripe import GatewayUnavailable
from invoice_app.sandbox.control import Control
from invoice_app.services import collecting, itemising, receiving
from invoice_app.services.checking_out import finish_checkout
from invoice_app.services.order_views import ItemForm
from tests.environment import ROOT
from tests.factories import VAT_20
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, assert_paid_once, leave_card, share_order
from tests.webhooks import EVENT, accept_event, events_of, received, sign

pytestmark = pytest.mark.usefixtures("local_stripe")


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
