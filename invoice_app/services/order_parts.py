"""The parts of an order's page that a booking fills: events with their items, and the list of its invoices."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from invoice_app.clock import today_in
from invoice_app.documents.formatting import format_amount, format_clock, format_date, format_unit_price
from invoice_app.domain.bookings import find_last_day
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.entry import TaxRef, write_discount, write_period
from invoice_app.domain.money import format_micro
from invoice_app.domain.stages import Kind, LockPolicy, Stage
from invoice_app.models import Event, Invoice, Item, Order, Organisation
from invoice_app.repositories.events import list_events
from invoice_app.repositories.invoices import line_from_item
from invoice_app.repositories.items import list_shared_items
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import describe_days_of, name_invoice, name_tax
from invoice_app.services.badges import STAGES, describe_billing
from invoice_app.services.booking_views import ItemGroup, OrderInvoice
from invoice_app.services.order_views import ItemView
from invoice_app.services.placing_items import NOT_INVOICED, can_change_lines
from invoice_app.services.views import Choice

KIND_WORDS = {Kind.CONNECTED: "Connected", Kind.STANDALONE: "Standalone"}
WHOLE_BOOKING = "The whole booking"


@dataclass(frozen=True)
class _Priced:
    """An item with the invoice it is on, and what it comes to before adjustments and tax, in minor units of `currency`."""

    item: Item
    invoice: Invoice | None
    currency: str
    net: int


def build_groups(
    session: Session, order: Order, invoices: Sequence[Invoice], organisation: Organisation, *, can_edit: bool
) -> tuple[tuple[ItemGroup, ...], str]:
    """The items of an order by event, and what they come to in all. An order without events has one group without a name."""
    assert order.id is not None
    priced = _price(list_shared_items(session, order.id), invoices, organisation)
    events = list_events(session, order.id)
    views = _build_items(order, priced, organisation, can_edit=can_edit)
    currency = invoices[0].currency if invoices else organisation.currency

    def add_up(event_id: int | None) -> str:
        net = sum(one.net for one in priced if one.item.event_id == event_id)
        return format_amount(net, currency, organisation.locale)

    groups = [
        ItemGroup(
            event_id=event.id or 0,
            name=event.name,
            when=describe_event_time(event, organisation.locale),
            place=describe_place(event),
            rows=tuple(view for at, view in views if at == event.id),
            total=add_up(event.id),
            can_up=place > 0,
            can_down=place < len(events) - 1,
        )
        for place, event in enumerate(events)
    ]
    rest = tuple(view for at, view in views if at is None)
    if rest or not groups:
        groups.append(ItemGroup(0, WHOLE_BOOKING if groups else "", "", "", rest, add_up(None)))
    return tuple(groups), format_amount(sum(one.net for one in priced), currency, organisation.locale)


def list_event_choices(session: Session, order_id: int, locale: str) -> tuple[Choice, ...]:
    """The events of a booking as an item's form offers them."""
    return tuple(
        Choice(str(event.id), event.name, describe_event_time(event, locale)) for event in list_events(session, order_id)
    )


def build_invoice_rows(
    invoices: Sequence[Invoice], order: Order, selected_id: int, organisation: Organisation
) -> tuple[OrderInvoice, ...]:
    """Every invoice of an order as the Invoices part lists them."""
    today = today_in(organisation.time_zone)
    return tuple(
        OrderInvoice(
            id=invoice.id or 0,
            reference=name_invoice(invoice.number, order.number, invoice.place),
            label=invoice.label,
            kind=invoice.kind,
            kind_word=KIND_WORDS[Kind(invoice.kind)],
            stage=STAGES[Stage(invoice.stage)],
            billing=describe_billing(invoice, today, organisation.grace_days),
            total=format_amount(invoice.total, invoice.currency, organisation.locale),
            due=format_amount(invoice.due, invoice.currency, organisation.locale),
            is_selected=invoice.id == selected_id,
        )
        for invoice in invoices
    )


def list_item_invoices(session: Session, order: Order, invoices: Sequence[Invoice]) -> tuple[Choice, ...]:
    """Where an item can go: a connected invoice that can be changed, or none yet."""
    policy = LockPolicy(read_organisation(session).lock_policy)
    choices = [
        Choice(str(invoice.id), name_invoice(invoice.number, order.number, invoice.place))
        for invoice in invoices
        if invoice.kind == Kind.CONNECTED and can_change_lines(invoice, policy)
    ]
    return (*choices, Choice(NOT_INVOICED, "On no connected invoice"))


def describe_event_time(event: Event, locale: str) -> str:
    """When an event takes place: "Nov 21, 2026, 18:00 to 23:30", with the day it ends when that is not the same night."""
    starts, ends = event.starts_at, event.ends_at
    first = f"{format_date(starts.date(), locale)}, {format_clock(starts, locale)}"
    same_night = find_last_day(starts, ends) == starts.date()
    last = format_clock(ends, locale)
    return f"{first} to {last}" if same_night else f"{first} to {format_date(ends.date(), locale)}, {last}"


def describe_place(event: Event) -> str:
    """Where and for how many: "Great hall, 120 guests"."""
    guests = f"{event.guests:,} guest{'' if event.guests == 1 else 's'}" if event.guests else ""
    return ", ".join(part for part in (event.space, guests) if part)


def _price(items: Sequence[Item], invoices: Sequence[Invoice], organisation: Organisation) -> list[_Priced]:
    """Each item by the rules of its invoice; one that is not invoiced by those of now."""
    by_id = {invoice.id: invoice for invoice in invoices}
    found: dict[str, _Priced] = {}
    for invoice in (None, *invoices):
        mine = [item for item in items if by_id.get(item.invoice_id) is invoice]
        rules = invoice or organisation
        lines = tuple(line_from_item(item) for item in mine)
        content = InvoiceContent(rules.currency, rules.prices_include_tax, rules.tax_rounding, lines, ())
        for item, line in zip(mine, content.price().lines, strict=True):
            found[item.key] = _Priced(item, invoice, rules.currency, line.net)
    return [found[item.key] for item in items]


def _build_items(
    order: Order, priced: Sequence[_Priced], organisation: Organisation, *, can_edit: bool
) -> list[tuple[int | None, ItemView]]:
    policy = LockPolicy(organisation.lock_policy)
    # An item moves among those beside it: of the same event and invoice.
    beside = Counter((one.item.event_id, one.item.invoice_id) for one in priced)
    seen: Counter[tuple[int | None, int | None]] = Counter()
    views = []
    for one in priced:
        invoice, where = one.invoice, (one.item.event_id, one.item.invoice_id)
        editable = can_edit and (invoice is None or can_change_lines(invoice, policy))
        seen[where] += 1
        view = replace(
            _build_item(one, organisation.locale),
            invoice=name_invoice(invoice.number, order.number, invoice.place) if invoice else "",
            can_edit=editable,
            can_up=editable and seen[where] > 1,
            can_down=editable and seen[where] < beside[where],
        )
        views.append((one.item.event_id, view))
    return views


def _build_item(one: _Priced, locale: str) -> ItemView:
    line = line_from_item(one.item)
    starts_on, ends_on = write_period(line)
    return ItemView(
        key=line.key,
        description=line.description,
        quantity=format_micro(line.quantity),
        unit_price=format_unit_price(line.unit_price, one.currency, locale),
        discount=write_discount(line, one.currency),
        tax_id=str(TaxRef(line.tax_category, line.tax_rate, line.tax_name)),
        tax=name_tax(line.tax_name, line.tax_category, line.tax_rate, locale),
        amount=format_amount(one.net, one.currency, locale),
        kind=line.kind,
        period=describe_days_of(line, locale),
        starts_on=starts_on,
        ends_on=ends_on,
        event_id=str(one.item.event_id or ""),
        invoice_id=str(one.item.invoice_id or "none"),
    )
