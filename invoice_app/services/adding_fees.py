"""The fee of the chosen method enters the invoice together with the money it came with, never before (invariant 19)."""

from sqlmodel import Session

from invoice_app.domain.method_fees import add_method_fee
from invoice_app.domain.stages import Stage
from invoice_app.models import PaymentAttempt
from invoice_app.repositories.contexts import InvoiceContext
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import read_rows, store_revision, write_content
from invoice_app.services.issuing import issue_document
from invoice_app.services.offering import may_add_fee


def add_fee_of_attempt(session: Session, context: InvoiceContext, attempt: PaymentAttempt, *, received: int) -> None:
    """Save a locked invoice with the fee of an attempt whose money, `received` minor units, is there.

    If the invoice was finalised meanwhile, or less came than was asked, the invoice stays as it is: what exceeds the due
    becomes the customer's credit.
    """
    invoice = context.invoice
    if not attempt.fee or received != attempt.amount or invoice.stage == "void" or not may_add_fee(context):
        return
    rows = read_rows(session, invoice)
    before = {"revision": invoice.revision, "total": invoice.total}
    method = "bank" if attempt.method == "bank" else "card"
    content = add_method_fee(rows.content, method=method, fee=attempt.fee, key=str(attempt.id))
    write_content(session, invoice, rows, content)
    store_revision(session, invoice, content, revision=invoice.revision + 1, saved_by=attempt.who)
    after = {"revision": invoice.revision, "total": invoice.total, "fee": attempt.fee}
    record_event(
        session, attempt.who, subject=f"invoice:{invoice.id}", action="added the payment fee", before=before, after=after
    )
    if invoice.stage == Stage.FINALIZED:
        issue_document(session, invoice)
