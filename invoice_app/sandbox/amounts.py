"""Amounts as Stripe takes them: minor units, per currency. Source: docs.stripe.com/currencies."""

from .errors import invalid

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
WHOLE_UNITS_IN_HUNDREDTHS = frozenset(["isk", "ugx"])
"""Written with two decimals for compatibility, charged in whole units: the amount is a multiple of 100."""

CURRENCIES = frozenset(
    [
        "usd", "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bgn", "bhd",
        "bif", "bmd", "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "clp", "cny", "cop", "crc",
        "cve", "czk", "djf", "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gnf",
        "gtq", "gyd", "hkd", "hnl", "hrk", "htg", "huf", "idr", "ils", "inr", "isk", "jmd", "jod", "jpy", "kes", "kgs",
        "khr", "kmf", "krw", "kwd", "kyd", "kzt", "lak", "lbp", "lkr", "lrd", "lsl", "mad", "mdl", "mga", "mkd", "mmk",
        "mnt", "mop", "mur", "mvr", "mwk", "mxn", "myr", "mzn", "nad", "ngn", "nio", "nok", "npr", "nzd", "omr", "pab",
        "pen", "pgk", "php", "pkr", "pln", "pyg", "qar", "ron", "rsd", "rub", "rwf", "sar", "sbd", "scr", "sek", "sgd",
        "shp", "sle", "sos", "srd", "std", "szl", "thb", "tjs", "tnd", "top", "try", "ttd", "twd", "tzs", "uah", "ugx",
        "uyu", "uzs", "vnd", "vuv", "wst", "xaf", "xcd", "xof", "xpf", "yer", "zar", "zmw",
    ]
)  # fmt: skip

MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
"""Minor units; docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. Others are checked after conversion only."""

MAXIMUM = 99_999_999
"""Eight digits."""
MAXIMUM_OF = {"idr": 999_999_999_999}
"""Twelve digits (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts)."""

FEE_PERCENT_TIMES_TEN = 29
FEE_FIXED = {
    "usd": 30,
    "eur": 25,
    "gbp": 20,
    "cad": 30,
    "aud": 30,
    "jpy": 0,
    "chf": 30,
    "sek": 180,
    "dkk": 180,
    "nok": 200,
}


def decimals(currency: str) -> int:
    """Digits after the point in Stripe's way of writing the currency."""
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2


def format_amount(amount: int, currency: str) -> str:
    """`1234, "usd"` → `$12.34`; other currencies carry their code: `12.34 EUR` → `€12.34`."""
    places = decimals(currency)
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 10**places)
    number = f"{whole:,}" + (f".{rest:0{places}d}" if places else "")
    symbol = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "cad": "CA$", "aud": "A$", "inr": "₹"}.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {currency.upper()}"


def show_with_code(amount: int, currency: str) -> str:
    """`$0.50 usd`, and `2.00 AED`, which has its code already."""
    shown = format_amount(amount, currency)
    return shown if shown.endswith(currency.upper()) else f"{shown} {currency}"


def read_currency(currency: str, param: str = "currency") -> str:
    """Lower-case ISO code that Stripe supports.

    Raises:
        StripeError: 400 on any other.
    """
    lowered = currency.lower()
    if lowered not in CURRENCIES:
        listed = ", ".join(["usd", *sorted(CURRENCIES - {"usd"})])
        raise invalid(f"Invalid currency: {currency}. Stripe currently supports these currencies: {listed}", param)
    return lowered


def check_charge_amount(amount: int, currency: str, param: str = "amount") -> None:
    """What may be charged: a positive whole number of minor units in the currency's bounds and steps.

    Raises:
        StripeError: `parameter_invalid_integer`, `amount_too_small`, `amount_too_large` or `invalid_charge_amount`.
    """
    check_positive(amount, param)
    maximum = MAXIMUM_OF.get(currency, MAXIMUM)
    if amount > maximum:
        shown = format_amount(maximum, currency)
        raise invalid(f"Amount must be no more than {shown}", param, "amount_too_large")
    check_steps(amount, currency, param)
    minimum = MINIMUM.get(currency)
    if minimum is not None and amount < minimum:
        raise invalid(
            f"Amount must be at least {show_with_code(minimum, currency)}",
            param,
            "amount_too_small",
        )


def check_steps(amount: int, currency: str, param: str = "amount") -> None:
    """Three-decimal currencies move in tens, ISK and UGX in whole units (docs.stripe.com/currencies#special-cases).

    Raises:
        StripeError: `invalid_charge_amount`.
    """
    if currency in THREE_DECIMAL and amount % 10:
        raise invalid(
            f"Invalid {currency.upper()} amount: three-decimal currencies must be rounded to the nearest ten (the "
            f"last digit is 0).",
            param,
            "invalid_charge_amount",
        )
    if currency in WHOLE_UNITS_IN_HUNDREDTHS and amount % 100:
        raise invalid(
            f"Invalid {currency.upper()} amount: must be a whole number of units, so divisible by 100.",
            param,
            "invalid_charge_amount",
        )


def check_positive(amount: int, param: str = "amount") -> None:
    """At least one minor unit; `parameter_invalid_integer` otherwise."""
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", param, "parameter_invalid_integer")


def compute_fee(amount: int, currency: str) -> int:
    """Stripe's list price, 2.9 % plus a fixed part, in minor units, half up (stripe.com/pricing)."""
    fixed = FEE_FIXED.get(currency, 30 if decimals(currency) == 2 else 0)
    return (amount * FEE_PERCENT_TIMES_TEN + 500) // 1000 + fixed
