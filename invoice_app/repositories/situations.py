"""Where an invoice stands: the facts that decide what may be done to it, read once for services and buttons."""

from sqlalchemy import exists
from sqlmodel import Session, col, select

from invoice_app.domain.stages import Kind, LockPolicy, Situation, Stage
from invoice_app.models import CardRequest, Hold, Invoice, Item, PaymentAttempt
from invoice_app.repositories.invoices import read_unfinished
from invoice_app.repositories.organisations import read_organisation


def read_situation(session: Session, invoice: Invoice) -> Situation:
    """The situation of an invoice as it stands now; for a decision the invoice must be locked."""
    assert invoice.id is not None
    organisation = read_organisation(session)
    return Situation(
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        has_payments=invoice.paid != 0,
        in_flight=invoice.in_flight or "processing" in read_unfinished(session, invoice.id),
        lock_policy=LockPolicy(organisation.lock_policy),
        numbered=invoice.number is not None,
        credited=invoice.credited != 0,
        tried=_was_tried(session, invoice.id),
        empty=session.exec(select(Item.id).where(Item.invoice_id == invoice.id).limit(1)).first() is None,
        unvoid_off=not organisation.allow_unvoid,
    )


def _was_tried(session: Session, invoice_id: int) -> bool:
    tries = (
        exists().where(col(PaymentAttempt.invoice_id) == invoice_id),
        exists().where(col(Hold.invoice_id) == invoice_id),
        exists().where(col(CardRequest.invoice_id) == invoice_id),
    )
    return any(session.exec(select(one)).one() for one in tries)
