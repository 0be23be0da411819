"""What an order repeats of its invoices: the session stores it anew at the end of every transaction that wrote one."""

from typing import Any

from sqlalchemy import Connection, event, select, text
from sqlalchemy.orm import Session, object_session
from sqlmodel import col

from invoice_app.domain.settlement import derive_standing
from invoice_app.domain.stages import Stage
from invoice_app.models.invoicing import Invoice
from invoice_app.models.ordering import Order

_SUM = """
    UPDATE sales_order SET (total, balance, owed_from, otherwise) = (
        SELECT coalesce(sum(CASE WHEN standing <> 'void' THEN total ELSE 0 END), 0),
               coalesce(sum(CASE WHEN standing <> 'void' THEN total - paid - credited ELSE 0 END), 0),
               min(CASE WHEN standing = 'open' THEN due_on END),
               CASE max(CASE standing WHEN 'processing' THEN 4 WHEN 'pending' THEN 3 WHEN 'paid' THEN 2 WHEN 'void' THEN 1 END)
                   WHEN 4 THEN 'processing' WHEN 3 THEN 'pending' WHEN 2 THEN 'paid' WHEN 1 THEN 'void' ELSE '' END
          FROM invoice WHERE invoice.order_id = sales_order.id)
"""
_SUM_ALL = text(_SUM)
_SUM_ONE = text(f"{_SUM} WHERE id = :order_id")
# Orders of the invoices written in this transaction, in `session.info`.
_WRITTEN = "orders to sum"


def sum_invoices(connection: Connection, order_id: int) -> None:
    """Store anew what an order repeats: total and balance of its live invoices in minor units, and how they are billed."""
    if connection.dialect.name != "sqlite":
        # Another invoice of the order may be written this moment: a sum begun before its commit would leave it out.
        connection.execute(select(col(Order.id)).where(col(Order.id) == order_id).with_for_update(key_share=True))
    connection.execute(_SUM_ONE, {"order_id": order_id})


def sum_all_invoices(connection: Connection) -> None:
    """Store it anew for every order, after invoices were written past the session."""
    connection.execute(_SUM_ALL)


@event.listens_for(Invoice, "before_insert")
@event.listens_for(Invoice, "before_update")
def _stand(_mapper: Any, _connection: Connection, invoice: Invoice) -> None:
    invoice.standing = derive_standing(Stage(invoice.stage), invoice.in_flight, invoice.due, invoice.paid)


@event.listens_for(Invoice, "after_insert")
@event.listens_for(Invoice, "after_update")
@event.listens_for(Invoice, "after_delete")
def _note_order(_mapper: Any, _connection: Connection, invoice: Invoice) -> None:
    session = object_session(invoice)
    assert session is not None
    session.info.setdefault(_WRITTEN, set()).add(invoice.order_id)


@event.listens_for(Session, "before_commit")
def _sum_written(session: Session) -> None:
    session.flush()
    for order_id in sorted(session.info.pop(_WRITTEN, ())):
        sum_invoices(session.connection(), order_id)


@event.listens_for(Session, "after_rollback")
def _forget_written(session: Session) -> None:
    session.info.pop(_WRITTEN, None)
