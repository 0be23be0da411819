"""Orders, their customers and files; the filtered, sorted, paged list in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, true
from sqlmodel import Session, col, func, or_, select

from invoice_app.domain.errors import NotFound
from invoice_app.domain.identifying import parse_identifier
from invoice_app.models import Account, BookingFlow, Deliverable, Invoice, Item, Order, Organisation

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the list shows. `today` is the organisation's day, `grace_days` its grace before overdue.

    `bookings`: orders with events alone; `happens_from` and `happened_before` compare with the day of their last one.
    """

    today: date
    grace_days: int = 0
    search: str = ""
    status: str = ""
    billing: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = "-ordered"
    page: int = 1
    bookings: bool = False
    happens_from: date | None = None
    happened_before: date | None = None


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """An order with its customer, its booking flow and all its invoices."""

    order: Order
    account: Account
    flow: BookingFlow
    invoices: tuple[Invoice, ...]


_SORTS: dict[str, Any] = {
    "ordered": Order.ordered_on,
    "starts": Order.starts_on,
    "number": Order.number,
    "title": func.lower(Order.title),
    "customer": func.lower(Account.name),
    "total": Order.total,
    "balance": Order.balance,
}
# Of several invoices the worst one names the order: the first label here that one of them has.
WORST_FIRST = ("overdue", "due", "processing", "upcoming", "pending", "paid", "void")


def find_order(session: Session, number: int) -> Order:
    """An order by its number. Raises NotFound."""
    order = session.exec(select(Order).where(Order.number == number)).first()
    if order is None:
        raise NotFound("order", number)
    return order


def read_order(session: Session, order_id: int) -> Order:
    """An order. Raises NotFound."""
    order = session.get(Order, order_id)
    if order is None:
        raise NotFound("order", order_id)
    return order


def read_account(session: Session, account_id: int) -> Account:
    """An account. Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("customer", account_id)
    return account


def list_orders(session: Session, wanted: OrderFilter) -> tuple[Sequence[ListedOrder], int]:
    """One page of orders, and how many there are in all. Filters touch orders alone, so that counting joins nothing."""
    conditions = _conditions(wanted)
    count = session.exec(select(func.count()).select_from(Order).where(*conditions)).one()
    descending = wanted.sort.startswith("-")
    column = _SORTS.get(wanted.sort.removeprefix("-"), Order.ordered_on)
    ordering = (column.desc(), col(Order.number).desc()) if descending else (column.asc(), col(Order.number).asc())
    query = (
        select(Order, Account, BookingFlow)
        .join(Account, col(Account.id) == Order.account_id)
        .join(BookingFlow, col(BookingFlow.id) == Order.flow_id)
        .where(*conditions)
        .order_by(*ordering)
    )
    page = session.exec(query.limit(PAGE_SIZE).offset((max(wanted.page, 1) - 1) * PAGE_SIZE)).all()
    invoices = _invoices_by_order(session, [order.id for order, _, _ in page])
    return [ListedOrder(order, account, flow, invoices.get(order.id, ())) for order, account, flow in page], count


def _invoices_by_order(session: Session, ids: Sequence[int | None]) -> dict[int | None, tuple[Invoice, ...]]:
    found: dict[int | None, tuple[Invoice, ...]] = {}
    query = select(Invoice).where(col(Invoice.order_id).in_(ids)).order_by(col(Invoice.place), col(Invoice.id))
    for invoice in session.exec(query).all():
        found[invoice.order_id] = (*found.get(invoice.order_id, ()), invoice)
    return found


def _conditions(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    conditions: list[Any] = []
    if wanted.search:
        conditions.append(_matches(wanted.search))
    if wanted.status:
        conditions.append(Order.status == wanted.status)
    if wanted.since:
        conditions.append(Order.ordered_on >= wanted.since)
    if wanted.until:
        conditions.append(Order.ordered_on <= wanted.until)
    if wanted.bookings:
        conditions.append(col(Order.starts_on).is_not(None))
    if wanted.happens_from:
        conditions.append(col(Order.ends_on) >= wanted.happens_from)
    if wanted.happened_before:
        conditions.append(col(Order.ends_on) < wanted.happened_before)
    if wanted.billing:
        conditions.append(_is_billed(wanted))
    return conditions


def _is_billed(wanted: OrderFilter) -> Any:
    """An invoice has the label and none has a worse one; "open" and "partly_paid" ask for any invoice that is so."""
    has_label = billing_condition(wanted.billing, wanted.today, wanted.grace_days)
    found = col(Order.id).in_(select(Invoice.order_id).where(has_label))
    if wanted.billing not in WORST_FIRST:
        return found if wanted.billing in ("open", "partly_paid") else true()
    worse = [
        billing_condition(label, wanted.today, wanted.grace_days) for label in WORST_FIRST[: WORST_FIRST.index(wanted.billing)]
    ]
    return and_(found, ~select(Invoice.id).where(Invoice.order_id == Order.id, or_(*worse)).exists()) if worse else found


def _matches(search: str) -> Any:
    pattern = "%" + search.strip().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    named = or_(col(Account.name).ilike(pattern, escape="\\"), col(Account.email).ilike(pattern, escape="\\"))
    numbered = select(Invoice.order_id).where(col(Invoice.number).ilike(pattern, escape="\\"))
    found = [
        col(Order.title).ilike(pattern, escape="\\"),
        col(Order.account_id).in_(select(Account.id).where(named)),
        col(Order.id).in_(numbered),
    ]
    if number := parse_identifier(search.strip().removeprefix("#")):
        found.append(Order.number == number)  # type: ignore[arg-type]
    return or_(*found)


def billing_condition(billing: str, today: date, grace_days: int) -> Any:
    """The SQL of badges.derive_invoice_billing: each label as a condition, "open" for everything still to be paid.

    A label that does not exist filters nothing.
    """
    balance = Invoice.due
    void = col(Invoice.stage) == "void"
    pending = and_(col(Invoice.stage) == "draft", col(Invoice.paid) == 0)
    in_flight = col(Invoice.in_flight).is_(True)
    issued = and_(~void, ~pending, ~in_flight)
    last_day = today - timedelta(days=grace_days)
    by_label: dict[str, Any] = {
        "void": void,
        "pending": pending,
        "processing": and_(~void, ~pending, in_flight),
        "paid": and_(issued, balance <= 0),
        "upcoming": and_(issued, balance > 0, col(Invoice.due_on) > today),
        "due": and_(issued, balance > 0, col(Invoice.due_on) <= today, col(Invoice.due_on) >= last_day),
        "overdue": and_(issued, balance > 0, col(Invoice.due_on) < last_day),
        "partly_paid": and_(issued, balance > 0, col(Invoice.paid) > 0),
        "open": and_(issued, balance > 0),
    }
    return by_label.get(billing, true())


def list_order_items(session: Session, order_id: int) -> Sequence[Item]:
    """The items of an order in order."""
    return session.exec(select(Item).where(Item.order_id == order_id).order_by(col(Item.position), col(Item.id))).all()


def list_files(session: Session, order_id: int) -> Sequence[Deliverable]:
    """The deliverables of an order."""
    query = select(Deliverable).where(Deliverable.order_id == order_id)
    return session.exec(query.order_by(col(Deliverable.position), col(Deliverable.id))).all()


def list_order_invoices(session: Session, order_id: int) -> Sequence[Invoice]:
    """Every invoice of an order."""
    return session.exec(select(Invoice).where(Invoice.order_id == order_id).order_by(col(Invoice.id))).all()


def are_files_unlocked(session: Session, order_id: int) -> bool:
    """Whether the order's files may be downloaded: something was billed and every live invoice is settled (invariant 17).

    One that was settled at its present total and gave money back since counts as settled, unless the organisation re-locks.
    """
    live = [invoice for invoice in list_order_invoices(session, order_id) if invoice.stage != "void"]
    billed = any(invoice.total > invoice.credited or invoice.paid > 0 or invoice.settled_total > 0 for invoice in live)
    unsettled = [invoice for invoice in live if invoice.due > 0]
    if not unsettled:
        return billed
    relocks = session.exec(select(Organisation.relock_files)).first()
    return billed and not relocks and all(invoice.settled_total >= invoice.total for invoice in unsettled)


def next_order_number(session: Session) -> int:
    """The number after the highest; orders start at 1001."""
    highest = session.exec(select(func.max(Order.number))).one()
    return (highest or 1000) + 1
