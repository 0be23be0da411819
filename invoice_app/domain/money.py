"""Money as integer minor units: reading, printing, rounding, sharing out. No floats anywhere.

Quantities and unit prices are integers in millionths ("micro"), percentages integers in ten-thousandths of a
percent ("rate"): 9.975 % is 99_750, 100 % is 1_000_000.
"""

import re
from collections.abc import Sequence

from invoice_app.domain.currencies import CURRENCY_EXPONENTS
from invoice_app.domain.errors import ValidationFailed

MICRO = 1_000_000
WHOLE = 1_000_000
"""100 % as a rate."""
LARGEST_AMOUNT = 10**15
"""In minor units; below it a thousand lines still fit a 64-bit integer."""

_MICRO_DECIMALS = 6
_RATE_DECIMALS = 4
_MOST_DIGITS = 15
_MOST_MICRO_DIGITS = 18
_NUMBER = re.compile(r"([-+\u2212])?(?:([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?|\.([0-9]+))")


def currency_exponent(currency: str) -> int:
    """Decimal places of an ISO 4217 currency.

    Raises ValidationFailed (field "currency") for a code that is none.
    """
    exponent = CURRENCY_EXPONENTS.get(currency)
    if exponent is None:
        raise ValidationFailed(f"“{currency[:12]}” is not a currency code.", "currency", currency)
    return exponent


def round_half_away(numerator: int, denominator: int) -> int:
    """numerator ÷ denominator (> 0), rounded to the nearest integer, halves away from zero (money.md 1)."""
    if numerator < 0:
        return -((denominator - 2 * numerator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def take_rate(base: int, rate: int) -> int:
    """`rate` of `base`, rounded once; minor units in, minor units out."""
    return round_half_away(base * rate, WHOLE)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` out in proportion to `weights` by largest remainder, ties by position.

    The shares sum to `total` and each lies within one minor unit of its exact value. Weights may be negative
    as long as they do not cancel out: a group in the customer's favour then takes its proportional, opposite
    part. Weights that sum to zero carry no proportion, so their sizes count instead, and if all are zero
    every position counts the same. Raises ValueError when there is something to share and nobody to take it.
    """
    if not weights:
        if total:
            raise ValueError("nothing to allocate to")
        return []
    whole = sum(weights)
    if whole == 0:
        weights = [abs(weight) for weight in weights]
        whole = sum(weights)
        if whole == 0:
            weights = [1] * len(weights)
            whole = len(weights)
    if whole < 0:
        weights, whole = [-weight for weight in weights], -whole
    size = abs(total)
    shares = apportion(size, [size * weight for weight in weights], whole)
    return shares if total >= 0 else [-share for share in shares]


def apportion(total: int, numerators: Sequence[int], denominator: int) -> list[int]:
    """Round the exact shares numerator ÷ denominator so that they sum to `total`: largest remainder, ties by position.

    `total` must be the sum of the exact shares, rounded either way.
    """
    shares = [numerator // denominator for numerator in numerators]
    missing = total - sum(shares)
    if missing:
        by_remainder = sorted(range(len(shares)), key=lambda place: -(numerators[place] % denominator))
        for place in by_remainder[:missing]:
            shares[place] += 1
    return shares


def parse_amount(text: str, currency: str, field: str = "amount") -> int:
    """Read "1,234.50" as minor units of `currency`.

    Raises ValidationFailed for junk, too many decimals or too large a number.
    """
    exponent = currency_exponent(currency)
    return _parse_decimal(text, exponent, _MOST_DIGITS, field, f"{currency} amounts have {_decimals(exponent)}.")


def format_plain(minor: int, currency: str) -> str:
    """Minor units as "1234.50": a point, no grouping, ASCII minus; parse_amount reads it back."""
    return _format_decimal(minor, currency_exponent(currency))


def parse_micro(text: str, field: str) -> int:
    """A quantity or unit price as millionths: up to 12 digits and 6 decimals. Raises ValidationFailed on `field`."""
    return _parse_decimal(text, _MICRO_DECIMALS, _MOST_MICRO_DIGITS, field, "Use at most 6 decimals.")


def format_micro(micro: int) -> str:
    """Millionths as the shortest decimal: 2_250_000 is "2.25", 1_000_000 is "1"."""
    return _trim_zeros(_format_decimal(micro, _MICRO_DECIMALS))


def parse_rate(text: str, field: str) -> int:
    """A percentage ("9.975" or "9.975 %") as ten-thousandths of a percent.

    Raises ValidationFailed on `field`, also below zero.
    """
    rate = _parse_decimal(text.strip().removesuffix("%"), _RATE_DECIMALS, _MOST_DIGITS, field, "Use at most 4 decimals.")
    if rate < 0:
        raise ValidationFailed("A percentage cannot be negative.", field, text)
    return rate


def format_rate(rate: int) -> str:
    """A rate as the shortest decimal without a sign: 99_750 is "9.975", 200_000 is "20"."""
    return _trim_zeros(_format_decimal(rate, _RATE_DECIMALS))


def _parse_decimal(text: str, exponent: int, most_digits: int, field: str, too_precise: str) -> int:
    cleaned = text.strip()
    if not cleaned:
        raise ValidationFailed("Enter a number.", field, text)
    match = _NUMBER.fullmatch(cleaned)
    if match is None:
        raise ValidationFailed("Enter a number such as 1234.50, with a point before the decimals.", field, text)
    sign, grouped, decimals, bare_decimals = match.groups()
    integer = (grouped or "0").replace(",", "").lstrip("0")
    fraction = decimals or bare_decimals or ""
    if len(fraction) > exponent:
        raise ValidationFailed(too_precise, field, text)
    if len(integer) + exponent > most_digits:
        raise ValidationFailed("This number is too large.", field, text)
    number = int((integer + fraction.ljust(exponent, "0")) or "0")
    return -number if sign in ("-", "\u2212") else number


def _format_decimal(number: int, exponent: int) -> str:
    sign = "-" if number < 0 else ""
    digits = str(abs(number)).rjust(exponent + 1, "0")
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}" if exponent else sign + digits


def _trim_zeros(decimal: str) -> str:
    return decimal.rstrip("0").rstrip(".")


def _decimals(exponent: int) -> str:
    return "no decimals" if exponent == 0 else f"at most {exponent} decimals"
