"""Deleting an invoice nobody was ever asked to keep: unnumbered, never paid, never tried to be paid (D12, D23, D24)."""

from dataclasses import dataclass

from sqlmodel import Session, col, delete, update

from invoice_app.db import after_commit, reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookkeeping import book_charge
from invoice_app.domain.stages import Action, Kind, allowed, require_allowed
from invoice_app.gateways import signals
from invoice_app.models import (
    Adjustment,
    Instalment,
    Invoice,
    InvoiceDraft,
    InvoiceRevision,
    LedgerTransaction,
    Notice,
    OutgoingEmail,
    Redemption,
    ShareLink,
)
from invoice_app.repositories.bookkeeping import book
from invoice_app.repositories.contexts import read_context
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.events import list_events
from invoice_app.repositories.invoices import list_items, lock_invoice, read_invoice
from invoice_app.repositories.items import release_items
from invoice_app.repositories.situations import read_situation

# What belongs to an invoice alone and goes with it; in an order that no row is left pointing at one that is gone.
_OWN = (Adjustment, InvoiceRevision, InvoiceDraft, Redemption, ShareLink, Instalment)
# What tells of other things too and stays.
_OTHERS = (LedgerTransaction, OutgoingEmail, Notice)


@dataclass(frozen=True)
class DeletionView:
    """What deleting an invoice would do. `asks`: whether its items leave the booking is for staff to choose (D23)."""

    invoice_id: int = 0
    reference: str = ""
    asks: bool = False
    effects: tuple[str, ...] = ()
    refusal: str = ""


def preview_deletion(actor: Actor | None, invoice_id: int) -> DeletionView:
    """What deleting would do, to be confirmed before. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        refusal = allowed(Action.DELETE, **read_situation(session, invoice))
        return DeletionView(
            invoice_id=invoice_id,
            reference=read_context(session, invoice).reference,
            asks=invoice.kind == Kind.CONNECTED and bool(list_items(session, invoice_id)),
            effects=_tell_effects(session, invoice),
            refusal=refusal.reason if refusal else "",
        )


def delete_invoice(actor: Actor | None, invoice_id: int, *, keep_items: bool) -> None:
    """Delete an invoice and what belongs to it alone.

    Items of a connected one stay on the booking and its events with `keep_items`, else they leave both (D23); the lines of a
    standalone one go with it and the booking stays as it is (D24). Raises ActionRefused, NotFound, PermissionDenied.
    """
    editor = require(actor, Permission.DELETE)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        reference = read_context(session, invoice).reference
        require_allowed(Action.DELETE, reference=reference, **read_situation(session, invoice))
        before = {"reference": reference, "kind": invoice.kind, "stage": invoice.stage, "total": invoice.total}
        source = f"delete:{invoice_id}"
        book(session, invoice, book_charge(-invoice.total), kind="delete", source=source, who=editor.name, note="Deleted")
        items = release_items(session, invoice, keep=keep_items)
        _remove(session, invoice)
        after = {"items": items, "items_stay": keep_items and before["kind"] == Kind.CONNECTED}
        for subject in (f"invoice:{invoice_id}", f"order:{invoice.order_id}"):
            record_event(session, editor, subject=subject, action="deleted the invoice", before=before, after=after)
        topics = (signals.invoice_topic(invoice_id), signals.order_topic(invoice.order_id), signals.ORDERS)
        after_commit(session, lambda: signals.publish_all(topics))


def _remove(session: Session, invoice: Invoice) -> None:
    session.flush()
    for other in _OTHERS:
        session.exec(update(other).where(col(other.invoice_id) == invoice.id).values(invoice_id=None))
    for own in _OWN:
        session.exec(delete(own).where(col(own.invoice_id) == invoice.id))
    session.delete(invoice)
    session.flush()


def _tell_effects(session: Session, invoice: Invoice) -> tuple[str, ...]:
    items = list_items(session, invoice.id or 0)
    links = "Links to it open nothing any more." if invoice.sent_at else ""
    if invoice.kind == Kind.CONNECTED:
        at_events = {item.event_id for item in items if item.event_id}
        names = [f"“{event.name}”" for event in list_events(session, invoice.order_id) if event.id in at_events]
        told = f"Some of its {len(items)} items are on {', '.join(names)} too." if names else ""
    else:
        lines = "Its line goes" if len(items) == 1 else f"Its {len(items)} lines go"
        told = f"{lines} with it; the booking stays as it is." if items else ""
    return tuple(effect for effect in (told, links, "This cannot be undone.") if effect)
