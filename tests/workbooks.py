"""Reading a workbook back without a spreadsheet: what each cell holds, and whether anything in it would calculate."""

import re
import zipfile
from io import BytesIO
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_workbook(content: bytes) -> dict[str, list[list[str]]]:
    """Sheet name → rows → cells as they are stored; numbers as their digits. Raises AssertionError for a formula or a link."""
    with zipfile.ZipFile(BytesIO(content)) as book:
        assert not [name for name in book.namelist() if "vba" in name.lower() or "external" in name.lower()]
        texts = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        shared = ["".join(part.text or "" for part in entry.iter(f"{MAIN}t")) for entry in texts.iter(f"{MAIN}si")]
        names = [sheet.get("name") or "" for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")]
        return {name: _read_sheet(book.read(f"xl/worksheets/sheet{at}.xml"), shared) for at, name in enumerate(names, start=1)}


def _read_sheet(content: bytes, shared: list[str]) -> list[list[str]]:
    page = ElementTree.fromstring(content)
    assert page.find(f".//{MAIN}f") is None
    assert page.find(f".//{MAIN}hyperlink") is None
    rows = []
    for row in page.iter(f"{MAIN}row"):
        cells: dict[int, str] = {}
        for cell in row.iter(f"{MAIN}c"):
            value = cell.find(f"{MAIN}v")
            text = (value.text or "") if value is not None else ""
            cells[_find_column(cell.get("r") or "")] = shared[int(text)] if cell.get("t") == "s" else text
        rows.append([cells[at] for at in sorted(cells)])
    return rows


def _find_column(reference: str) -> int:
    at = 0
    for letter in re.sub(r"\d", "", reference):
        at = at * 26 + ord(letter) - 64
    return at
