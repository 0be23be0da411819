"""Documents as they were issued: what a finalised invoice says is written once and never follows a setting again (D28)."""

from dataclasses import replace

from sqlmodel import Session, col, select

from invoice_app.documents.printed import PrintedInvoice, restore_printed, write_printed
from invoice_app.domain.content import InvoiceContent
from invoice_app.models import Invoice, InvoiceRevision, Organisation
from invoice_app.repositories.invoices import read_revision
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import print_invoice
from invoice_app.repositories.printing_money import add_money


def settle_wording(invoice: Invoice, organisation: Organisation) -> None:
    """Fix terms, note and labels of an invoice that leaves draft; drafts follow the settings (product.md, conflict 12)."""
    if invoice.terms is None:
        invoice.terms = organisation.terms
    if invoice.note is None:
        invoice.note = organisation.note
    if invoice.labels is None:
        invoice.labels = dict(organisation.labels)


def issue_revision(session: Session, invoice: Invoice) -> None:
    """Keep the whole printed document of a finalised invoice's current revision: seller, bill-to, words, taxes, amounts.

    From it the PDF is made, once. A later issue keeps the parties and headings of the one before, and its amounts too where
    the lines are the same. Written once itself: a revision that was issued stays as it is.
    """
    assert invoice.id is not None
    session.flush()
    row = read_revision(session, invoice.id, invoice.revision)
    if row.issued is not None:
        return
    printed, logo_key = print_invoice(session, invoice), read_organisation(session).logo_key
    former = _find_former(session, invoice)
    if former is not None and former.issued is not None:
        printed, logo_key = _follow(session, invoice, row, former, printed), former.issued["logo_key"]
    row.issued = {"document": write_printed(printed), "logo_key": logo_key}
    session.add(row)
    session.flush()


def _find_former(session: Session, invoice: Invoice) -> InvoiceRevision | None:
    query = select(InvoiceRevision).where(
        InvoiceRevision.invoice_id == invoice.id,
        InvoiceRevision.revision < invoice.revision,
        col(InvoiceRevision.issued).is_not(None),
    )
    return session.exec(query.order_by(col(InvoiceRevision.revision).desc()).limit(1)).first()


def _follow(
    session: Session, invoice: Invoice, row: InvoiceRevision, former: InvoiceRevision, printed: PrintedInvoice
) -> PrintedInvoice:
    issued = restore_printed((former.issued or {})["document"])
    if row.content == former.content:
        said = replace(issued, revision=row.revision, terms=printed.terms, note=printed.note)
        return add_money(session, invoice, said, InvoiceContent.from_json(row.content), is_issued=True)
    return replace(
        printed,
        seller=issued.seller,
        buyer=issued.buyer,
        reference=issued.reference,
        labels=issued.labels,
    )
