"""Which face can print which letter: a PDF has no fallback between fonts, and a glyph it lacks vanishes without an error.

Text goes through `set_type` on its way into a template: it is normalised, every run is given to the first face that has its
letters, and a letter that no face has becomes the replacement sign, so a reader sees that something is missing.
"""

import unicodedata
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

import reportlab.lib.fonts
import reportlab.platypus.tables
import xhtml2pdf.default
from markupsafe import Markup, escape
from reportlab import rl_config
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont

from invoice_app.documents.plain import drop_invisible

FACES = ("Inter", "NotoSansSigns")
"""Families in order of preference; each has a Regular and a SemiBold file in `fonts/` with the same letters."""

MISSING = "\ufffd"

_FOLDER = Path(__file__).parent / "fonts"
_coverage: dict[str, frozenset[str]] = {}


def load_faces() -> Mapping[str, frozenset[str]]:
    """Register every face with reportlab and xhtml2pdf, once a process; answers the letters of each."""
    if not _coverage:
        for family in FACES:
            _coverage[family] = _load_family(family)
        # Both libraries set a default face between texts; left alone it adds an unembedded Helvetica to every document.
        rl_config.canvas_basefontname = reportlab.platypus.tables.CellStyle.fontname = FACES[0]
    return _coverage


def _load_family(family: str) -> frozenset[str]:
    regular = TTFont(family, _FOLDER / f"{family}-Regular.ttf")
    bold = TTFont(f"{family}-SemiBold", _FOLDER / f"{family}-SemiBold.ttf")
    for font in (regular, bold):
        registerFont(font)
    for is_bold, font in enumerate((regular, bold)):
        for is_italic in (0, 1):
            reportlab.lib.fonts.addMapping(family, is_bold, is_italic, font.fontName)
    xhtml2pdf.default.DEFAULT_FONT[family.lower()] = family
    return frozenset(map(chr, regular.face.charToGlyph.keys() & bold.face.charToGlyph.keys()))


def set_type(text: object) -> Markup:
    """Escape `text` for a PDF template, one `<span>` for each run outside the first face; line ends become `<br/>`.

    Bidirectional overrides, zero-width and other invisible characters are dropped: they can only make a document read
    differently from what it says.
    """
    if isinstance(text, Markup):
        return text
    lines = [_printable(line) for line in str(text).splitlines()]
    return Markup("<br/>").join(_set_line(line) for line in lines)


def split_runs(text: str) -> list[tuple[str, str]]:
    """Cut `text` into (family, run) pairs, in order; white space stays with the run before it."""
    coverage = load_faces()
    chosen: list[tuple[str, str]] = []
    family = FACES[0]
    for letter in text:
        if not letter.isspace():
            family = next((name for name in FACES if letter in coverage[name]), "")
            if not family:
                chosen.extend(_nearest(letter))
                family = FACES[0]
                continue
        chosen.append((family, letter))
    return [(name, "".join(letter for _, letter in run)) for name, run in groupby(chosen, key=lambda pair: pair[0])]


def _nearest(letter: str) -> list[tuple[str, str]]:
    """Spell a letter that no face has by its compatibility parts (Ａ as A, ㎡ as m2), else by the replacement sign."""
    parts = unicodedata.normalize("NFKC", letter)
    coverage = load_faces()
    if parts != letter and all(part in coverage[FACES[0]] for part in parts):
        return [(FACES[0], part) for part in parts]
    return [(next(name for name in FACES if MISSING in coverage[name]), MISSING)]


def _set_line(line: str) -> Markup:
    if load_faces()[FACES[0]].issuperset(line):
        return escape(line)
    return Markup("").join(
        escape(run) if family == FACES[0] else Markup('<span style="font-family: {}">{}</span>').format(family, run)
        for family, run in split_runs(line)
    )


def _printable(line: str) -> str:
    return unicodedata.normalize("NFC", drop_invisible(line.replace("\t", " ")))
