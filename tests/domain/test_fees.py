import pytest

from invoice_app.domain.adjustments import Adjustment, AdjustmentBase, AdjustmentKind, AdjustmentMethod
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.fees import processor_fee
from invoice_app.domain.tax import UNTAXED, TaxRounding
from invoice_app.domain.totals import Document, Totals, price_document
from tests.domain.builders import make_discount, make_document, make_fee, make_line, make_transaction_fee, vat


def _amounts(document: Document) -> dict[str, int]:
    return {one.key: one.amount for one in price_document(document).adjustments}


def _groups(totals: Totals) -> list[tuple[int, int, int]]:
    return [(group.rate, group.taxable, group.tax) for group in totals.taxes]


@pytest.mark.parametrize(
    ("base", "amount"),
    [(AdjustmentBase.SUBTOTAL, 1000), (AdjustmentBase.AFTER_DISCOUNTS, 800), (AdjustmentBase.GROSS, 960)],
)
def test_a_percentage_fee_is_taken_of_the_base_it_names(base: AdjustmentBase, amount: int) -> None:
    document = make_document(
        make_line("100", vat("20")),
        make_discount(percentage="20"),
        make_fee(percentage="10", base=base, tax=vat("20")),
    )

    assert _amounts(document)["fee"] == amount


def test_fees_never_feed_a_discount_or_one_another() -> None:
    document = make_document(
        make_line("100"),
        make_fee(key="travel", amount="35"),
        make_fee(key="rush", percentage="10"),
        make_discount(percentage="10"),
    )

    assert _amounts(document) == {"travel": 3500, "rush": 900, "discount": -1000}


def test_a_fee_has_its_own_tax() -> None:
    totals = price_document(make_document(make_line("100", vat("5")), make_fee(amount="10", tax=vat("20"))))

    assert _groups(totals) == [(200_000, 1000, 200), (50_000, 10000, 500)]
    assert totals.charges == 1000


def test_a_fee_without_tax_of_its_own_follows_the_lines() -> None:
    totals = price_document(
        make_document(make_line("75", vat("20"), key="a"), make_line("25", vat("5"), key="b"), make_fee(amount="10"))
    )

    assert _groups(totals) == [(200_000, 8250, 1650), (50_000, 2750, 138)]


def test_a_fee_follows_only_the_lines_it_is_for() -> None:
    document = make_document(
        make_line("75", vat("20"), key="a"),
        make_line("25", vat("5"), key="b"),
        make_fee(percentage="10", line_keys=("b",)),
        make_fee(key="gross", percentage="10", line_keys=("b",), base=AdjustmentBase.GROSS),
        make_fee(key="subtotal", percentage="10", line_keys=("b",), base=AdjustmentBase.SUBTOTAL),
    )

    assert _amounts(document) == {"fee": 250, "gross": 263, "subtotal": 250}
    assert {part.tax for part in price_document(document).allocations} == {vat("5")}


def test_a_fee_on_a_document_discounted_to_nothing_follows_the_lines_before_discounts() -> None:
    totals = price_document(make_document(make_line("100", vat("20")), make_discount(percentage="100"), make_fee(amount="10")))

    assert _groups(totals) == [(200_000, 1000, 200)]


def test_a_fee_never_falls_into_a_group_in_the_customers_favour() -> None:
    totals = price_document(
        make_document(make_line("50", vat("20"), key="a"), make_line("-40", vat("5"), key="b"), make_fee(amount="10"))
    )

    assert _groups(totals) == [(200_000, 6000, 1200), (50_000, -4000, -200)]


def test_a_fee_alone_is_outside_the_scope_of_tax() -> None:
    totals = price_document(make_document(make_fee(amount="10")))

    assert (totals.total, _groups(totals)) == (1000, [(0, 1000, 0)])


def test_a_fee_of_zero_is_kept_but_opens_no_tax_group() -> None:
    totals = price_document(make_document(make_line("10", vat("5")), make_fee(amount="0", tax=vat("20"))))

    assert [one.amount for one in totals.adjustments] == [0]
    assert totals.allocations == ()
    assert [group.rate for group in totals.taxes] == [50_000]


def test_every_fee_is_rounded_alone_when_rounding_goes_by_line() -> None:
    fees = [make_fee(key=str(n), amount="0.33", tax=vat("20")) for n in range(3)]

    assert price_document(make_document(*fees, rounding=TaxRounding.LINE)).tax_total == 21
    assert price_document(make_document(*fees)).tax_total == 20


def test_a_transaction_fee_covers_the_other_fees_and_all_tax() -> None:
    card = make_transaction_fee(percentage="2.9", amount="0.30", tax=UNTAXED)
    totals = price_document(
        make_document(card, make_line("100", vat("20")), make_fee(amount="10", tax=vat("20")), make_discount(percentage="10"))
    )

    assert totals.adjustments[0].amount == 389
    assert totals.total == 12389
    assert totals.total - processor_fee(totals.total, card) == 12000
    assert totals.total - 1 - processor_fee(totals.total - 1, card) == 11999


def test_a_transaction_fee_on_nothing_is_nothing() -> None:
    document = make_document(make_line("0"), make_transaction_fee(percentage="2.9", amount="0.30"))

    assert _amounts(document) == {"card": 0}


def test_a_transaction_fee_on_prices_that_include_tax_includes_its_own() -> None:
    card = make_transaction_fee(percentage="2.9", amount="0.30", tax=vat("20"))
    totals = price_document(make_document(make_line("120", vat("20")), card, prices_include_tax=True))

    assert totals.total == 12000 + totals.adjustments[0].amount
    assert totals.adjustments[0].taxable == processor_fee(totals.total, card)


def test_a_transaction_fee_steps_back_over_a_cent_that_spreading_gave_away() -> None:
    """3.01 would also do here, and is found first: 3.00 falls into the three rates more kindly."""
    lines = [
        make_line("0.39", vat("100"), key="a"),
        make_line("19.00", vat("0"), key="b"),
        make_line("65.00", vat("7.7777"), key="c"),
    ]
    card = make_transaction_fee(percentage="2.9", amount="0.30")
    totals = price_document(make_document(*lines, card, prices_include_tax=True))

    assert (totals.adjustments[0].amount, totals.total) == (300, 8739)
    assert [part.amount for part in totals.allocations] == [1, 231, 68]
    assert processor_fee(8739, card) == 1 + 214 + 68


def test_two_transaction_fees_each_cover_what_stood_before_them() -> None:
    document = make_document(
        make_line("100"),
        make_transaction_fee(key="card", percentage="2.9", amount="0.30"),
        make_transaction_fee(key="platform", percentage="1", amount="0"),
    )

    assert _amounts(document) == {"card": 330, "platform": 104}


@pytest.mark.parametrize(
    ("method", "rate", "message"),
    [
        (AdjustmentMethod.TRANSACTION, 250_001, "at most 25 %"),
        (AdjustmentMethod.PERCENT, 10_000_001, "at most 1000 %"),
        (AdjustmentMethod.PERCENT, -1, "cannot be negative"),
    ],
)
def test_an_absurd_fee_is_refused_at_its_rate(method: AdjustmentMethod, rate: int, message: str) -> None:
    with pytest.raises(ValidationFailed, match=message) as refusal:
        Adjustment("x", AdjustmentKind.FEE, method, rate=rate)
    assert refusal.value.field == "rate"
