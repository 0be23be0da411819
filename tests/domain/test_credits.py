from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from invoice_app.domain.credits import (
    Creditable,
    credit_amount,
    credit_taxables,
    creditable_of,
    left_to_credit,
)
from invoice_app.domain.errors import CreditExceedsInvoice
from invoice_app.domain.tax import TaxPart, combined_rate
from invoice_app.domain.totals import Document, price_document
from tests.domain.builders import make_document, make_line, vat
from tests.domain.strategies import documents


def credit_in_parts(invoiced: Creditable, amounts: Sequence[int]) -> list[Creditable]:
    """Credit an invoice in several parts, one after the other."""
    parts: list[Creditable] = []
    for amount in amounts:
        parts.append(credit_amount(left_to_credit(invoiced, parts), amount))
    return parts


def _invoice() -> Creditable:
    return creditable_of(
        price_document(make_document(make_line("60.05", vat("20"), key="a"), make_line("39.99", vat("5"), key="b")))
    )


@given(documents(), st.data())
def test_crediting_in_any_split_ends_at_exactly_zero_for_each_tax_rate(document: Document, data: st.DataObject) -> None:
    invoiced = creditable_of(price_document(document))
    assume(invoiced.total > 0)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, invoiced.total - 1)), max_size=6)) - {invoiced.total})
    amounts = [end - start for start, end in zip([0, *cuts], [*cuts, invoiced.total], strict=True)]
    parts = credit_in_parts(invoiced, amounts)

    assert [part.total for part in parts] == amounts
    left = left_to_credit(invoiced, parts)
    assert [(group.taxable, group.tax) for group in left.groups] == [(0, 0)] * len(invoiced.groups)
    assert left.is_empty


@given(documents(favourable=False), st.data())
def test_no_part_credits_more_of_a_group_than_it_has(document: Document, data: st.DataObject) -> None:
    invoiced = creditable_of(price_document(document))
    assume(invoiced.total > 0)
    part = credit_amount(invoiced, data.draw(st.integers(1, invoiced.total)))

    for group, credited in zip(invoiced.groups, part.groups, strict=True):
        assert 0 <= credited.taxable + credited.tax <= group.taxable + group.tax


def test_a_credit_takes_net_and_tax_in_the_proportion_in_which_they_were_printed() -> None:
    part = credit_amount(_invoice(), 5000)

    assert [(group.rate, group.taxable, group.tax) for group in part.groups] == [(200_000, 2632, 527), (50_000, 1753, 88)]


def test_the_last_part_takes_the_residue() -> None:
    first, second, last = credit_in_parts(_invoice(), [3801, 3801, 3803])

    assert [(group.taxable, group.tax) for group in first.groups] == [(2002, 400), (1332, 67)]
    assert [(group.taxable, group.tax) for group in second.groups] == [(2001, 400), (1333, 67)]
    assert [(group.taxable, group.tax) for group in last.groups] == [(2002, 401), (1334, 66)]


def test_single_lines_are_credited_by_their_net() -> None:
    invoiced = _invoice()
    first = credit_taxables(invoiced, {0: 1000})
    rest = credit_taxables(left_to_credit(invoiced, [first]), {0: 5005, 1: 3999})

    assert [(group.taxable, group.tax) for group in first.groups] == [(1000, 200), (0, 0)]
    assert [(group.taxable, group.tax) for group in rest.groups] == [(5005, 1001), (3999, 200)]
    assert left_to_credit(invoiced, [first, rest]).is_empty


@pytest.mark.parametrize("amount", [0, -1, 11405 + 1])
def test_more_than_is_left_or_nothing_is_refused(amount: int) -> None:
    assert _invoice().total == 11405
    with pytest.raises(CreditExceedsInvoice) as refusal:
        credit_amount(_invoice(), amount)
    assert (refusal.value.asked_minor, refusal.value.left_minor) == (amount, 11405)


@pytest.mark.parametrize("wanted", [{0: 6006}, {0: -1}, {1: 4000}])
def test_more_than_a_tax_group_holds_is_refused(wanted: dict[int, int]) -> None:
    with pytest.raises(CreditExceedsInvoice):
        credit_taxables(_invoice(), wanted)


def test_a_credited_invoice_has_nothing_left_to_credit() -> None:
    invoiced = _invoice()
    left = left_to_credit(invoiced, [credit_amount(invoiced, invoiced.total)])

    with pytest.raises(CreditExceedsInvoice):
        credit_amount(left, 1)


def test_the_named_parts_of_a_tax_are_credited_with_it() -> None:
    quebec = combined_rate(TaxPart("GST", 50_000), TaxPart("QST", 99_750))
    invoiced = creditable_of(price_document(make_document(make_line("140.00", quebec))))
    first, last = credit_in_parts(invoiced, [8000, 8097])

    assert first.groups[0].parts == (("GST", 348), ("QST", 694))
    assert last.groups[0].parts == (("GST", 352), ("QST", 703))


def test_the_cent_of_rounding_is_credited_too() -> None:
    invoiced = creditable_of(price_document(make_document(make_line("15.00", vat("19")), prices_include_tax=True)))
    parts = credit_in_parts(invoiced, [700, 800])

    assert (invoiced.rounding, invoiced.total) == (-1, 1500)
    assert [part.total for part in parts] == [700, 800]
    assert left_to_credit(invoiced, parts).is_empty
