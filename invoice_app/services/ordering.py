"""Taking and looking after orders: the list, the order page, its items."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from sqlmodel import Session, col, or_, select

from invoice_app.clock import today_in, utc_now
from invoice_app.db import after_commit, reading, transaction
from invoice_app.documents.formatting import format_amount, format_date
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.content import ContentLine, InvoiceContent
from invoice_app.domain.entry import TaxRef, parse_line, parse_text
from invoice_app.domain.errors import NotFound, ValidationFailed
from invoice_app.domain.identifying import parse_identifier
from invoice_app.gateways import signals
from invoice_app.models import Account, BookingFlow, Invoice, Item, Order
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import store_revision
from invoice_app.repositories.orders import (
    PAGE_SIZE,
    OrderFilter,
    find_order,
    next_order_number,
    read_order,
)
from invoice_app.repositories.orders import list_orders as query_orders
from invoice_app.repositories.organisations import list_flows, list_taxes, read_organisation
from invoice_app.services.badges import ORDER_STATUSES, describe_billing
from invoice_app.services.contacting import parse_address
from invoice_app.services.order_page import build_order_view
from invoice_app.services.revising import Change, revise_invoice
from invoice_app.services.views import Choice, ItemForm, OrderForm, OrderList, OrderQuery, OrderRow, OrderView

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)

NO_TITLE = "Give the order a title."
NO_CUSTOMER = "Choose a customer, or give the new one a name."


def list_orders(actor: Actor | None, query: OrderQuery) -> OrderList:
    """One page of orders with their invoice's total and balance. A filter that cannot be read is ignored."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        today = today_in(organisation.time_zone)
        wanted = OrderFilter(
            today=today,
            grace_days=organisation.grace_days,
            search=query.search[:200],
            status=query.status,
            billing=query.billing,
            since=_read_date(query.since),
            until=_read_date(query.until),
            sort=query.sort,
            page=max(query.page, 1),
        )
        found, count = query_orders(session, wanted)
        rows = tuple(
            OrderRow(
                id=order.id or 0,
                number=order.number,
                title=order.title,
                customer=account.name,
                flow=flow.name,
                status=ORDER_STATUSES[order.status],
                ordered=format_date(order.ordered_on, organisation.locale),
                total=format_amount(invoice.total if invoice else 0, organisation.currency, organisation.locale),
                balance=format_amount(
                    invoice.total - invoice.paid if invoice else 0, organisation.currency, organisation.locale
                ),
                billing=describe_billing(invoice, today, organisation.grace_days) if invoice else ORDER_STATUSES["open"],
            )
            for order, account, flow, invoice in found
        )
        return OrderList(rows, count, wanted.page, max(1, -(-count // PAGE_SIZE)), organisation.currency)


def open_order(actor: Actor | None, order_number: int) -> OrderView:
    """The order page. Raises NotFound."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        return build_order_view(session, viewer, find_order(session, order_number))


def list_missing(form: OrderForm) -> dict[str, str]:
    """What an order cannot do without and `form` leaves empty: what to say at each such field."""
    missing = {}
    if not form.title.strip():
        missing["title"] = NO_TITLE
    if not form.customer_id and not form.customer_name.strip():
        missing["customer_name"] = NO_CUSTOMER
    return missing


def create_order(actor: Actor | None, form: OrderForm) -> int:
    """Create the order with its first invoice, empty; answers the order number. Raises ValidationFailed naming the field."""
    editor = require(actor, Permission.EDIT_ORDERS)
    title = _parse_title(form.title)
    with transaction() as session:
        account = _settle_customer(session, form)
        order = Order(
            number=next_order_number(session),
            title=title,
            account_id=account.id or 0,
            flow_id=_settle_flow(session, form.flow_id),
            status="open",
            location=parse_text(form.location, "location"),
            ordered_on=_parse_ordered_on(form.ordered_on, read_organisation(session).time_zone),
            created_at=utc_now(),
        )
        session.add(order)
        session.flush()
        invoice = _create_invoice(session, order, editor)
        record_event(session, editor, subject=f"order:{order.id}", action="created the order", after={"invoice": invoice.id})
        after_commit(session, lambda: signals.publish("orders"))
        return order.number


def _create_invoice(session: Session, order: Order, editor: Actor) -> Invoice:
    organisation = read_organisation(session)
    today = today_in(organisation.time_zone)
    assert order.id is not None
    invoice = Invoice(
        order_id=order.id,
        account_id=order.account_id,
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
    empty = InvoiceContent(organisation.currency, organisation.prices_include_tax, organisation.tax_rounding, (), ())
    store_revision(session, invoice, empty, revision=1, saved_by=editor.name)
    return invoice


def edit_order(actor: Actor | None, order_id: int, form: OrderForm) -> None:
    """Change what the order says about itself; its invoice keeps its amounts. Raises ValidationFailed naming the field."""
    editor = require(actor, Permission.EDIT_ORDERS)
    with transaction() as session:
        order = read_order(session, order_id)
        before = {"title": order.title, "status": order.status, "location": order.location}
        if form.status not in ORDER_STATUSES:
            raise ValidationFailed("Choose a status from the list.", field="status")
        order.title, order.status = _parse_title(form.title), form.status
        order.location = parse_text(form.location, "location")
        order.ordered_on = _parse_ordered_on(form.ordered_on, read_organisation(session).time_zone)
        order.flow_id = _settle_flow(session, form.flow_id)
        session.add(order)
        after = {"title": order.title, "status": order.status, "location": order.location}
        record_event(session, editor, subject=f"order:{order_id}", action="changed the order", before=before, after=after)
        after_commit(session, lambda: signals.publish_all((signals.order_topic(order_id), signals.ORDERS)))


def add_item(actor: Actor | None, order_id: int, form: ItemForm) -> str:
    """Add an item, which is at the same time a line of the order's invoice; answers its key. Raises ValidationFailed."""
    key = uuid4().hex

    def add(session: Session, invoice: Invoice, content: InvoiceContent) -> InvoiceContent:
        return _with_lines(content, (*content.lines, _parse_item(session, key, form, content)))

    _revise_order(actor, order_id, add, "added an item")
    return key


def edit_item(actor: Actor | None, key: str, form: ItemForm) -> None:
    """Change an item. Raises NotFound, ValidationFailed naming the field."""

    def edit(session: Session, invoice: Invoice, content: InvoiceContent) -> InvoiceContent:
        changed = _parse_item(session, key, form, content)
        return _with_lines(content, tuple(changed if line.key == key else line for line in content.lines))

    _revise_order(actor, _order_of(actor, key), edit, "changed an item")


@dataclass(frozen=True)
class RemovedItem:
    """What Undo needs to put an item back where it was."""

    order_id: int
    position: int
    line: ContentLine


def remove_item(actor: Actor | None, key: str) -> RemovedItem:
    """Remove an item; pass the answer to `restore_item` to undo. Raises NotFound."""
    order_id = _order_of(actor, key)
    removed: list[RemovedItem] = []

    def remove(session: Session, invoice: Invoice, content: InvoiceContent) -> InvoiceContent:
        position = _position_of(content, key)
        removed[:] = [RemovedItem(order_id, position, content.lines[position])]
        return _with_lines(content, tuple(line for line in content.lines if line.key != key))

    _revise_order(actor, order_id, remove, "removed an item")
    return removed[0]


def restore_item(actor: Actor | None, removed: RemovedItem) -> None:
    """Undo a removal: the same item at its place. Once is enough: a second call changes nothing."""

    def restore(session: Session, invoice: Invoice, content: InvoiceContent) -> InvoiceContent:
        if any(line.key == removed.line.key for line in content.lines):
            return content
        lines = list(content.lines)
        lines.insert(removed.position, removed.line)
        return _with_lines(content, tuple(lines))

    _revise_order(actor, removed.order_id, restore, "restored an item")


def move_item(actor: Actor | None, key: str, steps: int) -> None:
    """Move an item up (negative) or down; past either end it stays at the end. Raises NotFound."""

    def move(session: Session, invoice: Invoice, content: InvoiceContent) -> InvoiceContent:
        lines = list(content.lines)
        index = _position_of(content, key)
        lines.insert(max(0, index + steps), lines.pop(index))
        return _with_lines(content, tuple(lines))

    _revise_order(actor, _order_of(actor, key), move, "moved an item")


def list_customer_choices(actor: Actor | None, search: str = "") -> tuple[Choice, ...]:
    """Customers by name, at most a thousand, matching name or e-mail."""
    require(actor, Permission.VIEW)
    with reading() as session:
        query = select(Account).order_by(col(Account.name)).limit(1_000)
        if search.strip():
            wanted = f"%{search.strip()[:100]}%"
            query = query.where(or_(col(Account.name).ilike(wanted), col(Account.email).ilike(wanted)))
        return tuple(Choice(str(account.id), account.name, account.email) for account in session.exec(query).all())


def list_flow_choices(actor: Actor | None) -> tuple[Choice, ...]:
    """Booking flows by name."""
    require(actor, Permission.VIEW)
    with reading() as session:
        return tuple(Choice(str(flow.id), flow.name) for flow in list_flows(session))


def list_tax_choices(actor: Actor | None) -> tuple[Choice, ...]:
    """Active taxes as forms carry them, the default first."""
    require(actor, Permission.VIEW)
    with reading() as session:
        return tuple(Choice(str(TaxRef(tax.category, tax.rate, tax.name)), tax.name) for tax in list_taxes(session))


def _revise_order(actor: Actor | None, order_id: int, change: Change, action: str) -> None:
    with reading() as session:
        require(actor, Permission.EDIT_ORDERS)
        invoice_id = _connected_invoice_id(session, order_id)
    revise_invoice(actor, invoice_id, change, permission=Permission.EDIT_ORDERS, action=action)


def _connected_invoice_id(session: Session, order_id: int) -> int:
    query = select(Invoice.id).where(Invoice.order_id == order_id, Invoice.kind == "connected").order_by(col(Invoice.id))
    invoice_id = session.exec(query).first()
    if invoice_id is None:
        raise NotFound("order", order_id)
    return invoice_id


def _order_of(actor: Actor | None, key: str) -> int:
    require(actor, Permission.EDIT_ORDERS)
    with reading() as session:
        order_id = session.exec(select(Item.order_id).where(Item.key == key)).first()
    if order_id is None:
        raise NotFound("item", key)
    return order_id


def _position_of(content: InvoiceContent, key: str) -> int:
    for position, line in enumerate(content.lines):
        if line.key == key:
            return position
    raise NotFound("item", key)


def _with_lines(content: InvoiceContent, lines: tuple[ContentLine, ...]) -> InvoiceContent:
    return InvoiceContent(content.currency, content.prices_include_tax, content.tax_rounding, lines, content.adjustments)


def _parse_item(session: Session, key: str, form: ItemForm, content: InvoiceContent) -> ContentLine:
    known = {str(TaxRef(tax.category, tax.rate, tax.name)) for tax in list_taxes(session)}
    known |= {str(TaxRef(line.tax_category, line.tax_rate, line.tax_name)) for line in content.lines}
    if form.tax_id not in known:
        raise ValidationFailed("Choose a tax from the list.", field="tax_id")
    return parse_line(
        key,
        description=form.description,
        quantity=form.quantity,
        unit_price=form.unit_price,
        discount=form.discount,
        tax=TaxRef.parse(form.tax_id),
        currency=content.currency,
    )


def _settle_customer(session: Session, form: OrderForm) -> Account:
    if form.customer_id:
        account = session.get(Account, parse_identifier(form.customer_id))
        if account is None:
            raise ValidationFailed("Choose a customer from the list.", field="customer_id")
        return account
    name = parse_text(form.customer_name, "customer_name")
    if not name:
        raise ValidationFailed(NO_CUSTOMER, field="customer_name")
    email = parse_address(form.customer_email, "customer_email") if form.customer_email.strip() else ""
    account = Account(name=name, email=email, created_at=utc_now())
    session.add(account)
    session.flush()
    return account


def _settle_flow(session: Session, flow_id: str) -> int:
    flow = session.get(BookingFlow, parse_identifier(flow_id))
    if flow is None:
        raise ValidationFailed("Choose a booking flow.", field="flow_id")
    return flow.id or 0


def _parse_title(title: str) -> str:
    cleaned = parse_text(title, "title")
    if not cleaned:
        raise ValidationFailed(NO_TITLE, field="title")
    return cleaned


def _parse_ordered_on(text: str, time_zone: str) -> date:
    if not text.strip():
        return today_in(time_zone)
    day = _read_date(text)
    if day is None:
        raise ValidationFailed("Give a date as YYYY-MM-DD.", field="ordered_on")
    if not EARLIEST <= day <= LATEST:
        raise ValidationFailed("Give a date between 2000 and 2100.", field="ordered_on")
    return day


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return None
