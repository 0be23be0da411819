"""What must hold for any document at all (money.md, properties)."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.adjustments import Adjustment, AdjustmentKind, AdjustmentMethod
from invoice_app.domain.fees import processor_fee
from invoice_app.domain.money import WHOLE
from invoice_app.domain.tax import TaxRate, TaxRounding, tax_on, without_tax
from invoice_app.domain.totals import Document, price_document
from tests.domain.strategies import documents, taxes

ALL_OFF = Adjustment("all-off", AdjustmentKind.COUPON, AdjustmentMethod.PERCENT, rate=WHOLE)


@given(documents())
def test_totals_are_a_pure_function_of_the_document(document: Document) -> None:
    twin = Document(
        document.currency,
        tuple(replace(line) for line in document.lines),
        tuple(replace(adjustment) for adjustment in document.adjustments),
        prices_include_tax=document.prices_include_tax,
        rounding=document.rounding,
    )

    assert price_document(document) == price_document(document) == price_document(twin)


@given(documents())
def test_the_en_16931_identities_hold(document: Document) -> None:
    totals = price_document(document)

    assert totals.subtotal == sum(line.taxable for line in totals.lines)  # BR-CO-10
    assert totals.allowances == -sum(a.taxable for a in totals.allocations if a.kind is not AdjustmentKind.FEE)  # BR-CO-11
    assert totals.charges == sum(a.taxable for a in totals.allocations if a.kind is AdjustmentKind.FEE)  # BR-CO-12
    assert totals.taxable_total == totals.subtotal - totals.allowances + totals.charges  # BR-CO-13
    assert totals.taxable_total == sum(group.taxable for group in totals.taxes)
    assert totals.tax_total == sum(group.tax for group in totals.taxes)  # BR-CO-14
    assert totals.total == totals.taxable_total + totals.tax_total + totals.rounding  # BR-CO-15, BR-CO-16


@given(documents())
def test_each_tax_group_is_its_lines_less_allowances_plus_charges(document: Document) -> None:
    totals = price_document(document)
    by_group: dict[TaxRate, int] = {}
    for line, amount in zip(document.lines, totals.lines, strict=True):
        by_group[line.tax] = by_group.get(line.tax, 0) + amount.taxable
    for part in totals.allocations:
        by_group[part.tax] = by_group.get(part.tax, 0) + part.taxable

    taxables = sorted((tax.category, tax.rate, taxable) for tax, taxable in by_group.items())
    assert taxables == sorted((group.category, group.rate, group.taxable) for group in totals.taxes)  # BR-S-08


@given(documents())
def test_group_tax_is_the_rounded_rate_of_its_base_unless_rounding_goes_by_line(document: Document) -> None:
    groups = {(tax.category, tax.rate): tax for tax in _taxes_of(document)}
    for group in price_document(document).taxes:
        if group.category != "S":
            assert group.tax == 0
        elif document.rounding is not TaxRounding.LINE:
            assert group.tax == tax_on(group.taxable, groups[group.category, group.rate])  # BR-CO-17
        assert sum(amount for _, amount in group.parts) in (group.tax, 0)


@given(documents())
def test_what_is_spread_over_tax_groups_sums_to_the_adjustment(document: Document) -> None:
    totals = price_document(document)
    for adjustment in totals.adjustments:
        parts = [part for part in totals.allocations if part.key == adjustment.key]
        assert sum(part.amount for part in parts) == adjustment.amount
        assert sum(part.taxable for part in parts) == adjustment.taxable


@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_lines_never_changes_the_document_totals(document: Document, random: object) -> None:
    shuffled = list(document.lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before, after = price_document(document), price_document(replace(document, lines=tuple(shuffled)))

    assert before._replace(lines=()) == after._replace(lines=())


@given(documents(with_fees=False))
def test_a_discount_of_100_percent_leaves_exactly_nothing(document: Document) -> None:
    undiscounted = price_document(replace(document, adjustments=()))
    free = price_document(replace(document, adjustments=(*document.adjustments, ALL_OFF)))

    if undiscounted.lines_total >= 0:
        assert free.total == 0
        if not any(one.line_keys or one.tax for one in document.adjustments):
            assert [(group.taxable, group.tax) for group in free.taxes] == [(0, 0)] * len(free.taxes)


@given(documents(with_fees=False))
def test_no_discount_takes_the_total_below_zero(document: Document) -> None:
    undiscounted = price_document(replace(document, adjustments=()))
    totals = price_document(document)

    assert totals.total >= min(0, undiscounted.total)
    assert totals.lines_total + sum(one.amount for one in totals.adjustments) >= min(0, totals.lines_total)


@given(documents(with_fees=False))
def test_discounts_never_raise_and_fees_never_lower(document: Document) -> None:
    for one in price_document(document).adjustments:
        assert one.amount <= 0 if one.kind is not AdjustmentKind.FEE else one.amount >= 0


@given(documents(), st.integers(0, 250_000), st.integers(0, 1_000), st.one_of(st.none(), taxes))
def test_a_transaction_fee_leaves_the_target_and_one_minor_unit_less_would_not(
    document: Document, rate: int, fixed: int, tax: TaxRate | None
) -> None:
    others = tuple(one for one in document.adjustments if one.method is not AdjustmentMethod.TRANSACTION)
    card = Adjustment("card", AdjustmentKind.FEE, AdjustmentMethod.TRANSACTION, rate=rate, amount=fixed, tax=tax)
    target = price_document(replace(document, adjustments=others))
    totals = price_document(replace(document, adjustments=(*others, card)))
    fee = totals.adjustments[-1].amount

    if target.total <= 0:
        assert fee == 0
        return
    assert _kept(replace(document, adjustments=others), card, fee) >= 0
    assert fee == 0 or _kept(replace(document, adjustments=others), card, fee - 1) < 0
    assert totals.total - processor_fee(totals.total, card) >= totals.total - fee


def _kept(document: Document, card: Adjustment, fee: int) -> int:
    """What a fee of this size, less its own tax, leaves after the processor took its part of the whole charge."""
    flat = replace(card, method=AdjustmentMethod.FIXED, rate=0, amount=fee)
    totals = price_document(replace(document, adjustments=(*document.adjustments, flat)))
    own = [part for part in totals.allocations if part.key == card.key]
    untaxed = sum(without_tax(part.amount, part.tax) for part in own) if document.prices_include_tax else fee
    return untaxed - processor_fee(totals.total, card)


@given(documents(prices_include_tax=True))
def test_prices_that_include_tax_keep_the_promised_gross(document: Document) -> None:
    totals = price_document(document)
    promised = sum(line.gross - line.discount + line.charge for line in totals.lines)

    assert totals.lines_total == promised
    assert totals.total == promised + sum(one.amount for one in totals.adjustments)
    if document.rounding is TaxRounding.LINE:
        assert totals.rounding == 0
    if document.rounding is TaxRounding.KEEP_GROSS and not _has_parts(document):
        assert abs(totals.rounding) <= len(totals.taxes)


@given(documents(prices_include_tax=False))
def test_prices_without_tax_need_no_rounding_amount(document: Document) -> None:
    totals = price_document(document)

    assert totals.rounding == 0
    assert [line.taxable for line in totals.lines] == [line.net for line in totals.lines]
    assert [one.taxable for one in totals.adjustments] == [one.amount for one in totals.adjustments]


@given(documents(favourable=False, with_fees=False, prices_include_tax=False))
def test_each_share_of_a_discount_lies_within_one_minor_unit_of_its_exact_value(document: Document) -> None:
    percentage = Adjustment("only", AdjustmentKind.DISCOUNT, AdjustmentMethod.PERCENT, rate=123_400)
    totals = price_document(replace(document, adjustments=(percentage,)))
    discount = totals.adjustments[0].amount
    by_group: dict[TaxRate, int] = {}
    for line, amount in zip(document.lines, totals.lines, strict=True):
        by_group[line.tax] = by_group.get(line.tax, 0) + amount.net

    for part in totals.allocations:
        assert abs(part.amount - Fraction(discount * by_group[part.tax], totals.subtotal)) < 1


def _taxes_of(document: Document) -> set[TaxRate]:
    return {line.tax for line in document.lines} | {one.tax for one in document.adjustments if one.tax}


def _has_parts(document: Document) -> bool:
    return any(tax.parts for tax in _taxes_of(document))
