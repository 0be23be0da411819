"""Who gets a payment back gets its fee back: the fee stands on the invoice only as far as its money does."""

import pytest

from invoice_app.db import reading
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.money import format_plain
from invoice_app.repositories.invoices import list_adjustments
from invoice_app.sandbox.control import Control
from invoice_app.services import converting, drafting, finalising
from invoice_app.services.setting_collection import save_collection
from invoice_app.services.telling_money import open_money
from tests.local_stripe import LocalStripe
from tests.services.collecting_steps import TOTAL, Ready, share_order
from tests.services.fee_steps import CARD_FEE, FEES, assert_books_hold, fees_of, offer_of, pay_with_fee
from tests.services.returning_steps import DISPUTED, REFUND_FAILS, assert_books_agree, hear, ledger, refund, rule_dispute

CHARGED = TOTAL + CARD_FEE
WHOLE = "741.81"


@pytest.fixture
def ready(local_stripe: LocalStripe) -> Ready:
    shared = share_order()
    save_collection(shared.actor, FEES)
    return shared


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
    payment_id, left, seen = pay_with_fee(ready, local_stripe), CHARGED, []
    for amount in (10_000, 24_181, 1, 39_999):
        refund(ready, payment_id, format_plain(amount, "USD"), left=left)
        left -= amount
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


def test_a_fee_that_staff_took_off_does_not_come_back_with_the_money(ready: Ready, local_stripe: LocalStripe) -> None:
    payment_id = pay_with_fee(ready, local_stripe, number=REFUND_FAILS)
    with reading() as session:
        (fee,) = list_adjustments(session, ready.invoice_id)
    drafting.remove_adjustment(ready.actor, ready.invoice_id, fee.key)
    drafting.save_invoice(ready.actor, ready.invoice_id)
    refund(ready, payment_id, WHOLE, left=CHARGED)
    assert (fees_of(ready), ready.invoice().due) == ([], TOTAL)
    Control(local_stripe.url).advance(seconds=5)
    hear(local_stripe)
    assert (fees_of(ready), ready.invoice().total) == ([], TOTAL)
    assert_books_hold()


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
