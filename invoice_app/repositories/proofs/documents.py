"""Documents: finalised invoices are kept as they were issued, and credit notes stay within them (invariants 4, 14, 18)."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from invoice_app.domain.content import InvoiceContent
from invoice_app.models import Invoice, InvoiceRevision, Order
from invoice_app.repositories.proofs.broken import Broken, name_invoice_row, run


def find_unissued_documents(session: Session) -> Iterator[Broken]:
    """A finalised invoice holds its document as issued, and it says the number and the total that the invoice has."""
    query = (
        select(Invoice, Order.number, InvoiceRevision.issued)
        .join(Order, col(Order.id) == Invoice.order_id)
        .join(InvoiceRevision, col(InvoiceRevision.invoice_id) == Invoice.id)
        .where(Invoice.stage == "finalized", InvoiceRevision.revision == Invoice.revision)
    )
    for invoice, order_number, issued in session.exec(query).all():
        name = name_invoice_row(invoice.number, order_number)
        if issued is None:
            yield Broken(name, "it is finalised, but not kept as it was issued", order_number)
            continue
        said = (issued["document"]["number"], issued["document"]["total_minor"])
        if said != (invoice.number, invoice.total):
            how = f"it was issued as {said[0]} over {said[1]}, now it is {invoice.number} over {invoice.total}"
            yield Broken(name, how, order_number)


def find_wrong_credit_notes(session: Session) -> Iterator[Broken]:
    """Credit notes sum to what an invoice says is credited, each to its taxes, and take no more of a tax rate than there is."""
    rows = run(
        session,
        """
        SELECT invoice.id, invoice.number, sales_order.number AS order_number, invoice.credited, invoice.total,
               coalesce((SELECT sum(total) FROM creditnote WHERE creditnote.invoice_id = invoice.id), 0) AS noted
          FROM invoice JOIN sales_order ON sales_order.id = invoice.order_id
        """,
    )
    for row in rows:
        if row.credited != row.noted or row.credited > max(row.total, 0):
            how = f"it says {row.credited} of {row.total} is credited, its credit notes come to {row.noted}"
            yield Broken(name_invoice_row(row.number, row.order_number), how, row.order_number)
    yield from _find_unequal_notes(session)
    yield from _find_overdrawn_taxes(session)


def _find_unequal_notes(session: Session) -> Iterator[Broken]:
    rows = run(
        session,
        """
        SELECT creditnote.number, sales_order.number AS order_number, creditnote.total,
               creditnote.rounding + coalesce((SELECT sum(taxable + tax) FROM creditnotetax
                  WHERE creditnotetax.credit_note_id = creditnote.id), 0) AS steps
          FROM creditnote JOIN invoice ON invoice.id = creditnote.invoice_id
          JOIN sales_order ON sales_order.id = invoice.order_id
        """,
    )
    for row in rows:
        if row.total != row.steps:
            how = f"its taxes come to {row.steps}, its total says {row.total}"
            yield Broken(f"Credit note {row.number}", how, row.order_number)


def _find_overdrawn_taxes(session: Session) -> Iterator[Broken]:
    rows = run(
        session,
        """
        SELECT creditnote.invoice_id, invoice.number, sales_order.number AS order_number, creditnotetax.place,
               sum(creditnotetax.taxable) AS taxable, sum(creditnotetax.tax) AS tax
          FROM creditnotetax JOIN creditnote ON creditnote.id = creditnotetax.credit_note_id
          JOIN invoice ON invoice.id = creditnote.invoice_id JOIN sales_order ON sales_order.id = invoice.order_id
         GROUP BY creditnote.invoice_id, invoice.number, sales_order.number, creditnotetax.place
        """,
    )
    for row in rows:
        groups = _price(session, row.invoice_id)
        limit = groups[row.place] if row.place < len(groups) else (0, 0)
        if abs(row.taxable) > abs(limit[0]) or abs(row.tax) > abs(limit[1]):
            how = f"{row.taxable} + {row.tax} of a tax rate with {limit[0]} + {limit[1]} is credited"
            yield Broken(name_invoice_row(row.number, row.order_number), how, row.order_number)


def _price(session: Session, invoice_id: int) -> list[tuple[int, int]]:
    query = (
        select(InvoiceRevision.content)
        .join(Invoice, col(Invoice.id) == InvoiceRevision.invoice_id)
        .where(Invoice.id == invoice_id, InvoiceRevision.revision == Invoice.revision)
    )
    content = session.exec(query).one()
    return [(group.taxable, group.tax) for group in InvoiceContent.from_json(dict(content)).price().taxes]
