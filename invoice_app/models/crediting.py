"""Credit notes: the legal correction of a finalised invoice, in a series of their own."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from invoice_app.models.columns import Identifier, Minor, UTCDateTime


class CreditNote(SQLModel, table=True):
    """One credit note, written once. `total` (with tax, in minor units) is what it takes off its invoice.

    `to_account` of it went to the customer's credit, because it had been paid. `issued` is the whole printed document,
    `pdf_sha256` the hash of its PDF. `form_key` names the form it came from: one opening makes one credit note.
    """

    __table_args__ = (UniqueConstraint("series", "sequence"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    number: str = Field(unique=True)
    series: str
    sequence: int
    currency: str
    revision: int
    scope: str
    reason: str
    total: int = Field(sa_type=Minor)
    tax_total: int = Field(sa_type=Minor)
    rounding: int = Field(default=0, sa_type=Minor)
    to_account: int = Field(default=0, sa_type=Minor)
    issued: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    pdf_sha256: str = ""
    form_key: str | None = Field(default=None, unique=True)
    issued_on: date
    issued_by: str
    created_at: datetime = Field(sa_type=UTCDateTime)


class CreditNoteLine(SQLModel, table=True):
    """A row of a credit note: what it takes off a line or fee of its invoice (`line_key`), or off a whole tax group ("").

    `amount` without tax, in minor units; `place` is that of its tax group.
    """

    __table_args__ = (Index("ix_creditnoteline_note_position", "credit_note_id", "position"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    credit_note_id: int = Field(foreign_key="creditnote.id")
    position: int
    line_key: str = ""
    place: int
    description: str
    amount: int = Field(sa_type=Minor)


class CreditNoteTax(SQLModel, table=True):
    """What a credit note takes off one tax group of its invoice (invariant 14): `taxable` and `tax` in minor units.

    `place` counts the groups of the invoice from 0.
    """

    __table_args__ = (UniqueConstraint("credit_note_id", "place"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    credit_note_id: int = Field(foreign_key="creditnote.id")
    place: int
    category: str
    rate: int
    taxable: int = Field(sa_type=Minor)
    tax: int = Field(sa_type=Minor)
