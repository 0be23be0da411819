from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.instalments import split_instalments
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
