"""Invoices with their lines, adjustments and revisions: rows to content and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from invoice_app.clock import utc_now
from invoice_app.domain.bookkeeping import book_charge
from invoice_app.domain.content import ContentAdjustment, ContentLine, InvoiceContent
from invoice_app.domain.errors import NotFound
from invoice_app.models import Adjustment, Invoice, InvoiceRevision, Item, PaymentAttempt
from invoice_app.repositories.bookkeeping import book


def read_invoice(session: Session, invoice_id: int) -> Invoice:
    """An invoice. Raises NotFound."""
    invoice = session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound("invoice", invoice_id)
    return invoice


def lock_invoice(session: Session, invoice_id: int) -> Invoice:
    """An invoice, locked until the transaction ends (SQLite: the whole database already is). Raises NotFound."""
    query = select(Invoice).where(Invoice.id == invoice_id).with_for_update().execution_options(populate_existing=True)
    invoice = session.exec(query).first()
    if invoice is None:
        raise NotFound("invoice", invoice_id)
    return invoice


def read_order_invoice(session: Session, order_id: int) -> Invoice:
    """The invoice that shares the order's items. Raises NotFound."""
    invoice = session.exec(select(Invoice).where(Invoice.order_id == order_id).order_by(col(Invoice.id))).first()
    if invoice is None:
        raise NotFound("invoice", f"order {order_id}")
    return invoice


def list_items(session: Session, invoice_id: int) -> Sequence[Item]:
    """The lines of an invoice in order."""
    return session.exec(select(Item).where(Item.invoice_id == invoice_id).order_by(col(Item.position), col(Item.id))).all()


def list_adjustments(session: Session, invoice_id: int) -> Sequence[Adjustment]:
    """The adjustments of an invoice in order."""
    query = select(Adjustment).where(Adjustment.invoice_id == invoice_id)
    return session.exec(query.order_by(col(Adjustment.position), col(Adjustment.id))).all()


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
    """Make the rows say what the content says: changed rows are updated, missing ones removed, new ones added."""
    assert invoice.id is not None
    items = {item.key: item for item in rows.items}
    for position, line in enumerate(content.lines):
        item = items.pop(line.key, None) or Item(
            key=line.key, order_id=invoice.order_id, invoice_id=invoice.id, description="", quantity=0, unit_price=0
        )
        _copy_fields(line, item)
        item.position = position
        session.add(item)
    adjustments = {row.key: row for row in rows.adjustments}
    for position, adjustment in enumerate(content.adjustments):
        row = adjustments.pop(adjustment.key, None) or Adjustment(
            key=adjustment.key, invoice_id=invoice.id, kind="", method="", label=""
        )
        _copy_fields(adjustment, row)
        row.position = position
        session.add(row)
    for gone in (*items.values(), *adjustments.values()):
        session.delete(gone)


def _copy_fields(source: ContentLine | ContentAdjustment, row: Item | Adjustment) -> None:
    for name in type(source).__slots__:
        value: Any = getattr(source, name)
        value = list(value) if isinstance(value, tuple) else value
        if getattr(row, name) != value:
            setattr(row, name, value)


def store_revision(session: Session, invoice: Invoice, content: InvoiceContent, *, revision: int, saved_by: str) -> None:
    """Write a revision and the invoice's totals."""
    assert invoice.id is not None
    totals = content.price()
    now = utc_now()
    charge = book_charge(totals.total - invoice.total)
    book(session, invoice, charge, kind="charge", source=f"charge:{invoice.id}:{revision}", who=saved_by)
    invoice.revision = revision
    invoice.subtotal, invoice.tax_total, invoice.total = totals.subtotal, totals.tax_total, totals.total
    invoice.updated_at = now
    session.add(invoice)
    session.add(
        InvoiceRevision(
            invoice_id=invoice.id,
            revision=revision,
            content=content.to_json(),
            total=totals.total,
            saved_by=saved_by,
            saved_at=now,
        )
    )


def read_revision(session: Session, invoice_id: int, revision: int) -> InvoiceRevision:
    """One stored revision. Raises NotFound."""
    query = select(InvoiceRevision).where(InvoiceRevision.invoice_id == invoice_id, InvoiceRevision.revision == revision)
    row = session.exec(query).first()
    if row is None:
        raise NotFound("revision", revision)
    return row


def read_unfinished(session: Session, invoice_id: int) -> frozenset[str]:
    """Which of "open" and "processing" the invoice has a payment attempt in."""
    query = select(PaymentAttempt.status).where(
        PaymentAttempt.invoice_id == invoice_id, col(PaymentAttempt.status).in_(("open", "processing"))
    )
    return frozenset(session.exec(query).all())
