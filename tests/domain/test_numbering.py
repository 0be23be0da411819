from datetime import date

import pytest

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.numbering import DEFAULT_PATTERN, check_number, format_number, series_key

ON = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("{prefix}-{year}-{sequence}", "INV-2026-00117"),
        (DEFAULT_PATTERN, "INV-2026-03-00117"),
        ("{sequence}", "00117"),
        ("{prefix}{year}/{month}/{sequence}", "INV2026/03/00117"),
    ],
)
def test_a_number_follows_its_pattern(pattern: str, number: str) -> None:
    assert format_number(pattern, prefix="INV", sequence=117, on=ON, padding=5) == number


def test_a_sequence_that_outgrows_its_digits_is_printed_whole() -> None:
    assert format_number("{sequence}", prefix="", sequence=123456, on=ON, padding=5) == "123456"


@pytest.mark.parametrize(
    "pattern",
    [
        "INV",
        "{sequence}{sequence}",
        "{month}-{sequence}",
        "{sequence",
        "{}",
        "{day}{sequence}",
        "{sequence:>9}",
        "{sequence!r}",
    ],
)
def test_a_pattern_that_could_repeat_or_fail_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        format_number(pattern, prefix="INV", sequence=1, on=ON)
    assert refusal.value.field == "pattern"


@pytest.mark.parametrize(
    ("field", "changes"),
    [("prefix", {"prefix": "<b>"}), ("padding", {"padding": 4}), ("padding", {"padding": 13}), ("sequence", {"sequence": 0})],
)
def test_wrong_settings_are_refused_at_their_field(field: str, changes: dict[str, object]) -> None:
    settings: dict[str, object] = {"prefix": "INV", "sequence": 1, "on": ON} | changes
    with pytest.raises(ValidationFailed) as refusal:
        format_number("{prefix}{sequence}", **settings)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_hostile_pattern_is_refused() -> None:
    with pytest.raises(ValidationFailed):
        format_number("{prefix.__class__}{sequence}", prefix="INV", sequence=1, on=ON)
    with pytest.raises(ValidationFailed):
        format_number("\n{sequence}", prefix="INV", sequence=1, on=ON)


def test_each_month_is_a_series_of_its_own_where_the_pattern_names_it() -> None:
    april = date(2026, 4, 1)

    assert series_key(DEFAULT_PATTERN, prefix="INV", on=ON) == "INV-2026-03-#"
    assert series_key(DEFAULT_PATTERN, prefix="INV", on=april) == "INV-2026-04-#"
    yearly = "{prefix}-{year}-{sequence}"
    assert series_key(yearly, prefix="INV", on=ON) == series_key(yearly, prefix="INV", on=april) == "INV-2026-#"


def test_a_number_typed_by_hand_is_kept_as_typed() -> None:
    assert check_number(" 2026/7-A ") == "2026/7-A"


@pytest.mark.parametrize("number", ["", "   ", "x" * 41, "7\n8", "<b>7</b>", "=1+1"])
def test_a_number_that_cannot_be_printed_safely_is_refused(number: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        check_number(number)
    assert refusal.value.field == "number"
