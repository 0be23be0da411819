"""Make the committed font files from their upstream sources; `README.md` beside this file has the commands.

Inter 4.1 (npm package `inter-ui`) becomes web subsets with two variable weights and static faces for the PDF;
Noto Sans (Debian package `fonts-noto-core`) gives the PDF the few signs that Inter lacks.
"""

import argparse
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "assets" / "fonts"
PDF = ROOT / "invoice_app" / "documents" / "fonts"

WEIGHTS = {"Regular": 400, "SemiBold": 600}
WEB_FEATURES = ["kern", "tnum", "ccmp", "locl", "mark", "mkmk"]
DIGIT_NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TABULAR_DIGITS = {ord("0") + digit: f"{name}.tf" for digit, name in enumerate(DIGIT_NAMES)}

PUNCTUATION = [*range(0x2010, 0x2028), 0x202F, *range(0x2030, 0x205F)]
CURRENCIES = [*range(0x20A0, 0x20C1), 0x0E3F]
SYMBOLS = [
    0x2116,
    0x2122,
    *range(0x2190, 0x2194),
    0x2212,
    0x2248,
    0x2260,
    0x2264,
    0x2265,
    0x25A1,
    0x2713,
    0x2717,
]
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    0x192,
    *range(0x218, 0x21C),
    0x2C6,
    0x2C7,
    *range(0x2D8, 0x2DE),
]
LATIN_REST = [*range(0x180, 0x250), *range(0x2B0, 0x330), *range(0x1E00, 0x1F00)]
GREEK_CYRILLIC = [*range(0x370, 0x400), *range(0x1F00, 0x2000), *range(0x400, 0x530)]

FIRST_PAINT = [*range(0x20, 0x7F), *map(ord, "\u00a0£¥€–—−‘’“”•…×·%✓→")]
WEB_LATIN = [*LATIN, *PUNCTUATION, *CURRENCIES, *SYMBOLS]
WEB_LATIN_EXT = [code for code in LATIN_REST if code not in LATIN]
PDF_INTER = [*WEB_LATIN, *WEB_LATIN_EXT, *GREEK_CYRILLIC]
MISSING_GLYPH = 0xFFFD
BORROWED = {
    "NotoSansBengali": [0x09F3],
    "NotoSansArabic": [0x060B],
    "NotoSansKhmer": [0x17DB],
    "NotoSansArmenian": [0x058F],
}


def subset(font: TTFont, characters: Iterable[int], *, features: list[str], hinting: bool = False) -> TTFont:
    """Reduce `font`, in place, to these characters and OpenType features."""
    options = Options()
    options.layout_features = features
    options.hinting = hinting
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    options.drop_tables += ["MVAR", "STAT"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    return font


def make_web_font(inter: Path, characters: list[int], name: str, features: list[str]) -> None:
    """Write a woff2 with a weight axis from 400 to 600, at text size."""
    font = subset(TTFont(inter), characters, features=features)
    font = instantiateVariableFont(font, {"opsz": 14, "wght": (400, 400, 600)})
    font.flavor = "woff2"
    font.save(WEB / f"{name}.woff2")


def make_pdf_face(inter: Path, style: str, weight: int) -> None:
    """Write a static TrueType face whose plain digits are the tabular ones: PDF text has no font features."""
    font = TTFont(inter)
    for table in font["cmap"].tables:
        table.cmap.update({code: glyph for code, glyph in TABULAR_DIGITS.items() if code in table.cmap})
    subset(font, PDF_INTER, features=[])
    font = instantiateVariableFont(font, {"opsz": 14, "wght": weight})
    font.flavor = None
    _rename(font, "Inter", style)
    font.save(PDF / f"Inter-{style}.ttf")


def make_pdf_signs(noto: Path, style: str) -> None:
    """Write what Inter lacks of the same blocks, the replacement character and a few currency signs."""
    inter = TTFont(PDF / "Inter-Regular.ttf").getBestCmap()
    lacking = [code for code in [*PDF_INTER, MISSING_GLYPH] if code not in inter]
    noto_style = {"Regular": "Regular", "SemiBold": "Bold"}[style]
    parts = [subset(TTFont(noto / f"NotoSans-{noto_style}.ttf"), lacking, features=[])]
    parts += [subset(TTFont(noto / f"{name}-{noto_style}.ttf"), codes, features=[]) for name, codes in BORROWED.items()]
    streams = []
    for part in parts:
        for table in {"GDEF", "GSUB", "GPOS"} & set(part.keys()):
            del part[table]
        streams.append(BytesIO())
        part.save(streams[-1])
        streams[-1].seek(0)
    font = Merger().merge(streams)
    _set_line_height(font, like=TTFont(PDF / "Inter-Regular.ttf"))
    _rename(font, "Noto Sans Signs", style)
    font.save(PDF / f"NotoSansSigns-{style}.ttf")


def _set_line_height(font: TTFont, *, like: TTFont) -> None:
    """Give `font` the ascent and descent of another, so that a borrowed sign does not push its line down."""
    scale = font["head"].unitsPerEm / like["head"].unitsPerEm
    ascent, descent = round(like["hhea"].ascent * scale), round(like["hhea"].descent * scale)
    font["hhea"].ascent = font["OS/2"].sTypoAscender = font["OS/2"].usWinAscent = ascent
    font["hhea"].descent = font["OS/2"].sTypoDescender = descent
    font["OS/2"].usWinDescent = -descent


def _rename(font: TTFont, family: str, style: str) -> None:
    for name_id, text in {
        1: family,
        2: style,
        4: f"{family} {style}",
        6: f"{family.replace(' ', '')}-{style}",
    }.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font["head"].modified = font["head"].created


def main() -> None:
    """Write every font file and print its size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inter", type=Path, required=True, help="InterVariable.woff2")
    parser.add_argument("--noto", type=Path, required=True, help="folder that holds NotoSans-Regular.ttf")
    paths = parser.parse_args()
    make_web_font(paths.inter, FIRST_PAINT, "inter-first-paint", ["tnum"])
    make_web_font(paths.inter, WEB_LATIN, "inter-latin", WEB_FEATURES)
    make_web_font(paths.inter, WEB_LATIN_EXT, "inter-latin-ext", WEB_FEATURES)
    make_web_font(paths.inter, GREEK_CYRILLIC, "inter-greek-cyrillic", WEB_FEATURES)
    for style, weight in WEIGHTS.items():
        make_pdf_face(paths.inter, style, weight)
        make_pdf_signs(paths.noto, style)
    for path in sorted([*WEB.glob("*.woff2"), *PDF.glob("*.ttf")]):
        print(f"{path.stat().st_size:>8}  {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
