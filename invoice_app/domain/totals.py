"""Pricing a document: the one calculation behind editor, page, PDF, e-mail, CSV and XML (invariant 2).

Printed rows (`LineAmount.net`, `AdjustmentAmount.amount`) stand in the price basis, that is as the customer
was quoted. The EN 16931 figures (`subtotal` to `tax_total`, `taxable` of a row) never include tax. Where
prices exclude tax the two are the same. Where prices include it, the printed rows sum to `total`, and cents
that no pair of net and tax can reach stand in `rounding`, so the customer pays what was promised in every
rounding mode (money.md 8).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from invoice_app.domain.adjustments import Adjustment, AdjustmentKind
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.lines import Line
from invoice_app.domain.money import allocate, round_half_away
from invoice_app.domain.tax import TaxCategory, TaxRate, TaxRounding, tax_by_part
from invoice_app.domain.worksheet import Worksheet, fill_worksheet


@dataclass(frozen=True, slots=True)
class Document:
    """Everything a total depends on, and nothing else.

    Raises ValidationFailed if two lines or two adjustments share a key.
    """

    currency: str
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...] = ()
    prices_include_tax: bool = False
    rounding: TaxRounding = TaxRounding.SUM_BY_NET

    def __post_init__(self) -> None:
        if len({line.key for line in self.lines}) != len(self.lines):
            raise ValidationFailed("Two lines have the same key.", "lines")
        if len({adjustment.key for adjustment in self.adjustments}) != len(self.adjustments):
            raise ValidationFailed("Two adjustments have the same key.", "adjustments")


class LineAmount(NamedTuple):
    """A line in minor units, price basis: net = gross − discount + charge.

    `taxable` is BT-131, the net without tax.
    """

    key: str
    gross: int
    discount: int
    charge: int
    net: int
    taxable: int


class AdjustmentAmount(NamedTuple):
    """A coupon, discount (negative) or fee (positive) in minor units, price basis; `taxable` is it without tax.

    `base` is what its rate was taken of and `asked` what the rule came to before it was limited (both
    unsigned).
    """

    key: str
    kind: AdjustmentKind
    amount: int
    taxable: int
    base: int
    asked: int


class Allocation(NamedTuple):
    """The part of one adjustment that falls into one tax group:

    BG-20 (discounts, negative) or BG-21 (fees). Never zero.
    """

    key: str
    kind: AdjustmentKind
    tax: TaxRate
    amount: int
    taxable: int


class TaxGroup(NamedTuple):
    """BG-23: one (category, rate), its base BT-116 and its tax BT-117 in minor units.

    `parts` names the amounts of a tax that is made of several (GST, QST); otherwise it is empty.
    """

    category: TaxCategory
    rate: int
    taxable: int
    tax: int
    parts: tuple[tuple[str, int], ...] = ()


class Totals(NamedTuple):
    """A priced document; minor units throughout. Adjustments stand in stored order, zero ones included."""

    lines: tuple[LineAmount, ...]
    adjustments: tuple[AdjustmentAmount, ...]
    allocations: tuple[Allocation, ...]
    taxes: tuple[TaxGroup, ...]
    subtotal: int
    """BT-106 = Σ BT-131 (BR-CO-10)."""
    allowances: int
    """BT-107, discounts without tax (BR-CO-11)."""
    charges: int
    """BT-108, fees without tax (BR-CO-12)."""
    taxable_total: int
    """BT-109 = BT-106 − BT-107 + BT-108 (BR-CO-13)."""
    tax_total: int
    """BT-110 = Σ BT-117 (BR-CO-14)."""
    rounding: int
    """BT-114."""
    total: int
    """BT-112 + BT-114: what is to be paid, before payments."""
    prices_include_tax: bool

    @property
    def total_with_tax(self) -> int:
        """BT-112 = BT-109 + BT-110 (BR-CO-15), before rounding."""
        return self.taxable_total + self.tax_total

    @property
    def lines_total(self) -> int:
        """Σ printed lines, price basis: what stands above the adjustments where prices include tax."""
        return sum(line.net for line in self.lines)


def price_document(document: Document) -> Totals:
    """Price a document.

    Pure: the same document always gives the same totals, in whatever order its lines stand. Raises ValidationFailed
    for a currency that is none.
    """
    return total_up(document, price_rows(document))


def price_rows(document: Document) -> Worksheet:
    """The calculation itself, with everything an explanation needs."""
    return fill_worksheet(
        document.currency,
        document.lines,
        document.adjustments,
        document.rounding,
        prices_include_tax=document.prices_include_tax,
    )


def total_up(document: Document, sheet: Worksheet) -> Totals:
    """Arrange a filled worksheet as Totals."""
    lines = tuple(
        [
            LineAmount(line.key, gross, discount, line.charge, net, taxable)
            for line, (gross, discount, net), taxable in zip(
                document.lines, sheet.ledger.prices, sheet.line_taxables, strict=True
            )
        ]
    )
    adjustments, allocations = _arrange_adjustments(document.adjustments, sheet)
    taxes = tuple([_tax_group(sheet, place) for place in sheet.used_groups()])
    subtotal = sum(sheet.line_taxables)
    allowances = -sum([one.taxable for one in adjustments if one.kind is not AdjustmentKind.FEE])
    charges = sum([one.taxable for one in adjustments if one.kind is AdjustmentKind.FEE])
    tax_total = sum(sheet.taxes)
    return Totals(
        lines=lines,
        adjustments=adjustments,
        allocations=allocations,
        taxes=taxes,
        subtotal=subtotal,
        allowances=allowances,
        charges=charges,
        taxable_total=subtotal - allowances + charges,
        tax_total=tax_total,
        rounding=sheet.rounding,
        total=subtotal - allowances + charges + tax_total + sheet.rounding,
        prices_include_tax=document.prices_include_tax,
    )


def cash_round(amount: int, step: int) -> int:
    """`amount` rounded to the smallest coin, halves away from zero; currencies.CASH_STEPS knows the coins."""
    return round_half_away(amount, step) * step


def round_for_cash(totals: Totals, step: int) -> Totals:
    """The totals as paid in coins: only BT-114 and the total to pay move (money.md 13)."""
    difference = cash_round(totals.total, step) - totals.total
    return totals._replace(rounding=totals.rounding + difference, total=totals.total + difference)


def _arrange_adjustments(
    stored: Sequence[Adjustment], sheet: Worksheet
) -> tuple[tuple[AdjustmentAmount, ...], tuple[Allocation, ...]]:
    if not stored:
        return (), ()
    rows = {one.adjustment.key: (one, taxables) for one, taxables in zip(sheet.applied, sheet.applied_taxables, strict=True)}
    amounts, allocations = [], []
    for adjustment in stored:
        key, kind = adjustment.key, adjustment.kind
        applied, taxables = rows[key]
        sign = -1 if adjustment.is_discount else 1
        amounts.append(AdjustmentAmount(key, kind, sign * applied.amount, sign * sum(taxables), applied.base, applied.asked))
        for tax, share, taxable in zip(sheet.ledger.groups, applied.shares, taxables, strict=True):
            if share or taxable:
                allocations.append(Allocation(key, kind, tax, sign * share, sign * taxable))
    return tuple(amounts), tuple(allocations)


def _tax_group(sheet: Worksheet, place: int) -> TaxGroup:
    tax, taxable = sheet.ledger.groups[place], sheet.taxables[place]
    parts: tuple[tuple[str, int], ...] = ()
    if tax.parts:
        names = [part.name for part in tax.parts]
        parts = tuple(zip(names, allocate(sheet.taxes[place], tax_by_part(taxable, tax)), strict=True))
    return TaxGroup(tax.category, tax.rate, taxable, sheet.taxes[place], parts)
