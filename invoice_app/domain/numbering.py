"""Invoice numbers: a pattern such as "{prefix}-{year}-{sequence}" turned into "INV-2026-00117" (B21, D26)."""

import re
import string
from datetime import date

from invoice_app.domain.errors import ValidationFailed

DEFAULT_PATTERN = "{prefix}-{year}-{month}-{sequence}"
SHORTEST_PADDING = 5
LONGEST_PADDING = 12
_PLACEHOLDERS = frozenset({"prefix", "year", "month", "sequence"})
_SAFE = re.compile(r"[A-Za-z0-9 ._/#-]*")
_LONGEST_NUMBER = 40


def check_pattern(pattern: str) -> None:
    """Raises ValidationFailed (field "pattern") for a pattern that could not be filled, printed or kept unique.

    It holds {sequence} exactly once. A pattern with {month} needs {year}, or every January would issue the same
    numbers again.
    """
    placeholders = _placeholders_of(pattern)
    if placeholders.count("sequence") != 1:
        raise ValidationFailed("The pattern needs {sequence} exactly once.", "pattern", pattern)
    if "month" in placeholders and "year" not in placeholders:
        raise ValidationFailed("A pattern with {month} also needs {year}.", "pattern", pattern)


def format_number(pattern: str, *, prefix: str, sequence: int, on: date, padding: int = SHORTEST_PADDING) -> str:
    """The number at position `sequence` (1…) of the series.

    A sequence longer than `padding` is printed whole, never cut. Raises ValidationFailed for a bad pattern, prefix,
    padding or sequence.
    """
    check_pattern(pattern)
    if not SHORTEST_PADDING <= padding <= LONGEST_PADDING:
        raise ValidationFailed(f"Use {SHORTEST_PADDING} to {LONGEST_PADDING} digits.", "padding", padding)
    if sequence < 1:
        raise ValidationFailed("Numbers start at 1.", "sequence", sequence)
    return check_number(_fill(pattern, prefix, on, str(sequence).rjust(padding, "0")))


def series_key(pattern: str, *, prefix: str, on: date) -> str:
    """Names the series a date falls in ("INV-2026-11-#"): numbers of one key run 1..n without a gap."""
    check_pattern(pattern)
    return _fill(pattern, prefix, on, "#")


def is_of_series(number: str, pattern: str, *, prefix: str) -> bool:
    """Whether a number typed by hand could one day be the next one of the series, or was already."""
    check_pattern(pattern)
    shapes = {"prefix": re.escape(prefix), "year": "[0-9]{4}", "month": "[0-9]{2}", "sequence": "[0-9]+"}
    parts = string.Formatter().parse(pattern)
    expected = "".join(re.escape(literal) + shapes.get(name or "", "") for literal, name, _, _ in parts)
    return re.fullmatch(expected, number) is not None


def credit_pattern(pattern: str) -> str:
    """The pattern of credit notes: that of invoices, told apart by a prefix of their own."""
    check_pattern(pattern)
    return pattern if "{prefix}" in pattern else "{prefix}-" + pattern


def check_number(number: str) -> str:
    """A number as it may be stored, also one typed by hand. Raises ValidationFailed (field "number")."""
    cleaned = number.strip()
    if not cleaned or len(cleaned) > _LONGEST_NUMBER or _SAFE.fullmatch(cleaned) is None:
        raise ValidationFailed(f"A number has 1 to {_LONGEST_NUMBER} letters, digits, spaces or . _ / # -", "number", number)
    return cleaned


def _fill(pattern: str, prefix: str, on: date, sequence: str) -> str:
    if _SAFE.fullmatch(prefix) is None:
        raise ValidationFailed("A prefix has letters, digits, spaces or . _ / # -", "prefix", prefix)
    return pattern.format(prefix=prefix, year=f"{on.year:04d}", month=f"{on.month:02d}", sequence=sequence)


def _placeholders_of(pattern: str) -> list[str]:
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError:
        raise ValidationFailed("The braces of this pattern do not match.", "pattern", pattern) from None
    found = []
    for literal, name, specification, conversion in parts:
        if _SAFE.fullmatch(literal) is None:
            raise ValidationFailed("A pattern has letters, digits, spaces or . _ / # -", "pattern", pattern)
        if name is None:
            continue
        if name not in _PLACEHOLDERS or specification or conversion:
            raise ValidationFailed("A pattern is made of {prefix}, {year}, {month} and {sequence}.", "pattern", pattern)
        found.append(name)
    return found
