"""The span of days a report is about: named ones seen from a day, or two days somebody chose."""

from dataclasses import dataclass
from datetime import date, timedelta

from invoice_app.domain.errors import ValidationFailed

PERIODS = {
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "last_quarter": "Last quarter",
    "this_year": "This year",
    "last_year": "Last year",
    "custom": "From … to …",
}
USUAL_PERIOD = "this_year"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included."""

    starts_on: date
    ends_on: date


def find_period(name: str, today: date, *, starts: str = "", ends: str = "") -> Period:
    """The period called `name` (a key of PERIODS) as seen on `today`; `starts` and `ends` (ISO 8601) are for "custom".

    Raises ValidationFailed naming the field that cannot be read.
    """
    if name == "custom":
        return _read_period(starts, ends)
    if name not in PERIODS:
        raise ValidationFailed("Choose a period from the list.", "period", name)
    when, _, unit = name.partition("_")
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    starts_on = _find_start(today, months)
    if when == "last":
        starts_on = _find_start(starts_on - timedelta(days=1), months)
    return Period(starts_on, _find_start(starts_on + timedelta(days=31 * months), months) - timedelta(days=1))


def _find_start(day: date, months: int) -> date:
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _read_period(starts: str, ends: str) -> Period:
    days = []
    for field, text in (("starts_on", starts), ("ends_on", ends)):
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            raise ValidationFailed("Choose both days.", field, text) from None
    if days[0] > days[1]:
        raise ValidationFailed("The last day comes before the first.", "ends_on", ends)
    return Period(*days)
