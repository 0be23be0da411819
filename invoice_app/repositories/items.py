"""What is sold on an order: items on its connected invoices, and items not invoiced yet."""

from collections.abc import Sequence
from uuid import uuid4

from sqlmodel import Session, col, select

from invoice_app.domain.errors import Conflict, NotFound
from invoice_app.domain.stages import Stage
from invoice_app.models import Invoice, Item
from invoice_app.repositories.invoices import copy_fields, line_from_item, list_items


def copy_key(key: str) -> str:
    """A key for a copy of an item: it begins with that of what it was copied from, so that the copy is known as one."""
    return key + uuid4().hex[:8]


def are_copies(key: str, other: str) -> bool:
    """Whether of two items one was copied from the other.

    >>> are_copies("4f1c", copy_key("4f1c"))
    True
    """
    return key != other and (key.startswith(other) or other.startswith(key))


def list_copies(session: Session, order_id: int) -> Sequence[Item]:
    """The lines of an order's standalone invoices that are not void, in the order of their invoices."""
    query = select(Item).join(Invoice, col(Invoice.id) == Item.invoice_id)
    query = query.where(Item.order_id == order_id, col(Item.shared).is_(False), Invoice.stage != Stage.VOID)
    return session.exec(query.order_by(col(Item.invoice_id), col(Item.position))).all()


def read_item(session: Session, key: str) -> Item:
    """An item or line by its key. Raises NotFound."""
    item = session.exec(select(Item).where(Item.key == key)).first()
    if item is None:
        raise NotFound("item", key)
    return item


def lock_waiting_item(session: Session, key: str) -> Item:
    """An item that is on no invoice, locked so that none takes it until the transaction ends. Raises NotFound, Conflict."""
    query = select(Item).where(Item.key == key).with_for_update().execution_options(populate_existing=True)
    item = session.exec(query).first()
    if item is None:
        raise NotFound("item", key)
    if item.invoice_id is not None:
        raise Conflict(f"“{item.description}” is on an invoice by now. Nothing was saved; look at it again.")
    return item


def list_shared_items(session: Session, order_id: int) -> Sequence[Item]:
    """The items of an order or booking: in the order of their invoices and places there, those not invoiced last."""
    query = select(Item).where(Item.order_id == order_id, col(Item.shared).is_(True))
    return session.exec(
        query.order_by(col(Item.invoice_id).is_(None), col(Item.invoice_id), col(Item.position), col(Item.id))
    ).all()


def list_waiting_items(session: Session, order_id: int) -> Sequence[Item]:
    """The items of an order that are on no invoice yet, in order."""
    query = select(Item).where(Item.order_id == order_id, col(Item.invoice_id).is_(None))
    return session.exec(query.order_by(col(Item.position), col(Item.id))).all()


def add_waiting_item(session: Session, order_id: int, item: Item) -> None:
    """Put an item at the end of those not invoiced."""
    positions = [other.position for other in list_waiting_items(session, order_id) if other.key != item.key]
    item.invoice_id, item.position = None, max(positions, default=-1) + 1
    session.add(item)


def share_items(session: Session, invoice: Invoice) -> None:
    """Make the lines of an invoice items of its order as well (D21), of none of its events (D22)."""
    for item in list_items(session, invoice.id or 0):
        item.shared = True
        session.add(item)


def unshare_items(session: Session, invoice: Invoice) -> None:
    """Let the lines of an invoice be its own alone: they leave the order and its events (D22)."""
    for item in list_items(session, invoice.id or 0):
        item.shared, item.event_id = False, None
        session.add(item)


def copy_items_to_order(session: Session, invoice: Invoice) -> None:
    """Leave copies of an invoice's items on the order and its events, and let the invoice keep the lines as its own.

    The lines keep their keys, by which revisions and adjustments know them; the order's items get new ones.
    """
    for item in list_items(session, invoice.id or 0):
        copy = Item(key="", order_id=item.order_id, event_id=item.event_id, description="", quantity=0, unit_price=0)
        copy_fields(line_from_item(item), copy)
        copy.key = copy_key(item.key)
        add_waiting_item(session, item.order_id, copy)
        session.flush()
    unshare_items(session, invoice)


def release_items(session: Session, invoice: Invoice, *, keep: bool) -> int:
    """Take the items off an invoice that is about to be deleted; answers how many there were.

    Items of a connected invoice stay on the order and its events when `keep`, else they leave both (D23); the lines of a
    standalone invoice go with it (D24).
    """
    items = list_items(session, invoice.id or 0)
    for item in items:
        if keep and item.shared:
            add_waiting_item(session, invoice.order_id, item)
            session.flush()
        else:
            session.delete(item)
    session.flush()
    return len(items)
