"""A customer's credit: money received that no invoice has taken up (product.md invariant 9)."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from invoice_app.domain.bookkeeping import Book, book_credit_use, reverse
from invoice_app.models import Account, Allocation, Invoice, LedgerEntry, LedgerTransaction, Payment
from invoice_app.repositories.bookkeeping import book, sum_of_account
from invoice_app.repositories.returning import sum_left


class FreeMoney(NamedTuple):
    """What is left of a payment, in minor units."""

    payment_id: int
    amount: int


def lock_account(session: Session, account_id: int) -> None:
    """Let nobody else spend the customer's credit until the transaction ends."""
    # Rows that name the account may go on being added: whoever adds one holds its order, which this one will want to sum.
    session.exec(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True)).one()


def read_credit(session: Session, account_id: int) -> int:
    """The customer's credit in minor units, as the ledger has it."""
    return -sum_of_account(session, account_id, Book.CUSTOMER_CREDIT)


def list_credits(session: Session, account_ids: Sequence[int]) -> dict[int, int]:
    """The credit of several customers in minor units, by account; those without any are left out."""
    query = (
        select(LedgerTransaction.account_id, func.sum(LedgerEntry.amount))
        .join(LedgerEntry, col(LedgerEntry.transaction_id) == LedgerTransaction.id)
        .where(col(LedgerTransaction.account_id).in_(account_ids), LedgerEntry.book == Book.CUSTOMER_CREDIT)
        .group_by(col(LedgerTransaction.account_id))
    )
    return {account_id: -int(total) for account_id, total in session.exec(query).all() if total}


def list_free_money(session: Session, account_id: int) -> list[FreeMoney]:
    """Payments of a customer with something left of them after refunds, disputes and allocations, oldest first."""
    taken = select(func.coalesce(func.sum(Allocation.amount), 0)).where(Allocation.payment_id == Payment.id).scalar_subquery()
    query = select(Payment, taken).where(Payment.account_id == account_id, Payment.amount > taken)
    found = session.exec(query.order_by(col(Payment.received_at), col(Payment.id))).all()
    left = (FreeMoney(payment.id or 0, sum_left(session, payment) - int(allocated)) for payment, allocated in found)
    return [free for free in left if free.amount > 0]


def use_credit(session: Session, invoice: Invoice, amount: int, *, who: str) -> None:
    """Pay `amount` of a locked invoice from the account's credit, the oldest money first; the account must be locked too.

    `amount` in minor units, at most what is due and what is left; ledger and allocations change together.
    """
    assert invoice.id is not None
    rest, first = amount, 0
    for free in list_free_money(session, invoice.account_id):
        part = min(rest, free.amount)
        if part <= 0:
            break
        row = Allocation(payment_id=free.payment_id, invoice_id=invoice.id, amount=part)
        session.add(row)
        session.flush()
        first = first or row.id or 0
        rest -= part
    assert rest == 0, "credit without money behind it"
    invoice.paid += amount
    book(session, invoice, book_credit_use(amount), kind="credit", source=f"credit:{first}", who=who, note="Account credit")
    session.add(invoice)


def release_excess(session: Session, invoice: Invoice, *, who: str) -> int:
    """What a locked invoice holds beyond its total becomes the customer's credit again (E23); answers how much.

    So after an edit, and when a refund comes back to an invoice that was paid anew; a void invoice keeps nothing. The newest
    payment gives way first, by an allocation below zero. In minor units.
    """
    source, excess = "", invoice.paid - (max(invoice.total - invoice.credited, 0) if invoice.stage != "void" else 0)
    if excess <= 0:
        return 0
    released = excess
    held = (
        select(Allocation.payment_id, func.sum(Allocation.amount))
        .where(Allocation.invoice_id == invoice.id)
        .group_by(col(Allocation.payment_id))
        .order_by(func.max(Allocation.id).desc())
    )
    for payment_id, amount in session.exec(held).all():
        part = min(excess, int(amount))
        if part > 0:
            row = Allocation(payment_id=payment_id, invoice_id=invoice.id or 0, amount=-part)
            session.add(row)
            session.flush()
            source, excess = f"excess:{row.id}", excess - part
    released -= excess
    invoice.paid -= released
    session.add(invoice)
    entries = reverse(book_credit_use(released))
    book(session, invoice, entries, kind="credit", source=source, who=who, note="Paid more than the total")
    return released
