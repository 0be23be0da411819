"""Who gets a payment back gets its fee back: the fee stands on the invoice only as far as its money does."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import col, select

from invoice_app.db import reading
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.errors import ActionRefused
from invoice_app.domain.money import format_plain
from invoice_app.models import OutgoingEmail
from invoice_app.repositories.invoices import list_adjustments
from invoice_app.repositories.returning import read_payment, sum_left
from invoice_app.sandbox.control import Control
from invoice_app.services import adjusting, converting, drafting, finalising, itemising
from invoice_app.services.checking_out import finish_checkout
from invoice_app.services.order_views import ItemForm
from invoice_app.services.ordering import open_order
from invoice_app.services.scheduling_payments import InstalmentForm, save_schedule
from invoice_app.services.setting_collection import save_collection
from invoice_app.services.showing_shared import open_shared_invoice
from invoice_app.services.telling_money import open_money
from tests.factories import NO_TAX
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, share_order
from tests.services.fee_steps import CARD_FEE, FEES, assert_books_hold, fees_of, offer_of, pay_with_fee, start
from tests.services.returning_steps import (
    DISPUTED,
    REFUND_FAILS,
    assert_books_agree,
    hear,
    ledger,
    pay_by_hand,
    refund,
    rule_dispute,
)
from tests.services.stage_steps import set_up

CHARGED = TOTAL + CARD_FEE
WHOLE = "741.81"


@pytest.fixture
def ready(local_stripe: LocalStripe) -> Ready:
    shared = share_order()
    save_collection(shared.actor, FEES)
    return shared


def give_back(ready: Ready, payment_id: int, amount: int | None = None) -> None:
    """Refund `amount` minor units, or all that is left."""
    with reading() as session:
        left = sum_left(session, read_payment(session, payment_id))
    refund(ready, payment_id, format_plain(left if amount is None else amount, "USD"), left=left)


def cut_price(ready: Ready, price: str) -> None:
    """Staff lower what the last item comes to, without tax."""
    key = open_order(ready.actor, ready.order.number).items[-1].key
    itemising.edit_item(ready.actor, key, ItemForm(description="Less", quantity="1", unit_price=price, tax_id=NO_TAX))


def test_a_refund_in_full_takes_the_fee_off_and_the_next_payment_adds_its_own_alone(
    ready: Ready, local_stripe: LocalStripe
) -> None:
    refund(ready, pay_with_fee(ready, local_stripe), WHOLE, left=CHARGED)
    invoice = ready.invoice()
    assert (fees_of(ready), invoice.total, invoice.paid, invoice.due) == ([], TOTAL, 0, TOTAL)
    assert_books_hold()
    assert (offer_of(ready).fee, offer_of(ready).charge) == (CARD_FEE, CHARGED)
    pay_with_fee(ready, local_stripe)
    assert fees_of(ready) == [("Card fee", CARD_FEE)]
    assert (ready.invoice().total, ready.invoice().due) == (CHARGED, 0)
    assert_books_hold()


def test_refunds_in_parts_give_the_fee_back_in_parts_and_leave_none_of_it(ready: Ready, local_stripe: LocalStripe) -> None:
    payment_id, seen = pay_with_fee(ready, local_stripe), []
    for amount in (10_000, 24_181, 1, 39_999):
        give_back(ready, payment_id, amount)
        seen.append((ready.invoice().total - TOTAL, ready.invoice().due))
        assert_books_hold()
    # 21.81 × 100.00 ÷ 741.81 = 2.94; × 341.81 and 341.82 = 10.05; then all of it.
    assert seen == [(1_887, 9_706), (1_176, 33_176), (1_176, 33_177), (0, TOTAL)]
    hear(local_stripe)
    assert_books_agree(local_stripe, ready)


def test_a_refund_that_comes_back_brings_the_fee_back(ready: Ready, local_stripe: LocalStripe) -> None:
    refund(ready, pay_with_fee(ready, local_stripe, number=REFUND_FAILS), WHOLE, left=CHARGED)
    assert (fees_of(ready), ready.invoice().due) == ([], TOTAL)
    Control(local_stripe.url).advance(seconds=5)
    hear(local_stripe)
    assert (fees_of(ready), ready.invoice().due) == ([("Card fee", CARD_FEE)], 0)
    assert_books_hold()


def test_only_its_payment_takes_a_fee_off(ready: Ready, local_stripe: LocalStripe) -> None:
    pay_with_fee(ready, local_stripe)
    with reading() as session:
        (fee,) = list_adjustments(session, ready.invoice_id)
    form = adjusting.read_adjustment_form(ready.actor, ready.invoice_id, fee.key)
    with pytest.raises(ActionRefused, match="came with a payment"):
        adjusting.add_adjustment(ready.actor, ready.invoice_id, replace(form, value="50.00", tax_id=NO_TAX))
    with pytest.raises(ActionRefused, match="came with a payment"):
        drafting.remove_adjustment(ready.actor, ready.invoice_id, fee.key)
    (shown,) = drafting.open_draft(ready.actor, ready.invoice_id).adjustments
    assert (shown.detail, shown.is_paid) == ("came with the payment", True)


def test_a_refund_out_of_the_customers_credit_never_leaves_an_invoice_paid_beyond_its_total(
    ready: Ready, local_stripe: LocalStripe
) -> None:
    payment_id = pay_with_fee(ready, local_stripe)
    give_back(ready, payment_id, 10_000)
    cut_price(ready, "1.00")
    give_back(ready, payment_id, 100)
    assert ready.invoice().due == 0
    assert_books_hold()
    give_back(ready, payment_id)
    assert (fees_of(ready), ready.invoice().paid) == ([], 0)
    assert_books_hold()


def test_a_payment_that_had_become_credit_takes_its_fee_along(ready: Ready, local_stripe: LocalStripe) -> None:
    pay_by_hand(ready, "600.00")
    payment_id = pay_with_fee(ready, local_stripe)
    cut_price(ready, "200.00")
    give_back(ready, payment_id)
    invoice = ready.invoice()
    assert (fees_of(ready), invoice.due) == ([], 0)
    assert_books_hold()


def test_locked_on_the_first_payment_the_fee_goes_with_the_last_of_the_money_and_comes_back_with_it(
    ready: Ready, local_stripe: LocalStripe
) -> None:
    set_up(lock_policy="on_first_payment", part_payments=True, part_payment_minimum=100)
    converting.separate_invoice(ready.actor, ready.invoice_id)
    finalising.finalise_invoice(ready.actor, ready.invoice_id)
    page = start(ready, offer_of(ready, what="part", part="300.00"))
    local_stripe.pay(page, number=REFUND_FAILS)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    by_card, by_hand = ready.payments()[0].id or 0, pay_by_hand(ready, "420.00")
    fees = fees_of(ready)
    (told,) = (one for one in open_money(ready.actor, ready.invoice_id).payments if one.id == by_card)
    assert told.fee.endswith("goes off the invoice once none of its payments is left.")
    give_back(ready, by_card)
    assert fees_of(ready) == fees
    give_back(ready, by_hand)
    assert (fees_of(ready), ready.invoice().due) == ([], TOTAL)
    Control(local_stripe.url).advance(seconds=5)
    hear(local_stripe)
    assert fees_of(ready) == fees
    assert_books_hold()


def test_a_schedule_is_due_again_where_money_went_back(ready: Ready, local_stripe: LocalStripe) -> None:
    parts = (("Deposit", "2026-01-01"), ("Balance", "2099-01-01"))
    save_schedule(ready.actor, ready.invoice_id, tuple(InstalmentForm(name, "percent", "50", day) for name, day in parts))
    payment_id = pay_with_fee(ready, local_stripe)
    assert ready.invoice().due_on == date(2099, 1, 1)
    give_back(ready, payment_id)
    assert ready.invoice().due_on == date(2026, 1, 1)
    assert open_shared_invoice(ready.token).is_overdue


def test_a_finalised_invoice_keeps_the_fee_and_the_dialog_says_so(ready: Ready, local_stripe: LocalStripe) -> None:
    payment_id = pay_with_fee(ready, local_stripe)
    (payment,) = open_money(ready.actor, ready.invoice_id).payments
    assert payment.fee == "The card fee of $21.81 USD goes off the invoice with it, in the same share."
    converting.separate_invoice(ready.actor, ready.invoice_id)
    finalising.finalise_invoice(ready.actor, ready.invoice_id)
    (payment,) = open_money(ready.actor, ready.invoice_id).payments
    assert payment.fee.startswith("The card fee of $21.81 USD stays on the invoice")
    refund(ready, payment_id, WHOLE, left=CHARGED)
    assert (fees_of(ready), ready.invoice().due) == ([("Card fee", CARD_FEE)], CHARGED)
    assert offer_of(ready).fee == 0
    assert_books_hold()


def test_a_lost_dispute_takes_the_fee_off_with_its_money(ready: Ready, local_stripe: LocalStripe) -> None:
    pay_with_fee(ready, local_stripe, number=DISPUTED)
    hear(local_stripe)
    assert fees_of(ready) == [("Card fee", CARD_FEE)]
    rule_dispute(local_stripe, "losing_evidence")
    assert (fees_of(ready), ready.invoice().due) == ([], TOTAL)
    assert ledger(ready, Book.RECEIVABLE) == TOTAL
    assert_books_hold()
    words = [line.words for line in open_money(ready.actor, ready.invoice_id).ledger]
    assert any(one.startswith("Card fee added") for one in words)
    assert any(one.startswith("Card fee given back") for one in words)


def test_the_receipt_names_the_fee_of_its_payment(ready: Ready, local_stripe: LocalStripe) -> None:
    pay_with_fee(ready, local_stripe)
    with reading() as session:
        (receipt,) = session.exec(select(OutgoingEmail.text).where(col(OutgoingEmail.subject).startswith("Receipt"))).all()
    assert "Its fee: $21.81 USD" in receipt
