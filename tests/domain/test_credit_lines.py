from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.credit_lines import CreditableRow, list_creditable_rows, offset_rows
from invoice_app.domain.credits import credit_taxables, creditable_of, left_to_credit
from invoice_app.domain.totals import Document, price_document
from tests.domain.builders import make_discount, make_document, make_fee, make_line, vat
from tests.domain.strategies import documents


@given(documents())
def test_in_every_tax_group_the_rows_sum_to_its_taxable_amount(document: Document) -> None:
    totals = price_document(document)
    sums: Counter[int] = Counter()
    for row in list_creditable_rows(document, totals):
        sums[row.place] += row.taxable

    assert [sums[place] for place in range(len(totals.taxes))] == [group.taxable for group in totals.taxes]


@given(documents(favourable=False))
def test_where_nothing_is_in_the_customers_favour_no_row_lowers_its_tax_group(document: Document) -> None:
    rows = list_creditable_rows(document, price_document(document))

    assert min((row.taxable for row in rows), default=0) >= 0
    assert offset_rows(rows) == rows


@given(documents(), st.data())
def test_crediting_row_by_row_in_any_order_ends_at_exactly_zero_for_each_tax_rate(
    document: Document, data: st.DataObject
) -> None:
    totals = price_document(document)
    invoiced = creditable_of(totals)
    rows = data.draw(st.permutations(offset_rows(list_creditable_rows(document, totals))))
    remaining = invoiced
    for row in rows:
        part = credit_taxables(remaining, {row.place: row.taxable})
        remaining = left_to_credit(remaining, [part])

    assert [(group.taxable, group.tax) for group in remaining.groups] == [(0, 0)] * len(invoiced.groups)


def test_a_document_discount_is_taken_off_the_lines_in_proportion_and_a_targeted_one_off_its_line() -> None:
    document = make_document(
        make_line("100.00", vat("20"), key="a"),
        make_line("50.00", vat("20"), key="b"),
        make_line("40.00", vat("5"), key="c"),
        make_discount(key="one", amount="20.00", line_keys=("a",)),
        make_discount(key="all", percentage="10"),
    )

    assert list_creditable_rows(document, price_document(document)) == (
        CreditableRow("a", 0, 7_200),
        CreditableRow("b", 0, 4_500),
        CreditableRow("c", 1, 3_600),
    )


def test_a_discount_on_a_line_is_taken_before_one_on_the_document_wherever_it_stands() -> None:
    document = make_document(
        make_line("100.00", vat("20"), key="a"),
        make_line("60.00", vat("20"), key="b"),
        make_line("30.00", vat("20"), key="c"),
        make_discount(key="all", percentage="10"),
        make_discount(key="one", amount="100.00", line_keys=("a",)),
    )

    assert [row.taxable for row in list_creditable_rows(document, price_document(document))] == [0, 5_400, 2_700]


def test_a_line_in_the_customers_favour_is_taken_off_the_others_of_its_tax_rate() -> None:
    rows = (
        CreditableRow("back", 0, -5_000),
        CreditableRow("a", 0, 10_000),
        CreditableRow("b", 0, 5_000),
        CreditableRow("c", 1, 3_600),
    )

    assert [row.taxable for row in offset_rows(rows)] == [0, 6_667, 3_333, 3_600]


def test_a_fee_over_two_tax_rates_is_a_row_in_each() -> None:
    document = make_document(
        make_line("75.00", vat("20"), key="a"),
        make_line("25.00", vat("5"), key="b"),
        make_fee(key="travel", amount="10.00"),
    )

    assert list_creditable_rows(document, price_document(document))[2:] == (
        CreditableRow("travel", 0, 750),
        CreditableRow("travel", 1, 250),
    )
