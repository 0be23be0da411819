"""Documents as they were issued: what a finalised invoice says is written once and never follows a setting again (D28)."""

from sqlmodel import Session

from invoice_app.documents.printed import write_printed
from invoice_app.models import Invoice, Organisation
from invoice_app.repositories.invoices import read_revision
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import print_invoice


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

    From it the PDF is made, once. Written once itself: a revision that was issued stays as it is.
    """
    assert invoice.id is not None
    session.flush()
    row = read_revision(session, invoice.id, invoice.revision)
    if row.issued is not None:
        return
    row.issued = {
        "document": write_printed(print_invoice(session, invoice)),
        "logo_key": read_organisation(session).logo_key,
    }
    session.add(row)
    session.flush()
