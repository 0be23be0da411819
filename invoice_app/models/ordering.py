"""Accounts, orders with their events, items and files."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from invoice_app.models.columns import Identifier, LocalDateTime, Minor, UTCDateTime


class Account(SQLModel, table=True):
    """Who is billed: a person, a company or a team.

    `registrations` counts how often the customer was deleted at the gateway, or not made there for all we know, so that the
    next registration is a new one;
    `name_key` is the name as lists sort it (see `models/finding.py`).
    """

    __table_args__ = (Index("ix_account_name_key", "name_key", "id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    name: str = Field(index=True)
    name_key: str = ""
    kind: str = "person"
    contact_name: str = ""
    email: str = Field(default="", index=True)
    address: str = ""
    tax_id: str = ""
    stripe_customer_id: str | None = Field(default=None, unique=True)
    registrations: int = 0
    created_at: datetime = Field(sa_type=UTCDateTime)


class Order(SQLModel, table=True):
    """The commercial context of invoices: an order, or a booking, which is an order with events.

    `starts_on` and `ends_on` are the first and last day of its events, `total` and `balance` the sums of its live invoices in
    minor units: repeated here so that lists and calendar can sort and page by them (see `models/sums.py`). So are `owed_from`,
    the earliest due date of an invoice still to be paid, and `otherwise`, the worst standing of all the other invoices.
    `title_key` and `customer_key` are title and customer's name as lists sort them (see `models/finding.py`).
    """

    __tablename__ = "sales_order"
    __table_args__ = (
        Index("ix_sales_order_ordered", "ordered_on", "number", "status", "otherwise", "owed_from"),
        Index("ix_sales_order_starts", "starts_on", "number", "ends_on", "status"),
        Index("ix_sales_order_title", "title_key", "number"),
        Index("ix_sales_order_customer", "customer_key", "number"),
        Index("ix_sales_order_total", "total", "number"),
        Index("ix_sales_order_balance", "balance", "number"),
        Index("ix_sales_order_status_ordered", "status", "ordered_on", "number", "otherwise", "owed_from"),
        Index("ix_sales_order_status_number", "status", "number"),
        Index("ix_sales_order_status_starts", "status", "starts_on", "number", "ends_on"),
        Index("ix_sales_order_status_title", "status", "title_key", "number"),
        Index("ix_sales_order_status_customer", "status", "customer_key", "number"),
        Index("ix_sales_order_status_total", "status", "total", "number"),
        Index("ix_sales_order_status_balance", "status", "balance", "number"),
        Index("ix_sales_order_otherwise", "otherwise", "owed_from", "ordered_on", "number"),
        Index("ix_sales_order_owed_from", "owed_from", "otherwise"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    number: int = Field(unique=True, index=True)
    title: str
    account_id: int = Field(foreign_key="account.id", index=True)
    flow_id: int = Field(foreign_key="bookingflow.id", index=True)
    assignee_id: int | None = Field(default=None, foreign_key="staff_user.id", index=True)
    status: str = "definite"
    location: str = ""
    ordered_on: date
    starts_on: date | None = None
    ends_on: date | None = None
    total: int = Field(default=0, sa_type=Minor)
    balance: int = Field(default=0, sa_type=Minor)
    owed_from: date | None = None
    otherwise: str = ""
    title_key: str = ""
    customer_key: str = ""
    created_at: datetime = Field(sa_type=UTCDateTime)


class Event(SQLModel, table=True):
    """One event of a booking. Its times are those on the wall where it takes place, whatever becomes of time zones."""

    __tablename__ = "booking_event"
    __table_args__ = (Index("ix_booking_event_order_position", "order_id", "position"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    order_id: int = Field(foreign_key="sales_order.id")
    position: int = 0
    name: str
    starts_at: datetime = Field(sa_type=LocalDateTime, index=True)
    ends_at: datetime = Field(sa_type=LocalDateTime)
    space: str = ""
    guests: int = 0


class Item(SQLModel, table=True):
    """What is sold on an order, and at the same time the line of its connected invoice (product.md invariant 7).

    `shared`: an item of the order, on a connected invoice or (without `invoice_id`) not invoiced yet; otherwise it is the line
    of a standalone invoice alone. `position` is its place on its invoice, or among those not invoiced.
    `quantity` is in millionths, `unit_price` in millionths of the major unit, `discount_rate` in ten-thousandths of a percent,
    `discount_amount` in minor units. `key` is stable across revisions; `starts_on` and `ends_on` are when it is rendered.
    """

    __table_args__ = (
        Index("ix_item_order_position", "order_id", "position"),
        CheckConstraint("shared OR (invoice_id IS NOT NULL AND event_id IS NULL)", name="ck_item_shared"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Identifier)
    key: str = Field(unique=True)
    order_id: int = Field(foreign_key="sales_order.id")
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    event_id: int | None = Field(default=None, foreign_key="booking_event.id", index=True)
    shared: bool = True
    kind: str = "product"
    position: int = 0
    description: str
    quantity: int = Field(sa_type=Minor)
    unit_price: int = Field(sa_type=Minor)
    discount_rate: int = 0
    discount_amount: int = Field(default=0, sa_type=Minor)
    tax_name: str = ""
    tax_category: str = "O"
    tax_rate: int = 0
    starts_on: date | None = None
    ends_on: date | None = None


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
