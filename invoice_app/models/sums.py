"""What an order repeats of its invoices: the database session keeps it right with every invoice it writes."""

from typing import Any

from sqlalchemy import Connection, event, func, select, update
from sqlmodel import col

from invoice_app.models.invoicing import Invoice
from invoice_app.models.ordering import Order


def sum_invoices(connection: Connection, order_id: int) -> None:
    """Store an order's total and balance anew: the sums of its invoices that are not void, in minor units."""
    if connection.dialect.name != "sqlite":
        # Another invoice of the order may be written this moment: a sum begun before its commit would leave it out.
        connection.execute(select(col(Order.id)).where(col(Order.id) == order_id).with_for_update(key_share=True))
    live = (col(Invoice.order_id) == order_id, col(Invoice.stage) != "void")
    total = select(func.coalesce(func.sum(Invoice.total), 0)).where(*live).scalar_subquery()
    balance = select(func.coalesce(func.sum(Invoice.due), 0)).where(*live).scalar_subquery()
    connection.execute(update(Order).where(col(Order.id) == order_id).values(total=total, balance=balance))


@event.listens_for(Invoice, "after_insert")
@event.listens_for(Invoice, "after_update")
@event.listens_for(Invoice, "after_delete")
def _follow_invoice(_mapper: Any, connection: Connection, invoice: Invoice) -> None:
    sum_invoices(connection, invoice.order_id)
