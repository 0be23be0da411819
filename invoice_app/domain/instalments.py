"""Splitting a total into instalments: fixed amounts first, then percentages of what remains (D32, money.md 12)."""

from collections.abc import Sequence

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.money import WHOLE, allocate, round_half_away


def split_instalments(total: int, fixed: Sequence[int], rates: Sequence[int]) -> list[int]:
    """The instalments in minor units, fixed ones first; they sum to `total`. `rates` are ten-thousandths of a percent.

    Raises ValidationFailed (field "schedule") unless the fixed amounts fit into the total and the percentages of
    the rest come to 100 %, that is, unless nothing remains.
    """
    if any(amount <= 0 for amount in fixed) or any(rate <= 0 for rate in rates):
        raise ValidationFailed("Each instalment must be above zero.", "schedule")
    remainder = total - sum(fixed)
    if remainder < 0:
        raise ValidationFailed("The fixed instalments are more than the total.", "schedule", remainder)
    if rates and sum(rates) != WHOLE:
        raise ValidationFailed("The percentages of the remainder must come to 100 %.", "schedule", sum(rates))
    if remainder and not rates:
        raise ValidationFailed("The instalments do not cover the total.", "schedule", remainder)
    return [*fixed, *allocate(remainder, rates)]


def measure_remaining(total: int, fixed: Sequence[int], rates: Sequence[int]) -> int:
    """What no instalment covers yet, in minor units; below zero when they come to more than the total (D32)."""
    rest = total - sum(fixed)
    return rest - round_half_away(rest * sum(rates), WHOLE) if rates else rest


def refit_instalments(total: int, fixed: Sequence[int], rates: Sequence[int]) -> list[int]:
    """The instalments of a schedule agreed for another total, in minor units; they always sum to `total`.

    Percentages share what the fixed ones leave. A total too small cuts the fixed ones from the last; without percentages
    the last one takes what is over.
    """
    amounts, left = [], max(total, 0)
    for amount in fixed:
        amounts.append(min(amount, left))
        left -= amounts[-1]
    if rates:
        return [*amounts, *allocate(left, rates)]
    if amounts:
        amounts[-1] += left
    return amounts


def cover_instalments(amounts: Sequence[int], paid: int) -> list[int]:
    """How much of each instalment is paid, in minor units: money covers the first ones first."""
    covered = []
    for amount in amounts:
        covered.append(min(amount, max(paid, 0)))
        paid -= covered[-1]
    return covered
