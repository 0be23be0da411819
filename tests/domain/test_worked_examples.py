"""The worked examples of the money rules, by their number, each from a published source."""

import pytest

from invoice_app.domain.adjustments import AdjustmentBase, AdjustmentKind
from invoice_app.domain.currencies import CASH_STEPS
from invoice_app.domain.fees import processor_fee
from invoice_app.domain.lines import top_up_to_minimum
from invoice_app.domain.money import allocate
from invoice_app.domain.settlement import amount_due
from invoice_app.domain.tax import UNTAXED, TaxPart, TaxRounding, combined_rate, tax_on
from invoice_app.domain.totals import Totals, price_document, round_for_cash
from tests.domain.builders import (
    EXEMPT,
    make_discount,
    make_document,
    make_fee,
    make_line,
    make_transaction_fee,
    minor,
    percent,
    vat,
)


def _taxes(totals: Totals) -> list[tuple[int, int, int]]:
    return [(group.rate, group.taxable, group.tax) for group in totals.taxes]


def test_example_1_two_rates_of_the_european_standard() -> None:
    totals = price_document(make_document(make_line("183.23", vat("6"), key="a"), make_line("46.37", vat("21"), key="b")))

    assert _taxes(totals) == [(210_000, 4637, 974), (60_000, 18323, 1099)]
    assert totals.total == 25033


def test_example_2_allowance_charge_and_three_groups_of_the_european_standard() -> None:
    totals = price_document(
        make_document(
            make_line("1460.50", vat("25"), key="a"),
            make_line("1.00", vat("15"), key="b"),
            make_line("-25.00", EXEMPT, key="c"),
            make_discount(amount="100", tax=vat("25")),
            make_fee(amount="100", tax=vat("25")),
        )
    )

    assert (totals.subtotal, totals.allowances, totals.charges, totals.taxable_total) == (143650, 10000, 10000, 143650)
    assert _taxes(totals) == [(250_000, 146050, 36513), (150_000, 100, 15), (0, -2500, 0)]
    assert totals.total == 180178
    assert amount_due(totals.total, minor("1000"), 0) == 80178


@pytest.mark.parametrize(("taxable", "rate", "tax"), [("-6491.34", "25", "-1622.84"), ("2141.05", "14", "299.75")])
def test_example_4_tax_is_rounded_half_away_from_zero(taxable: str, rate: str, tax: str) -> None:
    assert tax_on(minor(taxable), vat(rate)) == minor(tax)


def test_example_5_a_unit_price_of_four_decimals() -> None:
    totals = price_document(make_document(make_line("0.1212", vat("25"), quantity="100")))

    assert (totals.subtotal, totals.tax_total, totals.total) == (1212, 303, 1515)


@pytest.mark.parametrize(
    ("rounding", "taxable", "tax", "left_over"),
    [
        (TaxRounding.LINE, 42015, 7985, 0),
        (TaxRounding.SUM_BY_NET, 42015, 7983, 2),
        (TaxRounding.KEEP_GROSS, 42017, 7983, 0),
    ],
)
def test_example_6_five_tickets_at_100_with_19_percent_included(
    rounding: TaxRounding, taxable: int, tax: int, left_over: int
) -> None:
    tickets = [make_line("100.00", vat("19"), key=key) for key in "abcde"]
    totals = price_document(make_document(*tickets, prices_include_tax=True, rounding=rounding))

    assert _taxes(totals) == [(190_000, taxable, tax)]
    assert (totals.total_with_tax, totals.rounding, totals.total) == (taxable + tax, left_over, 50000)


def test_example_6_by_the_sum_of_nets_comes_to_499_98_before_rounding() -> None:
    tickets = [make_line("100.00", vat("19"), key=key) for key in "abcde"]

    assert price_document(make_document(*tickets, prices_include_tax=True)).total_with_tax == 49998


def test_example_6_keeping_the_gross_moves_two_nets_by_a_cent() -> None:
    tickets = [make_line("100.00", vat("19"), key=key) for key in "abcde"]
    totals = price_document(make_document(*tickets, prices_include_tax=True, rounding=TaxRounding.KEEP_GROSS))

    assert [line.taxable for line in totals.lines] == [8404, 8404, 8403, 8403, 8403]


@pytest.mark.parametrize("rounding", [TaxRounding.SUM_BY_NET, TaxRounding.KEEP_GROSS])
def test_example_7_a_gross_that_no_net_and_tax_can_reach_leaves_a_cent_to_bt_114(rounding: TaxRounding) -> None:
    totals = price_document(make_document(make_line("15.00", vat("19")), prices_include_tax=True, rounding=rounding))

    assert _taxes(totals) == [(190_000, 1261, 240)]
    assert (totals.rounding, totals.total) == (-1, 1500)


def test_example_11_shares_by_largest_remainder() -> None:
    assert allocate(299, [4300, 1400, 2300]) == [161, 52, 86]
    assert allocate(299, [1000, 1000, 1000]) == [100, 100, 99]


def test_example_12_a_fractional_quantity_and_then_everything_off() -> None:
    line = make_line("64.22", quantity="2.25")

    assert price_document(make_document(line)).total == 14450
    assert price_document(make_document(line, make_discount(percentage="100"))).total == 0


@pytest.mark.parametrize(
    ("wanted", "charge"),
    [("100", "103.30"), ("1000", "1030.17"), ("10", "10.61"), ("25", "26.06"), ("200", "206.28")],
)
def test_example_14_the_transaction_fee_is_grossed_up(wanted: str, charge: str) -> None:
    card = make_transaction_fee(percentage="2.9", amount="0.30", tax=UNTAXED)
    totals = price_document(make_document(make_line(wanted), card))

    assert totals.total == minor(charge)
    assert totals.total - processor_fee(totals.total, card) >= minor(wanted)
    assert totals.total - 1 - processor_fee(totals.total - 1, card) < minor(wanted)


def test_example_14_the_plain_fee_falls_short() -> None:
    card = make_transaction_fee(percentage="2.9", amount="0.30")
    plain = processor_fee(minor("100"), card)

    assert plain == 320
    assert minor("100") + plain - processor_fee(minor("100") + plain, card) == 9991


def test_example_14_a_taxed_transaction_fee_also_earns_back_the_cut_taken_of_its_tax() -> None:
    card = make_transaction_fee(percentage="2.9", amount="0.30", tax=vat("20"))
    totals = price_document(make_document(make_line("100"), card))

    assert totals.adjustments[0].amount == 332
    assert _taxes(totals) == [(200_000, 332, 66), (0, 10000, 0)]
    assert totals.total == 10398


def test_example_15_a_targeted_coupon_a_discount_tax_and_a_wallet() -> None:
    totals = price_document(
        make_document(
            make_line("80", vat("8.25"), key="a"),
            make_line("20", vat("8.25"), key="b"),
            make_discount(key="coupon", kind=AdjustmentKind.COUPON, percentage="25", line_keys=("a",)),
            make_discount(key="ten", amount="10"),
        )
    )

    assert [one.amount for one in totals.adjustments] == [-2000, -1000]
    assert _taxes(totals) == [(82_500, 7000, 578)]
    assert totals.total == 7578
    assert amount_due(totals.total, minor("5"), 0) == 7078


def test_quebec_levies_two_taxes_on_the_same_price() -> None:
    quebec = combined_rate(TaxPart("GST", percent("5")), TaxPart("QST", percent("9.975")))
    totals = price_document(make_document(make_line("140.00", quebec)))

    assert totals.taxes[0].parts == (("GST", 700), ("QST", 1397))
    assert totals.total == 16097


def test_a_compound_tax_is_levied_on_the_tax_before_it() -> None:
    compound = combined_rate(TaxPart("First", percent("5")), TaxPart("Second", percent("10"), compound=True))
    totals = price_document(make_document(make_line("100", compound)))

    assert totals.taxes[0].parts == (("First", 500), ("Second", 1050))
    assert (compound.rate, totals.total) == (155_000, 11550)


def test_ten_off_three_rates_is_shared_in_proportion() -> None:
    totals = price_document(
        make_document(
            make_line("60.00", vat("20"), key="a"),
            make_line("40.00", vat("5"), key="b"),
            make_line("0.33", vat("0"), key="c"),
            make_discount(amount="10"),
        )
    )

    assert [(part.tax.rate, part.amount) for part in totals.allocations] == [
        (200_000, -598),
        (50_000, -399),
        (0, -3),
    ]


def test_two_coupons_of_ten_percent_take_nineteen_not_twenty() -> None:
    totals = price_document(
        make_document(make_line("100"), make_discount(key="a", percentage="10"), make_discount(key="b", percentage="10"))
    )

    assert [one.amount for one in totals.adjustments] == [-1000, -900]
    assert totals.allowances == 1900


def test_cash_in_swiss_francs_rounds_to_five_rappen() -> None:
    totals = price_document(make_document(make_line("12.23"), currency="CHF"))
    paid = round_for_cash(totals, CASH_STEPS["CHF"])

    assert (paid.total, paid.rounding) == (1225, 2)
    assert (paid.taxable_total, paid.tax_total) == (totals.taxable_total, totals.tax_total)


def test_ten_percent_off_the_gross_is_ten_percent_off_the_net() -> None:
    line, discount = make_line("100", vat("20")), make_discount(percentage="10", base=AdjustmentBase.GROSS)

    assert price_document(make_document(line)).total == 12000
    totals = price_document(make_document(line, discount))
    assert _taxes(totals) == [(200_000, 9000, 1800)]
    assert totals.total == 10800


def test_a_minimum_spend_of_50_with_25_used_adds_25() -> None:
    assert top_up_to_minimum(minor("25"), minor("50")) == minor("25")
    assert top_up_to_minimum(minor("60"), minor("50")) == 0
