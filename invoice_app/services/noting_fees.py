"""What the processor kept of a payment: known a little after it succeeded, told by `charge.updated`."""

from sqlmodel import Session

from invoice_app.db import transaction
from invoice_app.domain.bookkeeping import BOOKS, book_processing_fee
from invoice_app.gateways.stripe_returns import ChargeFacts
from invoice_app.models import Invoice, Payment
from invoice_app.repositories.bookkeeping import book
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.payments import find_payment_of_intent
from invoice_app.repositories.returning import find_invoice_of
from invoice_app.services.signalling import signal_invoice


def note_fee(facts: ChargeFacts) -> bool:
    """Store and book a payment's processing fee, once; answers whether it was news."""
    if facts.fee is None or not facts.payment_intent_id:
        return False
    with transaction() as session:
        payment = find_payment_of_intent(session, facts.payment_intent_id)
        if payment is None or payment.id is None:
            return False
        invoice = lock_invoice(session, find_invoice_of(session, payment.id))
        session.refresh(payment)
        if payment.processing_fee is not None:
            return False
        payment.charge_id = facts.id
        store_fee(session, invoice, payment, facts.fee)
        signal_invoice(session, invoice)
        return True


def store_fee(session: Session, invoice: Invoice, payment: Payment, fee: int) -> None:
    """Store and book the fee (minor units) of a payment that has none yet; its invoice is locked."""
    payment.processing_fee = fee
    session.add(payment)
    book(
        session,
        invoice,
        book_processing_fee(fee, BOOKS[payment.method]),
        kind="processing_fee",
        source=f"fee:{payment.id}",
        who="Stripe",
        payment_id=payment.id,
        note=payment.method_label,
    )
