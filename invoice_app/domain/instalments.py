"""Splitting a total into instalments: fixed amounts first, then percentages of what remains (D32, money.md 12)."""

from collections.abc import Sequence

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.money import WHOLE, allocate


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
