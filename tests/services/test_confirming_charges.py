"""A charge that the bank wants to hear about from the customer: they get a link, and pay just what was charged (A9)."""

from dataclasses import replace

import pytest
from sqlmodel import select

from invoice_app.db import reading, transaction
from invoice_app.domain.errors import StaleRevision
from invoice_app.models import Account, OutgoingEmail
from invoice_app.sandbox.control import Control
from invoice_app.services import collecting, itemising, receiving, requesting_cards
from invoice_app.services.checking_out import start_checkout
from invoice_app.services.order_views import ItemForm
from invoice_app.services.setting_collection import save_collection
from invoice_app.services.showing_shared import open_shared_invoice
from tests.factories import VAT_20
from tests.local_stripe import ASKS_ALWAYS, LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, charge, share_order
from tests.services.fee_steps import FEES, offer_of, pay_with_fee
from tests.services.returning_steps import pay_by_hand, refund

pytestmark = pytest.mark.usefixtures("local_stripe")


def leave_card_that_asks(ready: Ready, local_stripe: LocalStripe) -> int:
    """A card whose bank wants every charge confirmed."""
    page = requesting_cards.start_card_request(ready.token)
    challenge = local_stripe.pay(page, number=ASKS_ALWAYS).headers["location"]
    local_stripe.answer_bank(challenge, passes=True)
    assert requesting_cards.finish_card_request(ready.token, session_of(page)) == "succeeded"
    return ready.cards()[0].id or 0


def set_email(ready: Ready, email: str) -> None:
    with transaction() as session:
        account = session.get(Account, ready.invoice().account_id)
        assert account is not None
        account.email = email
        session.add(account)


def test_a_bank_that_wants_the_customer_gets_them_an_email_with_their_link(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    assert charge(ready, leave_card_that_asks(ready, local_stripe)) == "needs_customer"
    (attempt,) = ready.attempts()
    assert (attempt.status, attempt.decline_code) == ("failed", "authentication_required")
    with reading() as session:
        (mail,) = session.exec(select(OutgoingEmail)).all()
    assert mail.recipient == "vera@lindt.example"
    assert mail.subject == "Please confirm your payment to Northlight Studio: $720.00 USD"
    assert "http://desk.example/i/" in mail.text


def test_the_customer_is_asked_to_confirm_just_what_staff_charged_without_a_fee(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    save_collection(ready.actor, FEES)
    assert charge(ready, leave_card_that_asks(ready, local_stripe)) == "needs_customer"
    shared = open_shared_invoice(ready.token)
    assert shared.confirm.startswith("Your bank asks you to confirm the $720.00 USD that Northlight Studio wanted to charge")
    assert shared.offer is not None
    assert (shared.offer.charge, shared.offer.method, shared.offer.methods) == (TOTAL, "card", ())
    (attempt,) = collecting.open_payment_details(ready.actor, ready.invoice_id).attempts
    assert attempt.next_step == "The customer was e-mailed a link to confirm it."
    pay_with_fee(ready, local_stripe)
    assert (ready.invoice().total, ready.invoice().due) == (TOTAL, 0)
    assert open_shared_invoice(ready.token).confirm == ""


def test_an_invoice_that_changed_since_is_paid_like_any_other(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    save_collection(ready.actor, FEES)
    assert charge(ready, leave_card_that_asks(ready, local_stripe)) == "needs_customer"
    form = ItemForm(description="Extra evening", quantity="1", unit_price="100", tax_id=VAT_20)
    itemising.add_item(ready.actor, ready.order.id or 0, form)
    shared = open_shared_invoice(ready.token)
    assert shared.confirm == ""
    assert shared.offer is not None and len(shared.offer.methods) == 2


def test_the_link_to_confirm_is_mailed_once_also_when_only_the_sweep_learns_of_it(
    local_stripe: LocalStripe,
) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card_that_asks(ready, local_stripe)
    Control(local_stripe.url).fail("POST /v1/payment_intents", "error_after")
    assert charge(ready, card_id) == "processing"
    Control(local_stripe.url).clear()
    receiving.sweep_gateway()
    receiving.sweep_gateway()
    assert [attempt.status for attempt in ready.attempts()] == ["failed"]
    with reading() as session:
        mails = session.exec(select(OutgoingEmail.subject)).all()
    assert mails == ["Please confirm your payment to Northlight Studio: $720.00 USD"]


def test_once_somebody_paid_an_old_charge_asks_for_nothing_any_more(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    save_collection(ready.actor, FEES)
    charge(ready, leave_card_that_asks(ready, local_stripe))
    refund(ready, pay_with_fee(ready, local_stripe), "720.00")
    shared = open_shared_invoice(ready.token)
    assert (shared.confirm, ready.invoice().due) == ("", TOTAL)
    assert shared.offer is not None and len(shared.offer.methods) == 2


def test_only_the_charge_to_confirm_is_free_of_the_fee(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    save_collection(ready.actor, replace(FEES, part_payments=True, part_minimum="1.00"))
    charge(ready, leave_card_that_asks(ready, local_stripe))
    part = offer_of(ready, what="part", part="700.00")
    assert (part.amount, part.method, part.fee > 0) == (70_000, "card", True)
    with pytest.raises(StaleRevision):
        start_checkout(ready.token, revision=ready.invoice().revision, amount=70_000, keep_card=False)


def test_nothing_is_mailed_of_a_charge_that_is_no_longer_what_is_due(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card_that_asks(ready, local_stripe)
    by_hand = pay_by_hand(ready, "300.00")
    Control(local_stripe.url).fail("POST /v1/payment_intents", "error_after")
    assert charge(ready, card_id) == "processing"
    refund(ready, by_hand, "300.00", left=30_000)
    receiving.sweep_gateway()
    with reading() as session:
        subjects = session.exec(select(OutgoingEmail.subject)).all()
    assert not any("confirm" in subject for subject in subjects)
    told = collecting.open_payment_details(ready.actor, ready.invoice_id).attempts[0]
    assert told.next_step == "Send the payment link, so that the customer can confirm it."


def test_staff_read_of_no_mail_where_there_was_no_address(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card_that_asks(ready, local_stripe)
    set_email(ready, "")
    charge(ready, card_id)
    set_email(ready, "vera@new.example")
    told = collecting.open_payment_details(ready.actor, ready.invoice_id).attempts[0]
    assert told.next_step == "Send the payment link, so that the customer can confirm it."
