"""Payments, attempts, allocations, cards, and the inbox and outbox that talk to the outside."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from invoice_app.models.columns import Identifier, Minor, UTCDateTime


class Payment(SQLModel, table=True):
    """Money received. `payment_intent_id` is unique: one success, one payment (product.md invariant 11).

    `processing_fee` is what the processor kept, in minor units, once it is known.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    account_id: int = Field(foreign_key="account.id", index=True)
    method: str
    method_label: str
    amount: int = Field(sa_type=Minor)
    currency: str
    reference: str = ""
    payment_intent_id: str | None = Field(default=None, unique=True)
    charge_id: str | None = Field(default=None, index=True)
    processing_fee: int | None = Field(default=None, sa_type=Minor)
    recorded_by: str
    received_at: datetime = Field(sa_type=UTCDateTime, index=True)


class Allocation(SQLModel, table=True):
    """The part of a payment applied to one invoice, append-only.

    A refund or a lost dispute takes it back with a negative row that names it (D34); if a refund fails, a positive one follows.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    payment_id: int = Field(foreign_key="payment.id", index=True)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    amount: int = Field(sa_type=Minor)
    refund_id: int | None = Field(default=None, foreign_key="refund.id", index=True)
    dispute_id: int | None = Field(default=None, foreign_key="dispute.id", index=True)


class PaymentAttempt(SQLModel, table=True):
    """Each try, append-only: what was tried (revision, amount, currency), how it ended and why (A3, A4, invariant 13).

    `amount` includes `fee`, the fee of the chosen method, which enters the invoice only with the money (invariant 19);
    `fee_returned` is what of it left the invoice again with money that went back. `asked_customer`: they were mailed a link to
    confirm a charge that their bank wants to hear of.
    `limits_method`: it can be paid by this method alone, because that was chosen for its fee.
    """

    __table_args__ = (Index("ix_attempt_invoice_status", "invoice_id", "status"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int = Field(foreign_key="invoice.id")
    revision: int
    amount: int = Field(sa_type=Minor)
    fee: int = Field(default=0, sa_type=Minor)
    fee_returned: int = Field(default=0, sa_type=Minor)
    currency: str
    method: str
    method_label: str = ""
    status: str = "open"
    who: str
    idempotency_key: str = Field(unique=True)
    checkout_session_id: str | None = Field(default=None, unique=True)
    checkout_url: str = ""
    payment_intent_id: str | None = Field(default=None, index=True)
    saved_card_id: int | None = Field(default=None, foreign_key="savedcard.id")
    share_link_id: int | None = Field(default=None, foreign_key="sharelink.id")
    keep_card: bool = False
    limits_method: bool = False
    asked_customer: bool = False
    error_code: str = ""
    decline_code: str = ""
    error_message: str = ""
    payment_id: int | None = Field(default=None, foreign_key="payment.id", index=True)
    started_at: datetime = Field(sa_type=UTCDateTime, index=True)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class SavedCard(SQLModel, table=True):
    """A customer's card kept with consent: held for a booking flow (A6) or kept at payment (A23)."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    account_id: int = Field(foreign_key="account.id", index=True)
    payment_method_id: str = Field(unique=True)
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    source: str
    is_default: bool = False
    consented_at: datetime = Field(sa_type=UTCDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class CardRequest(SQLModel, table=True):
    """A Checkout in setup mode by which a customer leaves a card (A6)."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    share_link_id: int = Field(foreign_key="sharelink.id")
    idempotency_key: str = Field(unique=True)
    checkout_session_id: str | None = Field(default=None, unique=True)
    checkout_url: str = ""
    status: str = "open"
    created_at: datetime = Field(sa_type=UTCDateTime)


class ReceivedEvent(SQLModel, table=True):
    """The webhook inbox: the gateway's event id applies once (product.md invariant 12)."""

    id: str = Field(primary_key=True)
    type: str
    object_id: str = ""
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    received_at: datetime = Field(sa_type=UTCDateTime)
    applied_at: datetime | None = Field(default=None, sa_type=UTCDateTime, index=True)
    attempts: int = 0
    error: str = ""


class OutgoingEmail(SQLModel, table=True):
    """The outbox: written with the change that causes it, sent afterwards, retried with growing pauses."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    message_id: str = Field(unique=True)
    recipient: str
    subject: str
    text: str
    html: str
    status: str = "queued"
    attempts: int = 0
    next_attempt_at: datetime = Field(sa_type=UTCDateTime, index=True)
    error: str = ""
    created_at: datetime = Field(sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
