import pytest

from invoice_app.domain.adjustments import Adjustment, AdjustmentBase, AdjustmentKind, AdjustmentMethod
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.money import WHOLE
from invoice_app.domain.tax import UNTAXED, TaxRounding
from invoice_app.domain.totals import Document, price_document
from tests.domain.builders import make_discount, make_document, make_fee, make_line, vat


def _amounts(document: Document) -> dict[str, int]:
    return {one.key: one.amount for one in price_document(document).adjustments}


def test_discounts_on_single_lines_come_before_those_on_the_document() -> None:
    document = make_document(
        make_line("100", key="a"),
        make_line("100", key="b"),
        make_discount(key="whole", percentage="10"),
        make_discount(key="line", percentage="50", line_keys=("a",)),
    )

    assert _amounts(document) == {"whole": -1500, "line": -5000}


def test_adjustments_are_returned_in_stored_order() -> None:
    document = make_document(
        make_line("100", key="a"),
        make_fee(key="fee", amount="5"),
        make_discount(key="whole", amount="1"),
        make_discount(key="line", amount="1", line_keys=("a",)),
    )

    assert [one.key for one in price_document(document).adjustments] == ["fee", "whole", "line"]


def test_a_percentage_of_the_subtotal_ignores_earlier_discounts() -> None:
    document = make_document(
        make_line("100"),
        make_discount(key="first", percentage="10", base=AdjustmentBase.SUBTOTAL),
        make_discount(key="second", percentage="10", base=AdjustmentBase.SUBTOTAL),
    )

    assert _amounts(document) == {"first": -1000, "second": -1000}


def test_a_fixed_discount_takes_no_more_than_is_left() -> None:
    document = make_document(
        make_line("30", vat("20")), make_discount(key="a", amount="20"), make_discount(key="b", amount="20")
    )
    totals = price_document(document)

    assert _amounts(document) == {"a": -2000, "b": -1000}
    assert totals.adjustments[1].asked == 2000
    assert totals.total == 0


def test_a_discount_on_a_line_takes_no_more_than_that_line() -> None:
    document = make_document(make_line("30", key="a"), make_line("70", key="b"), make_discount(amount="50", line_keys=("a",)))

    assert _amounts(document) == {"discount": -3000}


def test_two_discounts_on_the_same_line_share_what_it_costs() -> None:
    document = make_document(
        make_line("10", key="a"),
        make_line("90", key="b"),
        make_discount(key="one", amount="8", line_keys=("a",)),
        make_discount(key="two", percentage="50", line_keys=("a",)),
        make_discount(key="both", percentage="50", line_keys=("a", "b")),
    )

    assert _amounts(document) == {"one": -800, "two": -100, "both": -4550}


def test_a_discount_on_a_line_that_is_gone_is_zero_and_not_on_the_whole_document() -> None:
    document = make_document(make_line("30", key="a"), make_discount(percentage="50", line_keys=("removed",)))

    assert _amounts(document) == {"discount": 0}


def test_a_discount_bound_to_a_tax_lowers_only_that_group() -> None:
    totals = price_document(
        make_document(
            make_line("100", vat("20"), key="a"),
            make_line("100", vat("5"), key="b"),
            make_discount(percentage="10", tax=vat("5")),
        )
    )

    assert [(group.rate, group.taxable) for group in totals.taxes] == [(200_000, 10000), (50_000, 9000)]


def test_a_discount_bound_to_a_tax_nobody_charges_is_zero() -> None:
    document = make_document(make_line("100", vat("20")), make_discount(amount="10", tax=vat("5")))

    assert _amounts(document) == {"discount": 0}
    assert [group.rate for group in price_document(document).taxes] == [200_000]


def test_ten_off_the_gross_lowers_the_total_with_tax_by_ten() -> None:
    line, discount = make_line("100", vat("25")), make_discount(amount="10", base=AdjustmentBase.GROSS)
    totals = price_document(make_document(line, discount))

    assert totals.adjustments[0].amount == -800
    assert (totals.taxable_total, totals.tax_total, totals.total) == (9200, 2300, 11500)


def test_a_discount_on_a_balance_in_the_customers_favour_is_zero() -> None:
    document = make_document(make_line("-50"), make_discount(key="a", percentage="10"), make_discount(key="b", amount="10"))

    assert _amounts(document) == {"a": 0, "b": 0}


def test_a_coupon_on_an_item_stops_where_a_credit_line_already_took_the_total() -> None:
    totals = price_document(
        make_document(
            make_line("100", key="item"),
            make_line("-60", key="credit"),
            make_discount(percentage="100", line_keys=("item",)),
        )
    )

    assert totals.adjustments[0].amount == -4000
    assert totals.total == 0


def test_a_coupon_on_an_untaxed_item_leaves_the_tax_of_a_credit_line_covered() -> None:
    """Without tax 40.00 could go; but the credit line carries tax, and the customer must not be owed money by a coupon."""
    totals = price_document(
        make_document(
            make_line("100", UNTAXED, key="item"),
            make_line("-60", vat("20"), key="credit"),
            make_discount(percentage="100", line_keys=("item",)),
        )
    )

    assert totals.adjustments[0].amount == -2800
    assert totals.total == 0


def test_everything_off_also_takes_the_tax_of_lines_whose_nets_cancel_out() -> None:
    lines = [make_line("100", vat("20"), key="a"), make_line("-100", vat("5"), key="b")]
    free = price_document(make_document(*lines, make_discount(percentage="100")))

    assert price_document(make_document(*lines)).total == 1500
    assert [(group.taxable, group.tax) for group in free.taxes] == [(0, 0), (0, 0)]
    assert (free.adjustments[0].amount, free.total) == (0, 0)


def test_line_discounts_are_limited_to_the_line() -> None:
    totals = price_document(make_document(make_line("10", discount="50", discount_amount="7", charge="2")))
    line = totals.lines[0]

    assert (line.gross, line.discount, line.charge, line.net) == (1000, 1000, 200, 200)


def test_a_line_in_the_customers_favour_is_discounted_towards_zero() -> None:
    line = price_document(make_document(make_line("-10", discount="10", discount_amount="2"))).lines[0]

    assert (line.gross, line.discount, line.net) == (-1000, -300, -700)


def test_a_unit_price_can_be_for_several_pieces() -> None:
    assert price_document(make_document(make_line("12.00", quantity="30", base_quantity="100"))).total == 360


def test_rounding_by_line_taxes_every_line_after_its_share_of_the_discount() -> None:
    lines = [make_line("0.33", vat("20"), key=key) for key in "abc"]
    by_line = price_document(make_document(*lines, rounding=TaxRounding.LINE))
    by_group = price_document(make_document(*lines))

    assert (by_line.tax_total, by_group.tax_total) == (21, 20)
    free = price_document(make_document(*lines, make_discount(percentage="100"), rounding=TaxRounding.LINE))
    assert (free.tax_total, free.total) == (0, 0)


def test_an_empty_document_comes_to_nothing() -> None:
    totals = price_document(make_document(make_discount(percentage="10")))

    assert (totals.total, totals.taxes, totals.lines) == (0, (), ())
    assert _amounts(make_document(make_discount(percentage="10"))) == {"discount": 0}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("rate", {"rate": -1}),
        ("rate", {"rate": WHOLE + 1}),
        ("amount", {"amount": -1}),
        ("method", {"method": AdjustmentMethod.TRANSACTION}),
    ],
)
def test_an_impossible_discount_is_refused_at_its_field(field: str, changes: dict[str, object]) -> None:
    arguments = {"key": "x", "kind": AdjustmentKind.COUPON, "method": AdjustmentMethod.PERCENT} | changes
    with pytest.raises(ValidationFailed) as refusal:
        Adjustment(**arguments)  # type: ignore[arg-type]
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("discount_rate", {"discount": "101"}),
        ("discount_amount", {"discount_amount": "-1"}),
        ("base_quantity", {"base_quantity": "0"}),
    ],
)
def test_an_impossible_line_is_refused_at_its_field(field: str, changes: dict[str, str]) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        make_line("10", **changes)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_line_too_large_to_store_is_refused() -> None:
    with pytest.raises(ValidationFailed, match="too large"):
        price_document(make_document(make_line("999999999999", quantity="999999999999")))


def test_keys_are_unique_in_a_document() -> None:
    with pytest.raises(ValidationFailed, match="Two lines"):
        make_document(make_line("1"), make_line("2"))
    with pytest.raises(ValidationFailed, match="Two adjustments"):
        make_document(make_discount(amount="1"), make_discount(amount="2"))


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ValidationFailed, match="not a currency"):
        price_document(make_document(currency="EUX"))
