"""Keeping what an invoice sells and taxes as rows of its own, written anew with each revision."""

from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, insert
from sqlmodel import Session, col

from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.credit_lines import list_creditable_rows
from invoice_app.domain.totals import Totals
from invoice_app.models import Invoice, SalesRow, SalesTax

_OF_INVOICE: BindParameter[int] = bindparam("of_invoice")
_FORGET_ROWS = delete(SalesRow).where(col(SalesRow.invoice_id) == _OF_INVOICE)
_FORGET_TAXES = delete(SalesTax).where(col(SalesTax.invoice_id) == _OF_INVOICE)
_ADD_ROWS, _ADD_TAXES = insert(SalesRow), insert(SalesTax)


def store_sales(session: Session, invoice: Invoice, content: InvoiceContent, totals: Totals) -> None:
    """Replace the rows and tax groups of an invoice by those of `content`, priced as `totals` (minor units, without tax)."""
    assert invoice.id is not None
    connection = session.connection()
    connection.execute(_FORGET_ROWS, {"of_invoice": invoice.id})
    connection.execute(_FORGET_TAXES, {"of_invoice": invoice.id})
    if rows := _list_rows(invoice.id, content, totals):
        connection.execute(_ADD_ROWS, rows)
    if taxes := _list_taxes(invoice.id, content, totals):
        connection.execute(_ADD_TAXES, taxes)


def _list_rows(invoice_id: int, content: InvoiceContent, totals: Totals) -> list[dict[str, Any]]:
    said = {line.key: (line.kind, line.description, line.quantity) for line in content.lines}
    said |= {adjustment.key: (adjustment.kind, adjustment.label, 0) for adjustment in content.adjustments}
    rows = []
    for row in list_creditable_rows(content.to_document(), totals):
        kind, name, quantity = said[row.key]
        rows.append(
            {
                "invoice_id": invoice_id,
                "key": row.key,
                "place": row.place,
                "kind": kind,
                "name": name,
                "quantity": quantity,
                "amount": row.taxable,
            }
        )
    return rows


def _list_taxes(invoice_id: int, content: InvoiceContent, totals: Totals) -> list[dict[str, Any]]:
    names = content.tax_names()
    return [
        {
            "invoice_id": invoice_id,
            "place": place,
            "name": names.get((group.category, group.rate), ""),
            "category": str(group.category),
            "rate": group.rate,
            "taxable": group.taxable,
            "tax": group.tax,
        }
        for place, group in enumerate(totals.taxes)
    ]
