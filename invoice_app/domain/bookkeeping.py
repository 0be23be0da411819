"""Double entry: every happening as entries that sum to zero, so that no cent appears or vanishes.

Debits are positive, credits negative, in minor units. RECEIVABLE of an invoice is what its customer still owes; CREDIT of an
account is, negated, what the organisation owes the customer.
"""

from enum import StrEnum
from typing import NamedTuple


class Book(StrEnum):
    """The accounts of the ledger."""

    RECEIVABLE = "receivable"
    REVENUE = "revenue"
    CARD = "card"
    CASH = "cash"
    CHECK = "check"
    BANK = "bank"
    PROCESSING_FEES = "processing_fees"
    CUSTOMER_CREDIT = "customer_credit"
    DISPUTED = "disputed"


# Where the money of a payment lies, by its method.
BOOKS = {"card": Book.CARD, "cash": Book.CASH, "check": Book.CHECK, "bank": Book.BANK}


class Entry(NamedTuple):
    """One side: `amount` in minor units, debit positive."""

    book: Book
    amount: int


class UnbalancedEntries(Exception):
    """Entries that do not sum to zero: a defect of the program, never of what somebody typed."""


def balanced(*entries: Entry) -> tuple[Entry, ...]:
    """The entries without empty ones. Raises UnbalancedEntries."""
    if sum(entry.amount for entry in entries):
        raise UnbalancedEntries(entries)
    return tuple(entry for entry in entries if entry.amount)


def book_charge(difference: int) -> tuple[Entry, ...]:
    """The invoice's total changed by `difference`: the customer owes that much more (or less)."""
    return balanced(Entry(Book.RECEIVABLE, difference), Entry(Book.REVENUE, -difference))


def book_credit_note(amount: int) -> tuple[Entry, ...]:
    """A credit note over `amount`: the customer owes that much less, and it was no revenue after all."""
    return book_charge(-amount)


def book_payment(into: Book, *, to_invoice: int, to_credit: int) -> tuple[Entry, ...]:
    """Money came in: part pays the invoice, what exceeds it is the customer's credit."""
    return balanced(
        Entry(into, to_invoice + to_credit),
        Entry(Book.RECEIVABLE, -to_invoice),
        Entry(Book.CUSTOMER_CREDIT, -to_credit),
    )


def book_credit_use(amount: int) -> tuple[Entry, ...]:
    """The customer's credit pays `amount` of an invoice."""
    return balanced(Entry(Book.CUSTOMER_CREDIT, amount), Entry(Book.RECEIVABLE, -amount))


def book_processing_fee(fee: int, out_of: Book = Book.CARD) -> tuple[Entry, ...]:
    """The processor kept `fee` of a payment."""
    return balanced(Entry(Book.PROCESSING_FEES, fee), Entry(out_of, -fee))


def book_dispute(amount: int, fee: int = 0, out_of: Book = Book.CARD) -> tuple[Entry, ...]:
    """The bank took a disputed amount (and its fee) out of our balance until the dispute ends; below zero it gave it back."""
    return balanced(Entry(Book.DISPUTED, amount), Entry(Book.PROCESSING_FEES, fee), Entry(out_of, -amount - fee))


def reverse(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The same happening undone."""
    return tuple(Entry(entry.book, -entry.amount) for entry in entries)
