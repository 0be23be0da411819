"""Amounts as Stripe wants them: its decimals differ from ISO 4217 for some currencies, and it has limits of its own.

Source: Stripe, "Supported currencies": zero-decimal and three-decimal currencies, special cases, minimum and maximum charge.
"""

from invoice_app.domain.errors import Conflict
from invoice_app.domain.money import currency_exponent, format_plain

ZERO_DECIMAL = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
THREE_DECIMAL = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
WITH_TWO_ZEROS = frozenset({"ISK", "UGX"})
"""No decimals, yet Stripe keeps two for compatibility: always a multiple of 100."""

HIGHEST_CHARGE = 99_999_999
"""Stripe takes at most eight digits, in its own units."""

LOWEST_CHARGES = {
    "AED": 200, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30, "HKD": 400,
    "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200, "RON": 200,
    "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip
"""In Stripe's units. For other currencies the lowest charge is 0.50 USD at the day's rate, which Stripe alone can tell."""


class AmountNotChargeable(Conflict):
    """A card cannot be charged this amount. `minor` in minor units of `currency`."""

    code = "amount_not_chargeable"
    status = 422

    def __init__(self, message: str, minor: int, currency: str) -> None:
        super().__init__(message, field="amount")
        self.minor = minor
        self.currency = currency


def to_charge_amount(minor: int, currency: str) -> int:
    """Minor units (ISO 4217) as the integer Stripe wants. Raises AmountNotChargeable if it has decimals cards do not take."""
    numerator, denominator = _ratio(currency)
    charge, rest = divmod(minor * numerator, denominator)
    if rest or (currency in THREE_DECIMAL and charge % 10):
        raise AmountNotChargeable(
            f"A card cannot be charged {format_plain(minor, currency)} {currency}: "
            f"cards take at most {_card_decimals(currency)} here. Round the amount or take it another way.",
            minor,
            currency,
        )
    return charge


def from_charge_amount(charge: int, currency: str) -> int:
    """Stripe's integer as minor units (ISO 4217). Raises ValueError for an amount that has no whole number of them."""
    numerator, denominator = _ratio(currency)
    minor, rest = divmod(charge * denominator, numerator)
    if rest:
        raise ValueError(f"{charge} is no whole amount of {currency}")
    return minor


def round_charge_amount(charge: int, currency: str) -> int:
    """Stripe's integer as the nearest minor units, halves up: for fees, which may have decimals the currency lacks."""
    numerator, denominator = _ratio(currency)
    minor = (abs(charge) * denominator * 2 + numerator) // (2 * numerator)
    return minor if charge >= 0 else -minor


def lowest_charge(currency: str) -> int:
    """The least that a card can be charged, in minor units; 0 where Stripe alone can tell."""
    return from_charge_amount(LOWEST_CHARGES.get(currency, 0), currency)


def check_chargeable(minor: int, currency: str) -> int:
    """The charge amount, once it is known to lie within Stripe's limits. Raises AmountNotChargeable."""
    charge = to_charge_amount(minor, currency)
    lowest = LOWEST_CHARGES.get(currency, 1)
    if charge < lowest:
        least = format_plain(from_charge_amount(lowest, currency), currency)
        raise AmountNotChargeable(f"The smallest amount a card can be charged is {least} {currency}.", minor, currency)
    if charge > HIGHEST_CHARGE:
        most = format_plain(from_charge_amount(HIGHEST_CHARGE - HIGHEST_CHARGE % 100, currency), currency)
        raise AmountNotChargeable(f"A card can be charged at most {most} {currency} at once.", minor, currency)
    return charge


def _ratio(currency: str) -> tuple[int, int]:
    """Charge units per minor unit, as numerator and denominator."""
    exponent = currency_exponent(currency)
    if currency in ZERO_DECIMAL:
        return 1, 10**exponent
    if currency in WITH_TWO_ZEROS:
        return 100, 1
    if currency in THREE_DECIMAL:
        return 1, 1
    if exponent != 2:
        raise AmountNotChargeable(f"Cards cannot be charged in {currency}.", 0, currency)
    return 1, 1


def _card_decimals(currency: str) -> str:
    return "no decimals" if currency in ZERO_DECIMAL else "two decimals"
