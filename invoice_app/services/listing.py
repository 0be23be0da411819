"""The desk's lists across orders: invoices, payments and tries, customers, the local mailbox."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, or_, select

from invoice_app import routes
from invoice_app.clock import today_in, utc_now
from invoice_app.db import reading
from invoice_app.documents.formatting import format_amount, format_date, format_instant, format_when
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import NotFound
from invoice_app.domain.identifying import parse_identifier
from invoice_app.domain.stages import Stage
from invoice_app.models import Account, Invoice, Order, Organisation, OutgoingEmail, PaymentAttempt, SavedCard
from invoice_app.repositories.contexts import select_invoice
from invoice_app.repositories.credits import list_credits
from invoice_app.repositories.finding import PAGE_SIZE, Ordering, find_page, search_invoices
from invoice_app.repositories.orders import billing_condition
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import name_invoice
from invoice_app.services.badges import ATTEMPTS, STAGES, describe_billing
from invoice_app.services.views import AccountRow, Badge, EmailRow, InvoiceRow, PaymentRow

LATEST_DUE = Ordering(col(Invoice.due_on), col(Invoice.id), descending=True)
EMAILS = {
    "queued": Badge("Waiting", "info", "clock"),
    "sent": Badge("Sent", "good", "check"),
    "failed": Badge("Failed", "bad", "alert"),
}


@dataclass(frozen=True)
class InvoiceList:
    """One page of invoices; `is_more`: there are more than `count`, too many to show."""

    rows: tuple[InvoiceRow, ...]
    count: int
    page: int
    pages: int
    currency: str
    is_more: bool = False


@dataclass(frozen=True)
class PaymentList:
    """One page of payments and tries."""

    rows: tuple[PaymentRow, ...]
    count: int
    page: int
    pages: int
    currency: str


@dataclass(frozen=True)
class AccountList:
    """One page of customers."""

    rows: tuple[AccountRow, ...]
    count: int
    page: int
    pages: int
    currency: str


@dataclass(frozen=True)
class EmailView:
    """One message of the local mailbox."""

    id: int
    recipient: str
    subject: str
    when: str
    text: str
    html: str


def list_invoices(actor: Actor | None, *, search: str = "", billing: str = "", page: int = 1) -> InvoiceList:
    """Invoices, the latest due first."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        asked = search_invoices(session, search)
        billed = [billing_condition(billing, today_in(organisation.time_zone), organisation.grace_days)] if billing else []
        found = find_page(session, Invoice, asked, billed, LATEST_DUE, page)
        query = (
            select(Invoice, Order, Account)
            .join(Order, col(Order.id) == Invoice.order_id)
            .join(Account, col(Account.id) == Invoice.account_id)
            .where(col(Invoice.id).in_(found.ids))
        )
        listed = {invoice.id: (invoice, order, account) for invoice, order, account in session.exec(query).all()}
        rows = tuple(_invoice_row(*listed[invoice_id], organisation) for invoice_id in found.ids)
        return InvoiceList(rows, found.count, max(page, 1), found.pages, organisation.currency, found.is_more)


def _invoice_row(invoice: Invoice, order: Order, account: Account, organisation: Organisation) -> InvoiceRow:
    today, locale = today_in(organisation.time_zone), organisation.locale
    return InvoiceRow(
        id=invoice.id or 0,
        order_number=order.number,
        reference=name_invoice(invoice.number, order.number, invoice.place),
        customer=account.name,
        issued=format_date(invoice.issued_on, locale),
        due=format_date(invoice.due_on, locale),
        total=format_amount(invoice.total, invoice.currency, locale),
        balance=format_amount(invoice.due, invoice.currency, locale),
        billing=describe_billing(invoice, today, organisation.grace_days),
        stage=STAGES[Stage(invoice.stage)],
        href=routes.order(order.number, invoice=select_invoice(invoice)),
    )


def list_payments(actor: Actor | None, *, search: str = "", outcome: str = "", page: int = 1) -> PaymentList:
    """Every try to pay, successful or not, newest first (A3)."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        query: Any = (
            select(PaymentAttempt, Invoice, Order, Account)
            .join(Invoice, col(Invoice.id) == PaymentAttempt.invoice_id)
            .join(Order, col(Order.id) == Invoice.order_id)
            .join(Account, col(Account.id) == Invoice.account_id)
        )
        if search.strip():
            fields = (Order.title, Account.name, Invoice.number, PaymentAttempt.method_label)
            query = query.where(_matches(search, *fields, number=Order.number))
        if outcome:
            query = query.where(PaymentAttempt.status == outcome)
        count = _count(session, query)
        newest_first = query.order_by(col(PaymentAttempt.started_at).desc(), col(PaymentAttempt.id).desc())
        found = session.exec(_page(newest_first, page)).all()
        rows = tuple(_payment_row(*found_row, organisation=organisation) for found_row in found)
        return PaymentList(rows, count, max(page, 1), _pages(count), organisation.currency)


def _payment_row(
    attempt: PaymentAttempt, invoice: Invoice, order: Order, account: Account, *, organisation: Organisation
) -> PaymentRow:
    return PaymentRow(
        id=attempt.id or 0,
        order_number=order.number,
        reference=name_invoice(invoice.number, order.number, invoice.place),
        customer=account.name,
        when=format_when(attempt.started_at, utc_now(), organisation.locale, organisation.time_zone),
        method=attempt.method_label or attempt.method.replace("_", " ").capitalize(),
        amount=format_amount(attempt.amount, attempt.currency, organisation.locale),
        outcome=ATTEMPTS[attempt.status],
        reason=attempt.error_message,
        href=routes.order(order.number, invoice=select_invoice(invoice), show="payments"),
    )


def list_accounts(actor: Actor | None, *, search: str = "", page: int = 1) -> AccountList:
    """Customers by name with what they owe and whether a card is kept."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        query: Any = select(Account)
        if search.strip():
            query = query.where(_matches(search, Account.name, Account.email))
        count = _count(session, query)
        accounts = session.exec(_page(query.order_by(func.lower(Account.name), col(Account.id)), page)).all()
        ids = [account.id for account in accounts]
        owed = _sum_by_account(session, ids)
        credit = list_credits(session, [account.id or 0 for account in accounts])
        cards = _cards_by_account(session, ids)
        rows = tuple(
            AccountRow(
                id=account.id or 0,
                name=account.name,
                kind=account.kind.capitalize(),
                email=account.email,
                orders=owed.get(account.id, (0, 0))[0],
                balance=format_amount(owed.get(account.id, (0, 0))[1], organisation.currency, organisation.locale),
                cards=", ".join(cards.get(account.id, ())),
                credit=format_amount(credit.get(account.id or 0, 0), organisation.currency, organisation.locale),
            )
            for account in accounts
        )
        return AccountList(rows, count, max(page, 1), _pages(count), organisation.currency)


def _sum_by_account(session: Session, ids: list[int | None]) -> dict[int | None, tuple[int, int]]:
    balance = func.sum(Invoice.due)
    orders = func.count(func.distinct(Invoice.order_id))
    query: Any = (
        select(Invoice.account_id, orders, func.coalesce(balance, 0))
        .where(col(Invoice.account_id).in_(ids))
        .group_by(col(Invoice.account_id))
    )
    return {account_id: (count, owed) for account_id, count, owed in session.exec(query).all()}


def _cards_by_account(session: Session, ids: list[int | None]) -> dict[int | None, list[str]]:
    query = select(SavedCard).where(col(SavedCard.account_id).in_(ids), col(SavedCard.removed_at).is_(None))
    cards: dict[int | None, list[str]] = {}
    for card in session.exec(query).all():
        cards.setdefault(card.account_id, []).append(f"{card.brand.capitalize()} ··{card.last4}")
    return cards


def list_emails(actor: Actor | None, *, page: int = 1) -> tuple[EmailRow, ...]:
    """The mailbox: what was sent or waits to be, newest first."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        query = select(OutgoingEmail).order_by(col(OutgoingEmail.created_at).desc(), col(OutgoingEmail.id).desc())
        return tuple(
            EmailRow(
                id=email.id or 0,
                recipient=email.recipient,
                subject=email.subject,
                status=EMAILS[email.status],
                when=format_when(email.created_at, utc_now(), organisation.locale, organisation.time_zone),
            )
            for email in session.exec(_page(query, page)).all()
        )


def read_email(actor: Actor | None, email_id: int) -> EmailView:
    """One message of the mailbox. It carries the customer's link, so reading takes the right to send. Raises NotFound."""
    require(actor, Permission.SEND)
    with reading() as session:
        organisation = read_organisation(session)
        email = session.get(OutgoingEmail, email_id)
        if email is None:
            raise NotFound("e-mail", email_id)
        when = format_instant(email.created_at, organisation.locale, organisation.time_zone)
        return EmailView(email_id, email.recipient, email.subject, when, email.text, email.html)


def _matches(search: str, *columns: Any, number: Any = None) -> Any:
    cleaned = search.strip()[:200]
    pattern = "%" + cleaned.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    found: list[Any] = [col(column).ilike(pattern, escape="\\") for column in columns]
    if number is not None and (wanted := parse_identifier(cleaned.removeprefix("#"))):
        found.append(col(number) == wanted)
    return or_(*found)


def _count(session: Session, query: Any) -> int:
    return session.exec(select(func.count()).select_from(query.subquery())).one()


def _page(query: Any, page: int) -> Any:
    return query.limit(PAGE_SIZE).offset((max(page, 1) - 1) * PAGE_SIZE)


def _pages(count: int) -> int:
    return max(1, -(-count // PAGE_SIZE))
