"""Issuing: what a finalised invoice says is kept in the transaction that says so, and its PDF made once that is committed."""

from sqlmodel import Session

from invoice_app.db import after_commit
from invoice_app.models import Invoice
from invoice_app.repositories.issuing import issue_revision
from invoice_app.services.printing import keep_issued_pdf


def issue_document(session: Session, invoice: Invoice) -> None:
    """Keep a locked, finalised invoice's current revision as it is printed now. Call it last: the PDF takes a moment."""
    issue_revision(session, invoice)
    invoice_id, revision = invoice.id or 0, invoice.revision
    after_commit(session, lambda: keep_issued_pdf(invoice_id, revision))
