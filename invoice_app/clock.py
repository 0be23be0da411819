"""The clock: the one place that asks what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_standing_still_at: ContextVar[datetime | None] = ContextVar("standing_still_at", default=None)


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return _standing_still_at.get() or datetime.now(UTC)


@contextmanager
def standing_still(instant: datetime) -> Iterator[None]:
    """Let what is called inside take `instant` for the present; how the sample data tells of the last three months."""
    token = _standing_still_at.set(instant)
    try:
        yield
    finally:
        _standing_still_at.reset(token)


def today_in(time_zone: str) -> date:
    """The calendar day it is now in an IANA time zone; due dates are calendar days of the organisation."""
    return utc_now().astimezone(ZoneInfo(time_zone)).date()
