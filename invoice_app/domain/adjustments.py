"""Coupons, discounts and fees on a document: the rule that was agreed, not yet the amount it comes to."""

from dataclasses import dataclass
from enum import StrEnum

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.money import WHOLE
from invoice_app.domain.tax import TaxRate


class AdjustmentKind(StrEnum):
    """The three things + Add item offers (A13)."""

    COUPON = "coupon"
    DISCOUNT = "discount"
    FEE = "fee"


class AdjustmentMethod(StrEnum):
    """How the amount is found: a percentage, a fixed amount, or what a card processor takes, passed on."""

    PERCENT = "percent"
    FIXED = "fixed"
    TRANSACTION = "transaction"


class AdjustmentBase(StrEnum):
    """What a percentage is taken of.

    subtotal: the lines as they stand, before any discount. after_discounts: what is left after the discounts
    so far (for a fee: after all). gross: the same with tax. A percentage discount of the gross takes equal
    parts of every tax group, so it comes to the same as after_discounts; a fixed discount of the gross lowers
    the total with tax by its amount.
    """

    SUBTOTAL = "subtotal"
    AFTER_DISCOUNTS = "after_discounts"
    GROSS = "gross"


HIGHEST_TRANSACTION_RATE = WHOLE // 4
"""25 %: far above any processor, low enough for the gross-up to converge whatever the tax."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One coupon, discount or fee.

    `rate`: ten-thousandths of a percent; `amount`: minor units, in the document's price basis. TRANSACTION uses both:
    the processor takes `rate` of the whole charge and `amount` on top (money.md 11). `line_keys` limits it to those
    lines; keys that are gone count for nothing, so a discount on a removed line is zero. `tax` of a fee is the fee's
    own tax; of a discount, the only tax group it lowers. Without it, it spreads over all groups. Raises
    ValidationFailed naming the wrong field.
    """

    key: str
    kind: AdjustmentKind
    method: AdjustmentMethod
    rate: int = 0
    amount: int = 0
    base: AdjustmentBase = AdjustmentBase.AFTER_DISCOUNTS
    line_keys: tuple[str, ...] = ()
    tax: TaxRate | None = None

    def __post_init__(self) -> None:
        if self.rate < 0:
            raise ValidationFailed("A percentage cannot be negative.", "rate", self.rate)
        if self.amount < 0:
            raise ValidationFailed("An amount cannot be negative.", "amount", self.amount)
        if self.is_discount:
            if self.method is AdjustmentMethod.TRANSACTION:
                raise ValidationFailed("Only a fee can pass on what a payment costs.", "method", self.method)
            if self.rate > WHOLE:
                raise ValidationFailed("A discount can be at most 100 %.", "rate", self.rate)
        elif self.method is AdjustmentMethod.TRANSACTION and self.rate > HIGHEST_TRANSACTION_RATE:
            raise ValidationFailed("A transaction fee can be at most 25 %.", "rate", self.rate)
        elif self.rate > 10 * WHOLE:
            raise ValidationFailed("A fee can be at most 1000 %.", "rate", self.rate)

    @property
    def is_discount(self) -> bool:
        """Whether it lowers the total: coupons and discounts do, fees raise it."""
        return self.kind is not AdjustmentKind.FEE
