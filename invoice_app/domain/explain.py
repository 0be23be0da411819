"""Explain this total: for every printed amount, the ordered steps that sum to it.

Nothing is calculated a second time. The worksheet that priced the document is read back, and each step's `rounded` is
the figure that was printed or a part of it. Amounts are minor units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from invoice_app.domain.adjustments import AdjustmentBase, AdjustmentKind, AdjustmentMethod
from invoice_app.domain.discounts import Applied
from invoice_app.domain.lines import Line, LinePrice, asked_discount
from invoice_app.domain.money import MICRO, WHOLE, currency_exponent, format_micro, format_plain, format_rate
from invoice_app.domain.tax import TaxRate, TaxRounding, exact_rate, tax_by_part, tax_on, without_tax
from invoice_app.domain.totals import Document, Totals, price_rows, total_up
from invoice_app.domain.worksheet import Worksheet


class Step(NamedTuple):
    """One step: `rate` (ten-thousandths of a percent) of `base`, exactly `exact`, counted as `rounded`.

    Where the two lie a whole minor unit or more apart, `note` says why.
    """

    label: str
    base: int | None
    rate: int | None
    exact: Fraction
    rounded: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """The priced document and its explanation.

    Keys: "line:<key>", "adjustment:<key>", "taxable:S:200000", "tax:S:200000", "subtotal", "total".
    """

    totals: Totals
    steps: Mapping[str, tuple[Step, ...]]

    def __getitem__(self, key: str) -> tuple[Step, ...]:
        return self.steps[key]


def explain_document(document: Document, names: Mapping[str, str] | None = None) -> Trace:
    """Price a document and keep the way there. Raises what price_document raises.

    `names`: what lines and adjustments are called, by key, for the labels of the steps; otherwise they go by their key.
    """
    sheet = price_rows(document)
    totals = total_up(document, sheet)
    narrator = _Narrator(document, sheet, totals, names or {})
    steps: dict[str, Sequence[Step]] = {}
    for line, price in zip(document.lines, sheet.ledger.prices, strict=True):
        steps[f"line:{line.key}"] = narrator.explain_line(line, price)
    for applied in sheet.applied:
        steps[f"adjustment:{applied.adjustment.key}"] = narrator.explain_adjustment(applied)
    for place in sheet.used_groups():
        steps[f"taxable:{sheet.ledger.groups[place]}"] = narrator.explain_taxable(place)
        steps[f"tax:{sheet.ledger.groups[place]}"] = narrator.explain_tax(place)
    steps["subtotal"] = narrator.explain_subtotal()
    steps["total"] = narrator.explain_total()
    return Trace(totals, {key: tuple(value) for key, value in steps.items()})


_KIND_WORDS = {AdjustmentKind.COUPON: "Coupon", AdjustmentKind.DISCOUNT: "Discount", AdjustmentKind.FEE: "Fee"}
_BASE_WORDS = {
    AdjustmentBase.SUBTOTAL: "the subtotal",
    AdjustmentBase.AFTER_DISCOUNTS: "what is left after discounts",
    AdjustmentBase.GROSS: "the total with tax",
}


class _Narrator:
    """Puts one worksheet into words."""

    def __init__(self, document: Document, sheet: Worksheet, totals: Totals, names: Mapping[str, str]) -> None:
        self.document = document
        self.sheet = sheet
        self.totals = totals
        self.names = names
        self.scale = 10 ** currency_exponent(document.currency)

    def explain_line(self, line: Line, price: LinePrice) -> list[Step]:
        label = f"{format_micro(line.quantity)} × {format_micro(line.unit_price)}"
        if line.base_quantity != MICRO:
            label += f" ÷ {format_micro(line.base_quantity)}"
        exact = Fraction(line.quantity * line.unit_price * self.scale, MICRO * line.base_quantity)
        steps = [Step(label, None, None, exact, price.gross)]
        by_rate, fixed = asked_discount(line, price.gross)
        fixed = fixed if price.gross >= 0 else -fixed
        if line.discount_rate:
            exact = -Fraction(price.gross * line.discount_rate, WHOLE)
            label = f"Discount {format_rate(line.discount_rate)} %"
            steps.append(Step(label, price.gross, line.discount_rate, exact, -by_rate))
        if line.discount_amount:
            steps.append(_counted("Discount", -fixed))
        if price.discount != by_rate + fixed:
            back = by_rate + fixed - price.discount
            steps.append(_counted("Limit", back, "A discount takes a line down to zero at most."))
        if line.charge:
            steps.append(_counted("Charge", line.charge))
        return steps

    def explain_adjustment(self, applied: Applied) -> list[Step]:
        rule = applied.adjustment
        sign = -1 if rule.is_discount else 1
        has_rate = rule.method is not AdjustmentMethod.FIXED
        exact = sign * Fraction(*applied.exact)
        note = self._name_shares(applied, sign)
        base, rate = (applied.base, rule.rate) if has_rate else (None, None)
        steps = [Step(self._name_rule(applied), base, rate, exact, sign * applied.asked, note)]
        if applied.asked > applied.amount:
            back = -sign * (applied.asked - applied.amount)
            steps.append(_counted("Limit", back, "A discount takes the total down to zero at most."))
        elif applied.asked < applied.amount:
            label, note = "Rounding up", "So that nothing is missing."
            if self.document.prices_include_tax:
                label, note = "Tax in the fee", "Prices include tax, and so does the fee."
            steps.append(_counted(label, applied.amount - applied.asked, note))
        return steps

    def explain_taxable(self, place: int) -> list[Step]:
        sheet, tax = self.sheet, self.sheet.ledger.groups[place]
        steps = []
        for index, line in enumerate(self.document.lines):
            if sheet.ledger.places[index] == place:
                steps.append(self._untax(self._name_line(line.key), sheet.ledger.prices[index].net, index, tax))
        for applied, taxables in zip(sheet.applied, sheet.applied_taxables, strict=True):
            share, taxable = applied.shares[place], taxables[place]
            if not share and not taxable:
                continue
            sign = -1 if applied.adjustment.is_discount else 1
            label = self._name_adjustment(applied.adjustment.kind, applied.adjustment.key)
            if self.document.prices_include_tax:
                exact = sign * share / (1 + exact_rate(tax))
                steps.append(_noted(Step(label, sign * share, tax.rate, exact, sign * taxable)))
            else:
                whole = sum(applied.weights)
                exact = sign * (Fraction(applied.amount * applied.weights[place], whole) if whole else Fraction(share))
                steps.append(Step(label, sign * applied.amount, None, exact, sign * taxable))
        return steps

    def explain_tax(self, place: int) -> list[Step]:
        tax, taxable = self.sheet.ledger.groups[place], self.sheet.taxables[place]
        if self.sheet.tax_rounding is TaxRounding.LINE:
            return self._explain_tax_by_line(place)
        if tax.parts:
            return self._explain_parts(tax, taxable)
        exact = Fraction(taxable * tax.rate, WHOLE)
        return [Step(self._name_tax(tax), taxable, tax.rate, exact, tax_on(taxable, tax))]

    def explain_subtotal(self) -> list[Step]:
        lines = zip(self.document.lines, self.sheet.ledger.prices, strict=True)
        return [self._untax(self._name_line(line.key), price.net, index, line.tax) for index, (line, price) in enumerate(lines)]

    def explain_total(self) -> list[Step]:
        totals = self.totals
        if totals.prices_include_tax:
            tax = format_plain(totals.tax_total, self.document.currency)
            steps = [_counted("Lines, tax included", totals.lines_total, f"The total includes {tax} tax.")]
            for one in totals.adjustments:
                steps.append(_counted(self._name_adjustment(one.kind, one.key), one.amount))
            return steps
        steps = [_counted("Subtotal", totals.subtotal)]
        if totals.allowances:
            steps.append(_counted("Discounts", -totals.allowances))
        if totals.charges:
            steps.append(_counted("Fees", totals.charges))
        for place in self.sheet.used_groups():
            steps.append(_counted(self._name_tax(self.sheet.ledger.groups[place]), self.sheet.taxes[place]))
        return steps

    def _explain_tax_by_line(self, place: int) -> list[Step]:
        ledger, tax = self.sheet.ledger, self.sheet.ledger.groups[place]
        assert ledger.by_line is not None, "tax by line needs lines tracked"
        bases = [
            (self._name_line(line.key), amount)
            for line, amount, at in zip(ledger.lines, ledger.by_line, ledger.places, strict=True)
            if at == place
        ]
        fees = [one for one in self.sheet.applied if not one.adjustment.is_discount and one.shares[place]]
        bases += [(self._name_adjustment(AdjustmentKind.FEE, fee.adjustment.key), fee.shares[place]) for fee in fees]
        steps = []
        for label, base in bases:
            if self.document.prices_include_tax:
                exact, rounded = base - base / (1 + exact_rate(tax)), base - without_tax(base, tax)
            else:
                exact, rounded = base * exact_rate(tax), tax_on(base, tax)
            steps.append(_noted(Step(f"{self._name_tax(tax)}: {label}", base, tax.rate, exact, rounded)))
        return steps

    def _explain_parts(self, tax: TaxRate, taxable: int) -> list[Step]:
        steps, before = [], 0
        for part, amount in zip(tax.parts, tax_by_part(taxable, tax), strict=True):
            base = taxable + before if part.compound else taxable
            label = f"{part.name} {format_rate(part.rate)} %"
            steps.append(Step(label, base, part.rate, Fraction(base * part.rate, WHOLE), amount))
            before += amount
        return steps

    def _untax(self, label: str, net: int, index: int, tax: TaxRate) -> Step:
        if not self.document.prices_include_tax:
            return _counted(label, net)
        return Step(label, net, tax.rate, net / (1 + exact_rate(tax)), self.sheet.line_taxables[index])

    def _name_line(self, key: str) -> str:
        return self.names.get(key) or f"Line {key}"

    def _name_adjustment(self, kind: AdjustmentKind, key: str) -> str:
        return self.names.get(key) or f"{_KIND_WORDS[kind]} {key}"

    def _name_rule(self, applied: Applied) -> str:
        rule = applied.adjustment
        kind = _KIND_WORDS[rule.kind]
        if rule.method is AdjustmentMethod.TRANSACTION:
            fixed = format_plain(rule.amount, self.document.currency)
            return f"{kind} {format_rate(rule.rate)} % + {fixed} of the whole charge"
        if rule.method is AdjustmentMethod.PERCENT:
            scope = "the chosen lines" if rule.line_keys else _BASE_WORDS[rule.base]
            return f"{kind} {format_rate(rule.rate)} % of {scope}"
        return kind

    def _name_shares(self, applied: Applied, sign: int) -> str:
        parts = [
            f"{format_plain(sign * share, self.document.currency)} at {format_rate(tax.rate)} % tax"
            for tax, share in zip(self.sheet.ledger.groups, applied.shares, strict=True)
            if share
        ]
        return "Of this " + ", ".join(parts) + "." if len(parts) > 1 else ""

    def _name_tax(self, tax: TaxRate) -> str:
        return f"Tax {format_rate(tax.rate)} %"


def _counted(label: str, amount: int, note: str = "") -> Step:
    return Step(label, None, None, Fraction(amount), amount, note)


def _noted(step: Step) -> Step:
    """Says why, where a sum of rounded lines strays from the rounded sum."""
    if abs(step.exact - step.rounded) < 1:
        return step
    return step._replace(note="The sum of amounts that were rounded one by one.")
