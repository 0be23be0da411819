"""What each line and fee of an invoice is worth after discounts, so that single ones can be credited. Minor units, untaxed."""

from collections.abc import Sequence
from typing import NamedTuple

from invoice_app.domain.adjustments import AdjustmentKind
from invoice_app.domain.money import allocate
from invoice_app.domain.tax import TaxRate
from invoice_app.domain.totals import Allocation, Document, TaxGroup, Totals


class CreditableRow(NamedTuple):
    """A line, or the part of a fee that falls into one tax group: its key, the group's place among the totals', its worth."""

    key: str
    place: int
    taxable: int


def list_creditable_rows(document: Document, totals: Totals) -> tuple[CreditableRow, ...]:
    """Lines in order, then fees: each discount is taken off the lines it was given on, in proportion.

    Discounts on single lines go first, as they did when the document was priced (money.md 3).
    In every tax group the rows sum to the group's taxable amount, so crediting all of them credits the invoice.
    """
    places = {_name_group(group): place for place, group in enumerate(totals.taxes)}
    line_places = [places[_name(line.tax)] for line in document.lines]
    values = [line.taxable for line in totals.lines]
    targets = {adjustment.key: adjustment.line_keys for adjustment in document.adjustments}
    others = []
    for part in sorted(totals.allocations, key=lambda part: not targets[part.key]):
        place = places[_name(part.tax)]
        members = _find_members(document, line_places, place, targets[part.key]) if part.kind is not AdjustmentKind.FEE else []
        if members:
            _spread(part, members, values)
        elif part.taxable:
            others.append(CreditableRow(part.key, place, part.taxable))
    lines = zip(document.lines, line_places, values, strict=True)
    return (*(CreditableRow(line.key, place, value) for line, place, value in lines), *others)


def offset_rows(rows: Sequence[CreditableRow]) -> tuple[CreditableRow, ...]:
    """The same rows, where one that lowers its tax group counts as taken off the others in proportion.

    A line in the customer's favour cannot be credited by itself, nor all others in full beside it. Afterwards every row
    can, and in every tax group the rows sum to what they summed to before.
    """
    settled = [row.taxable for row in rows]
    for place in {row.place for row in rows}:
        members = [index for index, row in enumerate(rows) if row.place == place]
        whole = sum(settled[index] for index in members)
        weights = [settled[index] if settled[index] * whole > 0 else 0 for index in members]
        for index, share in zip(members, allocate(whole, weights), strict=True):
            settled[index] = share
    return tuple(row._replace(taxable=taxable) for row, taxable in zip(rows, settled, strict=True))


def _find_members(document: Document, line_places: Sequence[int], place: int, line_keys: Sequence[str]) -> list[int]:
    return [
        index
        for index, line in enumerate(document.lines)
        if line_places[index] == place and (not line_keys or line.key in line_keys)
    ]


def _spread(part: Allocation, members: Sequence[int], values: list[int]) -> None:
    for index, share in zip(members, allocate(part.taxable, [values[index] for index in members]), strict=True):
        values[index] += share


def _name(tax: TaxRate) -> tuple[str, int, tuple[str, ...]]:
    return tax.category, tax.rate, tuple(part.name for part in tax.parts)


def _name_group(group: TaxGroup) -> tuple[str, int, tuple[str, ...]]:
    return group.category, group.rate, tuple(name for name, _ in group.parts)
