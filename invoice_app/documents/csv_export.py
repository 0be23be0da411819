"""Tables as CSV that a spreadsheet opens without being tricked into running a formula (OWASP, CSV injection)."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO

from invoice_app.documents.plain import drop_controls

Cell = str | int | Decimal | date | None

FORMULA_STARTS = frozenset("=+-@\t\r＝＋－＠")
_NUMBER = re.compile(r"-?\d+([.,]\d+)*")


def rows_to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file in UTF-8 with its byte order mark, comma-separated, every text quoted, lines ended by CRLF (RFC 4180).

    Numbers are written bare, dates as ISO 8601, None as an empty cell. A text that a spreadsheet could take for a formula gets
    an apostrophe in front. Raises ValueError for a row that is longer or shorter than the header.
    """
    table = StringIO(newline="")
    writer = csv.writer(table, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([_defuse(name) for name in header])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row has {len(row)} cells, the header {len(header)}")
        writer.writerow([_write_cell(cell) for cell in row])
    return table.getvalue().encode("utf-8-sig")


def _write_cell(cell: Cell) -> str | int | Decimal:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return _defuse(cell) if isinstance(cell, str) else cell


def _defuse(text: str) -> str:
    clean = drop_controls(text)
    risky = clean[:1] in FORMULA_STARTS or clean.lstrip()[:1] in FORMULA_STARTS
    return f"'{clean}" if risky and not _NUMBER.fullmatch(clean) else clean
