"""Coupon rules and the one check that decides whether a coupon may be used, in words a customer understands.

Checked when applied, when saved and when paid (money.md 4); limits are counted by the caller, under its lock.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from invoice_app.domain.adjustments import Adjustment, AdjustmentKind, AdjustmentMethod
from invoice_app.domain.errors import CouponRefused, ValidationFailed
from invoice_app.domain.money import WHOLE, currency_exponent, format_plain
from invoice_app.domain.terms import format_day

AccountId = int | str
MAX_CODE = 40


class RefusalReason(StrEnum):
    """Why a coupon cannot be used here."""

    INACTIVE = "inactive"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    WRONG_CURRENCY = "wrong_currency"
    WRONG_CUSTOMER = "wrong_customer"
    NO_ELIGIBLE_ITEM = "no_eligible_item"
    BELOW_MINIMUM = "below_minimum"
    LIMIT_REACHED = "limit_reached"
    ALREADY_USED = "already_used"


@dataclass(frozen=True, slots=True)
class Coupon:
    """A reusable rule: `rate` (ten-thousandths of a percent) or `amount` (minor units of `currency`), never both.

    `minimum` is in minor units of `currency` and is tested against the subtotal before document discounts.
    `starts_on` and `ends_on` are both included. Limits of None are no limits. Empty `item_codes` and
    `accounts` mean all items and all customers; `emails` (normalised) widen `accounts`. Raises
    ValidationFailed naming the wrong field.
    """

    code: str
    rate: int = 0
    amount: int = 0
    currency: str = ""
    minimum: int = 0
    starts_on: date | None = None
    ends_on: date | None = None
    total_limit: int | None = None
    customer_limit: int | None = None
    item_codes: frozenset[str] = frozenset()
    accounts: frozenset[AccountId] = frozenset()
    emails: frozenset[str] = frozenset()
    active: bool = True

    def __post_init__(self) -> None:
        if not self.code.strip():
            raise ValidationFailed("Give the coupon a code.", "code", self.code)
        if (self.rate > 0) == (self.amount > 0):
            raise ValidationFailed("A coupon takes off either a percentage or an amount.", "rate", self.rate)
        if not 0 <= self.rate <= WHOLE:
            raise ValidationFailed("A coupon takes off at most 100 %.", "rate", self.rate)
        if self.amount < 0 or self.minimum < 0:
            raise ValidationFailed("An amount cannot be negative.", "amount" if self.amount < 0 else "minimum")
        if self.amount or self.minimum or self.currency:
            currency_exponent(self.currency)
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationFailed("The coupon ends before it starts.", "ends_on", self.ends_on)
        for field, limit in (("total_limit", self.total_limit), ("customer_limit", self.customer_limit)):
            if limit is not None and limit < 1:
                raise ValidationFailed("A limit is at least 1; leave it empty for no limit.", field, limit)


def check_coupon(
    coupon: Coupon,
    *,
    currency: str,
    subtotal: int,
    today: date,
    account_id: AccountId | None,
    email: str | None,
    redeemed_total: int,
    redeemed_by_customer: int,
    item_codes: Collection[str],
) -> None:
    """Let the coupon pass or raise CouponRefused with a reason code and a plain message.

    `subtotal`: minor units before document discounts. `redeemed_by_customer` counts redemptions by this
    account *or* this normalised e-mail; reserved ones count in both figures. `item_codes`: what the
    document's lines sell.
    """
    refusal = (
        _refuse_by_date(coupon, today)
        or _refuse_by_customer(coupon, account_id, email)
        or _refuse_by_document(coupon, currency, subtotal, item_codes)
        or _refuse_by_limit(coupon, redeemed_total, redeemed_by_customer)
    )
    if refusal:
        reason, message = refusal
        raise CouponRefused(reason.value, message, coupon.code)


def to_adjustment(coupon: Coupon, *, key: str, line_keys: tuple[str, ...] = ()) -> Adjustment:
    """The coupon as an adjustment of a document.

    `line_keys`: the eligible lines, for a coupon limited to certain items.
    """
    method = AdjustmentMethod.PERCENT if coupon.rate else AdjustmentMethod.FIXED
    return Adjustment(key, AdjustmentKind.COUPON, method, rate=coupon.rate, amount=coupon.amount, line_keys=line_keys)


def normalise_code(code: str) -> str:
    """The form in which codes are stored and compared: upper case, no surrounding or inner white space."""
    return "".join(unicodedata.normalize("NFKC", code).split()).upper()


def parse_code(text: str) -> str:
    """A new coupon's code, normalised: 1 to 40 letters, digits, - and _. Raises ValidationFailed for field "code"."""
    code = normalise_code(text)
    if not 1 <= len(code) <= MAX_CODE:
        raise ValidationFailed(f"Give the coupon a code of 1 to {MAX_CODE} characters.", "code", text)
    if not all(letter.isalnum() or letter in "-_" for letter in code):
        raise ValidationFailed("A code has only letters, digits, - and _.", "code", text)
    return code


def normalise_email(email: str) -> str:
    """One address per mailbox, for "once per customer".

    Lower case, no +tag, and no dots where Gmail ignores them. For counting only; mail is always sent to the address
    as it was given.
    """
    local, at, domain = unicodedata.normalize("NFKC", email).strip().casefold().rpartition("@")
    if not at:
        return domain
    if domain == "googlemail.com":
        domain = "gmail.com"
    local = local.partition("+")[0] or local
    if domain == "gmail.com":
        local = local.replace(".", "")
    return f"{local}@{domain}"


_Refused = tuple[RefusalReason, str] | None


def _refuse_by_date(coupon: Coupon, today: date) -> _Refused:
    if not coupon.active:
        return RefusalReason.INACTIVE, "No longer active"
    if coupon.starts_on and today < coupon.starts_on:
        return RefusalReason.NOT_STARTED, f"Starts on {format_day(coupon.starts_on)}"
    if coupon.ends_on and today > coupon.ends_on:
        return RefusalReason.EXPIRED, f"Expired on {format_day(coupon.ends_on)}"
    return None


def _refuse_by_customer(coupon: Coupon, account_id: AccountId | None, email: str | None) -> _Refused:
    if not coupon.accounts and not coupon.emails:
        return None
    if account_id is not None and account_id in coupon.accounts:
        return None
    if email and normalise_email(email) in coupon.emails:
        return None
    return RefusalReason.WRONG_CUSTOMER, "Reserved for another customer"


def _refuse_by_document(coupon: Coupon, currency: str, subtotal: int, item_codes: Collection[str]) -> _Refused:
    if coupon.currency and coupon.currency != currency:
        return RefusalReason.WRONG_CURRENCY, f"Only for invoices in {coupon.currency}"
    if coupon.item_codes and coupon.item_codes.isdisjoint(item_codes):
        return RefusalReason.NO_ELIGIBLE_ITEM, "None of the items on this invoice qualifies"
    if subtotal < coupon.minimum:
        return (
            RefusalReason.BELOW_MINIMUM,
            f"Needs a subtotal of at least {format_plain(coupon.minimum, coupon.currency)}",
        )
    return None


def _refuse_by_limit(coupon: Coupon, redeemed_total: int, redeemed_by_customer: int) -> _Refused:
    if coupon.total_limit is not None and redeemed_total >= coupon.total_limit:
        times = "once" if coupon.total_limit == 1 else f"{coupon.total_limit} times"
        return RefusalReason.LIMIT_REACHED, f"Already used {times}, which is its limit"
    if coupon.customer_limit is not None and redeemed_by_customer >= coupon.customer_limit:
        times = "once" if coupon.customer_limit == 1 else f"{coupon.customer_limit} times"
        return RefusalReason.ALREADY_USED, f"This customer has already used it {times}"
    return None
