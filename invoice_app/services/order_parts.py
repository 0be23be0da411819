"""The parts of an order's page that a booking fills: events with their items, and the list of its invoices."""

from collections.abc import Sequence

from sqlmodel import Session

from invoice_app.clock import today_in
from invoice_app.documents.formatting import format_amount, format_clock, format_date
from invoice_app.domain.bookings import find_last_day
from invoice_app.domain.content import ContentLine, InvoiceContent
from invoice_app.domain.entry import TaxRef, write_discount, write_period, write_unit_price
from invoice_app.domain.money import currency_exponent, format_micro
from invoice_app.domain.stages import Kind, LockPolicy, Stage
from invoice_app.domain.totals import Totals
from invoice_app.models import Event, Invoice, Item, Order, Organisation
from invoice_app.repositories.events import list_events
from invoice_app.repositories.invoices import line_from_item
from invoice_app.repositories.items import list_shared_items
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import describe_days_of, name_invoice, name_tax
from invoice_app.services.badges import STAGES, describe_billing
from invoice_app.services.booking_views import ItemGroup, OrderInvoice
from invoice_app.services.itemising import NOT_INVOICED, can_change_lines
from invoice_app.services.views import Choice, ItemView

KIND_WORDS = {Kind.CONNECTED: "Connected", Kind.STANDALONE: "Standalone"}
WHOLE_BOOKING = "The whole booking"


def build_groups(
    session: Session, order: Order, invoices: Sequence[Invoice], organisation: Organisation, *, can_edit: bool
) -> tuple[tuple[ItemGroup, ...], str]:
    """The items of an order by event, and what they come to in all. An order without events has one group without a name."""
    assert order.id is not None
    items = list_shared_items(session, order.id)
    events = list_events(session, order.id)
    totals = _price([line_from_item(item) for item in items], organisation)
    views = _build_items(order, items, totals, invoices, organisation, can_edit=can_edit)
    groups = [
        ItemGroup(
            event_id=event.id or 0,
            name=event.name,
            when=describe_event_time(event, organisation.locale),
            place=describe_place(event),
            rows=_in_order(views, event.id),
            total=_total(items, event.id, totals, organisation),
            can_up=place > 0,
            can_down=place < len(events) - 1,
        )
        for place, event in enumerate(events)
    ]
    rest = _in_order(views, None)
    if rest or not groups:
        name = WHOLE_BOOKING if groups else ""
        groups.append(ItemGroup(0, name, "", "", rest, _total(items, None, totals, organisation)))
    return tuple(groups), format_amount(totals.lines_total, organisation.currency, organisation.locale)


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
    return (*choices, Choice(NOT_INVOICED, "Not invoiced yet"))


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


def _price(lines: Sequence[ContentLine], organisation: Organisation) -> Totals:
    content = InvoiceContent(
        organisation.currency, organisation.prices_include_tax, organisation.tax_rounding, tuple(lines), ()
    )
    return content.price()


def _total(items: Sequence[Item], event_id: int | None, totals: Totals, organisation: Organisation) -> str:
    net = sum(priced.net for item, priced in zip(items, totals.lines, strict=True) if item.event_id == event_id)
    return format_amount(net, organisation.currency, organisation.locale)


def _in_order(views: Sequence[tuple[int | None, ItemView]], event_id: int | None) -> tuple[ItemView, ...]:
    return tuple(view for at, view in views if at == event_id)


def _build_items(
    order: Order,
    items: Sequence[Item],
    totals: Totals,
    invoices: Sequence[Invoice],
    organisation: Organisation,
    *,
    can_edit: bool,
) -> list[tuple[int | None, ItemView]]:
    by_id = {invoice.id: invoice for invoice in invoices}
    policy = LockPolicy(organisation.lock_policy)
    views = []
    for item, priced in zip(items, totals.lines, strict=True):
        invoice = by_id.get(item.invoice_id)
        beside = [other.key for other in items if (other.event_id, other.invoice_id) == (item.event_id, item.invoice_id)]
        editable = can_edit and (invoice is None or can_change_lines(invoice, policy))
        view = _build_item(item, format_amount(priced.net, organisation.currency, organisation.locale), organisation)
        place = beside.index(item.key)
        named = name_invoice(invoice.number, order.number, invoice.place) if invoice else ""
        more = {
            "invoice": named,
            "can_edit": editable,
            "can_up": editable and place > 0,
            "can_down": editable and place < len(beside) - 1,
        }
        views.append((item.event_id, ItemView(**{**vars(view), **more})))
    return views


def _build_item(item: Item, amount: str, organisation: Organisation) -> ItemView:
    line = line_from_item(item)
    starts_on, ends_on = write_period(line)
    currency, locale = organisation.currency, organisation.locale
    return ItemView(
        key=line.key,
        description=line.description,
        quantity=format_micro(line.quantity),
        unit_price=write_unit_price(line.unit_price, currency_exponent(currency)),
        discount=write_discount(line, currency),
        tax_id=str(TaxRef(line.tax_category, line.tax_rate, line.tax_name)),
        tax=name_tax(line.tax_name, line.tax_category, line.tax_rate, locale),
        amount=amount,
        kind=line.kind,
        period=describe_days_of(line, locale),
        starts_on=starts_on,
        ends_on=ends_on,
        event_id=str(item.event_id or ""),
        invoice_id=str(item.invoice_id or "none"),
    )
