"""Where an item of an order belongs: at which event, on which connected invoice, in which currency."""

from dataclasses import dataclass

from sqlmodel import Session

from invoice_app.domain.bookings import ItemKind
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.identifying import parse_identifier
from invoice_app.domain.stages import Action, Kind, LockPolicy, Stage, allowed
from invoice_app.models import Event, Invoice, Item
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.orders import list_order_invoices
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.order_views import ItemForm

NOT_INVOICED = "none"


@dataclass(frozen=True)
class Place:
    """At which event and on which invoice; None for neither."""

    order_id: int
    event_id: int | None
    invoice_id: int | None


def find_place(session: Session, order_id: int, form: ItemForm, held: Item | None = None) -> Place:
    """Where the form puts an item of an order; `held` is the item as it was.

    Raises ValidationFailed ("event_id", "invoice_id").
    """
    event_id: int | None = None
    if form.event_id:
        event = session.get(Event, parse_identifier(form.event_id))
        if event is None or event.order_id != order_id:
            raise ValidationFailed("Choose an event of this booking.", field="event_id")
        event_id = event.id
    if form.invoice_id == NOT_INVOICED:
        return Place(order_id, event_id, None)
    if not form.invoice_id:
        usual = held.invoice_id if held else None if form.kind == ItemKind.GUESTROOM else find_open_connected(session, order_id)
        return Place(order_id, event_id, usual)
    invoice = session.get(Invoice, parse_identifier(form.invoice_id))
    if invoice is None or invoice.order_id != order_id or invoice.kind != Kind.CONNECTED:
        raise ValidationFailed("Choose a connected invoice of this order.", field="invoice_id")
    return Place(order_id, event_id, invoice.id)


def find_open_connected(session: Session, order_id: int) -> int | None:
    """The first connected invoice of an order whose lines can be changed: where a new item goes."""
    policy = LockPolicy(read_organisation(session).lock_policy)
    for invoice in list_order_invoices(session, order_id):
        if invoice.kind == Kind.CONNECTED and can_change_lines(invoice, policy):
            return invoice.id
    return None


def find_connected(session: Session, invoice_id: int | None) -> int | None:
    """The invoice's id if it still is there and shares its lines with its order."""
    invoice = session.get(Invoice, invoice_id) if invoice_id is not None else None
    return invoice_id if invoice is not None and invoice.kind == Kind.CONNECTED else None


def can_change_lines(invoice: Invoice, policy: LockPolicy) -> bool:
    """Whether an invoice's lines can be changed at its stage."""
    refusal = allowed(
        Action.EDIT_LINES,
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        has_payments=invoice.paid != 0,
        lock_policy=policy,
    )
    return refusal is None


def find_currency(session: Session, invoice_id: int | None) -> str:
    """The currency an item is priced in: that of its invoice, or the organisation's."""
    return read_invoice(session, invoice_id).currency if invoice_id else read_organisation(session).currency
