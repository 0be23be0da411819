"""Accounts, orders, their items and files."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from invoice_app.models.columns import Identifier, Minor, UTCDateTime


class Account(SQLModel, table=True):
    """Who is billed: a person, a company or a team.

    `registrations` counts how often the customer was deleted at the gateway, so that the next registration is a new one.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    name: str = Field(index=True)
    kind: str = "person"
    email: str = Field(default="", index=True)
    address: str = ""
    tax_id: str = ""
    stripe_customer_id: str | None = Field(default=None, unique=True)
    registrations: int = 0
    created_at: datetime = Field(sa_type=UTCDateTime)


class Order(SQLModel, table=True):
    """The commercial context of invoices: an order or booking."""

    __tablename__ = "sales_order"
    __table_args__ = (Index("ix_sales_order_status_ordered", "status", "ordered_on"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    number: int = Field(unique=True)
    title: str
    account_id: int = Field(foreign_key="account.id", index=True)
    flow_id: int = Field(foreign_key="bookingflow.id", index=True)
    status: str = "open"
    location: str = ""
    ordered_on: date = Field(index=True)
    created_at: datetime = Field(sa_type=UTCDateTime)


class Item(SQLModel, table=True):
    """What is sold on an order, and at the same time the line of its connected invoice (product.md invariant 7).

    `quantity` is in millionths, `unit_price` in millionths of the major unit, `discount_rate` in ten-thousandths of a percent,
    `discount_amount` in minor units. `key` is stable across revisions.
    """

    __table_args__ = (Index("ix_item_order_position", "order_id", "position"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    key: str = Field(unique=True)
    order_id: int = Field(foreign_key="sales_order.id")
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    position: int = 0
    description: str
    quantity: int = Field(sa_type=Minor)
    unit_price: int = Field(sa_type=Minor)
    discount_rate: int = 0
    discount_amount: int = Field(default=0, sa_type=Minor)
    tax_name: str = ""
    tax_category: str = "O"
    tax_rate: int = 0


class Deliverable(SQLModel, table=True):
    """A file for the customer, locked until its order's invoices are settled (A8, product.md invariant 17)."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    order_id: int = Field(foreign_key="sales_order.id", index=True)
    name: str
    file_key: str
    size: int = Field(sa_type=Minor)
    sha256: str
    media_type: str
    position: int = 0
    uploaded_at: datetime = Field(sa_type=UTCDateTime)
