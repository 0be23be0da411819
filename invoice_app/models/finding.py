"""What lists search and sort by: words that lead to orders and invoices, kept by the session with everything it writes."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, String, delete, event, insert, inspect, select, update
from sqlmodel import Field, Index, SQLModel, col

from invoice_app.domain.searching import fold_text, list_words
from invoice_app.models.columns import Identifier
from invoice_app.models.invoicing import Invoice
from invoice_app.models.ordering import Account, Order

# Compared by code point on every database: a beginning of a word is a range of them.
_Word: Any = String().with_variant(String(collation="C"), "postgresql")
SORTED_LENGTH = 100


class SearchWord(SQLModel, table=True):
    """A word that leads to an order; one of an invoice's number to that invoice alone, else `invoice_id` is 0."""

    __table_args__ = (Index("ix_searchword_order_word", "order_id", "word"), {"sqlite_with_rowid": False})
    word: str = Field(primary_key=True, sa_type=_Word)
    order_id: int = Field(primary_key=True, foreign_key="sales_order.id", sa_type=Identifier)
    invoice_id: int = Field(primary_key=True, default=0, sa_type=Identifier)


def sort_key(text: str) -> str:
    """A name or title as lists sort it."""
    return fold_text(text)[:SORTED_LENGTH]


@event.listens_for(Account, "before_insert")
@event.listens_for(Account, "before_update")
def _sort_account(_mapper: Any, _connection: Connection, account: Account) -> None:
    account.name_key = sort_key(account.name)


@event.listens_for(Account, "after_update")
def _follow_account(_mapper: Any, connection: Connection, account: Account) -> None:
    if _is_changed(account, "name", "email"):
        known = select(col(Order.id), col(Order.title), col(Order.number)).where(col(Order.account_id) == account.id)
        for order_id, title, number in connection.execute(known).all():
            _keep_order(connection, order_id, title, number, account.name, account.email)


@event.listens_for(Order, "before_insert")
@event.listens_for(Order, "before_update")
def _sort_order(_mapper: Any, _connection: Connection, order: Order) -> None:
    order.title_key = sort_key(order.title)


@event.listens_for(Order, "after_insert")
@event.listens_for(Order, "after_update")
def _follow_order(_mapper: Any, connection: Connection, order: Order) -> None:
    if _is_changed(order, "title", "account_id", "number"):
        customer = select(col(Account.name), col(Account.email)).where(col(Account.id) == order.account_id)
        name, email = connection.execute(customer).one()
        _keep_order(connection, order.id, order.title, order.number, name, email)


@event.listens_for(Invoice, "after_insert")
@event.listens_for(Invoice, "after_update")
def _follow_number(_mapper: Any, connection: Connection, invoice: Invoice) -> None:
    if _is_changed(invoice, "number"):
        words = list_words(invoice.number) if invoice.number else ()
        _keep_words(connection, invoice.order_id, invoice.id, words)


@event.listens_for(Invoice, "before_delete")
def _forget_number(_mapper: Any, connection: Connection, invoice: Invoice) -> None:
    _keep_words(connection, invoice.order_id, invoice.id, ())


def _keep_order(connection: Connection, order_id: int | None, title: str, number: int, name: str, email: str) -> None:
    connection.execute(update(Order).where(col(Order.id) == order_id).values(customer_key=sort_key(name)))
    _keep_words(connection, order_id, 0, list_words(title, name, email, str(number)))


def _keep_words(connection: Connection, order_id: int | None, invoice_id: int | None, words: Iterable[str]) -> None:
    connection.execute(delete(SearchWord).where(col(SearchWord.order_id) == order_id, col(SearchWord.invoice_id) == invoice_id))
    rows = [{"word": word, "order_id": order_id, "invoice_id": invoice_id} for word in sorted(words)]
    if rows:
        connection.execute(insert(SearchWord), rows)


def _is_changed(record: SQLModel, *names: str) -> bool:
    attributes = inspect(record).attrs
    return any(attributes[name].history.has_changes() for name in names)
