"""The PDF says exactly what the page says, is made once and served unchanged (A11, product.md invariants 2 and 18)."""

import io
from pathlib import Path

import pypdf
import pytest

from invoice_app.db import reading
from invoice_app.documents.printed import PrintedAdjustment, PrintedLine, PrintedTax
from invoice_app.domain.errors import NotSignedIn
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.printing import print_invoice
from invoice_app.services import adjusting, drafting, ordering, printing
from invoice_app.services.draft_views import AdjustmentForm
from tests.factories import invoice_of, make_actor, make_order, make_organisation

pytestmark = pytest.mark.usefixtures("data_dir")


def test_the_pdf_prints_the_amounts_of_the_page_and_never_the_draft(data_dir: Path) -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    invoice_id = invoice_of(order).id or 0
    adjusting.add_adjustment(ada, invoice_id, AdjustmentForm(kind="fee", method="fixed", value="35", label="Travel"))
    before, name = printing.render_pdf(ada, invoice_id)
    drafting.save_invoice(ada, invoice_id)
    after, _ = printing.render_pdf(ada, invoice_id)
    assert name == f"Order {order.number} · Harbour Loft shoot revision 3.pdf"
    text_before, text_after = (pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text() for pdf in (before, after))
    with reading() as session:
        printed = print_invoice(session, read_invoice(session, invoice_id))
    assert "Travel" not in text_before
    rows: list[PrintedLine | PrintedAdjustment | PrintedTax] = [*printed.lines, printed.adjustments[0], printed.taxes[0]]
    for amount in (printed.total, *(row.amount for row in rows)):
        assert amount in text_after
    assert printed.due_label in text_after
    assert (printed.total, printed.due_label) == ("762.00", "$762.00 USD")


def test_the_same_revision_is_served_byte_for_byte() -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    panel = ordering.open_order(ada, order.number).panel
    assert printing.render_pdf(ada, panel.invoice_id) == printing.render_pdf(ada, panel.invoice_id)
    with pytest.raises(NotSignedIn):
        printing.render_pdf(None, panel.invoice_id)
