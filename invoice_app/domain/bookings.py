"""Bookings: the pipeline of an order, what can be sold on it, and when its events take place."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from invoice_app.domain.errors import ValidationFailed

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
LONGEST_EVENT = timedelta(days=31)
SMALL_HOURS = timedelta(hours=5)
MOST_GUESTS = 1_000_000


class OrderStatus(StrEnum):
    """The pipeline of an order or booking. Every step can be gone back on, Lost as well."""

    INQUIRY = "inquiry"
    TENTATIVE = "tentative"
    DEFINITE = "definite"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    LOST = "lost"


class ItemKind(StrEnum):
    """What an item is. A guestroom never stands on a connected invoice (invariant 6)."""

    PRODUCT = "product"
    MENU = "menu"
    GUESTROOM = "guestroom"


@dataclass(frozen=True, slots=True)
class EventTimes:
    """From when to when an event lasts, as the clock on the wall shows it."""

    starts_at: datetime
    ends_at: datetime


def parse_day(text: str, field: str) -> date:
    """A day as YYYY-MM-DD, from 2000 to 2100. Raises ValidationFailed for `field`."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise ValidationFailed("Give a date as YYYY-MM-DD.", field=field) from None
    if not EARLIEST <= day <= LATEST:
        raise ValidationFailed("Give a date between 2000 and 2100.", field=field)
    return day


def parse_time(text: str, field: str) -> time:
    """A time of day as HH:MM. Raises ValidationFailed for `field`."""
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 (a time on the wall has no zone)
    except ValueError:
        raise ValidationFailed("Give a time as HH:MM, such as 18:30.", field=field) from None


def parse_event_times(starts_on: str, starts: str, ends_on: str, ends: str) -> EventTimes:
    """When an event takes place. Without a last day it ends on the day it starts, or past midnight on the next.

    Raises ValidationFailed naming starts_on, starts, ends_on or ends.
    """
    first = parse_day(starts_on, "starts_on")
    starts_at = datetime.combine(first, parse_time(starts, "starts"))
    if ends_on.strip():
        ends_at = datetime.combine(parse_day(ends_on, "ends_on"), parse_time(ends, "ends"))
    else:
        ends_at = datetime.combine(first, parse_time(ends, "ends"))
        ends_at += timedelta(days=ends_at < starts_at)
    if ends_at <= starts_at:
        raise ValidationFailed("It must end after it starts.", field="ends_on" if ends_on.strip() else "ends")
    if ends_at - starts_at > LONGEST_EVENT:
        raise ValidationFailed("An event lasts at most 31 days. Make several of a longer one.", field="ends_on")
    return EventTimes(starts_at, ends_at)


def parse_guests(text: str) -> int:
    """How many guests, 0 when left empty. Raises ValidationFailed for field "guests"."""
    cleaned = text.strip()
    if cleaned and not (cleaned.isascii() and cleaned.isdecimal() and len(cleaned) < 8 and int(cleaned) <= MOST_GUESTS):
        raise ValidationFailed("Give the number of guests in digits, at most 1,000,000.", field="guests")
    return int(cleaned or 0)


def find_last_day(starts_at: datetime, ends_at: datetime) -> date:
    """The day an event ends for a calendar: one that ends in the small hours belongs to the evening before."""
    return max(starts_at.date(), (ends_at - SMALL_HOURS).date())
