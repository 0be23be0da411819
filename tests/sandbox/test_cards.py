"""The table of test cards, and numbers, expiry and CVC passed through the API."""

from typing import Any

import pytest
import stripe

from invoice_app.sandbox import application
from invoice_app.sandbox.amounts import compute_fee, format_amount
from invoice_app.sandbox.cards import CARDS, find_brand, passes_luhn
from invoice_app.sandbox.description import list_operations
from invoice_app.sandbox.registry import HANDLERS
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess


@pytest.fixture(scope="module")
def v1(shared_sandbox: SandboxProcess) -> Any:
    return connect(shared_sandbox.url)


def test_every_published_number_passes_its_check_digit_and_has_a_brand() -> None:
    assert [card.number for card in CARDS if not passes_luhn(card.number)] == []
    assert {card.number for card in CARDS if find_brand(card.number) == "unknown"} == set()
    assert len({card.number for card in CARDS}) == len(CARDS)


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("4242424242424242", "visa"),
        ("5555555555554444", "mastercard"),
        ("2223003122003222", "mastercard"),
        ("378282246310005", "amex"),
        ("6011111111111117", "discover"),
        ("3056930009020004", "diners"),
        ("3566002020360505", "jcb"),
        ("6200000000000005", "unionpay"),
    ],
)
def test_brand_follows_from_the_number(v1: Any, number: str, brand: str) -> None:
    cvc = "1234" if brand == "amex" else "123"
    method = v1.payment_methods.create(
        {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": cvc}}
    )
    assert (method.card.brand, method.card.last4) == (brand, number[-4:])


@pytest.mark.parametrize(
    ("card", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"number": "424242"}, "incorrect_number", "number"),
        ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
        ({"exp_year": 1999}, "invalid_expiry_year", "exp_year"),
        ({"cvc": "12"}, "invalid_cvc", "cvc"),
        ({"cvc": "1234"}, "invalid_cvc", "cvc"),
        ({"number": "4012888888881881"}, "card_declined", None),
    ],
)
def test_bad_card_is_refused_with_its_field(v1: Any, card: dict[str, Any], code: str, param: str | None) -> None:
    given = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123", **card}
    with pytest.raises(stripe.CardError) as caught:
        v1.payment_methods.create({"type": "card", "card": given})
    assert (caught.value.code, caught.value.param) == (code, param)


def test_card_without_its_cvc_has_no_cvc_check(v1: Any) -> None:
    method = v1.payment_methods.create(
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034}}
    )
    assert method.card.checks.cvc_check is None


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1200, "usd", "$12.00"),
        (123_456_789, "eur", "€1,234,567.89"),
        (5, "gbp", "£0.05"),
        (1500, "jpy", "¥1,500"),
        (12_340, "kwd", "12.340 KWD"),
        (-250, "usd", "-$2.50"),
    ],
)
def test_amount_is_written_in_its_currency(amount: int, currency: str, shown: str) -> None:
    assert format_amount(amount, currency) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "fee"), [(1200, "usd", 65), (1000, "eur", 54), (50, "usd", 31), (10_000, "jpy", 290)]
)
def test_fee_is_2_9_percent_and_a_fixed_part(amount: int, currency: str, fee: int) -> None:
    assert compute_fee(amount, currency) == fee


def test_every_described_operation_is_served() -> None:
    assert callable(application.build_application)  # importing it registers every handler
    assert {operation.key for operation in list_operations()} == set(HANDLERS)


@pytest.mark.cites("docs.stripe.com/testing#international-cards")
@pytest.mark.parametrize(
    ("number", "brand", "country"),
    [("6205500000000000004", "unionpay", "US"), ("4000000320000021", "visa", "AR"), ("4000003560000008", "visa", "IN")],
)
def test_cards_of_other_lengths_and_countries_pay(api: Any, number: str, brand: str, country: str) -> None:
    details = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    card = api.payment_methods.create({"type": "card", "card": details}).card
    assert (card.brand, card.last4, card.country) == (brand, number[-4:], country)
