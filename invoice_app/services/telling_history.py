"""The history of a record: who did what to it, when, and from what to what (product.md invariant 21)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from invoice_app.clock import utc_now
from invoice_app.db import reading
from invoice_app.documents.formatting import format_instant, format_quantity, format_unit_price, format_when
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.content import ContentLine, InvoiceContent
from invoice_app.domain.errors import NotFound
from invoice_app.domain.identifying import parse_identifier
from invoice_app.models import Account, BookingFlow, Coupon, EventLog, Invoice, InvoiceRevision, Order, Organisation, Tax, User
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import name_invoice
from invoice_app.services.history_words import ACTIONS, CHANGES, ICONS, KINDS, kind_of, list_facts, name_fact, read_fact
from invoice_app.services.views import Choice

SETTINGS = "settings"
PAGE_SIZE = 20
_ITEM_FIELDS = ("description", "quantity", "unit_price")


@dataclass(frozen=True)
class HistoryChange:
    """One fact that changed; "" where there was, or is, none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryEntry:
    """One entry of the log. `about` names the invoice among those of an order; `exact` is the full date and time."""

    id: int
    who: str
    when: str
    exact: str
    what: str
    about: str
    icon: str
    changes: tuple[HistoryChange, ...]


@dataclass(frozen=True)
class HistoryView:
    """The latest entries of a record, newest first; `has_more`: there are older ones."""

    subject: str = ""
    title: str = ""
    kind: str = ""
    kinds: tuple[Choice, ...] = ()
    rows: tuple[HistoryEntry, ...] = ()
    has_more: bool = False


def read_history(actor: Actor | None, subject: str, kind: str = "", pages: int = 1) -> HistoryView:
    """The history of "order:3" with its invoices, of "invoice:12", "account:5", "coupon:2", or of "settings".

    `kind` is one of KINDS, others mean everything. Raises NotFound; the settings' take the right to change them.
    """
    require(actor, Permission.MANAGE_SETTINGS if subject == SETTINGS else Permission.VIEW)
    with reading() as session:
        title, subjects = _resolve(session, subject)
        query = select(EventLog).where(col(EventLog.subject).in_(subjects), *_of_kind(kind))
        size = PAGE_SIZE * min(max(pages, 1), 50)
        found = session.exec(query.order_by(col(EventLog.id).desc()).limit(size + 1)).all()
        teller = _Teller(session, read_organisation(session), subject, subjects)
        rows = tuple(teller.tell(entry) for entry in found[:size])
        kinds = KINDS if subject == SETTINGS else KINDS[:-1]
        return HistoryView(subject, title, kind, kinds, rows, len(found) > size)


def _of_kind(kind: str) -> tuple[Any, ...]:
    if kind == CHANGES:
        return (col(EventLog.action).not_in([action for actions in ACTIONS.values() for action in actions]),)
    return (col(EventLog.action).in_(ACTIONS[kind]),) if kind in ACTIONS else ()


def _resolve(session: Session, subject: str) -> tuple[str, list[str]]:
    kind, _, number = subject.partition(":")
    if subject == SETTINGS:
        records = (("flow", BookingFlow), ("tax", Tax), ("user", User))
        named = [f"{name}:{key}" for name, model in records for key in session.exec(select(col(model.id))).all()]
        return "Settings", ["organisation", *named]
    record_id = parse_identifier(number)
    if kind == "order" and (order := session.get(Order, record_id)):
        return f"Order #{order.number}", [subject, *(f"invoice:{key}" for key in _list_invoice_ids(session, order))]
    if kind == "invoice" and (invoice := session.get(Invoice, record_id)):
        return _name(session, invoice), [subject]
    if kind == "account" and (account := session.get(Account, record_id)):
        return account.name, [subject]
    if kind == "coupon" and (coupon := session.get(Coupon, record_id)):
        return f"Coupon {coupon.code}", [subject]
    raise NotFound("history", subject)


def _list_invoice_ids(session: Session, order: Order) -> list[int]:
    # Those deleted since are known from the order's own entries alone.
    told = session.exec(select(EventLog.after).where(EventLog.subject == f"order:{order.id}")).all()
    named = [after["invoice"] for after in told if after and isinstance(after.get("invoice"), int)]
    return list(dict.fromkeys((*named, *session.exec(select(col(Invoice.id)).where(Invoice.order_id == order.id)).all())))


def _name(session: Session, invoice: Invoice) -> str:
    if invoice.number:
        return f"Invoice {invoice.number}"
    order = session.get(Order, invoice.order_id)
    return f"Invoice of {name_invoice(None, order.number if order else 0, invoice.place)}"


class _Teller:
    """Says entries in words; reads what they name once for all of them."""

    def __init__(self, session: Session, organisation: Organisation, subject: str, subjects: Sequence[str]) -> None:
        self._session, self._organisation, self._subject = session, organisation, subject
        ids = [parse_identifier(one.partition(":")[2]) for one in subjects if one.startswith("invoice:")]
        invoices = session.exec(select(Invoice).where(col(Invoice.id).in_(ids))).all()
        self._names = {f"invoice:{invoice.id}": _name(session, invoice) for invoice in invoices}
        self._flows = {flow.id: flow.name for flow in session.exec(select(BookingFlow)).all()}
        self._users = {user.id: user.name for user in session.exec(select(User)).all()}

    def tell(self, entry: EventLog) -> HistoryEntry:
        """One entry of the log in words."""
        locale, zone = self._organisation.locale, self._organisation.time_zone
        return HistoryEntry(
            id=entry.id or 0,
            who=entry.actor_name,
            when=format_when(entry.at, utc_now(), locale, zone),
            exact=format_instant(entry.at, locale, zone),
            what=entry.action[:1].upper() + entry.action[1:],
            about=self._tell_subject(entry.subject),
            icon=ICONS[kind_of(entry.action)],
            changes=tuple(self._tell_changes(entry)),
        )

    def _tell_subject(self, subject: str) -> str:
        if subject == self._subject or self._subject == SETTINGS:
            return ""
        return self._names.get(subject, "An invoice since deleted")

    def _tell_changes(self, entry: EventLog) -> Iterable[HistoryChange]:
        before, after = entry.before or {}, entry.after or {}
        for name in list_facts(before, after):
            change = HistoryChange(name_fact(name), self._read(name, before.get(name)), self._read(name, after.get(name)))
            # A reason nobody gave was not removed either.
            if change.before or change.after:
                yield change
        if entry.subject.startswith("invoice:") and {"revision"} <= before.keys() & after.keys():
            yield from self._tell_lines(entry.subject, before["revision"], after["revision"])

    def _read(self, name: str, value: Any) -> str:
        if name in ("flow", "assignee") and isinstance(value, int):
            return (self._flows if name == "flow" else self._users).get(value, str(value))
        return read_fact(name, value, self._organisation.currency, self._organisation.locale)

    def _tell_lines(self, subject: str, before: int, after: int) -> Iterable[HistoryChange]:
        old, new = (self._read_lines(subject, revision) for revision in (before, after))
        for key in dict.fromkeys((*old, *new)):
            was, becomes = old.get(key), new.get(key)
            if was is None or becomes is None:
                told = was or becomes
                assert told is not None
                yield HistoryChange(told.description, self._tell_line(was), self._tell_line(becomes))
                continue
            for field in _ITEM_FIELDS:
                if getattr(was, field) != getattr(becomes, field):
                    label = f"{becomes.description}, {name_fact(field).lower()}"
                    yield HistoryChange(
                        label, self._read(field, getattr(was, field)), self._read(field, getattr(becomes, field))
                    )

    def _read_lines(self, subject: str, revision: int) -> dict[str, ContentLine]:
        invoice_id = parse_identifier(subject.partition(":")[2])
        at = (InvoiceRevision.invoice_id == invoice_id, InvoiceRevision.revision == revision)
        content = self._session.exec(select(InvoiceRevision.content).where(*at)).first()
        return {line.key: line for line in InvoiceContent.from_json(dict(content)).lines} if content else {}

    def _tell_line(self, line: ContentLine | None) -> str:
        if line is None:
            return ""
        locale = self._organisation.locale
        price = format_unit_price(line.unit_price, self._organisation.currency, locale)
        return f"{format_quantity(line.quantity, locale)} × {price}"
