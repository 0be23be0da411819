"""Fees: flat, a percentage of a named base, or the gross-up that passes on what a card payment costs.

Money rules 5 and 11. Fees come after all discounts and never feed one another's base, except that a transaction fee
covers everything before it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from invoice_app.domain.adjustments import Adjustment, AdjustmentBase, AdjustmentMethod
from invoice_app.domain.discounts import Applied
from invoice_app.domain.ledger import Ledger
from invoice_app.domain.money import WHOLE, allocate, round_half_away
from invoice_app.domain.tax import tax_on, without_tax
from invoice_app.domain.taxation import tax_groups


class AfterDiscounts(NamedTuple):
    """Where fees start: the discounted ledger, its tax by line if rounded so, the price basis."""

    ledger: Ledger
    line_taxes: list[int] | None
    prices_include_tax: bool

    def total_with(self, fees: Sequence[Sequence[int]]) -> int:
        """The total to pay with these fees (one row of shares by group each)."""
        total = sum(self.ledger.running) + sum(map(sum, fees))
        if self.prices_include_tax:
            return total
        return total + sum(tax_groups(self.ledger.groups, self.ledger.running, self.line_taxes, fees))


def in_order(adjustments: Sequence[Adjustment]) -> list[Adjustment]:
    """Fees in the order they are added: transaction fees last, otherwise as stored."""
    fees = [one for one in adjustments if not one.is_discount]
    return sorted(fees, key=lambda fee: fee.method is AdjustmentMethod.TRANSACTION)


def add_fee(state: AfterDiscounts, fee: Adjustment, earlier: Sequence[Applied]) -> Applied:
    """Work out one fee on top of the earlier ones; its shares by tax group sum to its amount."""
    if fee.method is AdjustmentMethod.TRANSACTION:
        return _gross_up(state, fee, [one.shares for one in earlier])
    base = _base_of(state, fee)
    exact = (fee.amount, 1) if fee.method is AdjustmentMethod.FIXED else (max(base, 0) * fee.rate, WHOLE)
    amount = round_half_away(*exact)
    weights = share_by(state.ledger, fee)
    return Applied(fee, base, exact, amount, amount, weights, allocate(amount, weights), None)


def share_by(ledger: Ledger, fee: Adjustment) -> list[int]:
    """The proportion in which a fee falls into tax groups: its own tax, else what its lines come to after discounts.

    Groups in the customer's favour carry no fee. If discounts left nothing, the lines before discounts count.
    """
    if fee.tax is not None:
        own = ledger.place_of[fee.tax]
        return [int(place == own) for place in range(len(ledger.groups))]
    for amounts in (ledger.running_of(fee.line_keys), ledger.opening_of(fee.line_keys), ledger.opening):
        weights = [max(0, weight) for weight in amounts]
        if any(weights):
            return weights
    return [1] * len(ledger.groups)


def processor_fee(charged: int, fee: Adjustment) -> int:
    """What the processor keeps of a charge: round(charged × rate + fixed), minor units."""
    return round_half_away(charged * fee.rate + fee.amount * WHOLE, WHOLE)


def _base_of(state: AfterDiscounts, fee: Adjustment) -> int:
    ledger = state.ledger
    if fee.base is AdjustmentBase.SUBTOTAL:
        return sum(ledger.opening_of(fee.line_keys))
    amounts = ledger.running_of(fee.line_keys)
    if fee.base is AdjustmentBase.AFTER_DISCOUNTS or state.prices_include_tax:
        return sum(amounts)
    if not fee.line_keys:
        return state.total_with(())
    return sum(amount + tax_on(amount, tax) for amount, tax in zip(amounts, ledger.groups, strict=True))


def _gross_up(state: AfterDiscounts, fee: Adjustment, earlier: list[list[int]]) -> Applied:
    """The smallest fee that, without its own tax, covers what the processor keeps of the whole charge.

    Starting a little below what an untaxed fee would be, it grows by what it falls short until it covers itself: each
    round shrinks the gap, because the processor's rate is far below 100 %. Stepping back guards against the cent that
    spreading over groups can cost.
    """
    ledger, weights = state.ledger, share_by(state.ledger, fee)

    def charge_with(amount: int) -> int:
        return state.total_with([*earlier, allocate(amount, weights)])

    def short_of(amount: int) -> int:
        kept = amount
        if state.prices_include_tax:
            shares = allocate(amount, weights)
            kept = sum(without_tax(share, tax) for share, tax in zip(shares, ledger.groups, strict=True))
        return processor_fee(charge_with(amount), fee) - kept

    amount, before = 0, state.total_with(earlier)
    if before > 0:
        amount = max(0, (before * fee.rate + fee.amount * WHOLE) // (WHOLE - fee.rate) - len(ledger.groups))
        while (short := short_of(amount)) > 0:
            amount += short
        while amount and short_of(amount - 1) <= 0:
            amount -= 1
    charged = charge_with(amount)
    exact = (charged * fee.rate + fee.amount * WHOLE, WHOLE) if amount else (0, 1)
    return Applied(fee, charged, exact, round_half_away(*exact), amount, weights, allocate(amount, weights), None)
