"""The fee of the chosen method enters the invoice together with the money it came with, and leaves it with that money.

Never before the money is there (invariant 19); and who gets a payment back gets its fee back, so that the next payment
adds its own fee and none on top of another.
"""

from collections.abc import Mapping

from sqlmodel import Session

from invoice_app.documents.formatting import format_amount_label
from invoice_app.domain.method_fees import LABELS, change_method_fee, find_method_fee, share_of_fee
from invoice_app.domain.stages import Stage
from invoice_app.models import Invoice, Payment, PaymentAttempt
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.credits import release_excess
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import InvoiceRows, read_content, read_rows, store_revision, write_content
from invoice_app.repositories.payments import find_attempt_of_payment, list_attempts_with_fee
from invoice_app.repositories.returning import read_payment, sum_gone
from invoice_app.repositories.schedules import follow_schedule
from invoice_app.services.issuing import issue_document
from invoice_app.services.offering import may_add_fee


def add_fee_of_attempt(session: Session, context: InvoiceContext, attempt: PaymentAttempt, *, received: int) -> int:
    """Save a locked invoice with the fee of an attempt whose money, `received` minor units, is there; answers the fee.

    If the invoice was finalised meanwhile, or less came than was asked, the invoice stays as it is: what exceeds the due
    becomes the customer's credit.
    """
    invoice = context.invoice
    if not attempt.fee or received != attempt.amount or not may_add_fee(context):
        return 0
    rows = read_rows(session, invoice)
    _change_fee(session, invoice, rows, attempt, attempt.fee, who=attempt.who, action="added the payment fee", note="added")
    return attempt.fee


def list_open(session: Session, invoices: Mapping[int, Invoice]) -> frozenset[int]:
    """Which of these invoices may be changed now, by id."""
    return frozenset(key for key, invoice in invoices.items() if may_add_fee(read_context(session, invoice)))


def follow_money(session: Session, invoices: Mapping[int, Invoice], *, who: str, open_before: frozenset[int]) -> None:
    """After money of locked invoices went back, or came back after all: fees, credit and schedules follow it.

    A fee stands only as far as its payment's money does. An invoice whose revenue is locked, before (`open_before`) and
    after the money moved, keeps it: that is corrected by a credit note. What an invoice now holds beyond its total becomes
    the customer's credit.
    """
    session.flush()
    for key in sorted(open_before | list_open(session, invoices)):
        for attempt in list_attempts_with_fee(session, key):
            _follow_payment(session, invoices[key], attempt, who=who)
    for invoice in invoices.values():
        release_excess(session, invoice, who=who)
        follow_schedule(session, invoice)


def _follow_payment(session: Session, invoice: Invoice, attempt: PaymentAttempt, *, who: str) -> None:
    payment = read_payment(session, attempt.payment_id or 0)
    goes_back = share_of_fee(attempt.fee, gone=sum_gone(session, payment), amount=payment.amount)
    rows = read_rows(session, invoice)
    stands = find_method_fee(rows.content, str(attempt.id))
    # What never entered the invoice, because it was finalised meanwhile, cannot leave it.
    change = min(goes_back - attempt.fee_returned, stands)
    if change:
        action = "gave the payment fee back" if change > 0 else "brought the payment fee back"
        note = "given back" if change > 0 else "owed again"
        _change_fee(session, invoice, rows, attempt, stands - change, who=who, action=action, note=note)
        attempt.fee_returned += change
        session.add(attempt)


def describe_fee(session: Session, context: InvoiceContext, payment: Payment) -> str:
    """What a refund of a payment does to the fee that came with it, in plain words; "" where none stands on the invoice."""
    attempt = find_attempt_of_payment(session, payment.id or 0)
    if attempt is None or attempt.invoice_id != context.invoice.id:
        return ""
    fee = find_method_fee(read_content(session, context.invoice), str(attempt.id))
    if not fee:
        return ""
    named = f"{_label(attempt).lower()} of {format_amount_label(fee, payment.currency, context.organisation.locale)}"
    if may_add_fee(context):
        return f"The {named} goes off the invoice with it, in the same share."
    if may_add_fee(context, once_unpaid=True):
        return f"The {named} goes off the invoice once none of its payments is left."
    return f"The {named} stays on the invoice, which can no longer change; a credit note takes it off."


def _label(attempt: PaymentAttempt) -> str:
    return LABELS[_method(attempt)]


def _method(attempt: PaymentAttempt) -> str:
    return "bank" if attempt.method == "bank" else "card"


def _change_fee(
    session: Session,
    invoice: Invoice,
    rows: InvoiceRows,
    attempt: PaymentAttempt,
    fee: int,
    *,
    who: str,
    action: str,
    note: str,
) -> None:
    before = {"revision": invoice.revision, "total": invoice.total, "fee": find_method_fee(rows.content, str(attempt.id))}
    content = change_method_fee(rows.content, method=_method(attempt), fee=fee, key=str(attempt.id))
    write_content(session, invoice, rows, content)
    note = f"{_label(attempt)} {note}"
    store_revision(session, invoice, content, revision=invoice.revision + 1, saved_by=who, note=note)
    after = {"revision": invoice.revision, "total": invoice.total, "fee": fee}
    record_event(session, who, subject=f"invoice:{invoice.id}", action=action, before=before, after=after)
    if invoice.stage == Stage.FINALIZED:
        issue_document(session, invoice)
