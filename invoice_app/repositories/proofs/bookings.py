"""Bookings: what a connected invoice may be, whose an item is, and what orders repeat (invariants 6 and 7)."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from invoice_app.models import Order
from invoice_app.repositories.events import find_days, list_events
from invoice_app.repositories.proofs.broken import Broken, name_invoice_row, run


def find_wrong_kinds(session: Session) -> Iterator[Broken]:
    """A connected invoice is neither finalised nor void and holds no guestroom."""
    rows = run(
        session,
        """
        SELECT invoice.number, sales_order.number AS order_number, invoice.stage,
               (SELECT count(*) FROM item WHERE item.invoice_id = invoice.id AND item.kind = 'guestroom') AS rooms
          FROM invoice JOIN sales_order ON sales_order.id = invoice.order_id
         WHERE invoice.kind = 'connected' AND (invoice.stage IN ('finalized', 'void') OR EXISTS
               (SELECT 1 FROM item WHERE item.invoice_id = invoice.id AND item.kind = 'guestroom'))
        """,
    )
    for row in rows:
        how = f"it is connected and holds {row.rooms} guestrooms" if row.rooms else f"it is connected and {row.stage}"
        yield Broken(name_invoice_row(row.number, row.order_number), how, row.order_number)


def find_wrong_shares(session: Session) -> Iterator[Broken]:
    """An item is shared exactly when it is on a connected invoice or on none; invoice and event are those of its order."""
    rows = run(
        session,
        """
        SELECT item.description, sales_order.number AS order_number, item.shared, invoice.kind
          FROM item JOIN sales_order ON sales_order.id = item.order_id
          LEFT JOIN invoice ON invoice.id = item.invoice_id
          LEFT JOIN booking_event ON booking_event.id = item.event_id
         WHERE item.shared <> (coalesce(invoice.kind, 'connected') = 'connected')
            OR coalesce(invoice.order_id, item.order_id) <> item.order_id
            OR coalesce(booking_event.order_id, item.order_id) <> item.order_id
        """,
    )
    for row in rows:
        on = f"its invoice is {row.kind}" if row.kind else "it is on no invoice"
        shared = "shared" if row.shared else "not shared"
        yield Broken(f"Item {row.description}", f"it is {shared}, {on}, or belongs to another order", row.order_number)


def find_wrong_repeats(session: Session) -> Iterator[Broken]:
    """An order repeats the sums of its live invoices and the days of its events."""
    rows = run(
        session,
        """
        SELECT sales_order.number, sales_order.total, sales_order.balance, coalesce(sum(invoice.total), 0) AS sum_total,
               coalesce(sum(invoice.total - invoice.paid - invoice.credited), 0) AS sum_balance
          FROM sales_order LEFT JOIN invoice ON invoice.order_id = sales_order.id AND invoice.stage <> 'void'
         GROUP BY sales_order.id, sales_order.number, sales_order.total, sales_order.balance
        HAVING sales_order.total <> coalesce(sum(invoice.total), 0)
            OR sales_order.balance <> coalesce(sum(invoice.total - invoice.paid - invoice.credited), 0)
        """,
    )
    for row in rows:
        how = f"it says {row.total} and {row.balance} due, its invoices {row.sum_total} and {row.sum_balance}"
        yield Broken(f"Order #{row.number}", how, row.number)
    for order in session.exec(select(Order).where(col(Order.starts_on).is_not(None)).order_by(col(Order.id))):
        days = find_days(list_events(session, order.id or 0))
        if (order.starts_on, order.ends_on) != days:
            how = f"it says {order.starts_on} to {order.ends_on}, its events {days[0]} to {days[1]}"
            yield Broken(f"Order #{order.number}", how, order.number)
