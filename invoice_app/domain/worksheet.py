"""The calculation: lines, discounts, fees, then tax; kept in full so that it can be explained."""

from collections.abc import Sequence
from dataclasses import dataclass

from invoice_app.domain import discounts, fees
from invoice_app.domain.adjustments import Adjustment
from invoice_app.domain.discounts import Applied
from invoice_app.domain.ledger import Ledger
from invoice_app.domain.lines import Line, price_line
from invoice_app.domain.money import WHOLE, apportion, currency_exponent
from invoice_app.domain.tax import UNTAXED, TaxRounding, exact_rate, tax_on, without_tax
from invoice_app.domain.taxation import add_fees, tax_groups, tax_lines


@dataclass(slots=True)
class Worksheet:
    """All figures of one pricing, in minor units.

    `applied` is in order of application; `taxables` and `taxes` run along `ledger.groups`. `line_taxables` and
    `applied_taxables` are the rows without tax; `rounding` is BT-114.
    """

    ledger: Ledger
    applied: list[Applied]
    tax_rounding: TaxRounding
    line_taxables: Sequence[int]
    applied_taxables: Sequence[Sequence[int]]
    taxables: Sequence[int]
    taxes: Sequence[int]
    rounding: int

    def used_groups(self) -> list[int]:
        """The places of groups that have a line or part of an adjustment in them; a fee of zero opens no group."""
        used = set(self.ledger.places)
        for one in self.applied:
            used.update([place for place, share in enumerate(one.shares) if share])
        return sorted(used)


def fill_worksheet(
    currency: str,
    lines: Sequence[Line],
    adjustments: Sequence[Adjustment],
    rounding: TaxRounding,
    *,
    prices_include_tax: bool,
) -> Worksheet:
    """Run the whole calculation (money.md 2 to 9 and 11)."""
    scale = 10 ** currency_exponent(currency)
    fee_taxes = [one.tax for one in adjustments if one.tax is not None and not one.is_discount]
    if not lines and not fee_taxes and adjustments:
        fee_taxes.append(UNTAXED)
    ledger = Ledger(
        lines,
        [price_line(line, scale) for line in lines],
        fee_taxes,
        track_lines=rounding is TaxRounding.LINE or any(one.line_keys for one in adjustments),
    )
    applied = [
        discounts.take_discount(ledger, discount, rounding, prices_include_tax=prices_include_tax)
        for discount in discounts.in_order(adjustments)
    ]
    by_line = rounding is TaxRounding.LINE and not prices_include_tax
    state = fees.AfterDiscounts(ledger, tax_lines(ledger) if by_line else None, prices_include_tax)
    added: list[Applied] = []
    for fee in fees.in_order(adjustments):
        added.append(fees.add_fee(state, fee, added))
    finish = _finish_inclusive if prices_include_tax else _finish_exclusive
    return finish(state, applied, added, rounding)


def _finish_exclusive(
    state: fees.AfterDiscounts, taken: list[Applied], added: list[Applied], rounding: TaxRounding
) -> Worksheet:
    ledger = state.ledger
    rows = [fee.shares for fee in added]
    applied = taken + added
    return Worksheet(
        ledger=ledger,
        applied=applied,
        tax_rounding=rounding,
        line_taxables=[price.net for price in ledger.prices],
        applied_taxables=[one.shares for one in applied],
        taxables=add_fees(ledger.running, rows),
        taxes=tax_groups(ledger.groups, ledger.running, state.line_taxes, rows),
        rounding=0,
    )


def _finish_inclusive(
    state: fees.AfterDiscounts, taken: list[Applied], added: list[Applied], rounding: TaxRounding
) -> Worksheet:
    """Split the promised gross of every row into net and tax; what the pairs cannot reach becomes BT-114."""
    ledger = state.ledger
    gross = add_fees(ledger.running, [fee.shares for fee in added])
    if rounding is TaxRounding.KEEP_GROSS:
        line_taxables, applied_taxables = _split_group_gross(ledger, taken, added, gross)
    else:
        line_taxables = [without_tax(price.net, line.tax) for line, price in zip(ledger.lines, ledger.prices, strict=True)]
        split = _split_discounts_by_line if rounding is TaxRounding.LINE else _split_discounts_by_group
        applied_taxables = split(ledger, taken, line_taxables) + [_split_row(ledger, fee.shares) for fee in added]
    taxables = _sum_rows(ledger, line_taxables, applied_taxables, len(taken))
    if rounding is TaxRounding.LINE:
        taxes = [amount - taxable for amount, taxable in zip(gross, taxables, strict=True)]
    else:
        taxes = [tax_on(taxable, tax) for taxable, tax in zip(taxables, ledger.groups, strict=True)]
    return Worksheet(
        ledger=ledger,
        applied=taken + added,
        tax_rounding=rounding,
        line_taxables=line_taxables,
        applied_taxables=applied_taxables,
        taxables=taxables,
        taxes=taxes,
        rounding=sum(gross) - sum(taxables) - sum(taxes),
    )


def _split_row(ledger: Ledger, shares: Sequence[int]) -> list[int]:
    return [without_tax(share, tax) for share, tax in zip(shares, ledger.groups, strict=True)]


def _split_discounts_by_group(ledger: Ledger, taken: list[Applied], line_taxables: Sequence[int]) -> list[list[int]]:
    """Split each share by its rate, except that what empties a group takes all of the net that is left."""
    gross_left = list(ledger.opening)
    net_left = ledger.sum_by_group(line_taxables)
    rows = []
    for discount in taken:
        row = _split_row(ledger, discount.shares)
        for place, share in enumerate(discount.shares):
            if share and share == gross_left[place]:
                row[place] = net_left[place]
            gross_left[place] -= share
            net_left[place] -= row[place]
        rows.append(row)
    return rows


def _split_discounts_by_line(ledger: Ledger, taken: list[Applied], line_taxables: Sequence[int]) -> list[list[int]]:
    """A discount takes off each line what that line's net falls by."""
    gross_left = [price.net for price in ledger.prices]
    net_left = list(line_taxables)
    rows = []
    for discount in taken:
        row = [0] * len(ledger.groups)
        for index, part in enumerate(discount.by_line or ()):
            tax = ledger.lines[index].tax
            gross_left[index] -= part
            after = without_tax(gross_left[index], tax)
            row[ledger.places[index]] += net_left[index] - after
            net_left[index] = after
        rows.append(row)
    return rows


def _split_group_gross(
    ledger: Ledger, taken: list[Applied], added: list[Applied], gross: Sequence[int]
) -> tuple[list[int], list[list[int]]]:
    """Find each group's net from its gross, then share the net out over its rows (pretix keep_gross)."""
    line_taxables = [0] * len(ledger.lines)
    applied_taxables = [[0] * len(ledger.groups) for _ in range(len(taken) + len(added))]
    lines_of: list[list[int]] = [[] for _ in ledger.groups]
    for index, place in enumerate(ledger.places):
        lines_of[place].append(index)
    for place, tax in enumerate(ledger.groups):
        exact = WHOLE / (1 + exact_rate(tax))
        rows = [ledger.prices[index].net for index in lines_of[place]]
        rows += [-one.shares[place] for one in taken] + [one.shares[place] for one in added]
        nets = apportion(without_tax(gross[place], tax), [row * exact.numerator for row in rows], exact.denominator * WHOLE)
        for index, net in zip(lines_of[place], nets, strict=False):
            line_taxables[index] = net
        for position, net in enumerate(nets[len(lines_of[place]) :]):
            applied_taxables[position][place] = -net if position < len(taken) else net
    return line_taxables, applied_taxables


def _sum_rows(
    ledger: Ledger,
    line_taxables: Sequence[int],
    applied_taxables: Sequence[Sequence[int]],
    discount_count: int,
) -> list[int]:
    taxables = ledger.sum_by_group(line_taxables)
    for position, row in enumerate(applied_taxables):
        sign = -1 if position < discount_count else 1
        for place, taxable in enumerate(row):
            taxables[place] += sign * taxable
    return taxables
