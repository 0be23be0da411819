"""Tables as a workbook: every text is written as text, so that none of them can become a formula or a link."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

from invoice_app.documents.plain import drop_controls

Cell = str | int | Decimal

# A spreadsheet keeps 15 digits: a longer number would silently lose its last ones, so it is written as text.
EXACT_DIGITS = 15
WIDEST = 48


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. Its name stands on the tab, at most 31 characters."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def sheets_to_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """An XLSX file with one sheet a table, its header frozen; numbers are numbers with as many decimals as they came with."""
    # Loaded by the first download, not by every start: it takes longer than all other documents together.
    import xlsxwriter

    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        for sheet in sheets:
            _write_sheet(book, sheet)
    return content.getvalue()


def _write_sheet(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    bold = book.add_format({"bold": True})
    formats: dict[int, Any] = {}
    widths = [len(title) for title in sheet.header]
    for column, title in enumerate(sheet.header):
        page.write_string(0, column, title, bold)
    for at, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            widths[column] = max(widths[column], len(str(cell)))
            number = isinstance(cell, int | Decimal) and len(Decimal(cell).as_tuple().digits) <= EXACT_DIGITS
            if not number:
                page.write_string(at, column, drop_controls(str(cell)))
                continue
            decimals = -int(Decimal(cell).as_tuple().exponent)
            if decimals not in formats:
                formats[decimals] = book.add_format({"num_format": "#,##0" + ("." + "0" * decimals if decimals > 0 else "")})
            page.write_number(at, column, float(cell), formats[decimals])
    for column, width in enumerate(widths):
        page.set_column(column, column, min(width + 2, WIDEST))
    page.freeze_panes(1, 0)
