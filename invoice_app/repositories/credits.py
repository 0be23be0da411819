"""A customer's credit: money received that no invoice has taken up (product.md invariant 9)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from invoice_app.domain.bookkeeping import Book, book_credit_use, reverse
from invoice_app.models import Account, Allocation, Invoice, LedgerEntry, LedgerTransaction, Payment, Refund
from invoice_app.repositories.bookkeeping import book, sum_of_account

GONE = ("failed", "canceled")


class FreeMoney(NamedTuple):
    """What is left of a payment, in minor units."""

    payment_id: int
    amount: int


def lock_account(session: Session, account_id: int) -> None:
    """Let nobody else spend the customer's credit until the transaction ends."""
    session.exec(select(Account.id).where(Account.id == account_id).with_for_update()).one()


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
    """Payments of a customer with something left of them after refunds and allocations, oldest first."""
    allocated = _sums(session, Allocation.payment_id, Allocation.amount, account_id)
    refunded = _sums(session, Refund.payment_id, Refund.amount, account_id, col(Refund.status).not_in(GONE))
    payments = session.exec(
        select(Payment).where(Payment.account_id == account_id).order_by(col(Payment.received_at), col(Payment.id))
    ).all()
    left = (
        FreeMoney(payment.id or 0, payment.amount - allocated.get(payment.id or 0, 0) - refunded.get(payment.id or 0, 0))
        for payment in payments
    )
    return [free for free in left if free.amount > 0]


def _sums(session: Session, key: Any, amount: Any, account_id: int, *conditions: ColumnElement[bool]) -> dict[int, int]:
    query = (
        select(key, func.sum(amount))
        .join(Payment, col(Payment.id) == key)
        .where(Payment.account_id == account_id, *conditions)
        .group_by(key)
    )
    return {payment_id: int(total) for payment_id, total in session.exec(query).all()}


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
    """What was paid beyond a locked invoice's new total becomes the customer's credit again (E23); answers how much.

    The newest allocations give way first. In minor units.
    """
    excess = released = invoice.paid - max(invoice.total, 0)
    if excess <= 0:
        return 0
    query = select(Allocation).where(Allocation.invoice_id == invoice.id).order_by(col(Allocation.id).desc())
    for allocation in session.exec(query).all():
        part = min(excess, allocation.amount)
        allocation.amount -= part
        excess -= part
        if allocation.amount:
            session.add(allocation)
        else:
            session.delete(allocation)
        if not excess:
            break
    released -= excess
    invoice.paid -= released
    session.add(invoice)
    entries = reverse(book_credit_use(released))
    source = f"excess:{invoice.id}:{invoice.revision}"
    book(session, invoice, entries, kind="credit", source=source, who=who, note="Paid more than the new total")
    return released
