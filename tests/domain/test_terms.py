from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.terms import PaymentTerms, add_months, due_date, format_day, last_of_month


@pytest.mark.parametrize(
    ("issued_on", "net_days", "end_of_month", "due_on"),
    [
        (date(2026, 11, 4), 0, False, date(2026, 11, 4)),
        (date(2026, 11, 4), 14, False, date(2026, 11, 18)),
        (date(2026, 12, 20), 30, False, date(2027, 1, 19)),
        (date(2028, 1, 31), 29, False, date(2028, 2, 29)),
        (date(2026, 11, 4), 0, True, date(2026, 11, 30)),
        (date(2026, 1, 31), 30, True, date(2026, 3, 31)),
        (date(2028, 1, 15), 30, True, date(2028, 2, 29)),
    ],
)
def test_the_due_date_is_counted_on_the_calendar(issued_on: date, net_days: int, end_of_month: bool, due_on: date) -> None:
    assert due_date(issued_on, PaymentTerms(net_days, end_of_month)) == due_on


@pytest.mark.parametrize("net_days", [-1, 3651])
def test_absurd_terms_are_refused(net_days: int) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        PaymentTerms(net_days)
    assert refusal.value.field == "net_days"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 5), 12, date(2027, 12, 5)),
    ],
)
def test_a_month_later_stays_within_the_month(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_the_last_of_a_month_is_followed_by_the_first(day: date) -> None:
    last = last_of_month(day)

    assert (last.year, last.month) == (day.year, day.month)
    assert add_months(last, 0) == last
    assert date.fromordinal(last.toordinal() + 1).day == 1


def test_a_day_is_written_in_words() -> None:
    assert format_day(date(2026, 11, 3)) == "3 November 2026"
