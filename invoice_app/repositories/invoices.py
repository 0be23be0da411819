"""Invoices with their lines, adjustments and revisions: rows to content and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, or_
from sqlmodel import Session, col, func, insert, select

from invoice_app.clock import utc_now
from invoice_app.domain.bookkeeping import book_charge
from invoice_app.domain.content import ContentAdjustment, ContentLine, InvoiceContent
from invoice_app.domain.errors import Conflict, NotFound
from invoice_app.domain.totals import Totals
from invoice_app.models import Adjustment, Invoice, InvoiceRevision, Item, PaymentAttempt
from invoice_app.repositories.bookkeeping import book
from invoice_app.repositories.sales import store_sales

# Putting a statement together costs more than running it: those that run at every keystroke are built once.
_OF_INVOICE: BindParameter[int] = bindparam("invoice_id")
_LOCKED_INVOICE = select(Invoice).where(Invoice.id == _OF_INVOICE).with_for_update().execution_options(populate_existing=True)
_ITEMS = select(Item).where(Item.invoice_id == _OF_INVOICE).order_by(col(Item.position), col(Item.id))
_ADJUSTMENTS = (
    select(Adjustment).where(Adjustment.invoice_id == _OF_INVOICE).order_by(col(Adjustment.position), col(Adjustment.id))
)
_UNFINISHED = select(PaymentAttempt.status).where(
    PaymentAttempt.invoice_id == _OF_INVOICE,
    or_(col(PaymentAttempt.status) == "open", col(PaymentAttempt.status) == "processing"),
)
_ADD_REVISION = insert(InvoiceRevision)


def read_invoice(session: Session, invoice_id: int) -> Invoice:
    """An invoice. Raises NotFound."""
    invoice = session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound("invoice", invoice_id)
    return invoice


def lock_invoice(session: Session, invoice_id: int) -> Invoice:
    """An invoice, locked until the transaction ends (SQLite: the whole database already is). Raises NotFound."""
    invoice = session.exec(_LOCKED_INVOICE, params={"invoice_id": invoice_id}).first()
    if invoice is None:
        raise NotFound("invoice", invoice_id)
    return invoice


def find_next_place(session: Session, order_id: int) -> int:
    """The place of the next invoice of an order; places of deleted ones in between are not given again."""
    highest = session.exec(select(func.max(Invoice.place)).where(Invoice.order_id == order_id)).one()
    return (highest or 0) + 1


def list_items(session: Session, invoice_id: int) -> Sequence[Item]:
    """The lines of an invoice in order."""
    return session.exec(_ITEMS, params={"invoice_id": invoice_id}).all()


def list_adjustments(session: Session, invoice_id: int) -> Sequence[Adjustment]:
    """The adjustments of an invoice in order."""
    return session.exec(_ADJUSTMENTS, params={"invoice_id": invoice_id}).all()


@dataclass(frozen=True, slots=True)
class InvoiceRows:
    """The rows of an invoice and what they say."""

    items: tuple[Item, ...]
    adjustments: tuple[Adjustment, ...]
    content: InvoiceContent


def read_rows(session: Session, invoice: Invoice) -> InvoiceRows:
    """What the invoice says now, with the rows that say it."""
    assert invoice.id is not None
    items = tuple(list_items(session, invoice.id))
    adjustments = tuple(list_adjustments(session, invoice.id))
    content = InvoiceContent(
        currency=invoice.currency,
        prices_include_tax=invoice.prices_include_tax,
        tax_rounding=invoice.tax_rounding,
        lines=tuple(line_from_item(item) for item in items),
        adjustments=tuple(_adjustment_from_row(row) for row in adjustments),
    )
    return InvoiceRows(items, adjustments, content)


def read_content(session: Session, invoice: Invoice) -> InvoiceContent:
    """What the invoice says now."""
    return read_rows(session, invoice).content


def line_from_item(item: Item) -> ContentLine:
    """An item as a line."""
    return ContentLine(
        key=item.key,
        description=item.description,
        quantity=item.quantity,
        unit_price=item.unit_price,
        discount_rate=item.discount_rate,
        discount_amount=item.discount_amount,
        tax_name=item.tax_name,
        tax_category=item.tax_category,
        tax_rate=item.tax_rate,
        kind=item.kind,
        starts_on=item.starts_on,
        ends_on=item.ends_on,
    )


def _adjustment_from_row(row: Adjustment) -> ContentAdjustment:
    return ContentAdjustment(
        key=row.key,
        kind=row.kind,
        method=row.method,
        label=row.label,
        rate=row.rate,
        amount=row.amount,
        base=row.base,
        description=row.description,
        coupon_id=row.coupon_id,
        line_keys=tuple(row.line_keys),
        tax_name=row.tax_name,
        tax_category=row.tax_category,
        tax_rate=row.tax_rate,
    )


def write_content(session: Session, invoice: Invoice, rows: InvoiceRows, content: InvoiceContent) -> None:
    """Make the rows say what the content says: changed rows are updated, missing ones removed, new ones added.

    A new line with the key of an item of the order that is on no invoice takes that item; a row that was taken off this
    invoice before stays. Raises Conflict when another invoice took the item first.
    """
    assert invoice.id is not None
    items = {item.key: item for item in rows.items}
    waiting = _find_waiting(session, invoice, [line.key for line in content.lines if line.key not in items])
    for position, line in enumerate(content.lines):
        item = items.pop(line.key, None) or waiting.get(line.key) or _new_item(invoice, line.key)
        item.invoice_id = invoice.id
        copy_fields(line, item)
        item.position = position
        session.add(item)
    adjustments = {row.key: row for row in rows.adjustments}
    for position, adjustment in enumerate(content.adjustments):
        row = adjustments.pop(adjustment.key, None) or Adjustment(
            key=adjustment.key, invoice_id=invoice.id, kind="", method="", label=""
        )
        copy_fields(adjustment, row)
        row.position = position
        session.add(row)
    left = [item for item in items.values() if item.invoice_id == invoice.id]
    for gone in (*left, *adjustments.values()):
        session.delete(gone)


def _new_item(invoice: Invoice, key: str) -> Item:
    return Item(
        key=key,
        order_id=invoice.order_id,
        invoice_id=invoice.id,
        shared=invoice.kind == "connected",
        description="",
        quantity=0,
        unit_price=0,
    )


def _find_waiting(session: Session, invoice: Invoice, keys: Sequence[str]) -> dict[str, Item]:
    if not keys:
        return {}
    query = select(Item).where(col(Item.key).in_(keys)).order_by(col(Item.id)).with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).all()
    for item in found:
        if item.invoice_id is not None or item.order_id != invoice.order_id or invoice.kind != "connected":
            raise Conflict(f"“{item.description}” is on another invoice by now. Nothing was saved; remove that line.")
    return {item.key: item for item in found}


def copy_fields(source: ContentLine | ContentAdjustment, row: Item | Adjustment) -> None:
    """Let the row say what a line or adjustment says."""
    for name in type(source).__slots__:
        value: Any = getattr(source, name)
        value = list(value) if isinstance(value, tuple) else value
        if getattr(row, name) != value:
            setattr(row, name, value)


def store_revision(
    session: Session,
    invoice: Invoice,
    content: InvoiceContent,
    *,
    revision: int,
    saved_by: str,
    totals: Totals | None = None,
    note: str = "",
) -> None:
    """Write a revision, the invoice's totals, and the rows that reports sum; `totals` when the caller has priced `content`.

    `note` is what the ledger calls the change where nobody saved the invoice by hand.
    """
    assert invoice.id is not None
    totals = totals or content.price()
    now = utc_now()
    charge = book_charge(totals.total - invoice.total)
    book(session, invoice, charge, kind="charge", source=f"charge:{invoice.id}:{revision}", who=saved_by, note=note)
    store_sales(session, invoice, content, totals)
    invoice.revision = revision
    invoice.subtotal, invoice.tax_total, invoice.total = totals.subtotal, totals.tax_total, totals.total
    invoice.updated_at = now
    session.add(invoice)
    row = {
        "invoice_id": invoice.id,
        "revision": revision,
        "content": content.to_json(),
        "facts": {"due_on": invoice.due_on.isoformat(), "terms": invoice.terms, "note": invoice.note},
        "total": totals.total,
        "issued": None,
        "pdf_sha256": "",
        "saved_by": saved_by,
        "saved_at": now,
    }
    session.connection().execute(_ADD_REVISION, row)


def read_revision(session: Session, invoice_id: int, revision: int) -> InvoiceRevision:
    """One stored revision. Raises NotFound."""
    query = select(InvoiceRevision).where(InvoiceRevision.invoice_id == invoice_id, InvoiceRevision.revision == revision)
    row = session.exec(query).first()
    if row is None:
        raise NotFound("revision", revision)
    return row


def read_unfinished(session: Session, invoice_id: int) -> frozenset[str]:
    """Which of "open" and "processing" the invoice has a payment attempt in."""
    return frozenset(session.exec(_UNFINISHED, params={"invoice_id": invoice_id}).all())
