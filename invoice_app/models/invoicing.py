"""Invoices, their revisions and drafts, adjustments, coupons and share links."""

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict
from sqlalchemy import JSON, Column, ColumnElement, Index, UniqueConstraint, case
from sqlalchemy.ext.hybrid import hybrid_property
from sqlmodel import Field, SQLModel, col

from invoice_app.models.columns import Identifier, Minor, UTCDateTime


class Invoice(SQLModel, table=True):
    """One invoice. Totals are those of its current revision, kept for lists; all amounts in minor units of `currency`.
    `standing` is how it is billed whatever the day, kept for lists too (see `models/sums.py`).

    `paid` is net of `refunded`; `disputed` is what a customer's bank holds back just now; `credited` is what credit notes took
    off. `settled_total` is the highest total that was wholly paid before money went back: files unlocked by it stay so
    (invariant 17). `place` counts the invoices of the order from 1; `label` is what staff call it among them. `terms`, `note`
    and `labels` are None while they follow the settings, until it leaves draft. A `number` without `series` was typed by hand.
    """

    __table_args__ = (
        Index("ix_invoice_standing", "standing", "due_on", "id", "paid"),
        Index("ix_invoice_due", "due_on", "id"),
        UniqueConstraint("series", "sequence"),
        # The ledger and the event log name invoices by their ids, those of deleted ones too.
        {"sqlite_autoincrement": True},
    )
    model_config = ConfigDict(ignored_types=(hybrid_property,))  # type: ignore[assignment]
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    order_id: int = Field(foreign_key="sales_order.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: str = "connected"
    place: int = 1
    label: str = ""
    pay_online: bool = True
    stage: str = "draft"
    revision: int = 1
    number: str | None = Field(default=None, unique=True)
    series: str | None = None
    sequence: int | None = None
    currency: str
    prices_include_tax: bool = False
    tax_rounding: str = "sum_by_net"
    issued_on: date
    due_on: date
    terms: str | None = None
    note: str | None = None
    labels: dict[str, str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    subtotal: int = Field(default=0, sa_type=Minor)
    tax_total: int = Field(default=0, sa_type=Minor)
    total: int = Field(default=0, sa_type=Minor)
    paid: int = Field(default=0, sa_type=Minor)
    refunded: int = Field(default=0, sa_type=Minor)
    disputed: int = Field(default=0, sa_type=Minor)
    credited: int = Field(default=0, sa_type=Minor)
    settled_total: int = Field(default=0, sa_type=Minor)
    in_flight: bool = False
    standing: str = "pending"
    stage_before_void: str = ""
    void_reason: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finalized_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    voided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    viewed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created_at: datetime = Field(sa_type=UTCDateTime)
    updated_at: datetime = Field(sa_type=UTCDateTime)

    @hybrid_property
    def due(self) -> int:
        """What is to be paid, in minor units; below zero in the customer's favour (invariant 10, BT-115)."""
        return 0 if self.stage == "void" else self.total - self.paid - self.credited

    @due.inplace.expression
    @classmethod
    def _due_in_sql(cls) -> ColumnElement[int]:
        return case((col(cls.stage) == "void", 0), else_=col(cls.total) - col(cls.paid) - col(cls.credited))


class Adjustment(SQLModel, table=True):
    """A coupon, discount or fee on the document or on one line, in stored order."""

    __table_args__ = (Index("ix_adjustment_invoice_position", "invoice_id", "position"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    key: str = Field(unique=True)
    invoice_id: int = Field(foreign_key="invoice.id")
    position: int = 0
    kind: str
    method: str
    rate: int = 0
    amount: int = Field(default=0, sa_type=Minor)
    base: str = "after_discounts"
    label: str
    description: str = ""
    coupon_id: int | None = Field(default=None, foreign_key="coupon.id", index=True)
    line_keys: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    tax_name: str = ""
    tax_category: str = ""
    tax_rate: int = 0


class InvoiceRevision(SQLModel, table=True):
    """What the invoice said at one revision, written once: `content` makes the totals, `facts` are the words beside them.

    `issued` is the whole printed document once the invoice was finalised at this revision, `pdf_sha256` the hash of its PDF:
    neither changes any more (invariants 4 and 18).
    """

    __table_args__ = (UniqueConstraint("invoice_id", "revision"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int = Field(foreign_key="invoice.id")
    revision: int
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    total: int = Field(sa_type=Minor)
    issued: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    pdf_sha256: str = ""
    saved_by: str
    saved_at: datetime = Field(sa_type=UTCDateTime)


class InvoiceDraft(SQLModel, table=True):
    """Unsaved edits of one member of staff, as typed (A20): survives reloads and lost connections."""

    __table_args__ = (UniqueConstraint("invoice_id", "user_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int = Field(foreign_key="invoice.id")
    user_id: int = Field(foreign_key="staff_user.id")
    base_revision: int
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    updated_at: datetime = Field(sa_type=UTCDateTime)


class Coupon(SQLModel, table=True):
    """A reusable rule. `rate` in ten-thousandths of a percent; amounts in minor units of `currency`."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    code: str = Field(unique=True)
    label: str
    method: str
    rate: int = 0
    amount: int = Field(default=0, sa_type=Minor)
    currency: str
    minimum: int = Field(default=0, sa_type=Minor)
    starts_on: date | None = None
    ends_on: date | None = None
    total_limit: int | None = None
    customer_limit: int | None = None
    eligible_items: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    active: bool = True
    created_at: datetime = Field(sa_type=UTCDateTime)


class Redemption(SQLModel, table=True):
    """A use of a coupon by an invoice: reserved when applied, committed when paid, released when removed (invariant 15).

    One with `attempt_id` was reserved for that checkout alone, and is released when it expires.
    """

    __table_args__ = (UniqueConstraint("coupon_id", "invoice_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    coupon_id: int = Field(foreign_key="coupon.id")
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    email: str = ""
    state: str = "reserved"
    attempt_id: int | None = Field(default=None, foreign_key="paymentattempt.id", index=True)
    at: datetime = Field(sa_type=UTCDateTime)


class ShareLink(SQLModel, table=True):
    """A link to one invoice for one recipient; only the token's hash is stored (product.md invariant 22)."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    nonce: str
    token_hash: str = Field(unique=True)
    recipient: str = ""
    created_by: str = ""
    created_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    first_viewed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_viewed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
