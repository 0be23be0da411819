"""Crediting an issued invoice, whole or in parts, so that any split ends at exactly zero for each tax rate.

A credit is never priced anew: it takes a share of what was printed, and the last part takes what is left
(money.md 12). Minor units.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from invoice_app.domain.errors import CreditExceedsInvoice
from invoice_app.domain.money import allocate, round_half_away
from invoice_app.domain.totals import TaxGroup, Totals


@dataclass(frozen=True, slots=True)
class Creditable:
    """Printed money that can be credited: tax groups and the rounding BT-114.

    Stands for what an invoice came to, for what is left of it, and for one credit.
    """

    groups: tuple[TaxGroup, ...]
    rounding: int = 0

    @property
    def total(self) -> int:
        """Taxable, tax and rounding together."""
        return sum(group.taxable + group.tax for group in self.groups) + self.rounding

    @property
    def is_empty(self) -> bool:
        """Whether every figure is zero."""
        return not self.rounding and not any(group.taxable or group.tax for group in self.groups)


def creditable_of(totals: Totals) -> Creditable:
    """An invoice nothing has been credited of yet."""
    return Creditable(totals.taxes, totals.rounding)


def left_to_credit(invoiced: Creditable, earlier: Iterable[Creditable]) -> Creditable:
    """What remains of an invoice after earlier credits."""
    remaining = invoiced
    for credit in earlier:
        remaining = _subtract(remaining, credit)
    return remaining


def credit_amount(remaining: Creditable, amount: int) -> Creditable:
    """Credit `amount` (with tax), spread over the tax groups as they stand.

    Raises CreditExceedsInvoice for nothing, for more than is left, and for anything of an invoice that has nothing left.
    """
    whole = remaining.total
    if not 0 < amount <= whole:
        raise CreditExceedsInvoice(amount, whole)
    if amount == whole:
        return remaining
    weights = [group.taxable + group.tax for group in remaining.groups] + [remaining.rounding]
    *shares, rounding = allocate(amount, weights)
    return Creditable(tuple(_part_of(group, share) for group, share in zip(remaining.groups, shares, strict=True)), rounding)


def credit_taxables(remaining: Creditable, wanted: Mapping[int, int]) -> Creditable:
    """Credit amounts before tax, by position of the tax group; a group credited to its end takes the tax that is left.

    For crediting single lines. Raises CreditExceedsInvoice if a group has not that much left.
    """
    parts = []
    for place, group in enumerate(remaining.groups):
        taxable = wanted.get(place, 0)
        if abs(taxable) > abs(group.taxable) or taxable * group.taxable < 0:
            raise CreditExceedsInvoice(taxable, group.taxable)
        tax = round_half_away(group.tax * abs(taxable), abs(group.taxable)) if taxable else 0
        parts.append(_shrink(group, taxable, tax))
    finished = all(part.taxable == group.taxable for part, group in zip(parts, remaining.groups, strict=True))
    return remaining if finished else Creditable(tuple(parts))


def _part_of(group: TaxGroup, share: int) -> TaxGroup:
    """`share` of a group's taxable and tax together, split in the proportion in which they were printed."""
    whole = group.taxable + group.tax
    if whole == 0:
        return _shrink(group, share, 0)
    sign = -1 if whole < 0 else 1
    tax = round_half_away(sign * share * group.tax, sign * whole)
    return _shrink(group, share - tax, tax)


def _shrink(group: TaxGroup, taxable: int, tax: int) -> TaxGroup:
    parts = group.parts
    if parts:
        amounts = allocate(tax, [amount for _, amount in parts])
        parts = tuple((name, amount) for (name, _), amount in zip(parts, amounts, strict=True))
    return TaxGroup(group.category, group.rate, taxable, tax, parts)


def _subtract(remaining: Creditable, credit: Creditable) -> Creditable:
    groups = []
    for left, gone in zip(remaining.groups, credit.groups, strict=True):
        parts = tuple((name, amount - taken) for (name, amount), (_, taken) in zip(left.parts, gone.parts, strict=True))
        groups.append(TaxGroup(left.category, left.rate, left.taxable - gone.taxable, left.tax - gone.tax, parts))
    return Creditable(tuple(groups), remaining.rounding - credit.rounding)
