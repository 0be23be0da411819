import csv
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest

from invoice_app.documents.csv_export import rows_to_csv


def read_back(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_table_is_utf8_with_a_byte_order_mark_quoted_texts_and_crlf() -> None:
    content = rows_to_csv(["Number", "Total"], [["INV-1", Decimal("12.50")], ["Łódź", -3]])
    assert content == b'\xef\xbb\xbf"Number","Total"\r\n"INV-1",12.50\r\n"\xc5\x81\xc3\xb3d\xc5\xba",-3\r\n'


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1+1", '=HYPERLINK("http://x","y")', "\u202e=1"],
)
def test_a_text_that_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    ((_,), (cell,)) = read_back(rows_to_csv(["Text"], [[text]]))
    assert cell[0] == "'"
    assert cell[1:].strip() == text.replace("\r", "").replace("\u202e", "").strip()


@pytest.mark.parametrize("text", ["-200.00", "-1,250.00", "12,50", "a=b", "x-y", "it's", ""])
def test_other_texts_and_negative_amounts_stay_as_they_are(text: str) -> None:
    assert read_back(rows_to_csv(["Text"], [[text]])) == [["Text"], [text]]


def test_a_header_is_guarded_too() -> None:
    assert read_back(rows_to_csv(["=cmd"], [])) == [["'=cmd"]]


def test_quotes_commas_and_line_ends_survive() -> None:
    text = 'He said "no", then\nleft; for good'
    assert read_back(rows_to_csv(["Text"], [[text]]))[1] == [text]


def test_dates_are_iso_and_nothing_is_empty() -> None:
    assert read_back(rows_to_csv(["Due", "Paid"], [[date(2026, 12, 5), None]]))[1] == ["2026-12-05", ""]


def test_a_ragged_row_is_refused() -> None:
    with pytest.raises(ValueError, match="a row has 1 cells, the header 2"):
        rows_to_csv(["A", "B"], [["1"]])
