"""Double entry: whatever happens sums to zero, and undoing it leaves nothing."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.bookkeeping import (
    Book,
    Entry,
    UnbalancedEntries,
    balanced,
    book_charge,
    book_credit_use,
    book_dispute,
    book_payment,
    book_processing_fee,
    reverse,
)

amounts = st.integers(0, 10**12)


@given(
    st.sampled_from(
        [
            lambda first, second: book_charge(first - second),
            lambda first, second: book_payment(Book.CARD, to_invoice=first, to_credit=second),
            book_dispute,
            lambda first, second: book_credit_use(first),
            lambda first, second: book_processing_fee(second),
        ]
    ),
    amounts,
    amounts,
)
def test_every_happening_sums_to_zero_and_can_be_undone(
    happen: Callable[[int, int], tuple[Entry, ...]], first: int, second: int
) -> None:
    entries = happen(first, second)
    assert sum(entry.amount for entry in entries) == 0
    assert all(entry.amount for entry in entries)
    assert sum(entry.amount for entry in (*entries, *reverse(entries)) if entry.book is Book.RECEIVABLE) == 0


def test_an_invoice_paid_with_something_left_over() -> None:
    entries = book_payment(Book.CARD, to_invoice=10_000, to_credit=2_500)
    assert entries == ((Book.CARD, 12_500), (Book.RECEIVABLE, -10_000), (Book.CUSTOMER_CREDIT, -2_500))


def test_unbalanced_entries_are_refused() -> None:
    with pytest.raises(UnbalancedEntries):
        balanced(Entry(Book.CARD, 100), Entry(Book.RECEIVABLE, -99))
