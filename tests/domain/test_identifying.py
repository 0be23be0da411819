import pytest

from invoice_app.domain.identifying import parse_identifier


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("0042", 42), ("9" * 18, 10**18 - 1)])
def test_digits_are_the_number_of_a_record(text: str, number: int) -> None:
    assert parse_identifier(text) == number


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", " 7", "\u00b2", "\u0663", "9" * 19, "9" * 5_000])
def test_any_other_text_is_no_records_number(text: str) -> None:
    assert parse_identifier(text) == 0
