"""Bank debits as Stripe documents them: in their own currency, never as a hold, and only with the holder's permission."""

from typing import Any

import pytest
import stripe

from tests.sandbox.acts import pay

ACCEPTED = {"customer_acceptance": {"type": "offline"}}
BANK = "pm_usBankAccount_success"


@pytest.mark.cites("docs.stripe.com/error-codes#payment-intent-mandate-invalid")
def test_debit_needs_a_mandate(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(api, BANK)
    assert caught.value.code == "payment_intent_mandate_invalid"
    assert pay(api, BANK, mandate_data=ACCEPTED).status == "processing"


@pytest.mark.cites("docs.stripe.com/payments/ach-direct-debit")
def test_account_debited_in_its_own_currency_only(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        pay(api, BANK, currency="eur", mandate_data=ACCEPTED)
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd", "payment_method": BANK})
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.update(intent.id, {"currency": "eur"})
    assert api.payment_intents.retrieve(intent.id).currency == "usd"


@pytest.mark.cites("docs.stripe.com/payments/place-a-hold-on-a-payment-method")
def test_debit_cannot_be_a_hold(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        pay(api, BANK, capture_method="manual", mandate_data=ACCEPTED)
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd", "payment_method": BANK})
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.update(intent.id, {"capture_method": "manual"})


@pytest.mark.cites("docs.stripe.com/api/payment_intents/cancel")
def test_debit_called_back_leaves_a_failed_charge(api: Any) -> None:
    intent = pay(api, BANK, mandate_data=ACCEPTED)
    assert api.payment_intents.cancel(intent.id).status == "canceled"
    charge = api.charges.retrieve(intent.latest_charge)
    assert (charge.status, charge.paid) == ("failed", False)


@pytest.mark.cites("docs.stripe.com/api/setup_intents/confirm")
def test_account_is_not_saved_by_a_setup_that_offers_cards_only(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.setup_intents.create({"payment_method": BANK, "excluded_payment_method_types": ["us_bank_account"]})
    assert caught.value.param == "payment_method"
