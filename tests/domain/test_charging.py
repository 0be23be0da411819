import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.charging import (
    LOWEST_CHARGES,
    THREE_DECIMAL,
    WITH_TWO_ZEROS,
    ZERO_DECIMAL,
    AmountNotChargeable,
    check_chargeable,
    from_charge_amount,
    to_charge_amount,
)
from invoice_app.domain.currencies import CURRENCY_EXPONENTS

CHARGEABLE = sorted(
    code
    for code, exponent in CURRENCY_EXPONENTS.items()
    if exponent == 2 or code in ZERO_DECIMAL | THREE_DECIMAL | WITH_TWO_ZEROS
)


@pytest.mark.parametrize(
    ("minor", "currency", "charge"),
    [
        (1099, "USD", 1099),
        (500, "JPY", 500),
        (12340, "KWD", 12340),
        (500, "ISK", 50000),
        (7, "UGX", 700),
        (50000, "MGA", 500),
        (1000, "HUF", 1000),
        (1050, "TWD", 1050),
    ],
)
def test_amounts_are_sent_in_the_decimals_stripe_wants(minor: int, currency: str, charge: int) -> None:
    assert to_charge_amount(minor, currency) == charge
    assert from_charge_amount(charge, currency) == minor


@given(st.integers(0, 10**6), st.sampled_from(CHARGEABLE))
def test_whole_units_of_money_come_back_as_they_went(major: int, currency: str) -> None:
    minor = major * 10 ** CURRENCY_EXPONENTS[currency]

    assert from_charge_amount(to_charge_amount(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "message"),
    [
        (12345, "KWD", "A card cannot be charged 12.345 KWD: cards take at most two decimals here."),
        (50020, "MGA", "A card cannot be charged 500.20 MGA: cards take at most no decimals here."),
        (1000, "IQD", "Cards cannot be charged in IQD."),
        (1000, "CLF", "Cards cannot be charged in CLF."),
    ],
)
def test_what_a_card_cannot_express_is_refused_in_words(minor: int, currency: str, message: str) -> None:
    with pytest.raises(AmountNotChargeable) as refusal:
        to_charge_amount(minor, currency)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    ("minor", "currency", "message"),
    [
        (49, "USD", "The smallest amount a card can be charged is 0.50 USD."),
        (17499, "HUF", "The smallest amount a card can be charged is 175.00 HUF."),
        (49, "JPY", "The smallest amount a card can be charged is 50 JPY."),
        (0, "GHS", "The smallest amount a card can be charged is 0.01 GHS."),
        (-100, "EUR", "The smallest amount a card can be charged is 0.50 EUR."),
        (100_000_000, "USD", "A card can be charged at most 999999.00 USD at once."),
        (1_000_000, "ISK", "A card can be charged at most 999999 ISK at once."),
    ],
)
def test_charges_stay_within_stripes_limits(minor: int, currency: str, message: str) -> None:
    with pytest.raises(AmountNotChargeable) as refusal:
        check_chargeable(minor, currency)
    assert str(refusal.value) == message
    assert (refusal.value.field, refusal.value.status) == ("amount", 422)


@pytest.mark.parametrize("currency", sorted(LOWEST_CHARGES))
def test_the_lowest_charge_itself_is_allowed(currency: str) -> None:
    lowest = LOWEST_CHARGES[currency]

    assert check_chargeable(from_charge_amount(lowest, currency), currency) == lowest


def test_a_charge_that_is_no_whole_amount_is_an_error() -> None:
    with pytest.raises(ValueError, match="50 is no whole amount of ISK"):
        from_charge_amount(50, "ISK")
