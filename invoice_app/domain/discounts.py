"""Coupons and discounts (money.md 3).

Those on single lines first, then those on the whole document, in stored order, each on what is left.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from invoice_app.domain.adjustments import Adjustment, AdjustmentBase, AdjustmentMethod
from invoice_app.domain.ledger import Ledger
from invoice_app.domain.money import WHOLE, allocate, round_half_away
from invoice_app.domain.tax import TaxRounding, exact_rate
from invoice_app.domain.taxation import total_with_tax


class Applied(NamedTuple):
    """An adjustment at work; all sizes, none signed.

    `base` is what its rate was taken of, `exact` (numerator, denominator) what the rule comes to, `asked` the same
    rounded, `amount` what it could take. `shares` splits `amount` over the ledger's groups in proportion to `weights`,
    `by_line` over its lines where they are tracked.
    """

    adjustment: Adjustment
    base: int
    exact: tuple[int, int]
    asked: int
    amount: int
    weights: Sequence[int]
    shares: list[int]
    by_line: list[int] | None


def in_order(adjustments: Iterable[Adjustment]) -> list[Adjustment]:
    """Discounts in the order they are taken: those on single lines first, otherwise as stored."""
    return sorted((one for one in adjustments if one.is_discount), key=lambda one: not one.line_keys)


def take_discount(ledger: Ledger, discount: Adjustment, rounding: TaxRounding, *, prices_include_tax: bool) -> Applied:
    """Take one discount off the ledger. It is rounded once and never takes its lines or the total below zero.

    On nothing, or on a balance in the customer's favour, a discount is zero.
    """
    weights = list(ledger.running_of(discount.line_keys, discount.tax))
    left = sum(weights)
    base = sum(ledger.opening_of(discount.line_keys, discount.tax)) if discount.base is AdjustmentBase.SUBTOTAL else left
    if discount.method is AdjustmentMethod.PERCENT:
        exact = (max(base, 0) * discount.rate, WHOLE)
    elif discount.base is AdjustmentBase.GROSS and not prices_include_tax:
        exact = _untaxed_part(discount.amount, weights, ledger)
    else:
        exact = (discount.amount, 1)
    asked = round_half_away(*exact)
    amount = max(0, min(asked, left, sum(ledger.running)))
    if not prices_include_tax and weights and min(ledger.running) < 0:
        amount, shares = _share_beside_credits(ledger, discount, weights, amount, rounding)
    else:
        shares = allocate(amount, weights) if amount else [0] * len(weights)
    by_line = ledger.take(shares, discount.line_keys)
    return Applied(discount, base, exact, asked, amount, weights, shares, by_line)


def _untaxed_part(amount: int, weights: Sequence[int], ledger: Ledger) -> tuple[int, int]:
    """The discount before tax that lowers the total with tax by `amount`, in proportion over the groups."""
    gross = sum(weight * (1 + exact_rate(tax)) for weight, tax in zip(weights, ledger.groups, strict=True))
    if gross <= 0:
        return 0, 1
    return (amount * sum(weights) / gross).as_integer_ratio()


def _share_beside_credits(
    ledger: Ledger, discount: Adjustment, weights: list[int], wanted: int, rounding: TaxRounding
) -> tuple[int, list[int]]:
    """Share a discount out where lines are in the customer's favour, so that net and tax pass zero at different points.

    It goes as far as the total with tax allows. And where nets cancel out but their taxes do not, everything off still
    takes every group as it stands, or tax would remain on a document that costs nothing.
    """

    def total_after(shares: list[int]) -> int:
        trial = ledger.copy()
        trial.take(shares, discount.line_keys)
        return total_with_tax(trial, rounding)

    nothing = [0] * len(weights)
    before = total_after(nothing)
    if not wanted:
        everything_off = discount.method is AdjustmentMethod.PERCENT and discount.rate == WHOLE
        cancels_out = weights == ledger.running and not sum(weights) and before > 0
        return 0, weights if everything_off and cancels_out else nothing
    low, high = 0, wanted
    while low < high:
        middle = (low + high + 1) // 2 if high < wanted else high
        if total_after(allocate(middle, weights)) < min(0, before):
            high = middle - 1
        else:
            low = middle
    return low, allocate(low, weights)
