"""Finding what a list shows: which records, in which order, how many, by indexes alone however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, case, col, exists, func, select

from invoice_app.domain.searching import end_of, read_search
from invoice_app.models import Invoice, Order, SearchWord

PAGE_SIZE = 25
# A search that finds more is told "more than", and shows this many: who wants more of them types more.
MOST_FOUND = 1_000
# Up to here it is quicker to look a word up and sort what it leads to; beyond, to walk through what is sorted and look for it.
RARE = 25_000


@dataclass(frozen=True, slots=True)
class Search:
    """What a typed search asks of a record. `is_wide`: all its words are so common that only so many are counted."""

    conditions: tuple[ColumnElement[bool], ...] = ()
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Ordering:
    """By a column, then by one that no two records share, among records that meet `within`: there is an index of all that."""

    by: Any
    then: Any
    within: tuple[Any, ...] = ()
    descending: bool = False

    def columns(self, *, backwards: bool = False) -> tuple[Any, Any]:
        """What ORDER BY says."""
        down = self.descending is not backwards
        return (self.by.desc(), self.then.desc()) if down else (self.by.asc(), self.then.asc())


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of one page in order, and how many there are in all; `is_more`: there are more than that."""

    ids: tuple[int, ...]
    count: int
    is_more: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // PAGE_SIZE))


def search_orders(session: Session, typed: str) -> Search:
    """Orders with a word of title, customer, e-mail, number or an invoice's number for each typed beginning of one."""
    leads = select(SearchWord.order_id)
    here = col(SearchWord.order_id) == col(Order.id)
    return _search(session, typed, col(Order.id), leads, here)


def search_invoices(session: Session, typed: str, key: Any = Invoice.id) -> Search:
    """Invoices whose number or order has a word for each typed beginning of one; `key` is a column with an invoice's id."""
    of_order = col(Invoice.order_id) == col(SearchWord.order_id)
    of_invoice = and_(of_order, col(SearchWord.invoice_id).in_((0, col(Invoice.id))))
    leads = select(Invoice.id).join(SearchWord, of_invoice)
    return _search(session, typed, col(key), leads, of_invoice)


def _search(session: Session, typed: str, key: Any, leads: Any, here: Any) -> Search:
    beginnings = read_search(typed)
    if not beginnings:
        return Search()
    sizes = {
        beginning: _count_up_to(session, select(SearchWord.order_id).where(_begins(beginning)), RARE)
        for beginning in beginnings
    }
    rarest = min(beginnings, key=lambda beginning: sizes[beginning])
    if sizes[rarest] > RARE:
        return Search(tuple(exists().where(here, _begins(beginning)) for beginning in beginnings), is_wide=True)
    others = (exists().where(here, _begins(beginning)) for beginning in beginnings if beginning != rarest)
    return Search((key.in_(leads.where(_begins(rarest))), *others))


def _begins(beginning: str) -> Any:
    return and_(col(SearchWord.word) >= beginning, col(SearchWord.word) < end_of(beginning))


def find_page(session: Session, model: Any, search: Search, conditions: Sequence[Any], ordering: Ordering, page: int) -> Found:
    """One page of the ids of records that a search leads to and that meet the conditions, and how many there are."""
    key = col(model.id)
    conditions = (*search.conditions, *conditions)
    query = select(key).where(*ordering.within, *conditions)
    start = (max(page, 1) - 1) * PAGE_SIZE
    if search.conditions and not search.is_wide:
        return _sort_few(session, query, ordering, start)
    count = _count_up_to(session, query, MOST_FOUND) if search.is_wide else _count(session, query)
    is_more = search.is_wide and count > MOST_FOUND
    shown = min(count, MOST_FOUND) if is_more else count
    size = min(PAGE_SIZE, shown - start)
    if size <= 0:
        return Found((), shown, is_more)
    # Past the middle the way from the end is shorter.
    from_end = not is_more and start > shown // 2
    skipped = shown - start - size if from_end else start
    if conditions and (is_more or count > RARE) and session.get_bind().dialect.name == "sqlite":
        # It keeps no statistics: seeing a condition it has an index for, it would sort all that meets it for one page.
        query = select(key).where(*ordering.within, case((and_(*conditions), True), else_=False))
    query = query.order_by(*ordering.columns(backwards=from_end)).limit(size).offset(skipped)
    ids = session.exec(query).all()
    return Found(tuple(reversed(ids)) if from_end else tuple(ids), shown, is_more)


def _sort_few(session: Session, query: Any, ordering: Ordering, start: int) -> Found:
    counted = query.add_columns(func.count().over()).order_by(*ordering.columns())
    rows = session.execute(counted.limit(PAGE_SIZE).offset(start)).all()
    if not rows and start:
        return Found((), _count(session, query))
    return Found(tuple(key for key, _ in rows), rows[0][1] if rows else 0)


def _count(session: Session, query: Any) -> int:
    return int(session.exec(query.with_only_columns(func.count(), maintain_column_froms=True)).one())


def _count_up_to(session: Session, query: Any, most: int) -> int:
    return int(session.exec(select(func.count()).select_from(query.limit(most + 1).subquery())).one())
