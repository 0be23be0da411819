"""Amounts held on a card: placed by staff or at the customer's link, taken whole or in part, released, expired (A6)."""

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import select

from invoice_app.clock import utc_now
from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.errors import ActionRefused, PermissionDenied, StaleRevision, ValidationFailed
from invoice_app.gateways import stripe
from invoice_app.models import OutgoingEmail
from invoice_app.sandbox.control import Control
from invoice_app.services import receiving
from invoice_app.services.ordering import open_order
from invoice_app.services.placing_holds import finish_hold, place_hold, settle_active_holds, start_hold
from invoice_app.services.taking_holds import capture_hold, release_hold
from tests.factories import make_actor
from tests.local_stripe import ATTACHES_THEN_FAILS, DECLINED, VISA, LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, leave_card, share_order
from tests.services.returning_steps import ask, assert_books_agree, hear, holds, pay_by_hand, tell

pytestmark = pytest.mark.usefixtures("local_stripe")


def hold(ready: Ready, card_id: int, amount: str = "720") -> str:
    return place_hold(ready.actor, ready.invoice_id, card_id, amount, revision=ready.invoice().revision).outcome


def held(local: LocalStripe, amount: str = "720") -> tuple[Ready, int]:
    """An order with an amount held on the customer's card; answers the hold's id."""
    ready = share_order(hold_card=True)
    assert hold(ready, leave_card(ready, local), amount) == "succeeded"
    return ready, holds()[0].id or 0


def hold_by_customer(ready: Ready, local: LocalStripe, *, number: str = VISA) -> str:
    """The customer lets what is due be held; answers the page's session."""
    page = start_hold(ready.token, revision=ready.invoice().revision, amount=TOTAL)
    local.pay(page, number=number)
    return session_of(page)


def test_a_hold_blocks_the_amount_and_takes_nothing(local_stripe: LocalStripe) -> None:
    ready, _ = held(local_stripe, "500")
    (row,) = holds()
    assert (row.status, row.amount, row.currency, row.method_label, row.who) == (
        "held",
        50_000,
        "USD",
        "Visa ··4242",
        "Ada Voss",
    )
    charge = ask(local_stripe, "charges", payment_intent=row.payment_intent_id or "")["data"][0]
    told = charge["payment_method_details"]["card"]["capture_before"]
    assert row.capture_before is not None and row.capture_before.timestamp() == told
    assert (ready.payments(), ready.attempts(), ready.invoice().paid) == ([], [], 0)
    assert_books_agree(local_stripe, ready)


def test_taking_a_hold_in_full_is_a_payment_like_any_other(local_stripe: LocalStripe) -> None:
    ready, hold_id = held(local_stripe)
    assert capture_hold(ready.actor, hold_id, "720.00").outcome == "succeeded"
    hear(local_stripe)
    (payment,) = ready.payments()
    assert (payment.amount, payment.method, payment.recorded_by) == (TOTAL, "card", "Ada Voss")
    assert [(one.status, one.amount, one.payment_id) for one in ready.attempts()] == [("succeeded", TOTAL, payment.id)]
    assert (ready.invoice().paid, ready.invoice().in_flight) == (TOTAL, False)
    assert [(row.status, row.captured) for row in holds()] == [("captured", TOTAL)]
    assert_books_agree(local_stripe, ready)


def test_taking_a_part_releases_the_rest(local_stripe: LocalStripe) -> None:
    ready, hold_id = held(local_stripe)
    assert capture_hold(ready.actor, hold_id, "300").outcome == "succeeded"
    hear(local_stripe)
    (row,) = holds()
    assert (row.status, row.amount, row.captured) == ("captured", TOTAL, 30_000)
    assert [payment.amount for payment in ready.payments()] == [30_000]
    intent = ask(local_stripe, f"payment_intents/{row.payment_intent_id}")
    assert (intent["status"], intent["amount_capturable"]) == ("succeeded", 0)
    assert_books_agree(local_stripe, ready)
    with pytest.raises(ActionRefused, match="already taken"):
        capture_hold(ready.actor, hold_id, "1")


@pytest.mark.parametrize("amount", ["0", "500.01", "-1", "", "x"])
def test_more_than_is_held_cannot_be_taken(local_stripe: LocalStripe, amount: str) -> None:
    ready, hold_id = held(local_stripe, "500")
    with pytest.raises(ValidationFailed) as refused:
        capture_hold(ready.actor, hold_id, amount)
    assert refused.value.field == "amount"
    assert ready.payments() == []


def test_a_released_hold_takes_nothing_and_cannot_be_taken(local_stripe: LocalStripe) -> None:
    ready, hold_id = held(local_stripe)
    assert release_hold(ready.actor, hold_id) == "released"
    hear(local_stripe)
    assert [row.status for row in holds()] == ["released"]
    assert ask(local_stripe, f"payment_intents/{holds()[0].payment_intent_id}")["status"] == "canceled"
    with pytest.raises(ActionRefused, match="was released"):
        capture_hold(ready.actor, hold_id, "1")
    assert (ready.payments(), ready.attempts()) == ([], [])
    assert_books_agree(local_stripe, ready)


def test_a_hold_nobody_takes_expires_and_staff_are_told(local_stripe: LocalStripe) -> None:
    ready, hold_id = held(local_stripe)
    Control(local_stripe.url).advance(days=8)
    hear(local_stripe)
    assert [row.status for row in holds()] == ["expired"]
    with pytest.raises(ActionRefused, match="expired"):
        capture_hold(ready.actor, hold_id, "1")
    with reading() as session:
        mails = session.exec(select(OutgoingEmail).where(OutgoingEmail.recipient == "desk@northlight.example")).all()
    assert [mail.subject for mail in mails] == ["A hold of $720.00 USD expired before it was taken"]


def test_an_expiry_no_webhook_told_is_found_at_its_time(local_stripe: LocalStripe) -> None:
    ready, _ = held(local_stripe)
    Control(local_stripe.url).advance(days=8)
    until = holds()[0].capture_before
    assert until is not None
    with time_machine.travel(until - timedelta(minutes=1)):
        settle_active_holds()
    assert [row.status for row in holds()] == ["held"]
    with time_machine.travel(until):
        settle_active_holds()
    assert [row.status for row in holds()] == ["expired"]
    assert ready.payments() == []


def test_taking_a_hold_that_has_just_expired_is_told_and_takes_nothing(local_stripe: LocalStripe) -> None:
    ready, hold_id = held(local_stripe)
    Control(local_stripe.url).advance(days=8)
    result = capture_hold(ready.actor, hold_id, "720")
    assert (result.outcome, result.message) == ("failed", "This hold expired. Charge the card or send the link instead.")
    assert [(one.status, one.error_code) for one in ready.attempts()] == [("failed", "hold_ended")]
    assert (ready.payments(), ready.invoice().in_flight) == ([], False)


def test_a_declined_hold_is_told_with_its_reason(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe, number=ATTACHES_THEN_FAILS)
    assert hold(ready, card_id) == "failed"
    assert [(row.status, row.decline_code) for row in holds()] == [("failed", "generic_decline")]
    assert hold(ready, card_id) == "failed"


def test_one_hold_stands_at_a_time(local_stripe: LocalStripe) -> None:
    ready, _ = held(local_stripe)
    with pytest.raises(ActionRefused, match="already held"):
        hold(ready, ready.cards()[0].id or 0)
    assert len(holds()) == 1


def test_no_hold_where_the_flow_holds_no_card(local_stripe: LocalStripe) -> None:
    ready = share_order()
    with pytest.raises(ActionRefused, match="Hold Credit Card is off"):
        hold(ready, 1)
    with pytest.raises(ActionRefused, match="Hold Credit Card is off"):
        start_hold(ready.token, revision=ready.invoice().revision, amount=TOTAL)


def test_only_those_who_take_payments_may_hold_take_or_release(local_stripe: LocalStripe) -> None:
    ready, hold_id = held(local_stripe)
    reader = make_actor(role=Role.READ_ONLY, name="Rea Only")
    with pytest.raises(PermissionDenied):
        place_hold(reader, ready.invoice_id, 1, "1", revision=1)
    with pytest.raises(PermissionDenied):
        capture_hold(reader, hold_id, "1")
    with pytest.raises(PermissionDenied):
        release_hold(reader, hold_id)


# ── At the customer's link ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_customer_lets_an_amount_be_held_at_their_link(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    session_id = hold_by_customer(ready, local_stripe)
    assert finish_hold(ready.token, session_id) == "held"
    (row,) = holds()
    assert (row.status, row.amount, row.who, row.method_label) == ("held", TOTAL, "Vera Lindt", "Visa ··4242")
    assert ready.payments() == []
    assert capture_hold(ready.actor, row.id or 0, "700").outcome == "succeeded"
    hear(local_stripe)
    assert [payment.amount for payment in ready.payments()] == [70_000]
    assert_books_agree(local_stripe, ready)


def test_the_hold_of_a_customer_who_never_came_back_is_learnt_of(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    hold_by_customer(ready, local_stripe)
    hear(local_stripe)
    assert [row.status for row in holds()] == ["held"]


def test_a_customer_declined_on_the_page_can_use_another_card(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    page = start_hold(ready.token, revision=ready.invoice().revision, amount=TOTAL)
    local_stripe.pay(page, number=DECLINED)
    hear(local_stripe)
    assert [row.status for row in holds()] == ["open"]
    local_stripe.pay(page)
    assert finish_hold(ready.token, session_of(page)) == "held"


def test_the_same_page_opens_again(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    revision = ready.invoice().revision
    first, second = (start_hold(ready.token, revision=revision, amount=TOTAL) for _ in range(2))
    assert first == second


def test_a_page_closed_at_stripe_blocks_nothing_and_an_old_amount_opens_none(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    page = start_hold(ready.token, revision=ready.invoice().revision, amount=TOTAL)
    stripe.expire_checkout(session_of(page))
    settle_active_holds()
    assert [row.status for row in holds()] == ["released"]
    with pytest.raises(StaleRevision):
        start_hold(ready.token, revision=ready.invoice().revision, amount=TOTAL - 1)


# ── Faults and order ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", ["error_before", "lost_after", "reset_after"])
def test_a_hold_whose_answer_is_lost_is_placed_once(local_stripe: LocalStripe, trouble: Control, fault: str) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    trouble.fail("POST /v1/payment_intents", fault)
    assert hold(ready, card_id) == "succeeded"
    assert local_stripe.count_intents(ready.account().stripe_customer_id or "") == 1


@pytest.mark.parametrize("fault", ["error_before", "lost_after", "reset_after"])
def test_a_capture_whose_answer_is_lost_takes_the_money_once(local_stripe: LocalStripe, trouble: Control, fault: str) -> None:
    ready, hold_id = held(local_stripe)
    trouble.fail("POST /v1/payment_intents/*", fault)
    assert capture_hold(ready.actor, hold_id, "300").outcome == "succeeded"
    hear(local_stripe)
    assert [payment.amount for payment in ready.payments()] == [30_000]
    assert_books_agree(local_stripe, ready)


def test_a_hold_page_whose_key_stripe_answers_with_an_error_is_opened_anew(local_stripe: LocalStripe, trouble: Control) -> None:
    ready = share_order(hold_card=True)
    trouble.fail("POST /v1/checkout/sessions", "error_after")
    with pytest.raises(stripe.GatewayUnavailable):
        hold_by_customer(ready, local_stripe)
    assert finish_hold(ready.token, hold_by_customer(ready, local_stripe)) == "held"
    assert [(row.status, row.error_code) for row in holds()] == [("failed", "gateway_unavailable"), ("held", "")]


def test_a_capture_that_never_arrived_leaves_the_hold_and_can_be_made_again(
    local_stripe: LocalStripe, trouble: Control
) -> None:
    ready, hold_id = held(local_stripe)
    trouble.fail("POST /v1/payment_intents/*", "reset_before", times=2)
    assert capture_hold(ready.actor, hold_id, "300").outcome == "processing"
    assert ready.invoice().in_flight is True
    with time_machine.travel(utc_now() + timedelta(minutes=2)):
        receiving.sweep_gateway()
    assert [(one.status, one.error_code) for one in ready.attempts()] == [("failed", "gateway_unavailable")]
    assert (ready.invoice().in_flight, holds()[0].status) == (False, "held")
    assert capture_hold(ready.actor, hold_id, "300").outcome == "succeeded"
    assert [payment.amount for payment in ready.payments()] == [30_000]
    assert [one.status for one in ready.attempts()] == ["failed", "succeeded"]
    assert ready.invoice().in_flight is False


def test_a_capture_answered_by_nobody_is_found_by_the_sweep(local_stripe: LocalStripe, trouble: Control) -> None:
    ready, hold_id = held(local_stripe)
    trouble.fail("POST /v1/payment_intents/*", "error_after", times=2)
    assert capture_hold(ready.actor, hold_id, "300").outcome == "processing"
    hear(local_stripe)
    assert [payment.amount for payment in ready.payments()] == [30_000]
    assert [(row.status, row.captured) for row in holds()] == [("captured", 30_000)]
    assert_books_agree(local_stripe, ready)


def test_a_hold_taken_in_stripes_dashboard_is_posted(local_stripe: LocalStripe) -> None:
    ready, _ = held(local_stripe)
    tell(local_stripe, f"payment_intents/{holds()[0].payment_intent_id}/capture", amount_to_capture="12300")
    hear(local_stripe)
    hear(local_stripe)
    assert [(one.amount, one.recorded_by) for one in ready.payments()] == [(12_300, "Stripe dashboard")]
    assert [(row.status, row.captured) for row in holds()] == [("captured", 12_300)]
    assert_books_agree(local_stripe, ready)


def test_a_hold_is_released_once_the_invoice_is_paid_in_another_way(local_stripe: LocalStripe) -> None:
    ready, _ = held(local_stripe, "500")
    assert open_order(ready.actor, ready.order.number).panel.held.startswith("$500.00 USD is held on Visa ··4242 until ")
    pay_by_hand(ready, "720.00")
    (row,) = holds()
    assert row.status == "released"
    assert open_order(ready.actor, ready.order.number).panel.held == ""
    assert_books_agree(local_stripe, ready)
