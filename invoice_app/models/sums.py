"""What an order repeats of its invoices: the database session keeps it right with every invoice it writes."""

from typing import Any

from sqlalchemy import Connection, event, select, text
from sqlmodel import col

from invoice_app.models.invoicing import Invoice
from invoice_app.models.ordering import Order

# The labels are those of services/badges.derive_invoice_billing, but for those that depend on the day:
# "open" is upcoming, due or overdue, whatever the date makes of it.
_SUM = text("""
    UPDATE sales_order SET (total, balance, owed_from, otherwise) = (
        SELECT coalesce(sum(CASE WHEN stage <> 'void' THEN total ELSE 0 END), 0),
               coalesce(sum(CASE WHEN stage <> 'void' THEN total - paid - credited ELSE 0 END), 0),
               min(CASE WHEN billed = 'open' THEN due_on END),
               CASE max(CASE billed WHEN 'processing' THEN 4 WHEN 'pending' THEN 3 WHEN 'paid' THEN 2 WHEN 'void' THEN 1 END)
                   WHEN 4 THEN 'processing' WHEN 3 THEN 'pending' WHEN 2 THEN 'paid' WHEN 1 THEN 'void' ELSE '' END
          FROM (SELECT stage, total, paid, credited, due_on,
                       CASE WHEN stage = 'void' THEN 'void'
                            WHEN stage = 'draft' AND paid = 0 THEN 'pending'
                            WHEN in_flight THEN 'processing'
                            WHEN total - paid - credited > 0 THEN 'open'
                            ELSE 'paid' END AS billed
                  FROM invoice WHERE order_id = :order_id) AS labelled)
     WHERE id = :order_id
""")


def sum_invoices(connection: Connection, order_id: int) -> None:
    """Store anew what an order repeats: total and balance of its live invoices in minor units, and how they are billed."""
    if connection.dialect.name != "sqlite":
        # Another invoice of the order may be written this moment: a sum begun before its commit would leave it out.
        connection.execute(select(col(Order.id)).where(col(Order.id) == order_id).with_for_update(key_share=True))
    connection.execute(_SUM, {"order_id": order_id})


@event.listens_for(Invoice, "after_insert")
@event.listens_for(Invoice, "after_update")
@event.listens_for(Invoice, "after_delete")
def _follow_invoice(_mapper: Any, connection: Connection, invoice: Invoice) -> None:
    sum_invoices(connection, invoice.order_id)
