"""Adding invoices: the connected one a new order starts with, and any more of either kind that staff want (D20, D29)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from invoice_app.clock import today_in, utc_now
from invoice_app.db import after_commit, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import ItemKind, OrderStatus
from invoice_app.domain.content import ContentLine, InvoiceContent
from invoice_app.domain.entry import parse_text
from invoice_app.domain.errors import Conflict, NotFound, PaymentsSwitchedOff, ValidationFailed
from invoice_app.domain.stages import Action, Kind, Stage, require_allowed
from invoice_app.gateways import signals
from invoice_app.models import Invoice, Item, Order
from invoice_app.repositories.contexts import read_switches_off
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import InvoiceRows, find_next_place, line_from_item, store_revision, write_content
from invoice_app.repositories.items import copy_key, list_shared_items
from invoice_app.repositories.numbering import assign_number
from invoice_app.repositories.orders import lock_order
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.booking_views import InvoiceForm

MAX_LABEL = 60


def create_invoice(
    session: Session,
    order: Order,
    editor: Actor,
    *,
    kind: Kind = Kind.CONNECTED,
    label: str = "",
    lines: Sequence[ContentLine] = (),
) -> Invoice:
    """Store an invoice of an order, in the caller's transaction; without `lines` it is empty."""
    organisation = read_organisation(session)
    today = today_in(organisation.time_zone)
    assert order.id is not None
    invoice = Invoice(
        order_id=order.id,
        account_id=order.account_id,
        kind=kind,
        place=find_next_place(session, order.id),
        label=label,
        currency=organisation.currency,
        prices_include_tax=organisation.prices_include_tax,
        tax_rounding=organisation.tax_rounding,
        issued_on=today,
        due_on=today + timedelta(days=organisation.payment_terms_days),
        created_at=utc_now(),
        updated_at=utc_now(),
    )
    session.add(invoice)
    session.flush()
    if organisation.number_at == "create":
        assign_number(session, invoice, organisation, today)
    empty = InvoiceContent(organisation.currency, organisation.prices_include_tax, organisation.tax_rounding, (), ())
    content = replace(empty, lines=tuple(lines))
    write_content(session, invoice, InvoiceRows((), (), empty), content)
    store_revision(session, invoice, content, revision=1, saved_by=editor.name)
    return invoice


def add_invoice(actor: Actor | None, order_id: int, form: InvoiceForm) -> int:
    """Add an invoice to an order or booking, with the items picked; answers its id.

    On a connected invoice the picked items are shared, on a standalone one they are copied. Raises NotFound (D20), Conflict
    for a lost booking or an item another connected invoice has, ActionRefused for a guestroom on a connected invoice,
    PaymentsSwitchedOff (A1), ValidationFailed.
    """
    editor = require(actor, Permission.EDIT_INVOICES)
    kind = _parse_kind(form.kind)
    label = parse_text(form.label, "label", most=MAX_LABEL)
    with transaction() as session:
        order = lock_order(session, order_id)
        if order.status == OrderStatus.LOST:
            raise Conflict("This booking is lost. Change its status before you invoice it.")
        picked = _find_picked(session, order_id, form.item_keys)
        invoice = create_invoice(session, order, editor, kind=kind, label=label, lines=pick_lines(picked, kind))
        if off := read_switches_off(session, invoice):
            raise PaymentsSwitchedOff(off)
        after = {"invoice": invoice.id, "kind": kind.value, "lines": len(picked), "total": invoice.total}
        record_event(session, editor, subject=f"invoice:{invoice.id}", action="added the invoice", after=after)
        record_event(session, editor, subject=f"order:{order_id}", action="added an invoice", after=after)
        after_commit(session, lambda: signals.publish_all((signals.order_topic(order_id), signals.ORDERS)))
        return invoice.id or 0


def pick_lines(items: Sequence[Item], kind: Kind) -> tuple[ContentLine, ...]:
    """Items of a booking as lines: themselves on a connected invoice, copies with keys of their own on a standalone one.

    Raises ActionRefused for a guestroom on a connected invoice (D2).
    """
    lines = tuple(line_from_item(item) for item in items)
    if kind is Kind.STANDALONE:
        return tuple(replace(line, key=copy_key(line.key)) for line in lines)
    if any(line.kind == ItemKind.GUESTROOM for line in lines):
        require_allowed(Action.ADD_GUESTROOM, stage=Stage.DRAFT, kind=kind)
    return lines


def _find_picked(session: Session, order_id: int, keys: Sequence[str]) -> list[Item]:
    items = {item.key: item for item in list_shared_items(session, order_id)}
    unknown = [key for key in keys if key not in items]
    if unknown:
        raise NotFound("item", unknown[0])
    wanted = set(keys)
    return [item for key, item in items.items() if key in wanted]


def _parse_kind(kind: str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise ValidationFailed("Choose connected or standalone.", field="kind") from None
