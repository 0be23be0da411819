from datetime import date

import pytest

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.periods import PERIODS, Period, find_period


@pytest.mark.parametrize(
    ("name", "today", "starts_on", "ends_on"),
    [
        ("this_month", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        ("this_month", date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        ("last_month", date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31)),
        ("last_month", date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        ("this_quarter", date(2026, 11, 22), date(2026, 10, 1), date(2026, 12, 31)),
        ("last_quarter", date(2026, 2, 3), date(2025, 10, 1), date(2025, 12, 31)),
        ("last_quarter", date(2026, 9, 30), date(2026, 4, 1), date(2026, 6, 30)),
        ("this_year", date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31)),
        ("last_year", date(2025, 12, 31), date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_named_period_is_whole_days_seen_from_today(name: str, today: date, starts_on: date, ends_on: date) -> None:
    assert find_period(name, today) == Period(starts_on, ends_on)


def test_a_chosen_period_is_one_day_at_least() -> None:
    today = date(2026, 11, 22)
    one_day = find_period("custom", today, starts="2026-03-01", ends="2026-03-01")
    assert one_day == Period(date(2026, 3, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("name", "starts", "ends", "field"),
    [
        ("custom", "2026-03-02", "2026-03-01", "ends_on"),
        ("custom", "", "2026-03-01", "starts_on"),
        ("custom", "2026-03-01", "31 March", "ends_on"),
        ("this_week", "", "", "period"),
    ],
)
def test_what_is_no_period_is_refused_at_its_field(name: str, starts: str, ends: str, field: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        find_period(name, date(2026, 11, 22), starts=starts, ends=ends)
    assert refused.value.field == field


def test_every_period_offered_is_known() -> None:
    for name in PERIODS:
        find_period(name, date(2026, 11, 22), starts="2026-01-01", ends="2026-01-02")
