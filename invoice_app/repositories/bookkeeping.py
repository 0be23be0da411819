"""The append-only ledger: booking once, and the balances that are its sums."""

from sqlmodel import Session, col, func, insert, select

from invoice_app.clock import utc_now
from invoice_app.domain.bookkeeping import Book, Entry, balanced
from invoice_app.models import Invoice, LedgerEntry, LedgerTransaction

_APPEND, _APPEND_SIDES = insert(LedgerTransaction), insert(LedgerEntry)


def book(
    session: Session,
    invoice: Invoice,
    entries: tuple[Entry, ...],
    *,
    kind: str,
    source: str,
    who: str,
    payment_id: int | None = None,
    note: str = "",
) -> None:
    """Append a transaction of an invoice, in the transaction of the change itself.

    `source` names what happened ("payment:12", "refund:3:succeeded"); it is unique, so the database refuses a second booking.
    Nothing is booked for entries that are all zero. Raises UnbalancedEntries.
    """
    kept = balanced(*entries)
    if not kept:
        return
    # Append-only rows are inserted as they are: the session has nothing to keep track of.
    connection = session.connection()
    booked = connection.execute(
        _APPEND,
        {
            "at": utc_now(),
            "kind": kind,
            "source": source,
            "account_id": invoice.account_id,
            "invoice_id": invoice.id,
            "payment_id": payment_id,
            "currency": invoice.currency,
            "who": who,
            "note": note,
        },
    )
    assert booked.inserted_primary_key is not None
    sides = [{"transaction_id": booked.inserted_primary_key[0], "book": entry.book, "amount": entry.amount} for entry in kept]
    connection.execute(_APPEND_SIDES, sides)


def is_booked(session: Session, source: str) -> bool:
    """Whether a transaction with this source stands in the ledger."""
    return session.exec(select(LedgerTransaction.id).where(LedgerTransaction.source == source)).first() is not None


def sum_of_invoice(session: Session, invoice_id: int, book_name: Book) -> int:
    """The balance of one book for one invoice, in minor units."""
    query = (
        select(func.coalesce(func.sum(LedgerEntry.amount), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == LedgerEntry.transaction_id)
        .where(LedgerTransaction.invoice_id == invoice_id, LedgerEntry.book == book_name)
    )
    return int(session.exec(query).one())


def sum_of_account(session: Session, account_id: int, book_name: Book) -> int:
    """The balance of one book for one customer, in minor units."""
    query = (
        select(func.coalesce(func.sum(LedgerEntry.amount), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == LedgerEntry.transaction_id)
        .where(LedgerTransaction.account_id == account_id, LedgerEntry.book == book_name)
    )
    return int(session.exec(query).one())
