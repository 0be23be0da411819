from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.currencies import CURRENCY_EXPONENTS
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.money import (
    allocate,
    currency_exponent,
    format_micro,
    format_plain,
    format_rate,
    parse_amount,
    parse_micro,
    parse_rate,
    round_half_away,
    take_rate,
)

amounts = st.integers(-(10**15 - 1), 10**15 - 1)


@given(amounts, st.sampled_from(sorted(CURRENCY_EXPONENTS)))
def test_formatting_and_parsing_round_trips_in_every_currency(minor: int, currency: str) -> None:
    assert parse_amount(format_plain(minor, currency), currency) == minor


@pytest.mark.parametrize("currency", sorted(CURRENCY_EXPONENTS))
def test_a_formatted_amount_has_the_decimals_of_its_currency(currency: str) -> None:
    exponent = CURRENCY_EXPONENTS[currency]
    printed = format_plain(-1, currency)

    assert printed == {0: "-1", 2: "-0.01", 3: "-0.001", 4: "-0.0001"}[exponent]
    assert parse_amount(printed, currency) == -1


def test_the_currency_table_counts_what_iso_4217_lists() -> None:
    by_exponent = [list(CURRENCY_EXPONENTS.values()).count(exponent) for exponent in (0, 2, 3, 4)]

    assert by_exponent == [17, 139, 7, 2]
    assert all(len(code) == 3 and code.isupper() for code in CURRENCY_EXPONENTS)


@pytest.mark.parametrize(
    ("currency", "exponent"), [("JPY", 0), ("KRW", 0), ("ISK", 0), ("EUR", 2), ("MGA", 2), ("KWD", 3), ("IQD", 3), ("CLF", 4)]
)
def test_exponents_are_those_of_iso_4217(currency: str, exponent: int) -> None:
    assert currency_exponent(currency) == exponent


@pytest.mark.parametrize("code", ["", "eur", "XXX", "XAU", "BGN", "EURO"])
def test_what_is_no_active_currency_is_refused(code: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        currency_exponent(code)
    assert refusal.value.field == "currency"


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1,234.50", 123450),
        ("1234.5", 123450),
        ("-3", -300),
        ("  7.05\t", 705),
        ("\u22123.10", -310),
        ("+2", 200),
        (".5", 50),
        ("0", 0),
        ("-0", 0),
        ("007", 700),
        ("1,234,567.89", 123456789),
        ("9999999999999.99", 999999999999999),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, minor: int) -> None:
    assert parse_amount(text, "EUR") == minor


@pytest.mark.parametrize(
    "text",
    ["", "  ", "1.234", "1.500", "abc", "NaN", "inf", "1e3", "1E3", "--3", "3-", "1.2.3", "1,23", "12,34,567"],
)
def test_junk_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        parse_amount(text, "EUR", "price")
    assert refusal.value.field == "price"
    assert refusal.value.value == text


@pytest.mark.parametrize("text", [",5", "5.", ".", "1 000", "0x10", "１２", "٣", "1_000", "$5", "10000000000000", "9" * 5000])
def test_what_only_looks_like_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailed):
        parse_amount(text, "EUR")


@pytest.mark.parametrize(
    ("currency", "text", "message"),
    [
        ("EUR", "1.234", "EUR amounts have at most 2 decimals."),
        ("JPY", "100.0", "JPY amounts have no decimals."),
        ("KWD", "1.2345", "KWD amounts have at most 3 decimals."),
    ],
)
def test_too_many_decimals_are_refused_in_words(currency: str, text: str, message: str) -> None:
    with pytest.raises(ValidationFailed, match=message):
        parse_amount(text, currency)


@pytest.mark.parametrize(("text", "micro"), [("2.25", 2_250_000), ("0.1212", 121_200), ("1", 1_000_000), ("0.000001", 1)])
def test_quantities_have_six_decimals(text: str, micro: int) -> None:
    assert parse_micro(text, "quantity") == micro
    assert format_micro(micro) == text


@pytest.mark.parametrize(("text", "rate"), [("9.975", 99_750), ("20", 200_000), ("0", 0), ("100", 1_000_000), ("0.0001", 1)])
def test_percentages_have_four_decimals(text: str, rate: int) -> None:
    assert parse_rate(text, "rate") == rate
    assert parse_rate(f" {text} % ", "rate") == rate
    assert format_rate(rate) == text


@pytest.mark.parametrize("text", ["-5", "5 % %", "9.97501", "%", "five"])
def test_a_wrong_percentage_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        parse_rate(text, "tax_rate")
    assert refusal.value.field == "tax_rate"


@given(st.integers(-(10**18 - 1), 10**18 - 1))
def test_quantities_round_trip(micro: int) -> None:
    assert parse_micro(format_micro(micro), "quantity") == micro


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (-4, 3, -1), (5, 3, 2), (-5, 3, -2), (0, 7, 0), (7, 1, 7), (1, 2, 1), (-1, 2, -1)],
)
def test_halves_round_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert round_half_away(numerator, denominator) == rounded


@given(st.integers(), st.integers(1, 10**9))
def test_rounding_is_symmetric_and_never_further_than_half(numerator: int, denominator: int) -> None:
    rounded = round_half_away(numerator, denominator)

    assert round_half_away(-numerator, denominator) == -rounded
    assert abs(rounded - Fraction(numerator, denominator)) <= Fraction(1, 2)


def test_a_rate_is_taken_of_a_base() -> None:
    assert take_rate(14000, 99_750) == 1397
    assert take_rate(-649134, 250_000) == -162284


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_shares_sum_to_the_total_and_lie_within_one_of_their_exact_value(total: int, weights: list[int]) -> None:
    shares = allocate(total, weights)

    assert sum(shares) == total
    if any(weights):
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share - Fraction(total * weight, sum(weights))) < 1
            assert weight or not share


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=12))
def test_shares_follow_signed_weights_too(total: int, weights: list[int]) -> None:
    shares = allocate(total, weights)

    assert sum(shares) == total
    assert allocate(-total, weights) == [-share for share in shares]
    if sum(weights):
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share - Fraction(total * weight, sum(weights))) < 1


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (5, [0, 0], [3, 2]),
        (5, [0, 7, 0], [0, 5, 0]),
        (10, [5, -5], [5, 5]),
        (-1, [0, -1], [0, -1]),
        (90, [1000, -100], [100, -10]),
        (0, [], []),
    ],
)
def test_shares_by_hand(total: int, weights: list[int], shares: list[int]) -> None:
    assert allocate(total, weights) == shares


def test_there_is_nobody_to_share_with() -> None:
    with pytest.raises(ValueError, match="nothing to allocate to"):
        allocate(1, [])
