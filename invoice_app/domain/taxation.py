"""The tax of a document's groups where prices exclude it: for the totals and every "what if" before them."""

from collections.abc import Sequence

from invoice_app.domain.ledger import Ledger
from invoice_app.domain.tax import TaxRate, TaxRounding, tax_on


def tax_lines(ledger: Ledger) -> list[int]:
    """Rounding by line: each group's tax as the sum over its lines, after their discounts."""
    assert ledger.by_line is not None, "tax by line needs lines tracked"
    return ledger.sum_by_group([tax_on(left, line.tax) for line, left in zip(ledger.lines, ledger.by_line, strict=True)])


def tax_groups(
    groups: Sequence[TaxRate],
    discounted: Sequence[int],
    line_taxes: Sequence[int] | None,
    fees: Sequence[Sequence[int]],
) -> list[int]:
    """Tax by group after discounts and `fees` (one row of shares a fee).

    With `line_taxes`, every fee share is rounded on its own.
    """
    if line_taxes is None:
        return [tax_on(amount, tax) for amount, tax in zip(add_fees(discounted, fees), groups, strict=True)]
    return [tax + sum(tax_on(shares[place], groups[place]) for shares in fees) for place, tax in enumerate(line_taxes)]


def add_fees(discounted: Sequence[int], fees: Sequence[Sequence[int]]) -> Sequence[int]:
    """Each group's amount with its shares of the fees."""
    return [sum(column) for column in zip(discounted, *fees, strict=True)] if fees else discounted


def total_with_tax(ledger: Ledger, rounding: TaxRounding) -> int:
    """What the document would come to if it ended here, before fees."""
    line_taxes = tax_lines(ledger) if rounding is TaxRounding.LINE else None
    return sum(ledger.running) + sum(tax_groups(ledger.groups, ledger.running, line_taxes, ()))
