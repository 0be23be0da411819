"""The organisation, its users, booking flows, taxes and number series."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from invoice_app.models.columns import Identifier, Minor, UTCDateTime


class Organisation(SQLModel, table=True):
    """The one organisation of a deployment (id 1). Fee rates in ten-thousandths of a percent, fixed parts in minor units."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    name: str
    email: str = ""
    address: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    tax_ids: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    logo_key: str = ""
    currency: str = "USD"
    locale: str = "en_US"
    time_zone: str = "UTC"
    payments_enabled: bool = True
    prices_include_tax: bool = False
    tax_rounding: str = "sum_by_net"
    number_prefix: str = "INV"
    number_pattern: str = "{prefix}-{year}-{sequence}"
    number_padding: int = 5
    number_at: str = "issue"
    custom_numbers: bool = False
    credit_prefix: str = "CN"
    bill_to: str = "accounts"
    labels: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    payment_terms_days: int = 14
    grace_days: int = 0
    terms: str = ""
    note: str = ""
    lock_policy: str = "on_finalize"
    allow_unvoid: bool = False
    relock_files: bool = False
    part_payments: bool = False
    part_payment_minimum: int = Field(default=0, sa_type=Minor)
    method_fees: bool = False
    fee_covers_itself: bool = True
    card_fee_rate: int = 0
    card_fee_fixed: int = Field(default=0, sa_type=Minor)
    bank_fee_rate: int = 0
    bank_fee_fixed: int = Field(default=0, sa_type=Minor)


class User(SQLModel, table=True):
    """Somebody of the staff. `session_epoch` rises to end every session at once."""

    __tablename__ = "staff_user"
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    email: str = Field(unique=True, index=True)
    name: str
    role: str
    password_hash: str
    active: bool = True
    session_epoch: int = 0
    created_at: datetime = Field(sa_type=UTCDateTime)


class BookingFlow(SQLModel, table=True):
    """How orders of one kind are booked and paid (A1, A6)."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    name: str = Field(unique=True)
    payments_enabled: bool = True
    hold_card: bool = False


class Tax(SQLModel, table=True):
    """A tax as staff choose it. `rate` is in ten-thousandths of a percent."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    name: str = Field(unique=True)
    category: str = "S"
    rate: int = 0
    is_default: bool = False
    active: bool = True


class NumberSeries(SQLModel, table=True):
    """The counter of one series ("INV-2026-#"); `last` was the last one taken."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    name: str = Field(unique=True)
    last: int = 0


class EventLog(SQLModel, table=True):
    """Who changed what, when, from what to what (product.md invariant 21), append-only.

    `id` counts from 1 without a gap; `hash` is the SHA-256 of this entry and of `previous`, the hash of the entry before it.
    """

    __table_args__ = (Index("ix_eventlog_subject", "subject", "id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    at: datetime = Field(sa_type=UTCDateTime, index=True)
    actor_id: int | None = None
    actor_name: str
    subject: str
    action: str
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    previous: str
    hash: str


class EventChain(SQLModel, table=True):
    """The end of the event log (id 1): how many entries there are, and the hash of the last one."""

    id: int = Field(primary_key=True, sa_type=Identifier)
    length: int = Field(default=0, sa_type=Identifier)
    hash: str = ""


class Notice(SQLModel, table=True):
    """Something that happened and that one member of staff should know (D31); unread until `read_at`."""

    __table_args__ = (Index("ix_notice_user_read", "user_id", "read_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    user_id: int = Field(foreign_key="staff_user.id")
    order_id: int = Field(foreign_key="sales_order.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    text: str
    at: datetime = Field(sa_type=UTCDateTime)
    read_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
