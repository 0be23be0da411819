"""What a proof answers."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session


class Broken(NamedTuple):
    """A record that breaks a rule: which, how (amounts in minor units), and the order that shows it (0: none)."""

    what: str
    how: str
    order_number: int = 0


Proof = Callable[[Session], Iterable[Broken]]


def run(session: Session, statement: str, **values: Any) -> Iterable[Any]:
    """The rows of a query written as SQL: proofs read the tables as they are, past the code that wrote them."""
    return session.connection().execute(text(statement), values).all()


def name_invoice_row(number: str | None, order_number: int) -> str:
    """What an invoice is called in a finding."""
    return f"Invoice {number}" if number else f"Invoice of order #{order_number}"
