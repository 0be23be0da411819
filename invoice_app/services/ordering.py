"""Taking and looking after orders: the list, the order page, what an order says about itself."""

from datetime import date

from sqlmodel import Session, col, or_, select

from invoice_app.clock import today_in, utc_now
from invoice_app.db import after_commit, reading, transaction
from invoice_app.documents.formatting import format_amount, format_date
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import OrderStatus, parse_day
from invoice_app.domain.entry import TaxRef, parse_text
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.identifying import parse_identifier
from invoice_app.gateways import signals
from invoice_app.models import Account, BookingFlow, Order, Organisation, User
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.orders import (
    ListedOrder,
    OrderFilter,
    find_order,
    next_order_number,
    read_order,
)
from invoice_app.repositories.orders import list_orders as query_orders
from invoice_app.repositories.organisations import list_flows, list_taxes, read_flow, read_organisation
from invoice_app.services.adding_invoices import create_invoice
from invoice_app.services.badges import ORDER_STATUSES, describe_worst
from invoice_app.services.booking_views import EventForm, OrderPage
from invoice_app.services.contacting import parse_address
from invoice_app.services.losing import close_checkouts_of_order, lose_in, retry_while_open
from invoice_app.services.order_page import build_order_page
from invoice_app.services.order_views import OrderForm, OrderList, OrderQuery, OrderRow
from invoice_app.services.planning import plan_event
from invoice_app.services.views import Choice

NO_TITLE = "Give it a title."
NO_CUSTOMER = "Choose a customer, or give the new one a name."


def list_orders(actor: Actor | None, query: OrderQuery) -> OrderList:
    """One page of orders with the total and balance of their invoices. A filter that cannot be read is ignored."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        wanted = OrderFilter(
            today=today_in(organisation.time_zone),
            grace_days=organisation.grace_days,
            search=query.search[:200],
            status=query.status,
            billing=query.billing,
            since=_read_date(query.since),
            until=_read_date(query.until),
            sort=query.sort,
            page=max(query.page, 1),
        )
        listed, found = query_orders(session, wanted)
        rows = tuple(_describe_order(order, organisation) for order in listed)
        return OrderList(rows, found.count, wanted.page, found.pages, organisation.currency, found.is_more)


def _describe_order(listed: ListedOrder, organisation: Organisation) -> OrderRow:
    order, currency, locale = listed.order, organisation.currency, organisation.locale
    return OrderRow(
        id=order.id or 0,
        number=order.number,
        title=order.title,
        customer=listed.account.name,
        flow=listed.flow.name,
        status=ORDER_STATUSES[OrderStatus(order.status)],
        ordered=format_date(order.ordered_on, locale),
        total=format_amount(order.total, currency, locale),
        balance=format_amount(order.balance, currency, locale),
        billing=describe_worst(listed.invoices, today_in(organisation.time_zone), organisation.grace_days),
    )


def open_order(actor: Actor | None, order_number: int, invoice_id: int = 0) -> OrderPage:
    """The page of an order or booking, with this invoice of it in Order Details, else the first live one. Raises NotFound."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        return build_order_page(session, viewer, find_order(session, order_number), invoice_id)


def list_missing(form: OrderForm) -> dict[str, str]:
    """What an order cannot do without and `form` leaves empty: what to say at each such field."""
    missing = {}
    if not form.title.strip():
        missing["title"] = NO_TITLE
    if not form.customer_id and not form.customer_name.strip():
        missing["customer_name"] = NO_CUSTOMER
    return missing


def create_order(actor: Actor | None, form: OrderForm, event: EventForm | None = None) -> int:
    """Create the order with its first invoice, empty, and with its first `event` a booking; answers the order number.

    Raises ValidationFailed naming the field.
    """
    editor = require(actor, Permission.EDIT_ORDERS)
    title = _parse_title(form.title)
    with transaction() as session:
        account = _settle_customer(session, editor, form)
        order = Order(
            number=next_order_number(session),
            title=title,
            account_id=account.id or 0,
            flow_id=_settle_flow(session, form.flow_id),
            assignee_id=_settle_assignee(session, form.assignee_id),
            status=_parse_status(form.status, but_lost=True),
            location=parse_text(form.location, "location"),
            ordered_on=_parse_ordered_on(form.ordered_on, read_organisation(session).time_zone),
            created_at=utc_now(),
        )
        session.add(order)
        session.flush()
        invoice = create_invoice(session, order, editor)
        record_event(session, editor, subject=f"order:{order.id}", action="created the order", after={"invoice": invoice.id})
        if event is not None:
            plan_event(session, editor, order, event)
        after_commit(session, lambda: signals.publish(signals.ORDERS))
        return order.number


def edit_order(actor: Actor | None, order_id: int, form: OrderForm) -> None:
    """Change what the order says about itself; its invoices keep their amounts, unless it becomes lost (see `lose_order`).

    Raises ValidationFailed naming the field.
    """
    editor = require(actor, Permission.EDIT_ORDERS)
    status = _parse_status(form.status)

    def edit() -> None:
        if status is OrderStatus.LOST:
            close_checkouts_of_order(editor, order_id)
        with transaction() as session:
            if status is OrderStatus.LOST:
                lose_in(session, editor, order_id)
            order = read_order(session, order_id)
            before = _tell(session, order)
            order.title, order.status = _parse_title(form.title), status
            order.location = parse_text(form.location, "location")
            order.ordered_on = _parse_ordered_on(form.ordered_on, read_organisation(session).time_zone)
            order.flow_id = _settle_flow(session, form.flow_id)
            order.assignee_id = _settle_assignee(session, form.assignee_id)
            session.add(order)
            _record(session, editor, order, before)

    retry_while_open(edit)


def set_status(actor: Actor | None, order_id: int, status: str) -> None:
    """Move an order along its pipeline. Lost has its own way, `lose_order`. Raises NotFound, ValidationFailed."""
    editor = require(actor, Permission.EDIT_ORDERS)
    chosen = _parse_status(status, but_lost=True)
    with transaction() as session:
        order = read_order(session, order_id)
        before = _tell(session, order)
        order.status = chosen
        session.add(order)
        _record(session, editor, order, before)


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


def list_assignee_choices(actor: Actor | None) -> tuple[Choice, ...]:
    """Who of the staff can look after an order, by name."""
    require(actor, Permission.VIEW)
    with reading() as session:
        users = session.exec(select(User).where(col(User.active).is_(True)).order_by(col(User.name))).all()
        return tuple(Choice(str(user.id), user.name) for user in users)


def _record(session: Session, editor: Actor, order: Order, before: dict[str, object]) -> None:
    after = _tell(session, order)
    if after != before:
        action = "changed the order"
        record_event(session, editor, subject=f"order:{order.id}", action=action, before=before, after=after)
    topics = (signals.order_topic(order.id or 0), signals.ORDERS)
    after_commit(session, lambda: signals.publish_all(topics))


def _tell(session: Session, order: Order) -> dict[str, object]:
    assignee = session.get(User, order.assignee_id) if order.assignee_id else None
    return {
        "title": order.title,
        "status": order.status,
        "location": order.location,
        "ordered_on": order.ordered_on.isoformat(),
        "flow": read_flow(session, order.flow_id).name,
        "assignee": assignee.name if assignee else "",
    }


def _settle_customer(session: Session, editor: Actor, form: OrderForm) -> Account:
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
    after = {"name": name, "email": email}
    record_event(session, editor, subject=f"account:{account.id}", action="added the customer", after=after)
    return account


def _settle_flow(session: Session, flow_id: str) -> int:
    flow = session.get(BookingFlow, parse_identifier(flow_id))
    if flow is None:
        raise ValidationFailed("Choose a booking flow.", field="flow_id")
    return flow.id or 0


def _settle_assignee(session: Session, user_id: str) -> int | None:
    if not user_id:
        return None
    user = session.get(User, parse_identifier(user_id))
    if user is None:
        raise ValidationFailed("Choose somebody from the list.", field="assignee_id")
    return user.id


def _parse_status(status: str, *, but_lost: bool = False) -> OrderStatus:
    if status not in set(OrderStatus) or (but_lost and status == OrderStatus.LOST):
        raise ValidationFailed("Choose a status from the list.", field="status")
    return OrderStatus(status)


def _parse_title(title: str) -> str:
    cleaned = parse_text(title, "title")
    if not cleaned:
        raise ValidationFailed(NO_TITLE, field="title")
    return cleaned


def _parse_ordered_on(text: str, time_zone: str) -> date:
    return parse_day(text, "ordered_on") if text.strip() else today_in(time_zone)


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return None
