"""Staff charge a card the customer left (A6, A7, A9)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.errors import (
    ActionRefused,
    AttemptInProgress,
    NotFound,
    PermissionDenied,
    StaleRevision,
)
from invoice_app.repositories.orders import are_files_unlocked
from invoice_app.services import collecting, configuring, receiving, requesting_cards
from invoice_app.services.ordering import open_order
from tests.factories import make_actor
from tests.local_stripe import ATTACHES_THEN_FAILS, LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, charge, leave_card, share_order

pytestmark = pytest.mark.usefixtures("local_stripe")


def is_unlocked(ready: Ready) -> bool:
    with reading() as session:
        return are_files_unlocked(session, ready.order.id or 0)


def test_the_customer_leaves_a_card_and_nothing_is_charged(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    leave_card(ready, local_stripe)
    (card,) = ready.cards()
    assert (card.brand, card.last4, card.source, card.account_id) == ("visa", "4242", "held", ready.account().id)
    assert ready.payments() == []
    assert ready.attempts() == []


def test_coming_back_twice_keeps_the_card_once(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    page = requesting_cards.start_card_request(ready.token)
    local_stripe.pay(page)
    receiving.sweep_gateway()
    assert requesting_cards.finish_card_request(ready.token, session_of(page)) == "succeeded"
    assert len(ready.cards()) == 1


def test_clicks_at_once_open_one_page_for_the_card(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    with ThreadPoolExecutor(8) as people:
        urls = list(people.map(requesting_cards.start_card_request, [ready.token] * 8))
    assert len(set(urls)) == 1


def test_a_flow_that_holds_no_card_asks_for_none() -> None:
    ready = share_order()
    with pytest.raises(ActionRefused, match="No card needs to be left"):
        requesting_cards.start_card_request(ready.token)


def test_charging_the_held_card_takes_what_is_due_and_unlocks_the_files(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    assert not is_unlocked(ready)
    assert charge(ready, card_id) == "succeeded"
    (payment,) = ready.payments()
    assert (payment.amount, payment.method_label, payment.recorded_by) == (TOTAL, "Visa ··4242", "Ada Voss")
    (attempt,) = ready.attempts()
    assert (attempt.status, attempt.who, attempt.saved_card_id) == ("succeeded", "Ada Voss", card_id)
    assert ready.invoice().in_flight is False
    assert is_unlocked(ready)


def test_a_declined_charge_adds_one_failed_attempt_and_files_stay_locked(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe, number=ATTACHES_THEN_FAILS)
    assert charge(ready, card_id) == "failed"
    receiving.sweep_gateway()
    (attempt,) = ready.attempts()
    assert (attempt.status, attempt.error_code, attempt.decline_code) == ("failed", "card_declined", "generic_decline")
    assert ready.payments() == []
    assert (ready.invoice().paid, ready.invoice().in_flight) == (0, False)
    assert not is_unlocked(ready)


def test_no_card_is_offered_or_charged_when_the_flow_holds_none(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    flow_id = ready.order.flow_id
    configuring.save_flow(ready.actor, flow_id, name="No cards", payments_enabled=True, hold_card=False)
    details = collecting.open_payment_details(ready.actor, ready.invoice_id)
    assert (details.holds_cards, details.cards, details.can_take_payment) == (False, (), True)
    with pytest.raises(ActionRefused, match="Hold Credit Card is off"):
        charge(ready, card_id)
    assert ready.attempts() == []


def test_the_held_card_is_offered_by_brand_and_last_four(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    leave_card(ready, local_stripe)
    (card,) = collecting.open_payment_details(ready.actor, ready.invoice_id).cards
    assert (card.label, card.expires, card.expired) == ("Visa ··4242", "expires 12/2034", False)
    assert open_order(ready.actor, ready.order.number).panel.card == "Visa ··4242 was left by the customer"


def test_a_charge_on_an_old_revision_is_refused(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    with pytest.raises(StaleRevision):
        collecting.charge_saved_card(ready.actor, ready.invoice_id, card_id, revision=ready.invoice().revision - 1)
    assert ready.attempts() == []


def test_a_charge_closes_the_page_the_customer_has_open(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    page = ready.start()
    assert charge(ready, card_id) == "succeeded"
    assert [attempt.status for attempt in ready.attempts()] == ["expired", "succeeded"]
    assert local_stripe.pay(page).status_code != 303
    assert [payment.amount for payment in ready.payments()] == [TOTAL]


def test_a_charge_after_the_customer_has_paid_is_stopped(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    local_stripe.pay(ready.start())
    with pytest.raises(AttemptInProgress, match="has just paid"):
        charge(ready, card_id)
    assert [payment.amount for payment in ready.payments()] == [TOTAL]


def test_a_card_of_another_customer_cannot_be_charged(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    with pytest.raises(NotFound):
        charge(ready, 999)
    assert ready.attempts() == []


def test_read_only_staff_cannot_charge(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    reader = make_actor(role=Role.READ_ONLY, name="Rea Only")
    with pytest.raises(PermissionDenied):
        collecting.charge_saved_card(reader, ready.invoice_id, card_id, revision=ready.invoice().revision)
    assert collecting.open_payment_details(reader, ready.invoice_id).refusal == "Your role does not allow taking payments."
