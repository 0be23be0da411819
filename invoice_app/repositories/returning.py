"""Refunds, disputes, and taking an amount of a payment back from the invoices it paid."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, func, select

from invoice_app.clock import utc_now
from invoice_app.domain.bookkeeping import Book, Entry, balanced, book_credit_use, reverse
from invoice_app.domain.errors import NotFound
from invoice_app.domain.returning import DISPUTE_OPEN, GONE, Split, is_live, split_return
from invoice_app.models import Allocation, Dispute, Invoice, LedgerEntry, LedgerTransaction, Payment, PaymentAttempt, Refund
from invoice_app.repositories.bookkeeping import book, is_booked
from invoice_app.repositories.invoices import lock_invoice


def read_payment(session: Session, payment_id: int) -> Payment:
    """A payment. Raises NotFound."""
    payment = session.get(Payment, payment_id)
    if payment is None:
        raise NotFound("payment", payment_id)
    return payment


def list_payments_of(session: Session, invoice_id: int) -> Sequence[Payment]:
    """Payments taken for an invoice or applied to it, newest first."""
    taken = select(PaymentAttempt.payment_id).where(
        PaymentAttempt.invoice_id == invoice_id, col(PaymentAttempt.payment_id).is_not(None)
    )
    applied = select(Allocation.payment_id).where(Allocation.invoice_id == invoice_id)
    query = select(Payment).where(col(Payment.id).in_(taken.union(applied)))
    return session.exec(query.order_by(col(Payment.received_at).desc(), col(Payment.id).desc())).all()


def find_invoice_of(session: Session, payment_id: int) -> int:
    """The invoice a payment was taken for. Raises NotFound."""
    attempt = select(PaymentAttempt.invoice_id).where(PaymentAttempt.payment_id == payment_id)
    allocation = select(Allocation.invoice_id).where(Allocation.payment_id == payment_id).order_by(col(Allocation.id))
    found = session.exec(attempt).first() or session.exec(allocation).first()
    if found is None:
        raise NotFound("payment", payment_id)
    return found


def find_refund(session: Session, refund_id: str, key: str = "") -> Refund | None:
    """A refund by the gateway's id, else by the key we put into its metadata."""
    found = session.exec(select(Refund).where(Refund.refund_id == refund_id)).first()
    if found is None and key:
        found = session.exec(select(Refund).where(Refund.idempotency_key == key)).first()
    return found


def list_refunds(session: Session, payment_id: int) -> Sequence[Refund]:
    """Every refund of a payment, oldest first."""
    return session.exec(select(Refund).where(Refund.payment_id == payment_id).order_by(col(Refund.id))).all()


def list_started_refunds(session: Session) -> Sequence[Refund]:
    """Refunds the gateway has not answered yet, oldest first."""
    return session.exec(select(Refund).where(Refund.status == "started").order_by(col(Refund.id)).limit(200)).all()


def find_dispute(session: Session, dispute_id: str) -> Dispute | None:
    """A dispute by the gateway's id."""
    return session.exec(select(Dispute).where(Dispute.dispute_id == dispute_id)).first()


def list_disputes(session: Session, payment_id: int) -> Sequence[Dispute]:
    """Every dispute of a payment, oldest first."""
    return session.exec(select(Dispute).where(Dispute.payment_id == payment_id).order_by(col(Dispute.id))).all()


def sum_left(session: Session, payment: Payment, *, besides: int | None = None) -> int:
    """What is left of a payment in minor units: received, less refunds that did not fail and disputes lost (invariant 9).

    Refund `besides` is not counted.
    """
    refunded = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.payment_id == payment.id, col(Refund.status).not_in(GONE), col(Refund.id).is_distinct_from(besides)
    )
    lost = select(func.coalesce(func.sum(Dispute.amount), 0)).where(
        Dispute.payment_id == payment.id, Dispute.status == "lost", col(Dispute.funds_withdrawn).is_(True)
    )
    return payment.amount - int(session.exec(refunded).one()) - int(session.exec(lost).one())


def sum_allocated(session: Session, payment_id: int) -> Mapping[int, int]:
    """What of a payment each invoice holds now, in minor units."""
    query = (
        select(Allocation.invoice_id, func.sum(Allocation.amount))
        .where(Allocation.payment_id == payment_id)
        .group_by(col(Allocation.invoice_id))
    )
    return {invoice_id: int(amount) for invoice_id, amount in session.exec(query).all() if amount}


def sum_gone(session: Session, payment: Payment) -> int:
    """What of a payment has left us, in minor units: refunds the gateway has made, and disputes lost."""
    refunds = sum(one.amount for one in list_refunds(session, payment.id or 0) if is_live(one.status))
    disputes = list_disputes(session, payment.id or 0)
    return refunds + sum(one.amount for one in disputes if one.status == "lost" and one.funds_withdrawn)


def lock_invoices_of(session: Session, payment_id: int) -> dict[int, Invoice]:
    """The invoices a payment is about, locked in the order of their ids so that nobody waits in a circle."""
    # Those too that it pays no longer: what a refund took from them comes back when it fails.
    paid = session.exec(select(Allocation.invoice_id).where(Allocation.payment_id == payment_id).distinct()).all()
    involved = {*paid, find_invoice_of(session, payment_id)}
    return {invoice_id: lock_invoice(session, invoice_id) for invoice_id in sorted(involved)}


def take_back(
    session: Session,
    payment: Payment,
    invoices: Mapping[int, Invoice],
    amount: int,
    *,
    out_of: Book,
    kind: str,
    source: str,
    who: str,
    refund_id: int | None = None,
    dispute_id: int | None = None,
    note: str = "",
) -> None:
    """Take `amount` of a payment off the invoices it paid and off the customer's credit, and book it out of `out_of`.

    Once for each `source`. The invoices must be locked; amounts in minor units.
    """
    assert payment.id is not None
    if is_booked(session, f"{source}:out"):
        return
    first = find_invoice_of(session, payment.id)
    allocated = sum_allocated(session, payment.id)
    gone = amount if dispute_id is not None else 0
    free = sum_left(session, payment, besides=refund_id) + gone - sum(allocated.values())
    split = split_return(amount, free=free, allocated=allocated, first=first)
    for invoice_id, part in split.from_invoices.items():
        row = Allocation(payment_id=payment.id, invoice_id=invoice_id, amount=-part, refund_id=refund_id, dispute_id=dispute_id)
        session.add(row)
        _move(session, invoices[invoice_id], -part, by_bank=dispute_id is not None)
    for number, (invoice_id, entries) in enumerate(_spread(split, first, out_of)):
        name = f"{source}:out" if number == 0 else f"{source}:out:{invoice_id}"
        book(session, invoices[invoice_id], entries, kind=kind, source=name, who=who, payment_id=payment.id, note=note)


def _spread(split: Split, first: int, out_of: Book) -> list[tuple[int, tuple[Entry, ...]]]:
    credit = split.from_credit + split.beyond
    parts = dict(split.from_invoices)
    own = parts.pop(first, 0)
    spread = [(first, _book_return(out_of, own, credit))] if own or credit else []
    return spread + [(invoice_id, _book_return(out_of, part, 0)) for invoice_id, part in parts.items()]


def _book_return(out_of: Book, from_invoice: int, from_credit: int) -> tuple[Entry, ...]:
    return balanced(
        Entry(Book.RECEIVABLE, from_invoice),
        Entry(Book.CUSTOMER_CREDIT, from_credit),
        Entry(out_of, -from_invoice - from_credit),
    )


def give_back(
    session: Session,
    payment: Payment,
    invoices: Mapping[int, Invoice],
    *,
    kind: str,
    source: str,
    who: str,
    refund_id: int | None = None,
    dispute_id: int | None = None,
    note: str = "",
) -> bool:
    """Undo `take_back`: the refund failed, or the dispute was won after all. Answers whether anything was undone; once only."""
    if is_booked(session, f"{source}:back"):
        return False
    taken = session.exec(select(LedgerTransaction).where(col(LedgerTransaction.source).startswith(f"{source}:out"))).all()
    taken = [row for row in taken if row.source.split(":out")[0] == source]
    held = Allocation.refund_id == refund_id if refund_id is not None else Allocation.dispute_id == dispute_id
    for allocation in session.exec(select(Allocation).where(held)).all():
        row = Allocation(
            payment_id=allocation.payment_id,
            invoice_id=allocation.invoice_id,
            amount=-allocation.amount,
            refund_id=refund_id,
            dispute_id=dispute_id,
        )
        session.add(row)
        _move(session, invoices[allocation.invoice_id], -allocation.amount, by_bank=dispute_id is not None)
    for booked in taken:
        sides = session.exec(select(LedgerEntry).where(LedgerEntry.transaction_id == booked.id)).all()
        entries = reverse(tuple(Entry(Book(side.book), side.amount) for side in sides))
        name = booked.source.replace(":out", ":back")
        assert booked.invoice_id is not None
        book(session, invoices[booked.invoice_id], entries, kind=kind, source=name, who=who, payment_id=payment.id, note=note)
    _take_back_overdraft(session, payment, invoices, source=source, who=who)
    return bool(taken)


def _take_back_overdraft(session: Session, payment: Payment, invoices: Mapping[int, Invoice], *, source: str, who: str) -> None:
    # While this refund or dispute counted, another may have gone beyond what was left and so onto the customer's credit.
    # Now that money came back to the invoices, it is they who miss it.
    assert payment.id is not None
    session.flush()
    allocated = sum_allocated(session, payment.id)
    beyond = sum(allocated.values()) - sum_left(session, payment)
    split = split_return(beyond, free=0, allocated=allocated, first=find_invoice_of(session, payment.id))
    for invoice_id, part in split.from_invoices.items():
        session.add(Allocation(payment_id=payment.id, invoice_id=invoice_id, amount=-part))
        _move(session, invoices[invoice_id], -part)
        entries = reverse(book_credit_use(part))
        name = f"{source}:over:{invoice_id}"
        note = "Went back in another refund"
        book(session, invoices[invoice_id], entries, kind="credit", source=name, who=who, payment_id=payment.id, note=note)


def _move(session: Session, invoice: Invoice, amount: int, *, by_bank: bool = False) -> None:
    if amount < 0 and invoice.due <= 0:
        invoice.settled_total = max(invoice.settled_total, invoice.total)
    invoice.paid += amount
    if not by_bank:
        invoice.refunded -= amount
    invoice.updated_at = utc_now()
    session.add(invoice)


def note_disputed(session: Session, invoice: Invoice) -> None:
    """Keep beside the invoice what banks hold back of it just now, in minor units."""
    query = select(func.coalesce(func.sum(Dispute.amount), 0)).where(
        Dispute.invoice_id == invoice.id, col(Dispute.status).in_(DISPUTE_OPEN)
    )
    session.flush()
    invoice.disputed = int(session.exec(query).one())
    invoice.updated_at = utc_now()
    session.add(invoice)
