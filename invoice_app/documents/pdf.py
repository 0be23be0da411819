"""An invoice as a PDF. Slow and heavy: only the workers of `pdf_pool` import this module, never the web process.

The same input gives the same bytes, so a stored document can be recognised by its hash.
"""

import gc
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from xhtml2pdf.config.resources import ResourceAccessPolicy
from xhtml2pdf.document import pisaDocument

from invoice_app.documents.printed import PrintedInvoice, PrintedPayment
from invoice_app.documents.typeface import FACES, load_faces, set_type

RESOURCES = ResourceAccessPolicy.server(None, allow_remote=False, max_render_seconds=20, max_document_bytes=2_000_000)
"""No network and no file: the faces are registered beforehand and the logo travels inside the document."""

ROW_LETTERS = 600
ROW_LINES = 12
"""Letters and lines of a description in one table row; it goes on in rows below, so that a page can end inside it."""

LOGO_BOX = (60 * mm, 16 * mm)
LOGO_PIXELS = (1_000, 300)
LOGO_SOURCE_PIXELS = 25_000_000
LOGO_FORMATS = ("PNG", "JPEG", "WEBP")

MARGIN = 18 * mm
FOOTER_BASELINE = 14.2 * mm
MUTED = HexColor(0x60646C)
VOID_RED = HexColor(0xCD2B31)

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = (_TEMPLATES / "invoice.pdf.css").read_text("utf-8")
_templates = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    finalize=set_type,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Logo:
    """An image ready for the template: a `data:` address, width and height in points."""

    source: str
    width: float
    height: float


def prime_renderer() -> None:
    """Set reportlab up and load the faces; repeating it costs nothing."""
    rl_config.useA85 = 0
    rl_config.shapeChecking = 0
    rl_config.invariant = 1
    load_faces()


def render_invoice_pdf(printed: PrintedInvoice, *, logo: bytes | None = None) -> bytes:
    """Print one revision of an invoice on A4 pages.

    `logo` is a PNG, JPEG or WebP image; the seller's name stands in for one that is absent or cannot be read.
    """
    prime_renderer()
    with _collection_paused():
        return _finish(_lay_out(_write_html(printed, read_logo(logo))), printed)


def read_logo(image: bytes | None) -> Logo | None:
    """Decode, shrink and encode an image anew, so that nothing but pixels reaches the document."""
    if not image:
        return None
    try:
        with Image.open(BytesIO(image), formats=LOGO_FORMATS) as source:
            if source.width * source.height > LOGO_SOURCE_PIXELS:
                return None
            picture = source.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    picture.thumbnail(LOGO_PIXELS)
    encoded = BytesIO()
    picture.save(encoded, "PNG")
    scale = min(LOGO_BOX[0] / picture.width, LOGO_BOX[1] / picture.height)
    source_address = "data:image/png;base64," + b64encode(encoded.getvalue()).decode("ascii")
    return Logo(source_address, round(picture.width * scale, 2), round(picture.height * scale, 2))


def _write_html(printed: PrintedInvoice, logo: Logo | None) -> str:
    return _templates.get_template("invoice.pdf.html").render(
        invoice=printed,
        reference=printed.number or printed.reference,
        due=printed.due_date or printed.due,
        received=_describe_payments(printed.payments),
        lines=[(line, _cut(line.description)) for line in printed.lines],
        logo=logo,
    )


def _describe_payments(payments: tuple[PrintedPayment, ...]) -> str:
    several = len(payments) > 1
    return "\n".join((f"{row.amount} · " if several else "") + f"{row.received} · {row.method}" for row in payments)


def _cut(text: str) -> list[str]:
    """Cut a description into the texts of its table rows, between words where there are any."""
    parts: list[str] = []
    while True:
        limit = len("\n".join(text.split("\n", ROW_LINES)[:ROW_LINES]))
        if limit == len(text) <= ROW_LETTERS:
            return [*parts, text]
        limit = min(limit, ROW_LETTERS)
        at = limit if text[limit : limit + 1].isspace() else max(text.rfind(" ", 1, limit), text.rfind("\n", 1, limit))
        at = at if at > 0 else limit
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip()


def _lay_out(html: str) -> bytes:
    target = BytesIO()
    pisaDocument(html, target, default_css=_STYLE, encoding="utf-8", capacity=-1, resource_policy=RESOURCES)
    return target.getvalue()


def _finish(pages: bytes, printed: PrintedInvoice) -> bytes:
    """Stamp the pages, which only now can be counted, and date the document by the invoice instead of the clock."""
    writer = PdfWriter(clone_from=BytesIO(pages))
    stamps = PdfReader(BytesIO(_draw_stamps(len(writer.pages), printed.stamp)))
    for page, stamp in zip(writer.pages, stamps.pages, strict=True):
        page.merge_page(stamp, over=False)
        page.compress_content_streams()
    day = printed.issued_on.strftime("D:%Y%m%d000000Z")
    writer.add_metadata({"/Creator": printed.seller.name, "/CreationDate": day, "/ModDate": day})
    writer.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject("/DisplayDocTitle"): BooleanObject(True)}
    )
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


@lru_cache(maxsize=16)
def _draw_stamps(count: int, stamp: str) -> bytes:
    """Draw what lies under each of `count` pages: its number, and a large VOID where the invoice is void."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4)
    for number in range(1, count + 1):
        canvas.setFont(FACES[0], 7.5)
        canvas.setFillColor(MUTED)
        canvas.drawRightString(A4[0] - MARGIN, FOOTER_BASELINE, f"Page {number} of {count}")
        if stamp == "Void":
            canvas.translate(A4[0] / 2, A4[1] / 2)
            canvas.rotate(52)
            canvas.setFillColor(VOID_RED, alpha=0.1)
            canvas.setFont(f"{FACES[0]}-SemiBold", 190)
            canvas.drawCentredString(0, -65, "VOID")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


@contextmanager
def _collection_paused() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
