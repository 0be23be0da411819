"""The few strings of an invoice that a letter about one payment repeats, without pricing and printing all its lines."""

from sqlalchemy import bindparam
from sqlmodel import Session, select

from invoice_app.documents.formatting import format_amount_label, format_date
from invoice_app.documents.printed import PrintedBrief, restore_printed
from invoice_app.domain.labels import read_labels
from invoice_app.models import Invoice, InvoiceRevision, Order
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import refer_to

_ISSUED = select(InvoiceRevision.issued).where(
    InvoiceRevision.invoice_id == bindparam("invoice_id"), InvoiceRevision.revision == bindparam("revision")
)


def print_brief(session: Session, invoice: Invoice) -> PrintedBrief:
    """An invoice in short, in exactly the words and amounts `print_invoice` has for it now."""
    issued = session.exec(_ISSUED, params={"invoice_id": invoice.id, "revision": invoice.revision}).one()
    if issued is not None:
        said = restore_printed(issued["document"])
        name, seller, labels = said.number or said.reference, said.seller.name, said.labels
        locale = said.language.replace("-", "_")
    else:
        organisation, order = read_organisation(session), session.get_one(Order, invoice.order_id)
        name, seller = invoice.number or refer_to(order), organisation.name
        labels = read_labels(organisation.labels if invoice.labels is None else invoice.labels)
        locale = organisation.locale
    return PrintedBrief(
        name=name,
        seller=seller,
        due_date=format_date(invoice.due_on, locale),
        total_label=format_amount_label(invoice.total, invoice.currency, locale),
        due_label=format_amount_label(0 if invoice.stage == "void" else invoice.due, invoice.currency, locale),
        is_owed=invoice.stage != "void" and invoice.due > 0,
        labels=labels,
    )
