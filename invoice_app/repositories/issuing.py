"""Documents as they were issued: what a finalised invoice says is written once and never follows a setting again (D28)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session, col, select

from invoice_app.clock import today_in
from invoice_app.documents.printed import PrintedInvoice, restore_printed, write_printed
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.stages import Stage
from invoice_app.models import Instalment, Invoice, InvoiceRevision, Organisation
from invoice_app.repositories.invoices import read_revision
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import print_invoice
from invoice_app.repositories.printing_money import add_money
from invoice_app.repositories.schedules import list_instalments


def settle_facts(session: Session, invoice: Invoice, organisation: Organisation) -> None:
    """Fix what a locked invoice says beside its lines as it leaves draft: day of issue, due date, terms, note and labels.

    Drafts follow the settings (product.md, conflict 12). The day of issue (BT-2) is the day it is first sent, paid or
    finalised; one that was numbered when it was made keeps that day. Called again it changes nothing: what a customer was
    shown stays. Call it before the number is given.
    """
    if invoice.labels is not None:
        return
    if invoice.number is None:
        _date_today(session, invoice, organisation)
    if invoice.terms is None:
        invoice.terms = organisation.terms
    if invoice.note is None:
        invoice.note = organisation.note
    invoice.labels = dict(organisation.labels)
    session.add(invoice)


def follows_terms(invoice: Invoice, days: int) -> bool:
    """Whether an invoice is due as the settings have it, so many days after its issue, and not on a day typed for it."""
    return invoice.due_on == invoice.issued_on + timedelta(days=days)


def lock_following_drafts(session: Session, days: int) -> Sequence[Invoice]:
    """The drafts whose terms and due date are both as the settings have them, locked; a schedule has dates of its own."""
    scheduled = select(Instalment.id).where(Instalment.invoice_id == Invoice.id).exists()
    query = select(Invoice).where(
        Invoice.stage == Stage.DRAFT, col(Invoice.terms).is_(None), col(Invoice.labels).is_(None), ~scheduled
    )
    drafts = session.exec(query.order_by(col(Invoice.id)).with_for_update(of=Invoice)).all()
    return [invoice for invoice in drafts if follows_terms(invoice, days)]


def tell_dates(invoice: Invoice) -> dict[str, str]:
    """The dates of an invoice for the event log."""
    return {"issued_on": invoice.issued_on.isoformat(), "due_on": invoice.due_on.isoformat()}


def _date_today(session: Session, invoice: Invoice, organisation: Organisation) -> None:
    today, days = today_in(organisation.time_zone), organisation.payment_terms_days
    if invoice.issued_on == today:
        return
    # A day typed for it stays, unless it would be due before it was issued.
    moves = follows_terms(invoice, days) or invoice.due_on < today
    invoice.issued_on = today
    if moves and not list_instalments(session, invoice.id or 0):
        move_due_day(session, invoice, days)


def move_due_day(session: Session, invoice: Invoice, days: int) -> None:
    """Let an invoice that is not issued yet be due so many days after its issue, in its current revision too."""
    invoice.due_on = invoice.issued_on + timedelta(days=days)
    row = read_revision(session, invoice.id or 0, invoice.revision)
    row.facts = {**row.facts, "due_on": invoice.due_on.isoformat()}
    session.add_all((invoice, row))


def issue_revision(session: Session, invoice: Invoice) -> None:
    """Keep the whole printed document of a finalised invoice's current revision: seller, bill-to, words, taxes, amounts.

    From it the PDF is made, once. A later issue keeps the parties and headings of the one before, and its amounts too where
    the lines are the same. Written once itself: a revision that was issued stays as it is.
    """
    assert invoice.id is not None
    session.flush()
    row = read_revision(session, invoice.id, invoice.revision)
    if row.issued is not None:
        return
    printed, logo_key = print_invoice(session, invoice), read_organisation(session).logo_key
    former = _find_former(session, invoice)
    if former is not None and former.issued is not None:
        printed, logo_key = _follow(session, invoice, row, former, printed), former.issued["logo_key"]
    row.issued = {"document": write_printed(printed), "logo_key": logo_key}
    session.add(row)
    session.flush()


def _find_former(session: Session, invoice: Invoice) -> InvoiceRevision | None:
    query = select(InvoiceRevision).where(
        InvoiceRevision.invoice_id == invoice.id,
        InvoiceRevision.revision < invoice.revision,
        col(InvoiceRevision.issued).is_not(None),
    )
    return session.exec(query.order_by(col(InvoiceRevision.revision).desc()).limit(1)).first()


def _follow(
    session: Session, invoice: Invoice, row: InvoiceRevision, former: InvoiceRevision, printed: PrintedInvoice
) -> PrintedInvoice:
    issued = restore_printed((former.issued or {})["document"])
    if row.content == former.content:
        said = replace(issued, revision=row.revision, terms=printed.terms, note=printed.note)
        return add_money(session, invoice, said, InvoiceContent.from_json(row.content), is_issued=True)
    return replace(
        printed,
        seller=issued.seller,
        buyer=issued.buyer,
        reference=issued.reference,
        labels=issued.labels,
    )
