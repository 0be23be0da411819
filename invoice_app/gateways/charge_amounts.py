"""Stripe's own rules about amounts: its number of decimals per currency differs from ISO 4217 for some, and it has a minimum.

Source: Stripe, "Supported currencies" (zero-decimal, three-decimal, special cases, minimum and maximum charge amounts).
"""

from invoice_app.domain.errors import AppError
from invoice_app.domain.money import currency_exponent

ZERO_DECIMAL = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
THREE_DECIMAL = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
WHOLE_HUNDREDS = frozenset(("ISK", "UGX"))
MAXIMUM_UNITS = 99_999_999
MINIMUM_UNITS = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip


class AmountNotChargeable(AppError):
    """The card service cannot charge this amount: too small, too large, or with decimals it does not take."""

    code = "amount_not_chargeable"
    status = 422


def to_charge_units(minor: int, currency: str) -> int:
    """An amount in our minor units (ISO 4217) as the integer Stripe wants. Raises AmountNotChargeable."""
    shift = _stripe_exponent(currency) - currency_exponent(currency)
    units, rest = divmod(minor * int(10 ** max(shift, 0)), int(10 ** max(-shift, 0)))
    if rest or (currency in THREE_DECIMAL and units % 10):
        raise AmountNotChargeable(f"Cards in {currency} cannot be charged to this many decimals. Pay another way.")
    if units < MINIMUM_UNITS.get(currency, 1):
        raise AmountNotChargeable("This amount is below what a card can be charged. Pay another way.")
    if units > MAXIMUM_UNITS:
        raise AmountNotChargeable("This amount is above what a card can be charged at once. Pay another way.")
    return units


def from_charge_units(units: int, currency: str) -> int:
    """An amount from Stripe in our minor units (ISO 4217)."""
    shift = currency_exponent(currency) - _stripe_exponent(currency)
    return units * int(10 ** max(shift, 0)) // int(10 ** max(-shift, 0))


def _stripe_exponent(currency: str) -> int:
    if currency in ZERO_DECIMAL:
        return 0
    if currency in THREE_DECIMAL:
        return 3
    return 2 if currency in WHOLE_HUNDREDS else currency_exponent(currency)
