"""Amounts and currencies as Stripe documents them."""

from typing import Any

import pytest
import stripe

from tests.sandbox.acts import pay

CURRENCIES_PAGE = "docs.stripe.com/currencies#zero-decimal"
MINIMUMS = [
    ("usd", 50),
    ("eur", 50),
    ("gbp", 30),
    ("jpy", 50),
    ("cad", 50),
    ("chf", 50),
    ("dkk", 250),
    ("sek", 300),
    ("mxn", 1000),
]


def start(api: Any, amount: Any, currency: str) -> Any:
    return api.payment_intents.create({"amount": amount, "currency": currency})


@pytest.mark.cites("docs.stripe.com/currencies#minimum-and-maximum-charge-amounts")
@pytest.mark.parametrize(("currency", "minimum"), MINIMUMS)
def test_minimum_is_taken_and_less_is_refused(api: Any, currency: str, minimum: int) -> None:
    assert start(api, minimum, currency).amount == minimum
    with pytest.raises(stripe.InvalidRequestError) as caught:
        start(api, minimum - 1, currency)
    assert (caught.value.code, caught.value.param) == ("amount_too_small", "amount")


@pytest.mark.cites("docs.stripe.com/currencies#minimum-and-maximum-charge-amounts")
def test_eight_digits_are_the_most(api: Any) -> None:
    assert start(api, 99_999_999, "usd").amount == 99_999_999
    with pytest.raises(stripe.InvalidRequestError) as caught:
        start(api, 100_000_000, "usd")
    assert caught.value.code == "amount_too_large"


@pytest.mark.cites("docs.stripe.com/currencies#three-decimal")
@pytest.mark.parametrize("currency", ["bhd", "jod", "kwd", "omr", "tnd"])
def test_three_decimal_amount_ends_in_zero(api: Any, currency: str) -> None:
    assert start(api, 5120, currency).amount == 5120
    with pytest.raises(stripe.InvalidRequestError):
        start(api, 5124, currency)


@pytest.mark.cites("docs.stripe.com/currencies#special-cases")
@pytest.mark.parametrize("currency", ["isk", "ugx"])
def test_whole_unit_currency_goes_in_hundreds(api: Any, currency: str) -> None:
    assert start(api, 500_000, currency).amount == 500_000
    with pytest.raises(stripe.InvalidRequestError):
        start(api, 500_050, currency)


@pytest.mark.cites(CURRENCIES_PAGE)
@pytest.mark.parametrize("currency", ["jpy", "krw", "vnd", "clp"])
def test_zero_decimal_amount_is_whole_units(api: Any, currency: str) -> None:
    assert start(api, 100_001, currency).amount == 100_001


@pytest.mark.cites("docs.stripe.com/error-codes#parameter-invalid-integer")
@pytest.mark.parametrize("amount", ["12.50", "abc", -100, 0])
def test_amount_is_a_positive_integer(api: Any, amount: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        start(api, amount, "usd")
    assert (caught.value.code, caught.value.param) == ("parameter_invalid_integer", "amount")


@pytest.mark.cites("docs.stripe.com/currencies")
def test_unknown_currency_is_refused_by_name(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Invalid currency: xyz") as caught:
        start(api, 1200, "xyz")
    assert caught.value.param == "currency"


@pytest.mark.cites("docs.stripe.com/api/payment_intents/create#create_payment_intent-currency")
def test_currency_is_answered_in_lower_case(api: Any) -> None:
    assert start(api, 1200, "USD").currency == "usd"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-line_items")
def test_checkout_refuses_a_total_under_the_minimum(api: Any) -> None:
    price = {"currency": "usd", "unit_amount": 10, "product_data": {"name": "Sticker"}}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.checkout.sessions.create(
            {"mode": "payment", "success_url": "https://example.com", "line_items": [{"price_data": price, "quantity": 2}]}
        )
    assert caught.value.code == "amount_too_small"


@pytest.mark.cites("docs.stripe.com/currencies#special-cases")
@pytest.mark.parametrize(("currency", "amount", "odd"), [("isk", 1000, 150), ("ugx", 500000, 150), ("kwd", 10000, 1003)])
def test_captures_and_refunds_keep_to_the_currencys_steps(api: Any, currency: str, amount: int, odd: int) -> None:
    hold = pay(api, amount=amount, currency=currency, capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.capture(hold.id, {"amount_to_capture": odd})
    assert api.payment_intents.capture(hold.id).amount_received == amount
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.create({"payment_intent": hold.id, "amount": odd})


@pytest.mark.cites("docs.stripe.com/currencies#minimum-and-maximum-charge-amounts")
def test_rupiah_may_have_twelve_digits(api: Any) -> None:
    assert api.payment_intents.create({"amount": 999_999_999_999, "currency": "idr"}).amount == 999_999_999_999
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.create({"amount": 1_000_000_000_000, "currency": "idr"})
    assert caught.value.code == "amount_too_large"
