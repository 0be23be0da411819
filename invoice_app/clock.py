"""The clock: the one place that asks what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today_in(time_zone: str) -> date:
    """The calendar day it is now in an IANA time zone; due dates are calendar days of the organisation."""
    return utc_now().astimezone(ZoneInfo(time_zone)).date()
