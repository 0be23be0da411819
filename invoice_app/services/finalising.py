"""Finalising an invoice: it takes its number, and what it says is kept as it was issued (D10–D12, invariants 4 and 5)."""

from sqlmodel import Session

from invoice_app.clock import today_in, utc_now
from invoice_app.db import transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import PaymentsSwitchedOff, ValidationFailed
from invoice_app.domain.stages import Action, Stage, require_allowed
from invoice_app.models import Invoice
from invoice_app.repositories.contexts import read_context
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.issuing import settle_facts, tell_dates
from invoice_app.repositories.numbering import assign_custom_number, assign_number
from invoice_app.repositories.situations import read_situation
from invoice_app.services.issuing import issue_document
from invoice_app.services.signalling import signal_invoice


def finalise_invoice(actor: Actor | None, invoice_id: int, *, number: str = "") -> str:
    """Finalise a standalone invoice; answers its number. `number` is one typed by hand, where the settings allow it (D26).

    One that has a number keeps it: another is refused. Raises ValidationFailed ("number"), InvoiceAlreadyFinalized,
    InvoiceIsVoid, ActionRefused (connected, or nothing on it), PaymentsSwitchedOff (A1), NotFound, PermissionDenied.
    """
    editor = require(actor, Permission.FINALIZE)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        finalise_in(session, invoice, editor, number=number)
    return invoice.number or ""


def finalise_in(session: Session, invoice: Invoice, editor: Actor, *, number: str = "") -> None:
    """Finalise a locked invoice in the caller's transaction. Raises as `finalise_invoice`."""
    context = read_context(session, invoice)
    organisation = context.organisation
    if context.switches_off:
        raise PaymentsSwitchedOff(context.switches_off)
    require_allowed(Action.FINALIZE, reference=context.reference, **read_situation(session, invoice))
    if invoice.number is not None and number.strip() not in ("", invoice.number):
        raise ValidationFailed(f"This invoice has the number {invoice.number}, and it stays. Leave it empty.", "number", number)
    before = {"stage": invoice.stage, "number": invoice.number, **tell_dates(invoice)}
    settle_facts(session, invoice, organisation)
    if invoice.number is None and number.strip():
        assign_custom_number(session, invoice, organisation, number)
    else:
        assign_number(session, invoice, organisation, today_in(organisation.time_zone))
    invoice.stage, invoice.finalized_at, invoice.updated_at = Stage.FINALIZED, utc_now(), utc_now()
    session.add(invoice)
    after = {
        "stage": invoice.stage,
        "number": invoice.number,
        "revision": invoice.revision,
        "total": invoice.total,
        **tell_dates(invoice),
    }
    record_event(session, editor, subject=f"invoice:{invoice.id}", action="finalised the invoice", before=before, after=after)
    signal_invoice(session, invoice)
    issue_document(session, invoice)
