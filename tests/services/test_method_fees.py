"""The fee of the chosen method: shown before paying, part of the invoice only with the money (invariant 19)."""

from dataclasses import replace

import httpx
import pytest
from sqlmodel import select

from invoice_app.db import reading
from invoice_app.domain.errors import StaleRevision
from invoice_app.models import OutgoingEmail
from invoice_app.repositories.credits import read_credit
from invoice_app.sandbox.control import Control
from invoice_app.services import collecting, itemising, receiving
from invoice_app.services.checking_out import finish_checkout, start_checkout
from invoice_app.services.order_views import ItemForm
from invoice_app.services.payment_views import ManualPaymentForm
from invoice_app.services.setting_collection import CollectionForm, save_collection
from invoice_app.services.showing_shared import open_shared_invoice
from tests.factories import VAT_20
from tests.local_stripe import NO_FUNDS, LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, share_order
from tests.services.fee_steps import BANK_FEE, CARD_FEE, FEES, assert_books_hold, fees_of, offer_of, start
from tests.webhooks import accept_event, events_of, sign

pytestmark = pytest.mark.usefixtures("local_stripe")


@pytest.fixture
def ready(local_stripe: LocalStripe) -> Ready:
    shared = share_order()
    save_collection(shared.actor, FEES)
    return shared


def test_each_method_shows_its_fee_and_what_it_comes_to(ready: Ready) -> None:
    offer = offer_of(ready)
    assert [(one.value, one.fee, one.total, one.chosen) for one in offer.methods] == [
        ("card", "$21.81 USD fee", "$741.81 USD", True),
        ("bank", "$5.00 USD fee", "$725.00 USD", False),
    ]
    assert (offer.amount, offer.fee, offer.charge, offer.charge_label) == (TOTAL, CARD_FEE, 74_181, "$741.81 USD")
    assert (offer_of(ready, "bank").fee, offer_of(ready, "bank").charge_label) == (BANK_FEE, "$725.00 USD")


def test_the_fee_enters_the_invoice_with_the_payment(ready: Ready, local_stripe: LocalStripe) -> None:
    before = ready.invoice().revision
    page = start(ready, offer_of(ready))
    assert (fees_of(ready), ready.invoice().total) == ([], TOTAL)
    local_stripe.pay(page)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    invoice = ready.invoice()
    assert fees_of(ready) == [("Card fee", CARD_FEE)]
    assert (invoice.total, invoice.paid, invoice.revision) == (TOTAL + CARD_FEE, TOTAL + CARD_FEE, before + 1)
    assert [(payment.amount, payment.method_label) for payment in ready.payments()] == [(74_181, "Visa ··4242")]
    (attempt,) = ready.attempts()
    assert (attempt.amount, attempt.fee, attempt.revision, attempt.status) == (74_181, CARD_FEE, before, "succeeded")
    assert_books_hold()


def test_learning_of_the_payment_again_adds_no_second_fee(ready: Ready, local_stripe: LocalStripe) -> None:
    page = start(ready, offer_of(ready))
    local_stripe.pay(page)
    receiving.sweep_gateway()
    finish_checkout(ready.token, session_of(page))
    receiving.sweep_gateway()
    assert fees_of(ready) == [("Card fee", CARD_FEE)]
    assert_books_hold()


def test_a_failed_payment_leaves_the_invoice_unchanged(ready: Ready, local_stripe: LocalStripe) -> None:
    before = ready.invoice()
    page = start(ready, offer_of(ready))
    local_stripe.pay(page, number=NO_FUNDS)
    receiving.sweep_gateway()
    after = ready.invoice()
    assert (after.revision, after.total, after.paid) == (before.revision, before.total, 0)
    assert fees_of(ready) == []
    assert [attempt.status for attempt in ready.attempts()] == ["open", "failed"]
    assert offer_of(ready).charge_label == "$741.81 USD"
    assert_books_hold()


def test_an_expired_page_leaves_the_invoice_unchanged(ready: Ready, local_stripe: LocalStripe) -> None:
    start(ready, offer_of(ready))
    form = ItemForm(description="Extra evening", quantity="1", unit_price="100", tax_id=VAT_20)
    itemising.add_item(ready.actor, ready.order.id or 0, form)
    assert [attempt.status for attempt in ready.attempts()] == ["expired"]
    assert (fees_of(ready), ready.invoice().total) == ([], 84_000)


def test_choosing_another_method_opens_another_page_and_closes_the_first(ready: Ready, local_stripe: LocalStripe) -> None:
    first = start(ready, offer_of(ready, "card"))
    second = start(ready, offer_of(ready, "bank"))
    assert [(one.method, one.amount, one.status) for one in ready.attempts()] == [
        ("card", 74_181, "expired"),
        ("bank", 72_500, "open"),
    ]
    assert local_stripe.pay(first).status_code != 303
    assert first != second


def test_the_page_for_a_card_takes_no_bank_debit(ready: Ready, local_stripe: LocalStripe) -> None:
    text = httpx.get(start(ready, offer_of(ready, "card"))).text
    assert 'name="number"' in text and 'name="account"' not in text
    text = httpx.get(start(ready, offer_of(ready, "bank"))).text
    assert 'name="number"' not in text and 'name="account"' in text


@pytest.mark.parametrize("step", [1, -1])
def test_a_bank_debit_that_fails_days_later_is_one_failed_attempt_and_both_sides_are_told(
    ready: Ready, local_stripe: LocalStripe, step: int
) -> None:
    page = start(ready, offer_of(ready, "bank"))
    pay_by_bank(page, "000222222227")
    assert finish_checkout(ready.token, session_of(page)) == "processing"
    Control(local_stripe.url).advance(days=8)
    for _ in range(2):  # and whatever is told once more
        for event in events_of(local_stripe, ready.account().stripe_customer_id)[::step]:
            accept_event(*sign(event))
        receiving.apply_pending_events()
    assert [(one.status, one.method_label) for one in ready.attempts()] == [("failed", "US bank account")]
    assert (fees_of(ready), ready.invoice().total, ready.invoice().paid, ready.payments()) == ([], TOTAL, 0, [])
    view = open_shared_invoice(ready.token)
    assert view.failed == "Your bank did not carry out your payment of $725.00 USD by US bank account. Nothing was taken."
    with reading() as session:
        mails = {mail.recipient: mail for mail in session.exec(select(OutgoingEmail))}
    assert mails["desk@northlight.example"].subject == "A payment of $725.00 USD failed"
    assert ready.account().email is not None
    told = mails[ready.account().email or ""]
    assert "Nothing was taken" in told.text and "$720.00 USD" in told.text
    page = start(ready, offer_of(ready, "card"))
    local_stripe.pay(page)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    assert open_shared_invoice(ready.token).failed == ""
    assert_books_hold()


def pay_by_bank(page: str, account: str) -> None:
    typed = {"type": "us_bank_account", "email": "vera@lindt.example", "name": "Vera Lindt", "account": account}
    assert httpx.post(page, data=typed, follow_redirects=False).status_code == 303


def test_a_bank_debit_brings_its_fee_when_it_settles_days_later(ready: Ready, local_stripe: LocalStripe) -> None:
    page = start(ready, offer_of(ready, "bank"))
    pay_by_bank(page, "000123456789")
    assert finish_checkout(ready.token, session_of(page)) == "processing"
    assert (fees_of(ready), ready.invoice().total, ready.invoice().in_flight) == ([], TOTAL, True)
    control = Control(local_stripe.url)
    control.advance(days=5)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    assert fees_of(ready) == [("Bank fee", BANK_FEE)]
    assert (ready.invoice().paid, ready.invoice().total) == (TOTAL + BANK_FEE, TOTAL + BANK_FEE)
    assert_books_hold()


@pytest.mark.parametrize(
    ("method", "charge"), [("", TOTAL), ("card", TOTAL), ("card", 74_180), ("bank", 74_181), ("cash", TOTAL)]
)
def test_an_amount_without_the_fee_shown_moves_no_money(ready: Ready, method: str, charge: int) -> None:
    with pytest.raises(StaleRevision):
        start_checkout(
            ready.token, revision=ready.invoice().revision, amount=TOTAL, keep_card=False, method=method, charge=charge
        )
    assert ready.attempts() == []


def test_a_fee_changed_after_the_page_was_shown_moves_no_money(ready: Ready) -> None:
    offer = offer_of(ready)
    save_collection(ready.actor, CollectionForm(method_fees=True, card_rate="1"))
    with pytest.raises(StaleRevision):
        start(ready, offer)
    save_collection(ready.actor, CollectionForm())
    with pytest.raises(StaleRevision):
        start(ready, offer)


def test_fees_are_off_until_somebody_turns_them_on(local_stripe: LocalStripe) -> None:
    offer = offer_of(share_order())
    assert (offer.methods, offer.fee, offer.charge_label) == ((), 0, "$720.00 USD")


def test_cash_at_the_desk_costs_no_fee(ready: Ready) -> None:
    form = ManualPaymentForm(method="cash", amount="720.00", received_on="2026-01-02")
    collecting.record_manual_payment(ready.actor, ready.invoice_id, form)
    assert (fees_of(ready), ready.invoice().paid, ready.invoice().total) == ([], TOTAL, TOTAL)


def test_a_part_carries_the_fee_of_the_part(ready: Ready, local_stripe: LocalStripe) -> None:
    save_collection(ready.actor, replace(FEES, part_payments=True, part_minimum="50"))
    offer = offer_of(ready, "card", what="part", part="200.00")
    assert (offer.amount, offer.fee, offer.charge_label) == (20_000, 628, "$206.28 USD")
    page = start(ready, offer)
    local_stripe.pay(page)
    finish_checkout(ready.token, session_of(page))
    invoice = ready.invoice()
    assert (invoice.total, invoice.paid, invoice.total - invoice.paid) == (TOTAL + 628, 20_628, 52_000)
    with reading() as session:
        assert read_credit(session, invoice.account_id) == 0
    assert_books_hold()
