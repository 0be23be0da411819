"""What is sold on an order or booking: an item on a connected invoice changes with that invoice, any other by itself (D5)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from sqlmodel import Session, select

from invoice_app.db import after_commit, reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import ItemKind
from invoice_app.domain.content import ContentLine, InvoiceContent
from invoice_app.domain.entry import TaxRef, parse_line, write_discount, write_period, write_unit_price
from invoice_app.domain.errors import Conflict, NotFound, ValidationFailed
from invoice_app.domain.money import currency_exponent, format_micro
from invoice_app.domain.stages import Kind
from invoice_app.gateways import signals
from invoice_app.models import Event, Invoice, Item
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import copy_fields, line_from_item
from invoice_app.repositories.items import add_waiting_item, list_shared_items, list_waiting_items, lock_waiting_item, read_item
from invoice_app.repositories.orders import read_order
from invoice_app.repositories.organisations import list_taxes
from invoice_app.services.order_views import ItemForm
from invoice_app.services.placing_items import Place, find_connected, find_currency, find_place
from invoice_app.services.revising import revise_invoice


@dataclass(frozen=True)
class SavedItem:
    """An item as it was saved. `closed_checkout`: that closed the payment page which the customer had open."""

    key: str
    closed_checkout: bool = False


@dataclass(frozen=True)
class RemovedItem:
    """What Undo needs to put an item back where it was. `invoice_id` is None for one that was not invoiced.

    `closed_checkout`: removing it closed the payment page which the customer had open.
    """

    order_id: int
    invoice_id: int | None
    event_id: int | None
    position: int
    line: ContentLine
    closed_checkout: bool = False


def add_item(actor: Actor | None, order_id: int, form: ItemForm) -> SavedItem:
    """Add an item to an order and, where it goes on a connected invoice, a line to that.

    Raises NotFound, ValidationFailed naming the field, and what revising the invoice raises.
    """
    editor = require(actor, Permission.EDIT_ORDERS)
    key = uuid4().hex
    with reading() as session:
        read_order(session, order_id)
        place = find_place(session, order_id, form)
        line = _parse_item(session, key, form, find_currency(session, place.invoice_id))
    if place.invoice_id is None:
        with transaction() as session:
            item = Item(key=key, order_id=order_id, description="", quantity=0, unit_price=0)
            copy_fields(line, item)
            item.event_id = _still_there(session, place.event_id)
            add_waiting_item(session, order_id, item)
            _record(session, editor, order_id, "added an item", line)
        return SavedItem(key)
    closed = _revise(
        editor,
        place.invoice_id,
        "added an item",
        lambda lines: (*lines, line),
        lambda session: _set_event(session, editor, key, place),
    )
    return SavedItem(key, closed)


def open_item(actor: Actor | None, key: str) -> ItemForm:
    """An item as its form starts; `invoice_id` is empty: it stays where it is. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        item = _read_shared(session, key)
        currency = find_currency(session, item.invoice_id)
        line = line_from_item(item)
        starts_on, ends_on = write_period(line)
        return ItemForm(
            description=line.description,
            quantity=format_micro(line.quantity),
            unit_price=write_unit_price(line.unit_price, currency_exponent(currency)),
            discount=write_discount(line, currency),
            tax_id=str(TaxRef(line.tax_category, line.tax_rate, line.tax_name)),
            kind=line.kind,
            starts_on=starts_on,
            ends_on=ends_on,
            event_id=str(item.event_id or ""),
        )


def edit_item(actor: Actor | None, key: str, form: ItemForm) -> SavedItem:
    """Change an item, its event and its invoice. Raises NotFound, ValidationFailed, and what revising an invoice raises.

    From one invoice to another it goes in two steps: off the first, then on the second; if that refuses it, it stays off.
    """
    editor = require(actor, Permission.EDIT_ORDERS)
    with reading() as session:
        item = _read_shared(session, key)
        held_by = item.invoice_id
        place = find_place(session, item.order_id, form, held=item)
        currency = find_currency(session, place.invoice_id)
        changed = _parse_item(session, key, form, currency, line_from_item(item))
    if held_by is not None and held_by == place.invoice_id:
        closed = _revise(
            editor,
            held_by,
            "changed an item",
            lambda lines: tuple(changed if line.key == key else line for line in lines),
            lambda session: _set_event(session, editor, key, place),
        )
        return SavedItem(key, closed)
    if place.invoice_id is not None:
        _refuse_guestroom(changed)
    closed = held_by is not None and _take_off(editor, held_by, key)
    with transaction() as session:
        item = lock_waiting_item(session, key)
        before = line_from_item(item)
        copy_fields(changed, item)
        item.event_id = _still_there(session, place.event_id)
        session.add(item)
        _record(session, editor, item.order_id, "changed an item", changed, before)
    if place.invoice_id is not None:
        closed = _revise(editor, place.invoice_id, "took up an item", lambda lines: (*lines, changed)) or closed
    return SavedItem(key, closed)


def remove_item(actor: Actor | None, key: str) -> RemovedItem:
    """Remove an item; pass the answer to `restore_item` to undo. Raises NotFound."""
    editor = require(actor, Permission.EDIT_ORDERS)
    with reading() as session:
        item = _read_shared(session, key)
        removed = RemovedItem(item.order_id, item.invoice_id, item.event_id, item.position, line_from_item(item))
    if removed.invoice_id is None:
        with transaction() as session:
            session.delete(lock_waiting_item(session, key))
            _record(session, editor, removed.order_id, "removed an item", None, removed.line)
        return removed
    found: list[RemovedItem] = []

    def remove(lines: tuple[ContentLine, ...]) -> tuple[ContentLine, ...]:
        position = _position_of(lines, key)
        found[:] = [replace(removed, position=position, line=lines[position])]
        return tuple(line for line in lines if line.key != key)

    closed = _revise(editor, removed.invoice_id, "removed an item", remove)
    return replace(found[0], closed_checkout=closed)


def restore_item(actor: Actor | None, removed: RemovedItem) -> SavedItem:
    """Undo a removal: the same item at its place. Once is enough: a second call changes nothing.

    Where its invoice was deleted or made standalone meanwhile it comes back to the order alone.
    """
    editor = require(actor, Permission.EDIT_ORDERS)
    key = removed.line.key
    with reading() as session:
        invoice_id = find_connected(session, removed.invoice_id)
    if invoice_id is None:
        with transaction() as session:
            if session.exec(select(Item.id).where(Item.key == key)).first() is None:
                item = Item(key=key, order_id=removed.order_id, description="", quantity=0, unit_price=0)
                copy_fields(removed.line, item)
                item.event_id, item.position = _still_there(session, removed.event_id), removed.position
                session.add(item)
                _record(session, editor, removed.order_id, "restored an item", removed.line)
        return SavedItem(key)

    def restore(lines: tuple[ContentLine, ...]) -> tuple[ContentLine, ...]:
        if any(line.key == key for line in lines):
            return lines
        return (*lines[: removed.position], removed.line, *lines[removed.position :])

    place = Place(removed.order_id, removed.event_id, invoice_id)
    closed = _revise(editor, invoice_id, "restored an item", restore, lambda session: _set_event(session, editor, key, place))
    return SavedItem(key, closed)


def move_item(actor: Actor | None, key: str, steps: int) -> None:
    """Move an item up (negative) or down among those of its event and invoice; past an end it stays there. Raises NotFound."""
    editor = require(actor, Permission.EDIT_ORDERS)
    with reading() as session:
        item = _read_shared(session, key)
        beside = [
            other.key
            for other in list_shared_items(session, item.order_id)
            if (other.event_id, other.invoice_id) == (item.event_id, item.invoice_id)
        ]
    at = beside.index(key)
    neighbour = beside[max(0, min(at + steps, len(beside) - 1))]
    if neighbour == key:
        return
    if item.invoice_id is not None:
        _revise(editor, item.invoice_id, "moved an item", lambda lines: _move_to(lines, key, neighbour))
        return
    with transaction() as session:
        waiting = list_waiting_items(session, item.order_id)
        keys = [other.key for other in waiting]
        by_key = {other.key: other for other in waiting}
        for position, moved in enumerate(_reorder(keys, key, neighbour)):
            by_key[moved].position = position
            session.add(by_key[moved])
        _record(session, editor, item.order_id, "moved an item", line_from_item(item))


def _revise(
    editor: Actor,
    invoice_id: int,
    action: str,
    change: Callable[[tuple[ContentLine, ...]], tuple[ContentLine, ...]],
    afterwards: Callable[[Session], object] | None = None,
) -> bool:
    def apply(session: Session, invoice: Invoice, content: InvoiceContent) -> InvoiceContent:
        if invoice.kind != Kind.CONNECTED:
            raise Conflict("This invoice no longer follows the booking. Nothing was saved; look at the booking again.")
        return replace(content, lines=change(content.lines))

    return revise_invoice(
        editor,
        invoice_id,
        apply,
        permission=Permission.EDIT_ORDERS,
        action=action,
        afterwards=(lambda session, invoice: afterwards(session)) if afterwards else None,
    )


def _take_off(editor: Actor, invoice_id: int, key: str) -> bool:
    def take_off(session: Session, invoice: Invoice, content: InvoiceContent) -> InvoiceContent:
        add_waiting_item(session, invoice.order_id, read_item(session, key))
        session.flush()
        return replace(content, lines=tuple(line for line in content.lines if line.key != key))

    return revise_invoice(editor, invoice_id, take_off, permission=Permission.EDIT_ORDERS, action="took an item off")


def _set_event(session: Session, editor: Actor, key: str, place: Place) -> None:
    session.flush()
    item = read_item(session, key)
    event_id = _still_there(session, place.event_id)
    if item.event_id == event_id:
        return
    before, after = ({"item": item.description, "event": _name_event(session, at)} for at in (item.event_id, event_id))
    item.event_id = event_id
    session.add(item)
    subject = f"order:{place.order_id}"
    record_event(session, editor, subject=subject, action="put an item at an event", before=before, after=after)
    after_commit(session, lambda: signals.publish(signals.order_topic(place.order_id)))


def _still_there(session: Session, event_id: int | None) -> int | None:
    # Nobody removes it until the item is there.
    return event_id if event_id and session.get(Event, event_id, with_for_update={"read": True, "key_share": True}) else None


def _name_event(session: Session, event_id: int | None) -> str:
    event = session.get(Event, event_id) if event_id else None
    return event.name if event else ""


def _read_shared(session: Session, key: str) -> Item:
    item = read_item(session, key)
    if not item.shared:
        raise NotFound("item", key)
    return item


def _refuse_guestroom(line: ContentLine) -> None:
    if line.kind == ItemKind.GUESTROOM:
        raise ValidationFailed("Guestrooms can be added to a standalone invoice only.", field="invoice_id")


def _position_of(lines: tuple[ContentLine, ...], key: str) -> int:
    for position, line in enumerate(lines):
        if line.key == key:
            return position
    raise NotFound("item", key)


def _move_to(lines: tuple[ContentLine, ...], key: str, neighbour: str) -> tuple[ContentLine, ...]:
    by_key = {line.key: line for line in lines}
    if key not in by_key or neighbour not in by_key:
        raise NotFound("item", key)
    return tuple(by_key[moved] for moved in _reorder(list(by_key), key, neighbour))


def _reorder(keys: list[str], key: str, neighbour: str) -> list[str]:
    target = keys.index(neighbour)
    rest = [other for other in keys if other != key]
    return [*rest[:target], key, *rest[target:]]


def _parse_item(session: Session, key: str, form: ItemForm, currency: str, now: ContentLine | None = None) -> ContentLine:
    known = {str(TaxRef(tax.category, tax.rate, tax.name)) for tax in list_taxes(session)}
    if now is not None:
        known.add(str(TaxRef(now.tax_category, now.tax_rate, now.tax_name)))
    if form.tax_id not in known:
        raise ValidationFailed("Choose a tax from the list.", field="tax_id")
    return parse_line(
        key,
        description=form.description,
        quantity=form.quantity,
        unit_price=form.unit_price,
        discount=form.discount,
        tax=TaxRef.parse(form.tax_id),
        currency=currency,
        kind=form.kind,
        period=(form.starts_on, form.ends_on),
    )


def _record(
    session: Session, editor: Actor, order_id: int, action: str, after: ContentLine | None, before: ContentLine | None = None
) -> None:
    record_event(session, editor, subject=f"order:{order_id}", action=action, before=_tell(before), after=_tell(after))
    after_commit(session, lambda: signals.publish_all((signals.order_topic(order_id), signals.ORDERS)))


def _tell(line: ContentLine | None) -> dict[str, object] | None:
    if line is None:
        return None
    return {"item": line.description, "quantity": line.quantity, "unit_price": line.unit_price}
