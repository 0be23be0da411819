"""The PDF says exactly what the page says, is made once and served unchanged (A11, product.md invariants 2 and 18)."""

import io
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest

from invoice_app.db import reading
from invoice_app.documents.printed import PrintedAdjustment, PrintedBrief, PrintedLine, PrintedTax
from invoice_app.domain.errors import NotSignedIn
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.printing import print_invoice
from invoice_app.repositories.printing_briefs import print_brief
from invoice_app.services import adjusting, drafting, ordering, printing
from invoice_app.services.crediting_invoices import CreditForm, issue_credit_note
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.voiding import void_invoice
from tests.factories import invoice_of, make_actor, make_order, make_organisation
from tests.services.stage_steps import Case, open_case, set_up

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


def leave(_case: Case) -> None:
    """An invoice as it was made."""


def finalise(case: Case) -> None:
    finalise_invoice(case.actor, case.invoice_id)


def finalise_and_void(case: Case) -> None:
    finalise(case)
    void_invoice(case.actor, case.invoice_id, reason="Wrong customer")


def finalise_and_credit(case: Case) -> None:
    finalise(case)
    issue_credit_note(case.actor, case.invoice_id, CreditForm(scope="amount", amount="120.00", reason="Less work"))


@pytest.mark.parametrize("take_part", [False, True])
@pytest.mark.parametrize("happen", [leave, finalise, finalise_and_void, finalise_and_credit])
def test_letters_repeat_the_words_and_amounts_of_the_document(happen: Callable[[Case], None], take_part: bool) -> None:
    case = open_case()
    happen(case)
    if take_part and case.invoice.stage != "void":
        case.pay("100")
    # What was issued keeps its words; everything else follows.
    set_up(name="Southlight", locale="de_DE", labels={"invoice": "Rechnung", "amount_due": "Offen"})
    with reading() as session:
        invoice = read_invoice(session, case.invoice_id)
        printed, brief = print_invoice(session, invoice), print_brief(session, invoice)
    assert brief == PrintedBrief(
        name=printed.number or printed.reference,
        seller=printed.seller.name,
        due_date=printed.due_date,
        total_label=printed.total_label,
        due_label=printed.due_label,
        is_owed=printed.due_minor > 0,
        labels=printed.labels,
    )
