from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.instalments import cover_instalments, measure_remaining, refit_instalments, split_instalments
from invoice_app.domain.money import WHOLE


def test_fixed_instalments_come_first_and_percentages_share_the_remainder() -> None:
    assert split_instalments(61250, [20000], [500_000, 500_000]) == [20000, 20625, 20625]


def test_the_odd_cent_falls_to_the_largest_remainder() -> None:
    assert split_instalments(10000, [], [333_333, 333_333, 333_334]) == [3333, 3333, 3334]
    assert split_instalments(101, [], [500_000, 500_000]) == [51, 50]


def test_fixed_instalments_alone_may_cover_the_total() -> None:
    assert split_instalments(300, [100, 200], []) == [100, 200]


@given(st.integers(0, 10**9), st.lists(st.integers(1, WHOLE - 1), max_size=5, unique=True))
def test_instalments_sum_to_the_total(total: int, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), WHOLE]
    rates = [end - start for start, end in pairwise(edges)]

    assert sum(split_instalments(total, [], rates)) == total


@pytest.mark.parametrize(
    ("fixed", "rates", "message"),
    [
        ([1001], [], "more than the total"),
        ([400], [], "do not cover"),
        ([400], [500_000], "come to 100 %"),
        ([0], [WHOLE], "above zero"),
        ([400], [-1, WHOLE + 1], "above zero"),
    ],
)
def test_a_schedule_that_leaves_a_remainder_is_refused(fixed: list[int], rates: list[int], message: str) -> None:
    with pytest.raises(ValidationFailed, match=message) as refusal:
        split_instalments(1000, fixed, rates)
    assert refusal.value.field == "schedule"


def test_what_remains_is_told_before_a_schedule_fits() -> None:
    assert measure_remaining(72_000, [20_000], []) == 52_000
    assert measure_remaining(72_000, [20_000], [500_000]) == 26_000
    assert measure_remaining(72_000, [20_000], [500_000, 500_000]) == 0
    assert measure_remaining(72_000, [80_000], []) == -8_000


def test_a_schedule_of_another_total_is_shared_out_anew() -> None:
    assert refit_instalments(82_001, [20_000], [500_000, 500_000]) == [20_000, 31_001, 31_000]
    assert refit_instalments(15_000, [20_000], [WHOLE]) == [15_000, 0]
    assert refit_instalments(90_000, [20_000, 52_000], []) == [20_000, 70_000]
    assert refit_instalments(0, [], []) == []


def test_money_covers_the_first_instalments_first() -> None:
    assert cover_instalments([20_000, 26_000, 26_000], 30_000) == [20_000, 10_000, 0]
    assert cover_instalments([20_000, 26_000], 0) == [0, 0]
    assert cover_instalments([20_000], 99_999) == [20_000]


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**8), max_size=4), st.booleans(), st.integers(0, 2 * 10**9))
def test_a_refitted_schedule_always_comes_to_the_total(total: int, fixed: list[int], shared: bool, paid: int) -> None:
    amounts = refit_instalments(total, fixed, [WHOLE // 2, WHOLE - WHOLE // 2] if shared else [])
    assert sum(amounts) == (total if amounts else 0)
    assert sum(cover_instalments(amounts, paid)) == min(paid, sum(amounts))
