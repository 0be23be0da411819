"""What each invoice sells and taxes, row by row as it is priced now: repeated here so that reports can sum it in SQL."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from invoice_app.models.columns import Identifier, Minor


class SalesRow(SQLModel, table=True):
    """What a line or fee of an invoice is worth without tax, after every discount (`amount`, in minor units).

    `place` counts the tax groups of the invoice from 0, `key` is that of the line or adjustment, `quantity` is in millionths.
    Rewritten with every revision; in each group they sum to its SalesTax.
    """

    __table_args__ = (Index("ix_salesrow_invoice_key", "invoice_id", "key", "place"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int = Field(foreign_key="invoice.id", ondelete="CASCADE")
    key: str
    place: int
    kind: str
    name: str
    quantity: int = Field(default=0, sa_type=Minor)
    amount: int = Field(sa_type=Minor)


class SalesTax(SQLModel, table=True):
    """One tax group of an invoice: `taxable` and `tax` in minor units, `rate` in ten-thousandths of a percent."""

    __table_args__ = (UniqueConstraint("invoice_id", "place"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    invoice_id: int = Field(foreign_key="invoice.id", ondelete="CASCADE")
    place: int
    name: str
    category: str
    rate: int
    taxable: int = Field(sa_type=Minor)
    tax: int = Field(sa_type=Minor)
