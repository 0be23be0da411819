"""A charge that the bank wants to hear about from the customer: they get a link, and pay just what was charged (A9)."""

import pytest
from sqlmodel import select

from invoice_app.db import reading
from invoice_app.models import OutgoingEmail
from invoice_app.sandbox.control import Control
from invoice_app.services import collecting, itemising, receiving, requesting_cards
from invoice_app.services.order_views import ItemForm
from invoice_app.services.setting_collection import save_collection
from invoice_app.services.showing_shared import open_shared_invoice
from tests.factories import VAT_20
from tests.local_stripe import ASKS_ALWAYS, LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, charge, share_order
from tests.services.fee_steps import FEES
from tests.services.returning_steps import pay

pytestmark = pytest.mark.usefixtures("local_stripe")


def leave_card_that_asks(ready: Ready, local_stripe: LocalStripe) -> int:
    """A card whose bank wants every charge confirmed."""
    page = requesting_cards.start_card_request(ready.token)
    challenge = local_stripe.pay(page, number=ASKS_ALWAYS).headers["location"]
    local_stripe.answer_bank(challenge, passes=True)
    assert requesting_cards.finish_card_request(ready.token, session_of(page)) == "succeeded"
    return ready.cards()[0].id or 0


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
    assert shared.offer is not None and (shared.offer.charge, shared.offer.methods) == (TOTAL, ())
    (attempt,) = collecting.open_payment_details(ready.actor, ready.invoice_id).attempts
    assert attempt.next_step == "The customer was e-mailed a link to confirm it."
    pay(ready, local_stripe)
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
