"""From where money goes back, and which news may follow which."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.charging import round_charge_amount
from invoice_app.domain.returning import DISPUTE_RANKS, REFUND_RANKS, may_follow, split_return

amounts = st.integers(0, 10**9)


def test_what_no_invoice_took_up_goes_back_first_then_the_invoice_it_was_paid_on_then_others_newest_first() -> None:
    split = split_return(100, free=10, allocated={1: 30, 2: 40, 3: 50}, first=2)
    assert (split.from_credit, split.from_invoices, split.beyond) == (10, {2: 40, 3: 50}, 0)


@given(amounts, amounts, st.dictionaries(st.integers(1, 5), st.integers(1, 10**9)), st.integers(1, 5))
def test_the_parts_come_to_the_amount_and_no_part_is_more_than_was_there(
    amount: int, free: int, allocated: dict[int, int], first: int
) -> None:
    split = split_return(amount, free=free, allocated=allocated, first=first)
    assert split.from_credit + sum(split.from_invoices.values()) + split.beyond == amount
    assert 0 <= split.from_credit <= free
    assert all(0 < part <= allocated[invoice] for invoice, part in split.from_invoices.items())
    assert split.beyond == max(0, amount - free - sum(allocated.values()))


@pytest.mark.parametrize("ranks", [REFUND_RANKS, DISPUTE_RANKS])
def test_in_whatever_order_news_come_the_furthest_state_stays(ranks: dict[str, int]) -> None:
    highest = max(ranks.values())
    for order in itertools.permutations([name for name, rank in ranks.items() if rank < highest]):
        state = ""
        for news in order:
            state = news if may_follow(ranks, state, news) else state
        assert ranks[state] == highest - 1


def test_a_state_nobody_knows_never_replaces_one() -> None:
    assert not may_follow(REFUND_RANKS, "pending", "unheard_of")


@pytest.mark.parametrize(
    ("charge", "currency", "minor"),
    [(2118, "USD", 2118), (3550, "ISK", 36), (3549, "ISK", 35), (-3550, "ISK", -36), (7, "MGA", 700)],
)
def test_a_fee_with_decimals_the_currency_lacks_is_rounded(charge: int, currency: str, minor: int) -> None:
    assert round_charge_amount(charge, currency) == minor
