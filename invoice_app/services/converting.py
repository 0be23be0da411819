"""Converting an invoice: from standalone to connected (D21), back (D22), and freezing a snapshot when its booking is lost.

No line changes, so no amount does, and the revision stays: what changes is whether the lines are items of the order as well.
"""

from sqlmodel import Session

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import ItemKind
from invoice_app.domain.stages import Action, Kind, Stage, allowed, require_allowed
from invoice_app.models import Invoice
from invoice_app.repositories.contexts import read_context
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.events import list_events
from invoice_app.repositories.invoices import list_items, lock_invoice, read_invoice
from invoice_app.repositories.items import copy_items_to_order, share_items, unshare_items
from invoice_app.repositories.situations import read_situation
from invoice_app.services.booking_views import ConversionView
from invoice_app.services.signalling import signal_invoice

GUESTROOMS = "Guestrooms can be on a standalone invoice only. Take them off before you connect it."


def connect_invoice(actor: Actor | None, invoice_id: int) -> None:
    """Make a standalone invoice a connected one: its lines become items of the booking, at none of its events (D21, D22).

    Raises NotFound, InvoiceIsVoid, InvoiceAlreadyFinalized, ActionRefused, for guestrooms too (D2).
    """
    editor = require(actor, Permission.EDIT_INVOICES)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        items = list_items(session, invoice_id)
        require_allowed(Action.CONNECT, reference=invoice.number or "", **read_situation(session, invoice))
        if any(item.kind == ItemKind.GUESTROOM for item in items):
            require_allowed(Action.ADD_GUESTROOM, stage=Stage(invoice.stage), kind=Kind.CONNECTED)
        invoice.kind = Kind.CONNECTED
        share_items(session, invoice)
        _record(session, editor, invoice, "connected the invoice to the booking", Kind.STANDALONE, len(items))


def separate_invoice(actor: Actor | None, invoice_id: int) -> None:
    """Make a connected invoice a standalone one: its items leave the booking and its events (D22).

    Raises NotFound, InvoiceIsVoid, ActionRefused.
    """
    editor = require(actor, Permission.EDIT_INVOICES)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        require_allowed(Action.FREEZE, reference=invoice.number or "", **read_situation(session, invoice))
        items = list_items(session, invoice_id)
        invoice.kind = Kind.STANDALONE
        unshare_items(session, invoice)
        _record(session, editor, invoice, "made the invoice standalone", Kind.CONNECTED, len(items))


def freeze_in(session: Session, editor: Actor, invoice: Invoice) -> None:
    """Make a locked connected invoice a standalone snapshot in the caller's transaction.

    The booking keeps its items, as copies that are on no invoice (product.md, conflict 5).
    """
    require_allowed(Action.FREEZE, reference=invoice.number or "", **read_situation(session, invoice))
    copy_items_to_order(session, invoice)
    invoice.kind = Kind.STANDALONE
    items = list_items(session, invoice.id or 0)
    _record(session, editor, invoice, "froze the invoice as a standalone snapshot", Kind.CONNECTED, len(items))


def preview_conversion(actor: Actor | None, invoice_id: int) -> ConversionView:
    """What converting this invoice would do, to be confirmed before. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        reference = read_context(session, invoice).reference
        preview = _preview_separation if invoice.kind == Kind.CONNECTED else _preview_connection
        return preview(session, invoice, reference)


def _preview_separation(session: Session, invoice: Invoice, reference: str) -> ConversionView:
    rows = list_items(session, invoice.id or 0)
    at_events = {item.event_id for item in rows if item.event_id}
    names = [f"“{event.name}”" for event in list_events(session, invoice.order_id) if event.id in at_events]
    effects = [f"{_count(len(rows))} will leave the booking and stay on this invoice alone."]
    if names:
        effects.append(f"They also leave {_join(names)}. Connecting the invoice again brings them back to the booking only.")
    effects.append("Later changes on either side no longer show on the other.")
    refusal = allowed(Action.FREEZE, **read_situation(session, invoice))
    return ConversionView(
        invoice_id=invoice.id or 0,
        reference=reference,
        to_kind=Kind.STANDALONE,
        title=f"Make {reference} standalone?",
        effects=tuple(effects),
        refusal=refusal.reason if refusal else "",
    )


def _preview_connection(session: Session, invoice: Invoice, reference: str) -> ConversionView:
    rows = list_items(session, invoice.id or 0)
    effects = (
        f"{_count(len(rows))} will be added to the booking, at none of its events.",
        "From then on each is one item: a change on the booking changes the invoice, and the other way round.",
        "A connected invoice can be sent and paid, but not finalised or voided.",
    )
    refusal = allowed(Action.CONNECT, **read_situation(session, invoice))
    told = refusal.reason if refusal else ""
    if not told and any(item.kind == ItemKind.GUESTROOM for item in rows):
        told = GUESTROOMS
    return ConversionView(
        invoice_id=invoice.id or 0,
        reference=reference,
        to_kind=Kind.CONNECTED,
        title=f"Connect {reference} to the booking?",
        effects=effects,
        refusal=told,
    )


def _count(items: int) -> str:
    return "Its item" if items == 1 else f"Its {items} items"


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _record(session: Session, editor: Actor, invoice: Invoice, action: str, before: Kind, items: int) -> None:
    invoice.updated_at = utc_now()
    session.add(invoice)
    was, becomes = {"kind": before.value, "items": items}, {"kind": invoice.kind, "items": items, "invoice": invoice.id}
    for subject in (f"invoice:{invoice.id}", f"order:{invoice.order_id}"):
        record_event(session, editor, subject=subject, action=action, before=was, after=becomes)
    signal_invoice(session, invoice)
