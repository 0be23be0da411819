from decimal import Decimal

import pytest

from invoice_app.documents.xlsx_export import Sheet, sheets_to_xlsx
from tests.workbooks import read_workbook


def test_a_workbook_has_a_sheet_for_each_table_with_exact_numbers() -> None:
    tables = [
        Sheet("Items", ["Item", "Sales"], [["Drone photos", Decimal("1234567.89")], ["Łódź", Decimal("-0.10")]]),
        Sheet("Taxes", ["Tax", "Invoices"], [["VAT 20 %", 12]]),
    ]
    assert read_workbook(sheets_to_xlsx(tables)) == {
        "Items": [["Item", "Sales"], ["Drone photos", "1234567.89"], ["Łódź", "-0.1"]],
        "Taxes": [["Tax", "Invoices"], ["VAT 20 %", "12"]],
    }


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "http://x.example", "{=1}"])
def test_a_text_is_never_a_formula_or_a_link(text: str) -> None:
    assert read_workbook(sheets_to_xlsx([Sheet("S", [text], [[text]])])) == {"S": [[text], [text]]}


def test_a_number_longer_than_a_spreadsheet_keeps_is_written_as_text() -> None:
    exact = Decimal("12345678901234567.89")
    assert read_workbook(sheets_to_xlsx([Sheet("S", ["Sales"], [[exact]])])) == {"S": [["Sales"], ["12345678901234567.89"]]}
