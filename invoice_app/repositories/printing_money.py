"""What money did to a printed invoice: payments, credit notes, instalments, and what is due after them."""

from dataclasses import replace
from datetime import date

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from invoice_app.clock import today_in
from invoice_app.documents.formatting import describe_days, format_amount, format_amount_label, format_date
from invoice_app.documents.printed import PrintedCredit, PrintedInstalment, PrintedInvoice, PrintedPayment
from invoice_app.domain.content import InvoiceContent
from invoice_app.models import Allocation, CreditNote, Dispute, Invoice, Payment, PaymentAttempt, Refund
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.schedules import Due, read_schedule

_RECEIVED_FOR = (
    select(func.min(PaymentAttempt.invoice_id)).where(col(PaymentAttempt.payment_id) == col(Payment.id)).scalar_subquery()
)
_MONEY = (
    sa_select(Payment, col(Allocation.refund_id), col(Allocation.dispute_id), func.sum(Allocation.amount), _RECEIVED_FOR)
    .join(Allocation, col(Allocation.payment_id) == Payment.id)
    .where(col(Allocation.invoice_id) == bindparam("invoice_id"))
    .group_by(col(Payment.id), col(Allocation.refund_id), col(Allocation.dispute_id))
    .order_by(col(Payment.received_at), col(Payment.id), func.min(Allocation.id))
)


def add_money(
    session: Session, invoice: Invoice, printed: PrintedInvoice, content: InvoiceContent, *, is_issued: bool
) -> PrintedInvoice:
    """A printed document with the payments, credits and instalments of now, written as the document is."""
    organisation = read_organisation(session)
    locale, currency = printed.language.replace("-", "_"), invoice.currency
    today = today_in(organisation.time_zone)
    void = invoice.stage == "void"
    due = 0 if void else printed.total_minor - invoice.paid - invoice.credited
    return replace(
        printed,
        due=_describe_day(invoice, due, today, locale),
        due_date=format_date(invoice.due_on, locale),
        payments=_print_payments(session, invoice, locale),
        paid=format_amount(-invoice.paid, currency, locale) if invoice.paid else "",
        credits=_print_credits(session, invoice, locale),
        due_amount=format_amount(due, currency, locale),
        due_label=format_amount_label(due, currency, locale),
        due_minor=due,
        stamp=_stamp(invoice, printed, due, is_issued=is_issued),
        instalments=() if void else print_instalments(session, invoice, today, locale, content),
    )


def _stamp(invoice: Invoice, printed: PrintedInvoice, due: int, *, is_issued: bool) -> str:
    if invoice.stage == "void":
        return "Void"
    if printed.revision < invoice.revision and not is_issued:
        return "Replaced"
    if due <= 0 < printed.total_minor:
        return "Paid" if invoice.paid > 0 or not invoice.credited else "Credited"
    return ""


def describe_due(due_on: date, due_minor: int, today: date, locale: str) -> str:
    """The due date in words: "Due in 3 days", "Overdue since 12 Nov 2026", "" when nothing is due."""
    if due_minor <= 0:
        return ""
    if due_on < today:
        return f"Overdue since {format_date(due_on, locale)}"
    return f"Due {describe_days(due_on, today)}"


def _describe_day(invoice: Invoice, due_minor: int, today: date, locale: str) -> str:
    day = format_date(invoice.due_on, locale)
    words = describe_due(invoice.due_on, due_minor, today, locale)
    return f"{day} ({words.removeprefix('Due ')})" if words.startswith("Due ") else day


def _print_credits(session: Session, invoice: Invoice, locale: str) -> tuple[PrintedCredit, ...]:
    if not invoice.credited:
        return ()
    notes = session.exec(select(CreditNote).where(CreditNote.invoice_id == invoice.id).order_by(col(CreditNote.id))).all()
    return tuple(
        PrintedCredit(
            id=note.id or 0,
            number=note.number,
            issued=format_date(note.issued_on, locale),
            amount=format_amount(-note.total, note.currency, locale),
        )
        for note in notes
    )


def print_instalments(
    session: Session, invoice: Invoice, today: date, locale: str, content: InvoiceContent | None = None
) -> tuple[PrintedInstalment, ...]:
    """The payment schedule with how far each instalment is paid; nothing without one. `content` when the caller has read it."""
    return tuple(
        PrintedInstalment(
            label=due.label or f"Instalment {number}",
            due=format_date(due.due_on, locale),
            amount=format_amount(due.amount, invoice.currency, locale),
            state=_name_instalment(due, today),
        )
        for number, due in enumerate(read_schedule(session, invoice, content), start=1)
    )


def _name_instalment(due: Due, today: date) -> str:
    if due.unpaid <= 0:
        return "Paid"
    if due.due_on < today:
        return "Overdue"
    if due.due_on == today:
        return "Due"
    return "Partly paid" if due.paid else ""


def _print_payments(session: Session, invoice: Invoice, locale: str) -> tuple[PrintedPayment, ...]:
    """What came in, and what went back as negative payments (D34); a refund that failed leaves no trace here."""
    return tuple(
        _print_payment(session, payment, refund_id, dispute_id, int(amount), locale, is_credit=home not in (None, invoice.id))
        for payment, refund_id, dispute_id, amount, home in session.execute(_MONEY, {"invoice_id": invoice.id}).all()
        if amount
    )


def _print_payment(
    session: Session,
    payment: Payment,
    refund_id: int | None,
    dispute_id: int | None,
    amount: int,
    locale: str,
    *,
    is_credit: bool,
) -> PrintedPayment:
    """`is_credit`: it was received for another invoice."""
    refund = session.get(Refund, refund_id) if refund_id else None
    dispute = session.get(Dispute, dispute_id) if dispute_id else None
    at, method = payment.received_at, "Account credit" if is_credit else payment.method_label
    if refund is not None:
        at, method = refund.created_at, f"Refund to {payment.method_label}"
    elif dispute is not None:
        at, method = dispute.closed_at or dispute.opened_at, f"Taken back by the bank of {payment.method_label}"
    return PrintedPayment(
        received=format_date(at.date(), locale),
        method=method,
        amount=format_amount(amount, payment.currency, locale),
        back=format_amount(-amount, payment.currency, locale) if amount < 0 else "",
    )
