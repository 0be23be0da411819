from datetime import date
from typing import Any

import pytest

from invoice_app.domain.adjustments import AdjustmentKind, AdjustmentMethod
from invoice_app.domain.coupons import (
    Coupon,
    RefusalReason,
    check_coupon,
    normalise_code,
    normalise_email,
    parse_code,
    to_adjustment,
)
from invoice_app.domain.errors import CouponRefused, ValidationFailed

TODAY = date(2026, 11, 4)


def _check(coupon: Coupon, **changes: Any) -> None:
    situation: dict[str, Any] = {
        "currency": "EUR",
        "subtotal": 100_000,
        "today": TODAY,
        "account_id": 7,
        "email": "vera@example.com",
        "redeemed_total": 0,
        "redeemed_by_customer": 0,
        "item_codes": ("drone", "twilight"),
    }
    check_coupon(coupon, **(situation | changes))


def _percent_coupon(**changes: Any) -> Coupon:
    rule: dict[str, Any] = {"code": "AUTUMN10", "rate": 100_000}
    return Coupon(**(rule | changes))


@pytest.mark.parametrize(
    ("rule", "situation", "reason", "message"),
    [
        ({"active": False}, {}, RefusalReason.INACTIVE, "No longer active"),
        ({"ends_on": date(2026, 11, 3)}, {}, RefusalReason.EXPIRED, "Expired on 3 November 2026"),
        ({"starts_on": date(2026, 11, 5)}, {}, RefusalReason.NOT_STARTED, "Starts on 5 November 2026"),
        ({"currency": "USD"}, {}, RefusalReason.WRONG_CURRENCY, "Only for invoices in USD"),
        (
            {"minimum": 80_000, "currency": "EUR"},
            {"subtotal": 79_999},
            RefusalReason.BELOW_MINIMUM,
            "Needs a subtotal of at least 800.00",
        ),
        ({"accounts": frozenset({8})}, {}, RefusalReason.WRONG_CUSTOMER, "Reserved for another customer"),
        (
            {"item_codes": frozenset({"video"})},
            {},
            RefusalReason.NO_ELIGIBLE_ITEM,
            "None of the items on this invoice qualifies",
        ),
        ({"total_limit": 3}, {"redeemed_total": 3}, RefusalReason.LIMIT_REACHED, "Already used 3 times, which is its limit"),
        ({"total_limit": 1}, {"redeemed_total": 1}, RefusalReason.LIMIT_REACHED, "Already used once, which is its limit"),
        (
            {"customer_limit": 1},
            {"redeemed_by_customer": 1},
            RefusalReason.ALREADY_USED,
            "This customer has already used it once",
        ),
    ],
)
def test_a_coupon_is_refused_with_a_reason_in_plain_words(
    rule: dict[str, Any], situation: dict[str, Any], reason: RefusalReason, message: str
) -> None:
    with pytest.raises(CouponRefused) as refusal:
        _check(_percent_coupon(**rule), **situation)
    assert (refusal.value.reason, str(refusal.value), refusal.value.coupon_code) == (reason, message, "AUTUMN10")


@pytest.mark.parametrize(
    ("rule", "situation"),
    [
        ({}, {}),
        ({"ends_on": TODAY, "starts_on": TODAY}, {}),
        ({"minimum": 80_000, "currency": "EUR"}, {"subtotal": 80_000}),
        ({"total_limit": 3, "customer_limit": 2}, {"redeemed_total": 2, "redeemed_by_customer": 1}),
        ({"accounts": frozenset({7})}, {"email": None}),
        ({"emails": frozenset({"vera@example.com"})}, {"account_id": None, "email": " Vera+studio@Example.com"}),
        ({"item_codes": frozenset({"drone", "video"})}, {}),
    ],
)
def test_a_coupon_passes_up_to_its_limits(rule: dict[str, Any], situation: dict[str, Any]) -> None:
    _check(_percent_coupon(**rule), **situation)


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("code", {"code": " "}),
        ("rate", {"rate": 0}),
        ("rate", {"amount": 500, "currency": "EUR"}),
        ("rate", {"rate": 1_000_001}),
        ("amount", {"amount": -1}),
        ("minimum", {"minimum": -1}),
        ("currency", {"rate": 0, "amount": 500}),
        ("currency", {"minimum": 500}),
        ("ends_on", {"starts_on": TODAY, "ends_on": date(2026, 11, 3)}),
        ("total_limit", {"total_limit": 0}),
        ("customer_limit", {"customer_limit": -1}),
    ],
)
def test_an_impossible_coupon_is_refused_at_its_field(field: str, rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        _percent_coupon(**rule)
    assert refusal.value.field == field


def test_a_coupon_becomes_an_adjustment_of_its_eligible_lines() -> None:
    percentage = to_adjustment(_percent_coupon(), key="c1", line_keys=("a",))
    fixed = to_adjustment(Coupon("TEN", amount=1000, currency="EUR"), key="c2")

    assert (percentage.kind, percentage.method, percentage.rate) == (AdjustmentKind.COUPON, AdjustmentMethod.PERCENT, 100_000)
    assert percentage.line_keys == ("a",)
    assert (fixed.method, fixed.amount, fixed.line_keys) == (AdjustmentMethod.FIXED, 1000, ())


@pytest.mark.parametrize(
    ("given", "normalised"),
    [
        ("Vera@Example.COM", "vera@example.com"),
        ("  vera+autumn@example.com ", "vera@example.com"),
        ("v.e.r.a+x@gmail.com", "vera@gmail.com"),
        ("v.era@googlemail.com", "vera@gmail.com"),
        ("v.era@example.com", "v.era@example.com"),
        ("+tag@example.com", "+tag@example.com"),
        ("ｖera@example.com", "vera@example.com"),
        ("nobody", "nobody"),
        ("", ""),
    ],
)
def test_one_mailbox_is_one_customer(given: str, normalised: str) -> None:
    assert normalise_email(given) == normalised


def test_codes_are_compared_in_upper_case_without_spaces() -> None:
    assert normalise_code(" autumn 10 ") == "AUTUMN10"


@pytest.mark.parametrize(
    ("typed", "code"),
    [(" autumn 10 ", "AUTUMN10"), ("früh-ling_2", "FRÜH-LING_2"), ("\uff11\uff10off", "10OFF"), ("x" * 40, "X" * 40)],
)
def test_a_new_code_is_letters_digits_hyphens_and_underscores(typed: str, code: str) -> None:
    assert parse_code(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "  ", "x" * 41, "<b>", "10%", "A/B", "'; --", "SA\u200bVE", "SA\u202eVE", "SAVE\x00", "\U0001f600"]
)
def test_any_other_code_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse_code(typed)
    assert refused.value.field == "code"
