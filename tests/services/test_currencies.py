"""Every currency Stripe treats in a way of its own goes through charge, refund and webhook unchanged (payments.md, Amounts)."""

import pytest

from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.charging import THREE_DECIMAL, WITH_TWO_ZEROS, ZERO_DECIMAL, to_charge_amount
from invoice_app.domain.money import currency_exponent, format_plain
from invoice_app.services import refunding, sharing
from invoice_app.services.payment_views import RefundForm
from tests.factories import NO_TAX, invoice_of, make_actor, make_order, make_organisation
from tests.local_stripe import LocalStripe
from tests.services.collecting_steps import Ready
from tests.services.returning_steps import ask, hear, ledger, pay, refunds, tell

pytestmark = pytest.mark.usefixtures("local_stripe")

TWO_DECIMAL = {"USD", "EUR", "GBP", "CHF", "SEK"}
CURRENCIES = sorted(ZERO_DECIMAL | THREE_DECIMAL | WITH_TWO_ZEROS | TWO_DECIMAL)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_an_amount_is_charged_refunded_and_heard_of_unchanged(local_stripe: LocalStripe, currency: str) -> None:
    whole = 10 ** currency_exponent(currency)
    # As small a step as the currency and the card networks know: 1234.56, 1234 or 1234.560.
    step = 0 if currency in ZERO_DECIMAL | WITH_TWO_ZEROS else 56 * whole // 100
    total = 1234 * whole + step
    make_organisation(currency=currency)
    actor = make_actor()
    items = (("Photo shoot", "1", format_plain(total, currency)),)
    order = make_order(actor=actor, items=items, tax=NO_TAX)
    invoice_id = invoice_of(order).id or 0
    ready = Ready(actor, order, invoice_id, sharing.create_link(actor, invoice_id).url.rpartition("/")[2])
    payment_id = pay(ready, local_stripe, amount=total)
    hear(local_stripe)
    (payment,) = ready.payments()
    assert (payment.amount, payment.currency, ready.invoice().paid) == (total, currency, total)
    intent = ask(local_stripe, f"payment_intents/{payment.payment_intent_id}")
    assert (intent["amount_received"], intent["currency"]) == (to_charge_amount(total, currency), currency.lower())

    by_us, outside = 200 * whole + step, 34 * whole
    form = RefundForm(amount=format_plain(by_us, currency), left=str(total))
    assert refunding.refund_payment(actor, payment_id, form).outcome == "succeeded"
    tell(
        local_stripe,
        "refunds",
        payment_intent=payment.payment_intent_id or "",
        amount=str(to_charge_amount(outside, currency)),
    )
    hear(local_stripe)
    assert [(row.amount, row.currency, row.status) for row in refunds()] == [
        (by_us, currency, "succeeded"),
        (outside, currency, "succeeded"),
    ]
    assert ready.invoice().paid == total - by_us - outside == 1000 * whole
    assert ledger(ready, Book.RECEIVABLE) == 234 * whole + step
    fee = ready.payments()[0].processing_fee
    assert fee is not None
    assert ledger(ready, Book.CARD) == 1000 * whole - fee
