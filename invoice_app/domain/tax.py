"""Taxes as data on a line: an EN 16931 category, a rate, and, outside Europe, the parts the rate is made of.

Rates are ten-thousandths of a percent (20 % is 200_000), amounts are minor units.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.money import WHOLE, round_half_away, take_rate


class TaxCategory(StrEnum):
    """EN 16931 VAT category codes (UNCL 5305).

    Standard, zero rated, exempt, reverse charge, intra-community supply, export, outside the scope of tax.
    """

    S = "S"
    Z = "Z"
    E = "E"
    AE = "AE"
    K = "K"
    G = "G"
    O = "O"  # noqa: E741


class TaxRounding(StrEnum):
    """Where tax is rounded, and what is kept when prices include it (pretix's three modes).

    sum_by_net: once per tax group, on the sum of the rows without tax (the default, BR-CO-17).
    line: on every row by itself; a group's tax is the sum.
    keep_gross: once per group, its net found from the gross. Where prices exclude tax there is no gross to
    keep: as sum_by_net.
    """

    SUM_BY_NET = "sum_by_net"
    LINE = "line"
    KEEP_GROSS = "keep_gross"


@dataclass(frozen=True, slots=True)
class TaxPart:
    """One of several taxes on the same price:

    GST 5 % and QST 9.975 %. A compound part is also levied on the parts before it.
    """

    name: str
    rate: int
    compound: bool = False


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax group's identity: its category and the whole percentage.

    `parts`, if any, are what the rate is made of and are rounded one by one.

    Raises ValidationFailed where a rate does not fit its category (BR-S-05, BR-Z-05, BR-E-05…) or its parts
    do not make it up.
    """

    category: TaxCategory
    rate: int
    parts: tuple[TaxPart, ...] = ()

    def __post_init__(self) -> None:
        if self.category is TaxCategory.S:
            if not 0 < self.rate <= WHOLE:
                raise ValidationFailed("A standard tax rate lies above 0 % and up to 100 %.", "tax", self.rate)
        elif self.rate:
            raise ValidationFailed(f"Tax category {self.category.value} has a rate of 0 %.", "tax", self.rate)
        if self.parts and self.rate != round_half_away(*(exact_rate(self) * WHOLE).as_integer_ratio()):
            raise ValidationFailed("The parts of this tax do not add up to its rate.", "tax", self.rate)

    def __hash__(self) -> int:
        """Cheap, because every line is looked up by it: rates alone tell nearly all groups apart."""
        return self.rate

    def __str__(self) -> str:
        """The key of this group in traces: "S:200000", or "S:149750:GST+QST" for a tax made of parts."""
        key = f"{self.category.value}:{self.rate}"
        return f"{key}:{'+'.join(part.name for part in self.parts)}" if self.parts else key


UNTAXED = TaxRate(TaxCategory.O, 0)
"""Where an amount goes that has no tax of its own and no taxed line to follow."""


def standard_rate(rate: int) -> TaxRate:
    """The plain tax of `rate`: category S, or Z when it is 0 %."""
    return TaxRate(TaxCategory.S if rate else TaxCategory.Z, rate)


def combined_rate(*parts: TaxPart) -> TaxRate:
    """Several taxes on one price; compound ones also tax the parts before them (outside EN 16931)."""
    whole = exact_part_rates(parts)
    return TaxRate(TaxCategory.S, round_half_away(*(sum(whole) * WHOLE).as_integer_ratio()), parts)


def exact_part_rates(parts: tuple[TaxPart, ...]) -> list[Fraction]:
    """Each part as an exact fraction of the untaxed price."""
    exact: list[Fraction] = []
    for part in parts:
        own = Fraction(part.rate, WHOLE)
        exact.append(own * (1 + sum(exact)) if part.compound else own)
    return exact


def exact_rate(tax: TaxRate) -> Fraction:
    """The whole tax as an exact fraction of the untaxed price: 20 % is 1/5."""
    return sum(exact_part_rates(tax.parts), Fraction(0)) if tax.parts else Fraction(tax.rate, WHOLE)


def tax_by_part(taxable: int, tax: TaxRate) -> list[int]:
    """The tax of each part on `taxable`, each rounded; a compound part counts rounded amounts before it."""
    amounts: list[int] = []
    for part in tax.parts:
        amounts.append(take_rate(taxable + sum(amounts) if part.compound else taxable, part.rate))
    return amounts


def tax_on(taxable: int, tax: TaxRate) -> int:
    """The tax on an untaxed amount, rounded half away from zero (BR-CO-17)."""
    if tax.parts:
        return sum(tax_by_part(taxable, tax))
    return round_half_away(taxable * tax.rate, WHOLE)


def without_tax(amount: int, tax: TaxRate) -> int:
    """The untaxed part of an amount that includes `tax`: round(amount ÷ (1 + r)) (money.md 8)."""
    if tax.parts:
        return round_half_away(*(amount / (1 + exact_rate(tax))).as_integer_ratio())
    return round_half_away(amount * WHOLE, WHOLE + tax.rate)
