"""Payment terms on the calendar: dates in, dates out, no clock and no time zone."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from invoice_app.domain.errors import ValidationFailed

LONGEST_TERM_DAYS = 3650


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """`net_days` after the invoice date, then, with `end_of_month`, on to the last day of that month.

    Raises ValidationFailed for a negative or absurd number of days.
    """

    net_days: int = 0
    end_of_month: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.net_days <= LONGEST_TERM_DAYS:
            raise ValidationFailed(f"Enter between 0 and {LONGEST_TERM_DAYS} days.", "net_days", self.net_days)


def due_date(issued_on: date, terms: PaymentTerms) -> date:
    """The day on which the invoice is due."""
    reached = issued_on + timedelta(days=terms.net_days)
    return last_of_month(reached) if terms.end_of_month else reached


def last_of_month(day: date) -> date:
    """The last day of the month `day` lies in."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last of a shorter month: 31 January + 1 = 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length))


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def format_day(day: date) -> str:
    """The day in words whatever the machine's locale: "3 November 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
