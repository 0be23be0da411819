"""Orders, their customers and files; the filtered, sorted, paged list in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, true
from sqlmodel import Session, col, func, or_, select

from invoice_app.domain.errors import NotFound
from invoice_app.domain.settlement import Standing
from invoice_app.models import Account, BookingFlow, Deliverable, Invoice, Order, Organisation
from invoice_app.repositories.finding import Found, Ordering, find_page, search_orders


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
    "title": Order.title_key,
    "customer": Order.customer_key,
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


def lock_order(session: Session, order_id: int) -> Order:
    """An order, locked until the transaction ends; invoices are locked before their order. Raises NotFound."""
    query = select(Order).where(Order.id == order_id).with_for_update(key_share=True)
    order = session.exec(query.execution_options(populate_existing=True)).first()
    if order is None:
        raise NotFound("order", order_id)
    return order


def read_account(session: Session, account_id: int) -> Account:
    """An account. Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("customer", account_id)
    return account


def list_orders(session: Session, wanted: OrderFilter) -> tuple[Sequence[ListedOrder], Found]:
    """One page of orders, and how many there are. Orders alone are searched, filtered and sorted."""
    search = search_orders(session, wanted.search)
    found = find_page(session, Order, search, _conditions(wanted), _ordering(wanted), wanted.page)
    query = (
        select(Order, Account, BookingFlow)
        .join(Account, col(Account.id) == Order.account_id)
        .join(BookingFlow, col(BookingFlow.id) == Order.flow_id)
        .where(col(Order.id).in_(found.ids))
    )
    invoices = _invoices_by_order(session, found.ids)
    listed = {
        order.id: ListedOrder(order, account, flow, invoices.get(order.id, ()))
        for order, account, flow in session.exec(query).all()
    }
    return [listed[order_id] for order_id in found.ids], found


def _ordering(wanted: OrderFilter) -> Ordering:
    column = _SORTS.get(wanted.sort.removeprefix("-"), Order.ordered_on)
    within = [col(Order.status) == wanted.status] if wanted.status else []
    if wanted.bookings:
        within.append(col(Order.starts_on).is_not(None))
    return Ordering(col(column), col(Order.number), tuple(within), descending=wanted.sort.startswith("-"))


def _invoices_by_order(session: Session, ids: Sequence[int]) -> dict[int | None, tuple[Invoice, ...]]:
    found: dict[int | None, tuple[Invoice, ...]] = {}
    query = select(Invoice).where(col(Invoice.order_id).in_(ids)).order_by(col(Invoice.place), col(Invoice.id))
    for invoice in session.exec(query).all():
        found[invoice.order_id] = (*found.get(invoice.order_id, ()), invoice)
    return found


def _conditions(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    conditions: list[Any] = []
    if wanted.since:
        conditions.append(Order.ordered_on >= wanted.since)
    if wanted.until:
        conditions.append(Order.ordered_on <= wanted.until)
    if wanted.happens_from:
        conditions.append(col(Order.ends_on) >= wanted.happens_from)
    if wanted.happened_before:
        conditions.append(col(Order.ends_on) < wanted.happened_before)
    if wanted.billing:
        conditions.append(_is_billed(wanted))
    return conditions


def _is_billed(wanted: OrderFilter) -> Any:
    """Its worst invoice has the label; "open" and "partly_paid" ask for any invoice that is so."""
    if wanted.billing == "partly_paid":
        partly_paid = billing_condition(wanted.billing, wanted.today, wanted.grace_days)
        return col(Order.id).in_(select(Invoice.order_id).where(partly_paid))
    owed_from, otherwise = col(Order.owed_from), col(Order.otherwise)
    by_label: dict[str, Any] = {
        "open": owed_from.is_not(None),
        **_by_date(owed_from, wanted.today, wanted.grace_days),
        "processing": and_(otherwise == Standing.PROCESSING, or_(owed_from.is_(None), owed_from > wanted.today)),
        **{label: and_(otherwise == label, owed_from.is_(None)) for label in (Standing.PENDING, Standing.PAID, Standing.VOID)},
    }
    by_label["upcoming"] = and_(by_label["upcoming"], otherwise != Standing.PROCESSING)
    return by_label.get(wanted.billing, true())


def _by_date(due_on: Any, today: date, grace_days: int) -> dict[str, Any]:
    last_day = today - timedelta(days=grace_days)
    return {
        "upcoming": due_on > today,
        "due": and_(due_on <= today, due_on >= last_day),
        "overdue": due_on < last_day,
    }


def billing_condition(billing: str, today: date, grace_days: int) -> Any:
    """The SQL of badges.derive_invoice_billing: each label as a condition, "open" for everything still to be paid.

    A label that does not exist filters nothing.
    """
    standing = col(Invoice.standing)
    is_open = standing == Standing.OPEN
    by_label: dict[str, Any] = {
        **{label: standing == label for label in Standing},
        **{label: and_(is_open, dated) for label, dated in _by_date(col(Invoice.due_on), today, grace_days).items()},
        "partly_paid": and_(is_open, col(Invoice.paid) > 0),
    }
    return by_label.get(billing, true())


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
    """The number after the highest; orders start at 1001. Nobody else takes one until the transaction ends."""
    session.exec(select(Organisation.id).with_for_update(key_share=True)).all()
    highest = session.exec(select(func.max(Order.number))).one()
    return (highest or 1000) + 1
