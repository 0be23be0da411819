"""The fee of a payment method: plain, or as much as leaves the whole amount (money.md 11, example 14)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.content import ContentAdjustment, ContentLine, InvoiceContent
from invoice_app.domain.method_fees import FeeRule, add_method_fee, may_carry_fee, sum_method_fees
from invoice_app.domain.money import WHOLE, round_half_away

CARD = FeeRule(29_000, 30)


@pytest.mark.parametrize(
    ("net", "charge"), [(10_000, 10_330), (100_000, 103_017), (1_000, 1_061), (2_500, 2_606), (20_000, 20_628)]
)
def test_a_fee_that_covers_itself_leaves_the_whole_amount(net: int, charge: int) -> None:
    assert net + CARD.fee_on(net) == charge


def test_a_plain_fee_is_the_rate_and_the_fixed_part_of_the_amount() -> None:
    assert replace(CARD, covers_itself=False).fee_on(10_000) == 320


def test_nothing_costs_nothing_and_no_rule_no_fee() -> None:
    assert CARD.fee_on(0) == 0
    assert FeeRule(0, 0).fee_on(10_000) == 0


@given(st.integers(1, 10**10), st.integers(0, WHOLE // 4), st.integers(0, 10_000))
def test_one_minor_unit_less_would_fall_short(amount: int, rate: int, fixed: int) -> None:
    fee = FeeRule(rate, fixed).fee_on(amount)

    def left(charge: int) -> int:
        return charge - round_half_away(charge * rate + fixed * WHOLE, WHOLE)

    assert left(amount + fee) >= amount
    assert fee == 0 or left(amount + fee - 1) < amount


def content(*adjustments: ContentAdjustment, inclusive: bool = False, rounding: str = "sum_by_net") -> InvoiceContent:
    lines = (
        ContentLine("a", "Drone photos", 3_000_000, 33_330_000, tax_category="S", tax_rate=200_000),
        ContentLine("b", "Print", 1_000_000, 7_770_000, tax_category="Z", tax_rate=0),
    )
    return InvoiceContent("USD", inclusive, rounding, lines, adjustments)


DISCOUNT = ContentAdjustment("d", "discount", "percent", "Autumn", rate=105_000)
FEE = ContentAdjustment("f", "fee", "percent", "Travel", rate=33_333, base="gross")


@given(
    st.integers(1, 10**7),
    st.booleans(),
    st.sampled_from(["sum_by_net", "line", "keep_gross"]),
    st.sampled_from([(), (DISCOUNT,), (FEE,), (DISCOUNT, FEE)]),
)
def test_the_total_rises_by_exactly_the_fee(
    fee: int, inclusive: bool, rounding: str, adjustments: tuple[ContentAdjustment, ...]
) -> None:
    before = content(*adjustments, inclusive=inclusive, rounding=rounding)
    after = add_method_fee(before, method="card", fee=fee, key="7")
    assert after.price().total == before.price().total + fee
    assert after.price().tax_total == before.price().tax_total
    assert sum_method_fees(add_method_fee(after, method="bank", fee=5, key="8")) == fee + 5


def test_an_invoice_that_passes_payment_costs_on_already_carries_no_fee_of_a_method() -> None:
    assert may_carry_fee(content(DISCOUNT, FEE))
    assert not may_carry_fee(content(ContentAdjustment("t", "fee", "transaction", "Card costs", rate=29_000, amount=30)))
