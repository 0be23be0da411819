"""One line of an invoice and its amount.

gross = round(quantity × unit price ÷ base quantity), net = gross − discount + charge.
"""

from dataclasses import dataclass
from typing import NamedTuple

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.money import LARGEST_AMOUNT, MICRO, WHOLE, round_half_away, take_rate
from invoice_app.domain.tax import TaxRate


@dataclass(frozen=True, slots=True)
class Line:
    """What is sold. `quantity`, `base_quantity`: millionths; `unit_price`: millionths of the major unit;
    `discount_rate`: ten-thousandths of a percent; `discount_amount`, `charge`: minor units. `key` is unique
    in the document and stable across edits.

    A line in the customer's favour has a negative quantity or price. Raises ValidationFailed naming the wrong
    field.
    """

    key: str
    quantity: int
    unit_price: int
    tax: TaxRate
    discount_rate: int = 0
    discount_amount: int = 0
    charge: int = 0
    base_quantity: int = MICRO

    def __post_init__(self) -> None:
        if not 0 <= self.discount_rate <= WHOLE:
            raise ValidationFailed("A line discount lies between 0 % and 100 %.", "discount_rate", self.discount_rate)
        if self.discount_amount < 0:
            raise ValidationFailed("A line discount cannot be negative.", "discount_amount", self.discount_amount)
        if self.base_quantity <= 0:
            raise ValidationFailed("The quantity a price is for must be above zero.", "base_quantity", self.base_quantity)


class LinePrice(NamedTuple):
    """A line's amounts in minor units, in the basis its price was given in (with or without tax)."""

    gross: int
    discount: int
    net: int


def price_line(line: Line, scale: int) -> LinePrice:
    """Price one line (money.md 2, PEPPOL-EN16931-R120). `scale` is 10 to the currency's exponent.

    The discount is rounded, then limited to the line's own gross, so a line never changes sign. Raises ValidationFailed
    for a line too large to be stored.
    """
    gross = round_half_away(line.quantity * line.unit_price * scale, MICRO * line.base_quantity)
    if not -LARGEST_AMOUNT < gross < LARGEST_AMOUNT:
        raise ValidationFailed("The amount of this line is too large.", "unit_price", line.key)
    if line.discount_rate or line.discount_amount:
        by_rate, fixed = asked_discount(line, gross)
        limit = min(abs(by_rate) + fixed, abs(gross))
        discount = limit if gross >= 0 else -limit
    else:
        discount = 0
    return LinePrice(gross, discount, gross - discount + line.charge)


def asked_discount(line: Line, gross: int) -> tuple[int, int]:
    """What the line's percentage and its fixed amount ask for, before they are limited to the gross."""
    return take_rate(gross, line.discount_rate), line.discount_amount


def top_up_to_minimum(spent: int, minimum: int) -> int:
    """The amount of the line that lifts `spent` to the agreed minimum spend; 0 once it is reached (C19)."""
    return max(0, minimum - spent)
