import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.tax import (
    TaxCategory,
    TaxPart,
    TaxRate,
    combined_rate,
    standard_rate,
    tax_by_part,
    tax_on,
    without_tax,
)
from tests.domain.strategies import taxes


@pytest.mark.parametrize("category", [one for one in TaxCategory if one is not TaxCategory.S])
def test_only_the_standard_category_has_a_rate(category: TaxCategory) -> None:
    assert tax_on(12345, TaxRate(category, 0)) == 0
    with pytest.raises(ValidationFailed, match="rate of 0 %"):
        TaxRate(category, 200_000)


@pytest.mark.parametrize("rate", [0, -1, 1_000_001])
def test_a_standard_rate_lies_above_zero_and_up_to_100_percent(rate: int) -> None:
    with pytest.raises(ValidationFailed):
        TaxRate(TaxCategory.S, rate)


def test_a_rate_of_zero_is_zero_rated() -> None:
    assert standard_rate(0) == TaxRate(TaxCategory.Z, 0)
    assert standard_rate(200_000) == TaxRate(TaxCategory.S, 200_000)


def test_parts_must_make_up_the_rate() -> None:
    parts = (TaxPart("GST", 50_000), TaxPart("QST", 99_750))

    assert combined_rate(*parts).rate == 149_750
    with pytest.raises(ValidationFailed, match="do not add up"):
        TaxRate(TaxCategory.S, 150_000, parts)


def test_equal_rates_are_one_group_and_different_parts_are_not() -> None:
    quebec = combined_rate(TaxPart("GST", 50_000), TaxPart("QST", 99_750))

    assert len({TaxRate(TaxCategory.S, 149_750), TaxRate(TaxCategory.S, 149_750), quebec}) == 2
    assert (str(TaxRate(TaxCategory.S, 149_750)), str(quebec)) == ("S:149750", "S:149750:GST+QST")


def test_a_compound_part_counts_the_printed_parts_before_it() -> None:
    tax = combined_rate(TaxPart("First", 50_000), TaxPart("Second", 100_000, compound=True))

    assert tax_by_part(10, tax) == [1, 1]
    assert tax_on(10000, tax) == 1550


@given(st.integers(-(10**9), 10**9), taxes)
def test_tax_is_symmetric(taxable: int, tax: TaxRate) -> None:
    assert tax_on(-taxable, tax) == -tax_on(taxable, tax)
    assert without_tax(-taxable, tax) == -without_tax(taxable, tax)


@given(st.integers(0, 10**9), taxes)
def test_a_net_is_found_again_in_its_gross(net: int, tax: TaxRate) -> None:
    if not tax.parts:
        assert without_tax(net + tax_on(net, tax), tax) == net
