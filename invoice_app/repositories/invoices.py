"""Invoices with their lines, adjustments and revisions: rows to content and back."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from invoice_app.clock import utc_now
from invoice_app.domain.content import ContentAdjustment, ContentLine, InvoiceContent
from invoice_app.domain.errors import NotFound
from invoice_app.domain.totals import Totals
from invoice_app.models import Adjustment, Invoice, InvoiceRevision, Item, PaymentAttempt

OPEN_STATUSES = ("open", "processing")


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


def read_content(session: Session, invoice: Invoice) -> InvoiceContent:
    """What the invoice says now, from its rows."""
    assert invoice.id is not None
    return InvoiceContent(
        currency=invoice.currency,
        prices_include_tax=invoice.prices_include_tax,
        tax_rounding=invoice.tax_rounding,
        lines=tuple(line_from_item(item) for item in list_items(session, invoice.id)),
        adjustments=tuple(_adjustment_from_row(row) for row in list_adjustments(session, invoice.id)),
    )


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


def write_content(session: Session, invoice: Invoice, content: InvoiceContent) -> None:
    """Make the rows say what the content says: changed rows are updated, missing ones removed, new ones added."""
    assert invoice.id is not None
    items = {item.key: item for item in list_items(session, invoice.id)}
    for position, line in enumerate(content.lines):
        item = items.pop(line.key, None) or Item(
            key=line.key, order_id=invoice.order_id, invoice_id=invoice.id, description="", quantity=0, unit_price=0
        )
        _copy_fields(line, item)
        item.position = position
        session.add(item)
    rows = {row.key: row for row in list_adjustments(session, invoice.id)}
    for position, adjustment in enumerate(content.adjustments):
        row = rows.pop(adjustment.key, None) or Adjustment(
            key=adjustment.key, invoice_id=invoice.id, kind="", method="", label=""
        )
        _copy_fields(adjustment, row)
        row.position = position
        session.add(row)
    for gone in (*items.values(), *rows.values()):
        session.delete(gone)


def _copy_fields(source: ContentLine | ContentAdjustment, row: Item | Adjustment) -> None:
    for name in type(source).__slots__:
        value: Any = getattr(source, name)
        value = list(value) if isinstance(value, tuple) else value
        if getattr(row, name) != value:
            setattr(row, name, value)


def store_revision(session: Session, invoice: Invoice, content: InvoiceContent, *, saved_by: str) -> Totals:
    """Write the next revision and the invoice's totals. The first revision of an invoice is 1; answers the totals."""
    assert invoice.id is not None
    totals = content.price()
    now = utc_now()
    stored = session.exec(select(func.count()).select_from(InvoiceRevision).where(InvoiceRevision.invoice_id == invoice.id))
    if stored.one():
        invoice.revision += 1
    invoice.subtotal, invoice.tax_total, invoice.total = totals.subtotal, totals.tax_total, totals.total
    invoice.updated_at = now
    session.add(invoice)
    session.add(
        InvoiceRevision(
            invoice_id=invoice.id,
            revision=invoice.revision,
            content=content.to_json(),
            total=totals.total,
            saved_by=saved_by,
            saved_at=now,
        )
    )
    return totals


def read_revision(session: Session, invoice_id: int, revision: int) -> InvoiceRevision:
    """One stored revision. Raises NotFound."""
    query = select(InvoiceRevision).where(InvoiceRevision.invoice_id == invoice_id, InvoiceRevision.revision == revision)
    row = session.exec(query).first()
    if row is None:
        raise NotFound("revision", revision)
    return row


def has_attempt_in(session: Session, invoice_id: int, *statuses: str) -> bool:
    """Whether any payment attempt of the invoice has one of the statuses."""
    query = select(PaymentAttempt.id).where(PaymentAttempt.invoice_id == invoice_id, col(PaymentAttempt.status).in_(statuses))
    return session.exec(query.limit(1)).first() is not None
