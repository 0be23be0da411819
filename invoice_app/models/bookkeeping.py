"""The ledger, and what moves money after it came in: refunds, disputes, holds, instalments."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from invoice_app.models.columns import Identifier, Minor, UTCDateTime


class LedgerTransaction(SQLModel, table=True):
    """One happening that moved money or debt; its entries sum to zero. `source` is unique: nothing is booked twice."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    at: datetime = Field(sa_type=UTCDateTime, index=True)
    kind: str
    source: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    payment_id: int | None = Field(default=None, foreign_key="payment.id", index=True)
    currency: str
    who: str
    note: str = ""


class LedgerEntry(SQLModel, table=True):
    """One side of a transaction, append-only: `amount` in minor units, debit positive, credit negative."""

    __table_args__ = (Index("ix_ledgerentry_book_transaction", "book", "transaction_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    transaction_id: int = Field(foreign_key="ledgertransaction.id", index=True)
    book: str
    amount: int = Field(sa_type=Minor)


class Refund(SQLModel, table=True):
    """Money going back: through the gateway, or by hand for cash and check. A success may still fail later."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    payment_id: int = Field(foreign_key="payment.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    amount: int = Field(sa_type=Minor)
    currency: str
    reason: str = ""
    status: str = "pending"
    channel: str
    refund_id: str | None = Field(default=None, unique=True)
    idempotency_key: str = Field(unique=True)
    requested_by: str
    failure_reason: str = ""
    created_at: datetime = Field(sa_type=UTCDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Dispute(SQLModel, table=True):
    """A customer's bank asks for the money back. `dispute_id` is the gateway's."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    dispute_id: str = Field(unique=True)
    payment_id: int = Field(foreign_key="payment.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    amount: int = Field(sa_type=Minor)
    currency: str
    reason: str
    status: str
    due_by: datetime | None = Field(default=None, sa_type=UTCDateTime)
    funds_withdrawn: bool = False
    opened_at: datetime = Field(sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Hold(SQLModel, table=True):
    """An amount blocked on a card and not yet taken: captured in full or part, released, or expired at `capture_before`."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    saved_card_id: int | None = Field(default=None, foreign_key="savedcard.id")
    share_link_id: int | None = Field(default=None, foreign_key="sharelink.id")
    amount: int = Field(sa_type=Minor)
    captured: int = Field(default=0, sa_type=Minor)
    currency: str
    status: str = "open"
    method_label: str = ""
    who: str
    idempotency_key: str = Field(unique=True)
    checkout_session_id: str | None = Field(default=None, unique=True)
    checkout_url: str = ""
    payment_intent_id: str | None = Field(default=None, unique=True)
    capture_before: datetime | None = Field(default=None, sa_type=UTCDateTime)
    error_code: str = ""
    decline_code: str = ""
    created_at: datetime = Field(sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Instalment(SQLModel, table=True):
    """A part of an invoice with a due date of its own: a fixed amount, or a percentage of what the fixed ones leave."""

    __table_args__ = (Index("ix_instalment_invoice_position", "invoice_id", "position"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int = Field(foreign_key="invoice.id")
    position: int
    label: str = ""
    rate: int = 0
    fixed: int = Field(default=0, sa_type=Minor)
    due_on: date
