"""Ways to add to an invoice in the drawer (D29): one item, several at once, items picked from the booking, a guestroom (D2).

All of them go into the draft of whoever adds; nothing is stored on the invoice before Save Invoice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from sqlmodel import Session

from invoice_app.db import reading
from invoice_app.documents.formatting import format_amount
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import ItemKind
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.errors import NotFound, ValidationFailed
from invoice_app.domain.money import currency_exponent
from invoice_app.domain.stages import Action, Kind, require_allowed
from invoice_app.models import Invoice, Item
from invoice_app.repositories.events import list_events
from invoice_app.repositories.invoices import line_from_item, read_invoice
from invoice_app.repositories.items import are_copies, list_copies, list_shared_items
from invoice_app.repositories.orders import list_order_invoices, read_order
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import name_invoice
from invoice_app.repositories.situations import read_situation
from invoice_app.services.adding_invoices import pick_lines
from invoice_app.services.booking_views import PickableItem
from invoice_app.services.draft_texts import MAX_LINES, MAX_TEXT, DraftTexts, LineTexts, write_line
from invoice_app.services.draft_view import list_tax_values
from invoice_app.services.draft_views import DraftView
from invoice_app.services.drafting import edit_draft

ON_ANOTHER = "It is on another connected invoice."
GUESTROOM = "Guestrooms can be added to a standalone invoice only."


@dataclass(frozen=True)
class LineForm:
    """One of several lines as typed."""

    description: str = ""
    quantity: str = "1"
    unit_price: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into it."""
        return not (self.description.strip() or self.unit_price.strip())


def add_several_lines(actor: Actor | None, invoice_id: int, forms: Sequence[LineForm]) -> DraftView:
    """Add lines as typed, blank ones left out, each with the default tax; what is wrong with one is said at it.

    Raises ValidationFailed when nothing was typed, and what editing the draft raises.
    """
    typed = [form for form in forms if not form.is_blank]
    if not typed:
        raise ValidationFailed("Type at least one item.", field="description_0")

    def edit(session: Session, invoice: Invoice, texts: DraftTexts) -> DraftTexts:
        tax_id = _default_tax(session, invoice)
        return _with_more(
            texts,
            [
                LineTexts(
                    key=uuid4().hex,
                    description=form.description[:MAX_TEXT],
                    quantity=form.quantity[:MAX_TEXT],
                    unit_price=form.unit_price[:MAX_TEXT],
                    tax_id=tax_id,
                )
                for form in typed
            ],
        )

    return edit_draft(actor, invoice_id, edit)


def add_guestroom(actor: Actor | None, invoice_id: int) -> DraftView:
    """Add an empty guestroom line, with its nights. Raises ActionRefused on a connected invoice (D2)."""

    def edit(session: Session, invoice: Invoice, texts: DraftTexts) -> DraftTexts:
        require_allowed(Action.ADD_GUESTROOM, reference=invoice.number or "", **read_situation(session, invoice))
        line = LineTexts(key=uuid4().hex, kind=ItemKind.GUESTROOM, tax_id=_default_tax(session, invoice))
        return _with_more(texts, [line])

    return edit_draft(actor, invoice_id, edit)


def add_booking_items(actor: Actor | None, invoice_id: int, keys: Sequence[str]) -> DraftView:
    """Add items picked from the booking: a connected invoice shares them once saved, a standalone one gets copies.

    Raises NotFound, ValidationFailed for none or one that is on another connected invoice, ActionRefused for a guestroom on a
    connected invoice.
    """
    if not keys:
        raise ValidationFailed("Tick at least one item.", field="items")

    def edit(session: Session, invoice: Invoice, texts: DraftTexts) -> DraftTexts:
        items = {item.key: item for item in list_shared_items(session, invoice.order_id)}
        picked = [_pick(items, key, invoice) for key in dict.fromkeys(keys) if texts.find_line(key) is None]
        decimals = currency_exponent(invoice.currency)
        lines = pick_lines(picked, Kind(invoice.kind))
        return _with_more(texts, [write_line(line, invoice.currency, decimals) for line in lines])

    return edit_draft(actor, invoice_id, edit)


def list_pickable(actor: Actor | None, order_id: int, kind: str) -> tuple[PickableItem, ...]:
    """The items of an order that a new invoice of this kind can take; those it cannot say why. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        read_order(session, order_id)
        return _describe(session, order_id, list_shared_items(session, order_id), kind)


def list_pickable_for(actor: Actor | None, invoice_id: int) -> tuple[PickableItem, ...]:
    """The items of the booking that this invoice does not have yet. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        others = [item for item in list_shared_items(session, invoice.order_id) if item.invoice_id != invoice_id]
        return _describe(session, invoice.order_id, others, invoice.kind)


def _describe(session: Session, order_id: int, items: Sequence[Item], kind: str) -> tuple[PickableItem, ...]:
    organisation = read_organisation(session)
    events = {event.id: event.name for event in list_events(session, order_id)}
    nothing = InvoiceContent(organisation.currency, organisation.prices_include_tax, organisation.tax_rounding, (), ())
    priced = replace(nothing, lines=tuple(line_from_item(item) for item in items)).price().lines
    copies, names = list_copies(session, order_id), _name_all(session, order_id)
    return tuple(
        PickableItem(
            key=item.key,
            description=item.description,
            event=events.get(item.event_id, ""),
            amount=format_amount(line.net, organisation.currency, organisation.locale),
            refusal=_refuse(item) if kind == Kind.CONNECTED else "",
            invoiced=_name_invoices(item, copies, names),
        )
        for item, line in zip(items, priced, strict=True)
    )


def _name_all(session: Session, order_id: int) -> dict[int, str]:
    number = read_order(session, order_id).number
    invoices = list_order_invoices(session, order_id)
    return {invoice.id or 0: name_invoice(invoice.number, number, invoice.place) for invoice in invoices}


def _name_invoices(item: Item, copies: Sequence[Item], names: Mapping[int, str]) -> str:
    """ "On NL-2026-00007": where an item is invoiced already, "" for nowhere."""
    found = (one.invoice_id or 0 for one in (item, *(copy for copy in copies if are_copies(item.key, copy.key))))
    named = dict.fromkeys(names[invoice_id] for invoice_id in found if invoice_id in names)
    return f"On {', '.join(named)}" if named else ""


def _refuse(item: Item) -> str:
    if item.kind == ItemKind.GUESTROOM:
        return GUESTROOM
    return ON_ANOTHER if item.invoice_id is not None else ""


def _pick(items: dict[str, Item], key: str, invoice: Invoice) -> Item:
    if key not in items:
        raise NotFound("item", key)
    if invoice.kind == Kind.CONNECTED and items[key].invoice_id is not None:
        raise ValidationFailed(f"“{items[key].description}” is on another connected invoice.", field="items")
    return items[key]


def _with_more(texts: DraftTexts, lines: Sequence[LineTexts]) -> DraftTexts:
    if len(texts.lines) + len(lines) > MAX_LINES:
        raise ValidationFailed(f"An invoice has at most {MAX_LINES:,} lines.", field="lines")
    return replace(texts, lines=(*texts.lines, *lines))


def _default_tax(session: Session, invoice: Invoice) -> str:
    taxes = list_tax_values(session, InvoiceContent(invoice.currency, False, invoice.tax_rounding, (), ()))
    return taxes[0].value if taxes else ""
