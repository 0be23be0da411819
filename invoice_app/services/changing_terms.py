"""Due date, terms and note of an invoice: no revenue, so they may change once it is finalised, as a new issue (conflict 6)."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import parse_day
from invoice_app.domain.entry import parse_text
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.stages import Action, Stage, allowed, require_allowed
from invoice_app.models import Invoice, Organisation
from invoice_app.repositories.contexts import read_context
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import lock_invoice, read_content, read_invoice, store_revision
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.schedules import list_instalments
from invoice_app.repositories.situations import read_situation
from invoice_app.services.issuing import issue_document
from invoice_app.services.signalling import signal_invoice

LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class TermsForm:
    """What was typed: the day as YYYY-MM-DD."""

    due_on: str = ""
    terms: str = ""
    note: str = ""


@dataclass(frozen=True)
class TermsView:
    """The form as it stands. `issues_anew`: saving makes a new issue of a finalised invoice, with the same amounts.

    `has_schedule`: instalments say when it is due.
    """

    invoice_id: int = 0
    reference: str = ""
    form: TermsForm = TermsForm()
    issues_anew: bool = False
    has_schedule: bool = False
    refusal: str = ""


def open_terms(actor: Actor | None, invoice_id: int) -> TermsView:
    """Due date, terms and note as they stand. Raises NotFound."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        refusal = allowed(Action.EDIT_TERMS, **read_situation(session, invoice))
        told = refusal.reason if refusal else ""
        return TermsView(
            invoice_id=invoice_id,
            reference=read_context(session, invoice).reference,
            form=_write(invoice, read_organisation(session)),
            issues_anew=invoice.stage == Stage.FINALIZED,
            has_schedule=bool(list_instalments(session, invoice_id)),
            refusal=told or ("" if viewer.may(Permission.EDIT_INVOICES) else "Your role does not allow changing invoices."),
        )


def change_terms(actor: Actor | None, invoice_id: int, form: TermsForm) -> None:
    """Change due date, terms and note as the next revision; its lines and amounts are those of the one before.

    Raises ValidationFailed ("due_on", "terms", "note"), InvoiceIsVoid, NotFound, PermissionDenied.
    """
    editor = require(actor, Permission.EDIT_INVOICES)
    due_on = parse_day(form.due_on, "due_on")
    terms, note = parse_text(form.terms, "terms", most=LONGEST_TEXT), parse_text(form.note, "note", most=LONGEST_TEXT)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        require_allowed(Action.EDIT_TERMS, reference=invoice.number or "", **read_situation(session, invoice))
        before = _write(invoice, read_organisation(session))
        _check_day(session, invoice, due_on)
        if TermsForm(due_on.isoformat(), terms, note) == before:
            return
        invoice.due_on = due_on
        # What was left as the settings have it follows them further.
        invoice.terms = terms if terms != before.terms else invoice.terms
        invoice.note = note if note != before.note else invoice.note
        content = read_content(session, invoice)
        store_revision(session, invoice, content, revision=invoice.revision + 1, saved_by=editor.name)
        after = {**vars(_write(invoice, read_organisation(session))), "revision": invoice.revision}
        record_event(
            session,
            editor,
            subject=f"invoice:{invoice_id}",
            action="changed due date, terms and note",
            before=vars(before),
            after=after,
        )
        signal_invoice(session, invoice)
        if invoice.stage == Stage.FINALIZED:
            issue_document(session, invoice)


def _write(invoice: Invoice, organisation: Organisation) -> TermsForm:
    return TermsForm(
        due_on=invoice.due_on.isoformat(),
        terms=organisation.terms if invoice.terms is None else invoice.terms,
        note=organisation.note if invoice.note is None else invoice.note,
    )


def _check_day(session: Session, invoice: Invoice, due_on: date) -> None:
    if due_on == invoice.due_on:
        return
    if list_instalments(session, invoice.id or 0):
        raise ValidationFailed("The payment schedule says when it is due. Change it there.", "due_on")
    if due_on < invoice.issued_on:
        raise ValidationFailed("It cannot be due before it was issued.", "due_on")
