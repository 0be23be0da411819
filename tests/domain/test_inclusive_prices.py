import pytest

from invoice_app.domain.tax import TaxRounding
from invoice_app.domain.totals import Document, price_document
from tests.domain.builders import make_discount, make_document, make_fee, make_line, vat


def _shop(rounding: TaxRounding) -> Document:
    return make_document(
        make_line("119.00", vat("19"), key="a"),
        make_line("10.70", vat("7"), key="b"),
        make_discount(percentage="10"),
        make_fee(amount="5.95", tax=vat("19")),
        prices_include_tax=True,
        rounding=rounding,
    )


@pytest.mark.parametrize("rounding", TaxRounding)
def test_rows_are_printed_as_quoted_and_sum_to_the_total(rounding: TaxRounding) -> None:
    totals = price_document(_shop(rounding))

    assert [line.net for line in totals.lines] == [11900, 1070]
    assert [one.amount for one in totals.adjustments] == [-1297, 595]
    assert totals.lines_total == 12970
    assert totals.total == 12970 - 1297 + 595


@pytest.mark.parametrize("rounding", TaxRounding)
def test_the_same_rows_without_tax_make_the_european_identities(rounding: TaxRounding) -> None:
    totals = price_document(_shop(rounding))

    assert [line.taxable for line in totals.lines] == [10000, 1000]
    assert (totals.subtotal, totals.allowances, totals.charges) == (11000, 1100, 500)
    assert [(group.rate, group.taxable, group.tax) for group in totals.taxes] == [
        (190_000, 9500, 1805),
        (70_000, 900, 63),
    ]
    assert (totals.total_with_tax, totals.rounding) == (12268, 0)


@pytest.mark.parametrize("rounding", TaxRounding)
def test_taking_everything_off_leaves_neither_net_nor_tax(rounding: TaxRounding) -> None:
    tickets = [make_line("100.00", vat("19"), key=key) for key in "abcde"]
    totals = price_document(
        make_document(*tickets, make_discount(percentage="100"), prices_include_tax=True, rounding=rounding)
    )

    assert [(group.taxable, group.tax) for group in totals.taxes] == [(0, 0)]
    assert (totals.rounding, totals.total) == (0, 0)


def test_exclusive_prices_have_no_gross_to_keep() -> None:
    lines = [make_line("84.03", vat("19"), key=key) for key in "abcde"]
    kept = price_document(make_document(*lines, rounding=TaxRounding.KEEP_GROSS))
    by_net = price_document(make_document(*lines))

    assert kept == by_net
    assert (kept.taxable_total, kept.tax_total) == (42015, 7983)
