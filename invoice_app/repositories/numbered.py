"""Documents by their numbers: what each series counted, and what carries each number of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session

CREDIT_NOTE = "credit_note"

_DOCUMENTS = """
    SELECT invoice.series, invoice.sequence, invoice.number, invoice.stage, invoice.issued_on, invoice.total, invoice.currency,
           invoice.order_id, invoice.account_id FROM invoice WHERE invoice.number IS NOT NULL
    UNION ALL
    SELECT creditnote.series, creditnote.sequence, creditnote.number, 'credit_note', creditnote.issued_on, creditnote.total,
           creditnote.currency, invoice.order_id, creditnote.account_id
      FROM creditnote JOIN invoice ON invoice.id = creditnote.invoice_id
"""


class SeriesCount(NamedTuple):
    """A series: how far its counter is, how many different numbers of it are on documents, and on how many of what kind."""

    name: str
    last: int
    found: int
    void: int
    credit_notes: int
    first_number: str
    last_number: str


class NumberedDocument(NamedTuple):
    """A document with a number. `stage` is the invoice's, or CREDIT_NOTE; `sequence` is None for a number typed by hand."""

    sequence: int | None
    number: str
    stage: str
    issued_on: date
    total: int
    currency: str
    order_number: int
    customer: str


def count_series(session: Session) -> list[SeriesCount]:
    """Every series that took a number, by name."""
    rows = _run(
        session,
        f"""
        SELECT numberseries.name, numberseries.last, count(DISTINCT document.sequence) AS found,
               coalesce(sum(CASE WHEN document.stage = 'void' THEN 1 ELSE 0 END), 0) AS void,
               coalesce(sum(CASE WHEN document.stage = 'credit_note' THEN 1 ELSE 0 END), 0) AS credit_notes,
               max(CASE WHEN document.sequence = 1 THEN document.number END) AS first_number,
               max(CASE WHEN document.sequence = numberseries.last THEN document.number END) AS last_number
          FROM numberseries LEFT JOIN ({_DOCUMENTS}) AS document ON document.series = numberseries.name
         WHERE numberseries.last > 0
         GROUP BY numberseries.id, numberseries.name, numberseries.last ORDER BY numberseries.name
        """,
    )
    return [
        SeriesCount(
            row.name,
            int(row.last),
            int(row.found),
            int(row.void),
            int(row.credit_notes),
            row.first_number or "",
            row.last_number or "",
        )
        for row in rows
    ]


def list_sequences(session: Session, series: str) -> set[int]:
    """The places of a series that a document carries."""
    rows = _run(
        session, f"SELECT document.sequence FROM ({_DOCUMENTS}) AS document WHERE document.series = :series", series=series
    )
    return {int(row.sequence) for row in rows}


def list_numbered(session: Session, series: str, lowest: int, highest: int) -> list[NumberedDocument]:
    """The documents of a series between two places, both included, in order."""
    return _list(
        session,
        "document.series = :series AND document.sequence BETWEEN :lowest AND :highest ORDER BY document.sequence",
        series=series,
        lowest=lowest,
        highest=highest,
    )


def count_by_hand(session: Session) -> int:
    """How many numbers were typed by hand."""
    (row,) = _run(session, "SELECT count(*) AS found FROM invoice WHERE number IS NOT NULL AND series IS NULL")
    return int(row.found)


def list_by_hand(session: Session, *, limit: int, offset: int) -> list[NumberedDocument]:
    """The documents whose numbers were typed by hand, by number."""
    return _list(
        session, "document.series IS NULL ORDER BY document.number LIMIT :limit OFFSET :offset", limit=limit, offset=offset
    )


def _list(session: Session, which: str, **values: Any) -> list[NumberedDocument]:
    rows = _run(
        session,
        f"""
        SELECT document.*, sales_order.number AS order_number, account.name AS customer
          FROM ({_DOCUMENTS}) AS document JOIN sales_order ON sales_order.id = document.order_id
          JOIN account ON account.id = document.account_id WHERE {which}
        """,
        **values,
    )
    return [
        NumberedDocument(
            sequence=row.sequence,
            number=row.number,
            stage=row.stage,
            issued_on=date.fromisoformat(str(row.issued_on)),
            total=int(row.total),
            currency=row.currency,
            order_number=int(row.order_number),
            customer=row.customer,
        )
        for row in rows
    ]


def _run(session: Session, statement: str, **values: Any) -> Sequence[Any]:
    return session.connection().execute(text(statement), values).all()
