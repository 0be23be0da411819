"""Totals: lines and taxes make the total, and what is stored is what the calculator says (invariants 2, 3, 16, 19)."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.method_fees import KEY_PREFIX
from invoice_app.models import Invoice, InvoiceRevision, Order
from invoice_app.repositories.invoices import read_content
from invoice_app.repositories.proofs.broken import Broken, name_invoice_row, run


def find_sums_that_differ(session: Session) -> Iterator[Broken]:
    """The stored subtotal, tax and total of the current revision do not add up: taxable + tax = total."""
    for invoice, order_number in _invoices(session):
        totals = _stored_content(session, invoice).price()
        steps = sum(group.taxable + group.tax for group in totals.taxes) + totals.rounding
        if steps != invoice.total:
            how = f"its lines and taxes come to {steps}, its total says {invoice.total}"
            yield Broken(name_invoice_row(invoice.number, order_number), how, order_number)


def find_totals_that_differ(session: Session) -> Iterator[Broken]:
    """The invoice's totals differ from those calculated anew from its lines, or its last revision says something else."""
    for invoice, order_number in _invoices(session):
        content = read_content(session, invoice)
        totals = content.price()
        stored = (invoice.subtotal, invoice.tax_total, invoice.total)
        anew = (totals.subtotal, totals.tax_total, totals.total)
        name = name_invoice_row(invoice.number, order_number)
        if stored != anew:
            yield Broken(name, f"stored {stored}, calculated {anew}", order_number)
        if _stored_content(session, invoice) != content:
            yield Broken(name, f"its lines are not those of revision {invoice.revision}", order_number)


def find_missing_revisions(session: Session) -> Iterator[Broken]:
    """An invoice at revision n has the revisions 1 to n, the last with its total."""
    rows = run(
        session,
        """
        SELECT invoice.number, sales_order.number AS order_number, invoice.revision, invoice.total,
               count(invoicerevision.id) AS found, max(invoicerevision.revision) AS highest,
               max(CASE WHEN invoicerevision.revision = invoice.revision THEN invoicerevision.total END) AS last_total
          FROM invoice JOIN sales_order ON sales_order.id = invoice.order_id
          LEFT JOIN invoicerevision ON invoicerevision.invoice_id = invoice.id
         GROUP BY invoice.id, invoice.number, sales_order.number, invoice.revision, invoice.total
        """,
    )
    for row in rows:
        if row.found != row.revision or row.highest != row.revision or row.last_total != row.total:
            how = f"it is at revision {row.revision} with {row.found} stored, the last saying {row.last_total} of {row.total}"
            yield Broken(name_invoice_row(row.number, row.order_number), how, row.order_number)


def find_sales_that_differ(session: Session) -> Iterator[Broken]:
    """What reports sum of an invoice is its tax, tax group by tax group, and its rows come to what is taxed in each."""
    rows = run(
        session,
        """
        SELECT invoice.number, sales_order.number AS order_number, invoice.tax_total,
               coalesce((SELECT sum(tax) FROM salestax WHERE salestax.invoice_id = invoice.id), 0) AS tax,
               (SELECT count(*) FROM salestax WHERE salestax.invoice_id = invoice.id AND salestax.taxable <>
                   coalesce((SELECT sum(amount) FROM salesrow WHERE salesrow.invoice_id = invoice.id
                             AND salesrow.place = salestax.place), 0)) AS groups_that_differ
          FROM invoice JOIN sales_order ON sales_order.id = invoice.order_id
        """,
    )
    for row in rows:
        name = name_invoice_row(row.number, row.order_number)
        if row.tax != row.tax_total:
            yield Broken(name, f"its tax is {row.tax_total}, reports sum {row.tax}", row.order_number)
        if row.groups_that_differ:
            yield Broken(name, f"the rows of {row.groups_that_differ} tax groups do not sum to what is taxed", row.order_number)


def find_fees_without_payment(session: Session) -> Iterator[Broken]:
    """A payment method's fee stands on an invoice only as far as a payment that succeeded paid it and did not go back."""
    rows = run(
        session,
        """
        SELECT invoice.number, sales_order.number AS order_number, adjustment.amount, paymentattempt.status,
               paymentattempt.fee - paymentattempt.fee_returned AS fee
          FROM adjustment JOIN invoice ON invoice.id = adjustment.invoice_id
          JOIN sales_order ON sales_order.id = invoice.order_id
          LEFT JOIN paymentattempt ON paymentattempt.invoice_id = invoice.id
               AND CAST(:prefix AS text) || paymentattempt.id = adjustment.key
         WHERE adjustment.key LIKE CAST(:pattern AS text)
        """,
        prefix=KEY_PREFIX,
        pattern=f"{KEY_PREFIX}%",
    )
    for row in rows:
        if row.status != "succeeded" or row.fee < row.amount:
            how = f"a payment fee of {row.amount} without a payment that paid it"
            yield Broken(name_invoice_row(row.number, row.order_number), how, row.order_number)


def _invoices(session: Session) -> Iterator[tuple[Invoice, int]]:
    query = select(Invoice, Order.number).join(Order, col(Order.id) == Invoice.order_id).order_by(col(Invoice.id))
    yield from session.exec(query).all()


def _stored_content(session: Session, invoice: Invoice) -> InvoiceContent:
    query = select(InvoiceRevision.content).where(
        InvoiceRevision.invoice_id == invoice.id, InvoiceRevision.revision == invoice.revision
    )
    stored = session.exec(query).first()
    return InvoiceContent.from_json(dict(stored)) if stored else read_content(session, invoice)
