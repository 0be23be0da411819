"""Disputes: a customer's bank asks for the money back. What Stripe says of one becomes our records, in any order.

While it is open the invoice stays paid and is flagged; what the bank withdrew stands in a book of its own. A lost dispute
takes the money off the invoice, which is then owed again.
"""

from sqlmodel import Session

from invoice_app.clock import utc_now
from invoice_app.db import transaction
from invoice_app.documents.formatting import format_amount_label, format_instant
from invoice_app.domain.bookkeeping import BOOKS, Book, book_dispute
from invoice_app.domain.returning import DISPUTE_OPEN, DISPUTE_RANKS, may_follow
from invoice_app.gateways.stripe_returns import DisputeFacts, Movement
from invoice_app.models import Dispute, Invoice, Payment
from invoice_app.repositories.bookkeeping import book, is_booked
from invoice_app.repositories.contexts import read_context
from invoice_app.repositories.event_log import SYSTEM, record_event
from invoice_app.repositories.payments import find_payment_of_intent
from invoice_app.repositories.returning import (
    find_dispute,
    find_invoice_of,
    give_back,
    lock_invoices_of,
    note_disputed,
    take_back,
)
from invoice_app.services.carrying_fees import follow_money, list_open
from invoice_app.services.signalling import signal_invoice
from invoice_app.services.writing_emails import queue_staff_notice

BANK = "The customer's bank"
ENDS = {
    "won": "The bank gives the money back; the invoice stays paid.",
    "lost": "The bank keeps the money for the customer: it is owed again.",
}
REASONS = {
    "bank_cannot_process": "The bank could not process the payment.",
    "check_returned": "The check was returned.",
    "credit_not_processed": "The customer says a promised refund never came.",
    "customer_initiated": "The customer asked their bank for the money back.",
    "debit_not_authorized": "The customer says they did not agree to this debit.",
    "duplicate": "The customer says they were charged twice.",
    "fraudulent": "The customer says they did not make this payment.",
    "general": "The bank gave no reason.",
    "incorrect_account_details": "The bank account was not right.",
    "insufficient_funds": "There was not enough money in the bank account.",
    "product_not_received": "The customer says they did not receive what they paid for.",
    "product_unacceptable": "The customer says what they received was not as described.",
    "subscription_canceled": "The customer says they had cancelled.",
    "unrecognized": "The customer does not recognise this payment.",
}


def explain_reason(reason: str) -> str:
    """Why the money is asked back, in plain words. `reason` is Stripe's code."""
    return REASONS.get(reason, "The bank gave no reason.")


def settle_dispute(facts: DisputeFacts) -> str:
    """Bring our records to what Stripe says of a dispute; answers its status, "" for a payment that is not here."""
    with transaction() as session:
        payment = find_payment_of_intent(session, facts.payment_intent_id) if facts.payment_intent_id else None
        if payment is None or payment.id is None:
            return ""
        invoices = lock_invoices_of(session, payment.id)
        row = find_dispute(session, facts.id) or _add(session, payment, facts)
        session.refresh(row)
        _move_funds(session, payment, invoices, row, facts.movements)
        _advance(session, payment, invoices, row, facts)
        for invoice in invoices.values():
            note_disputed(session, invoice)
            signal_invoice(session, invoice)
        return row.status


def _add(session: Session, payment: Payment, facts: DisputeFacts) -> Dispute:
    invoice_id = find_invoice_of(session, payment.id or 0)
    row = Dispute(
        dispute_id=facts.id,
        payment_id=payment.id or 0,
        invoice_id=invoice_id,
        amount=facts.amount,
        currency=facts.currency,
        reason=facts.reason,
        status="",
        due_by=facts.due_by,
        opened_at=facts.opened_at,
    )
    session.add(row)
    session.flush()
    return row


def _move_funds(
    session: Session, payment: Payment, invoices: dict[int, Invoice], row: Dispute, movements: tuple[Movement, ...]
) -> None:
    assert row.invoice_id is not None
    for movement in movements:
        source = f"dispute:{movement.id}"
        if is_booked(session, source):
            continue
        kind = "dispute_withdrawn" if movement.amount < 0 else "dispute_reinstated"
        entries = book_dispute(-movement.amount, movement.fee, BOOKS[payment.method])
        invoice = invoices[row.invoice_id]
        book(session, invoice, entries, kind=kind, source=source, who=BANK, payment_id=payment.id, note=payment.method_label)
    if movements:
        row.funds_withdrawn = sum(movement.amount for movement in movements) < 0


def _advance(session: Session, payment: Payment, invoices: dict[int, Invoice], row: Dispute, facts: DisputeFacts) -> None:
    row.due_by, row.reason = facts.due_by or row.due_by, facts.reason or row.reason
    session.add(row)
    reversed_ruling = {row.status, facts.status} == {"won", "lost"}
    if not (may_follow(DISPUTE_RANKS, row.status, facts.status) or reversed_ruling):
        return
    before, row.status, row.amount = row.status, facts.status, facts.amount
    row.closed_at = None if facts.status in DISPUTE_OPEN else utc_now()
    session.flush()
    source, label, open_before = f"dispute:{row.id}", payment.method_label, list_open(session, invoices)
    if row.status == "lost" and row.funds_withdrawn:
        take_back(
            session,
            payment,
            invoices,
            row.amount,
            out_of=Book.DISPUTED,
            kind="dispute_lost",
            source=source,
            who=BANK,
            dispute_id=row.id,
            note=label,
        )
        follow_money(session, invoices, who=BANK, open_before=open_before)
    elif row.status == "won":
        give_back(session, payment, invoices, kind="dispute_won", source=source, who=BANK, dispute_id=row.id, note=label)
        follow_money(session, invoices, who=BANK, open_before=open_before)
    after = {"dispute": row.dispute_id, "status": row.status, "amount": row.amount}
    subject = f"invoice:{row.invoice_id}"
    record_event(session, SYSTEM, subject=subject, action="dispute", before={"status": before}, after=after)
    if not before and row.status in DISPUTE_OPEN:
        _alert(session, row, invoices)
    elif row.status in ENDS:
        _tell_end(session, row, invoices)


def _alert(session: Session, row: Dispute, invoices: dict[int, Invoice]) -> None:
    context = read_context(session, invoices[row.invoice_id or 0])
    organisation = context.organisation
    amount = format_amount_label(row.amount, row.currency, organisation.locale)
    due = format_instant(row.due_by, organisation.locale, organisation.time_zone) if row.due_by else ""
    details = (("Reason", explain_reason(row.reason)), ("Answer by", due))
    queue_staff_notice(session, context, f"A payment of {amount} is disputed", details, amount=amount)


def _tell_end(session: Session, row: Dispute, invoices: dict[int, Invoice]) -> None:
    context = read_context(session, invoices[row.invoice_id or 0])
    locale = context.organisation.locale
    amount, due = (format_amount_label(part, row.currency, locale) for part in (row.amount, max(context.due, 0)))
    headline = f"The dispute over {amount} was {row.status}"
    details = (("What it means", ENDS[row.status]), ("Due on the invoice", due))
    queue_staff_notice(session, context, headline, details, amount=amount)
