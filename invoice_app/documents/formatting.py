"""Amounts, rates, quantities and dates for the eye, in the organisation's locale (Babel formats; it never calculates)."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.numbers import format_decimal, get_currency_symbol

from invoice_app.domain.money import currency_exponent

MINUS = "−"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


@lru_cache(maxsize=64)
def _pattern(currency: str) -> str:
    exponent = currency_exponent(currency)
    return "#,##0" + ("." + "0" * exponent if exponent else "")


@lru_cache(maxsize=8192)
def format_amount(minor: int, currency: str, locale: str) -> str:
    """An amount in minor units without its currency, grouped: 1234550 USD is "12,345.50"; negative with a real minus sign."""
    value = Decimal(abs(minor)).scaleb(-currency_exponent(currency))
    text = format_decimal(value, format=_pattern(currency), locale=locale)
    return f"{MINUS}{text}" if minor < 0 else text


@lru_cache(maxsize=4096)
def format_amount_label(minor: int, currency: str, locale: str) -> str:
    """An amount with symbol and code (D19): "$412.50 USD", "−€3.00 EUR"; just "CHF 5.00" where the symbol is the code."""
    amount = format_amount(abs(minor), currency, locale)
    symbol = get_currency_symbol(currency, locale=locale)
    sign = MINUS if minor < 0 else ""
    if symbol == currency:
        return f"{sign}{currency} {amount}"
    if Locale.parse(locale).currency_formats["standard"].pattern.startswith("¤"):
        return f"{sign}{symbol}{amount} {currency}"
    return f"{sign}{amount} {symbol} {currency}"


@lru_cache(maxsize=2048)
def format_rate(rate: int, locale: str) -> str:
    """A percentage given in ten-thousandths of a percent, spaced as the locale writes it: 99750 → "9.975%", "9,975 %"."""
    text = format_decimal(Decimal(abs(rate)).scaleb(-4), format="#,##0.####", locale=locale)
    spaced = not Locale.parse(locale).percent_formats[None].pattern.endswith("0%")
    return f"{MINUS if rate < 0 else ''}{text}{NARROW_SPACE if spaced else ''}%"


@lru_cache(maxsize=2048)
def format_quantity(millionths: int, locale: str) -> str:
    """A quantity given in millionths: 1500000 → "1.5"."""
    text = format_decimal(Decimal(abs(millionths)).scaleb(-6), format="#,##0.######", locale=locale)
    return f"{MINUS if millionths < 0 else ''}{text}"


@lru_cache(maxsize=2048)
def format_unit_price(millionths: int, currency: str, locale: str) -> str:
    """A unit price given in millionths of the major unit; at least the currency's decimals, at most six."""
    exponent = currency_exponent(currency)
    pattern = "#,##0" + ("." + "0" * exponent + "#" * (6 - exponent))
    text = format_decimal(Decimal(abs(millionths)).scaleb(-6), format=pattern, locale=locale)
    return f"{MINUS if millionths < 0 else ''}{text}"


def format_date(day: date, locale: str) -> str:
    """A calendar day in the locale's medium form: "Nov 21, 2026", "21 Nov 2026"."""
    return babel_date(day, format="medium", locale=locale)


def format_instant(at: datetime, locale: str, time_zone: str) -> str:
    """An instant in the organisation's zone: "Nov 21, 2026, 14:02"."""
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{format_date(local.date(), locale)}, {babel_datetime(local, format='HH:mm', locale=locale)}"


def format_month(day: date, locale: str) -> str:
    """The month of a day: "November 2026"."""
    return babel_date(day, format="MMMM y", locale=locale)


def format_weekday(day: date, locale: str) -> str:
    """The weekday of a day, short: "Mon"."""
    return babel_date(day, format="EEE", locale=locale)


def find_first_weekday(locale: str) -> int:
    """The day on which a week begins there: 0 for Monday, 6 for Sunday."""
    return Locale.parse(locale).first_week_day


def format_whole_day(day: date, locale: str) -> str:
    """A day with its weekday: "Saturday, November 21, 2026"."""
    return babel_date(day, format="full", locale=locale)


def format_clock(at: datetime, locale: str) -> str:
    """The time of day of a time on the wall: "18:30"."""
    return babel_datetime(at, format="HH:mm", locale=locale)


def format_when(at: datetime, now: datetime, locale: str, time_zone: str) -> str:
    """An instant near now in words: "just now", "5 min ago", "today, 14:02", else the date and time."""
    seconds = (now - at).total_seconds()
    if 0 <= seconds < 60:
        return "just now"
    if 0 <= seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    zone = ZoneInfo(time_zone)
    days = (now.astimezone(zone).date() - at.astimezone(zone).date()).days
    clock = babel_datetime(at.astimezone(zone), format="HH:mm", locale=locale)
    if days in (0, 1):
        return f"{'today' if days == 0 else 'yesterday'}, {clock}"
    return format_instant(at, locale, time_zone)


def describe_days(day: date, today: date) -> str:
    """How far a day is: "today", "tomorrow", "in 3 days", "yesterday", "5 days ago"."""
    days = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in near:
        return near[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def format_size(size: int) -> str:
    """A file size in bytes as "3.4 MB"."""
    if size < 1000:
        return f"{size} B"
    for unit, scale in (("kB", 1000), ("MB", 1000_000), ("GB", 1000_000_000)):
        if size < scale * 1000 or unit == "GB":
            value = Decimal(size) / scale
            return f"{value:.1f} {unit}" if value < 100 else f"{value:.0f} {unit}"
    raise AssertionError("unreachable")
