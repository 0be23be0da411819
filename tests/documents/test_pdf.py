from functools import cache
from hashlib import sha256
from io import BytesIO
from subprocess import run
from sys import executable

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader

from invoice_app.documents.pdf import read_logo, render_invoice_pdf
from invoice_app.documents.printed import PrintedInvoice, PrintedParty, PrintedPayment
from tests.documents.samples import make_line, make_lines, make_printed

HEAD = ["Description", "Quantity", "Unit price", "Tax", "Amount (USD)"]


def read_pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def read_words(pdf: bytes) -> str:
    return " ".join(" ".join(read_pages(pdf)).split())


@cache
def render_sample() -> bytes:
    return render_invoice_pdf(make_printed())


def make_image(kind: str, size: tuple[int, int] = (300, 100)) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, (20, 90, 160)).save(target, kind)
    return target.getvalue()


def list_fonts(pdf: bytes) -> dict[str, bool]:
    """Each font's name, and whether its file is embedded."""
    fonts = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        for entry in page["/Resources"]["/Font"].values():
            font = entry.get_object()
            fonts[font["/BaseFont"]] = "/FontFile2" in font.get("/FontDescriptor", {})
    return fonts


def test_an_invoice_of_twelve_lines_prints_on_one_page() -> None:
    assert len(read_pages(render_sample())) == 1


def test_every_amount_is_the_one_of_the_printed_invoice() -> None:
    rows = [row.strip() for row in read_pages(render_sample())[0].splitlines()]
    sums = rows[rows.index("Subtotal") : rows.index("Terms")]
    assert [row for row in sums if row] == [
        "Subtotal", "2,880.00",
        "Coupon AUTUMN10 · 10 %", "−288.00",
        "Travel", "Ferry to the island", "35.00",
        "Tax 20 % on 2,627.00", "525.40",
        "Total", "$3,152.40 USD",
        "Paid", "18 Nov 2026 · Visa ··4242", "−200.00",
        "Amount due", "$2,952.40 USD",
    ]  # fmt: skip
    assert rows.count("$2,952.40 USD") == 2
    assert rows.count("240.00") == 24


def test_seller_buyer_number_and_dates_are_printed() -> None:
    rows = [row.strip() for row in read_pages(render_sample())[0].splitlines()]
    for expected in (
        "Harbour Light Studio", "14 Quay Street", "VAT GB 123 4567 89",
        "Lindt & Partners", "Brighton BN2 1TL", "vera@lindt.example",
        "INV-2026-0117", "Order #1042 · Harbour Loft shoot", "21 Nov 2026", "Payment within 14 days.",
    ):  # fmt: skip
        assert expected in rows


def test_the_due_date_is_printed_without_words_that_age() -> None:
    rows = [row.strip() for row in read_pages(render_sample())[0].splitlines()]
    assert "5 Dec 2026" in rows
    assert "(in 14 days)" not in " ".join(rows)


def test_several_payments_are_listed_with_their_amounts() -> None:
    payments = (PrintedPayment("18 Nov 2026", "Visa ··4242", "150.00"), PrintedPayment("19 Nov 2026", "Cash", "50.00"))
    words = read_words(render_invoice_pdf(make_printed(payments=payments)))
    assert "Paid 150.00 · 18 Nov 2026 · Visa ··4242 50.00 · 19 Nov 2026 · Cash −200.00" in words


def test_a_long_table_repeats_its_head_and_counts_its_pages() -> None:
    pages = read_pages(render_invoice_pdf(make_printed(lines=make_lines(120))))
    assert len(pages) == 4
    for number, page in enumerate(pages, 1):
        rows = [row.strip() for row in page.splitlines()]
        assert f"Page {number} of 4" in rows
        if "240.00" in rows:
            start = rows.index("Description")
            assert rows[start : start + 5] == HEAD
    assert " ".join(pages).count("Twilight shoot") == 20


def test_totals_are_never_torn_from_the_amount_due() -> None:
    for count in range(14, 26):
        pages = read_pages(render_invoice_pdf(make_printed(lines=make_lines(count))))
        (page,) = [page for page in pages if "Subtotal" in page]
        assert page.index("Subtotal") < page.rindex("$2,952.40 USD")


def test_only_embedded_faces_are_used() -> None:
    for logo in (None, make_image("PNG")):
        pdf = render_invoice_pdf(make_printed(stamp="Void"), logo=logo)
        assert list_fonts(pdf) == {"/AAAAAA+Inter-Regular": True, "/AAAAAA+Inter-SemiBold": True}
        assert b"Helvetica" not in pdf


def test_the_document_names_itself_its_author_and_its_language() -> None:
    reader = PdfReader(BytesIO(render_sample()))
    assert reader.metadata is not None
    assert reader.metadata.title == "Invoice INV-2026-0117"
    assert reader.metadata.author == "Harbour Light Studio"
    assert str(reader.metadata["/CreationDate"]) == "D:20261121000000Z"
    assert str(reader.root_object["/Lang"]) == "en-US"


@pytest.mark.parametrize("stamp", ["Paid", "Void"])
def test_the_stamp_is_printed(stamp: str) -> None:
    rows = [row.strip() for row in read_pages(render_invoice_pdf(make_printed(stamp=stamp)))[0].splitlines()]
    assert stamp in rows
    assert ("VOID" in rows) == (stamp == "Void")


def test_a_paid_invoice_shows_what_was_paid_as_its_large_amount() -> None:
    text = read_pages(render_invoice_pdf(make_printed(stamp="Paid", due_label="$0.00 USD")))[0]
    rows = [row.strip() for row in text.splitlines()]
    large = rows.index("Amount paid")
    assert rows[large + 1] == "$3,152.40 USD"
    assert "$0.00 USD" not in rows[: rows.index("Description")]


def test_without_a_number_the_reference_names_the_document() -> None:
    reader = PdfReader(BytesIO(render_invoice_pdf(make_printed(number=""))))
    assert reader.metadata is not None
    assert reader.metadata.title == "Invoice Order #1042 · Harbour Loft shoot"


def test_greek_cyrillic_and_vietnamese_names_are_printed() -> None:
    seller = PrintedParty("Φωτογραφείο Λιμάνι Α.Ε.", ("Ακτή Μιαούλη 12", "ἀρχαῖα ἐρείπια"))
    buyer = PrintedParty("ООО «Морской Свет»", ("Олена Їжакевич", "Trần Thị Bưởi", "Łódź, Ğüşılı, Ąčę"))
    words = read_words(render_invoice_pdf(make_printed(seller=seller, buyer=buyer)))
    for expected in (seller.name, *seller.address, buyer.name, *buyer.address):
        assert expected in words


def test_letters_without_a_face_are_shown_as_missing() -> None:
    words = read_words(render_invoice_pdf(make_printed(lines=(make_line("日本 photo 😀"),))))
    assert "\ufffd\ufffd photo \ufffd" in words


def test_yen_are_printed_without_decimals() -> None:
    invoice = make_printed(
        currency="JPY", lines=(make_line("Rooftop shoot", amount="48,000"),), total_label="¥48,000 JPY", due_label="¥48,000 JPY"
    )
    words = read_words(render_invoice_pdf(invoice))
    assert "Amount (JPY)" in words
    assert words.count("¥48,000 JPY") == 3


def test_markup_in_texts_is_printed_letter_by_letter() -> None:
    hostile = "<b>bold</b> <script>alert('x')</script> <img src=\"/etc/passwd\"> {{ 7 * 7 }} &amp;"
    invoice = make_printed(lines=(make_line(hostile),), note=hostile, buyer=PrintedParty(hostile, (hostile,)))
    words = read_words(render_invoice_pdf(invoice)).replace(" ", "")
    assert words.count(hostile.replace(" ", "")) == 4


def test_marks_that_turn_text_around_are_not_obeyed() -> None:
    assert "Invoice exe.gpj end" in read_words(render_invoice_pdf(make_printed(note="Invoice \u202eexe.gpj\u202c end\u200f")))


@pytest.mark.parametrize(
    ("description", "unit", "count"),
    [("word " * 2_000, "word", 2_000), ("q" * 10_000, "q", 10_000), ("Zeile\n" * 1_600, "Zeile", 1_600)],
    ids=["words", "one word", "lines"],
)
def test_a_description_of_ten_thousand_letters_is_printed_whole(description: str, unit: str, count: int) -> None:
    lines = (make_line("before"), make_line(description, discount="−10 %"), make_line("after"))
    pdf = render_invoice_pdf(make_printed(lines=lines))
    text = "".join(read_words(pdf).split())
    assert text.count(unit) == count
    assert f"{unit}Discount−10%after" in text
    for page in pypdfium2.PdfDocument(pdf):
        body = page.get_textpage()
        boxes = [body.get_charbox(index) for index in range(body.count_chars())]
        assert min(box[1] for box in boxes if box[3] > box[1]) >= 35
        assert max(box[2] for box in boxes if box[2] > box[0]) <= page.get_width() - 50


def test_very_long_names_stay_inside_the_page() -> None:
    name = "Grand" * 200
    invoice = make_printed(seller=PrintedParty(name), buyer=PrintedParty(name), reference=name, number=name)
    for page in pypdfium2.PdfDocument(render_invoice_pdf(invoice)):
        text = page.get_textpage()
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        assert min(box[0] for box in boxes) >= 50
        assert max(box[2] for box in boxes if box[2] > box[0]) <= page.get_width() - 50


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_stands_in_the_place_of_the_sellers_name(kind: str) -> None:
    page = PdfReader(BytesIO(render_invoice_pdf(make_printed(), logo=make_image(kind)))).pages[0]
    (image,) = page.images
    assert image.image is not None
    assert image.image.size == (300, 100)
    assert "Harbour Light Studio" in page.extract_text()


@pytest.mark.parametrize(
    "logo",
    [b"", b"not an image", b"<svg xmlns='http://www.w3.org/2000/svg'/>", make_image("GIF"), make_image("PNG")[:60]],
    ids=["empty", "text", "svg", "gif", "cut short"],
)
def test_a_logo_that_cannot_be_read_never_stops_the_invoice(logo: bytes) -> None:
    assert read_logo(logo) is None
    assert not list(PdfReader(BytesIO(render_invoice_pdf(make_printed(), logo=logo))).pages[0].images)


def test_a_logo_is_shrunk_to_its_box_and_loses_its_metadata() -> None:
    target = BytesIO()
    Image.new("RGB", (4000, 4000)).save(target, "JPEG", comment=b"secret", quality=20)
    logo = read_logo(target.getvalue())
    assert logo is not None
    assert (logo.width, logo.height) == (45.35, 45.35)
    assert len(logo.source) < 4_000


def test_the_same_invoice_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import sys, hashlib; from tests.documents.samples import make_printed;"
        "from invoice_app.documents.pdf import render_invoice_pdf as render;"
        "print(hashlib.sha256(render(make_printed())).hexdigest())"
    )
    others = {
        run([executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout.strip()
        for seed in ("1", "2")
    }
    assert others == {sha256(render_sample()).hexdigest()}


def test_a_changed_invoice_gives_other_bytes() -> None:
    changed: PrintedInvoice = make_printed(note="Thank you!")
    assert render_invoice_pdf(changed) != render_sample()
