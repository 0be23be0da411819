"""Taking numbers: consecutive within a series, under lock, in the transaction that uses them (invariant 5, B21, D26)."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.numbering import check_number, credit_pattern, format_number, is_of_series, series_key
from invoice_app.models import CreditNote, Invoice, NumberSeries, Organisation

# Whoever takes a number holds the counter until the transaction ends: a rolled back number is the next one's.
_TAKE_NEXT = (
    update(NumberSeries)
    .where(col(NumberSeries.name) == bindparam("series"))
    .values(last=col(NumberSeries.last) + 1)
    .returning(col(NumberSeries.last))
)
_BEGIN_SERIES = text("INSERT INTO numberseries (name, last) VALUES (:series, 0) ON CONFLICT DO NOTHING")


class TakenNumber(NamedTuple):
    """A number, its series and its place there (1…)."""

    number: str
    series: str
    sequence: int


def assign_number(session: Session, invoice: Invoice, organisation: Organisation, on: date) -> None:
    """Give a locked invoice the next number of its series, unless it has one."""
    if invoice.number is not None:
        return
    taken = _take(session, organisation, organisation.number_pattern, organisation.number_prefix, on)
    invoice.number, invoice.series, invoice.sequence = taken
    session.add(invoice)


def take_credit_number(session: Session, organisation: Organisation, on: date) -> TakenNumber:
    """The next number of the credit notes' own series."""
    return _take(session, organisation, credit_pattern(organisation.number_pattern), organisation.credit_prefix, on)


def assign_custom_number(session: Session, invoice: Invoice, organisation: Organisation, typed: str) -> None:
    """Give a locked invoice the number typed by hand; it is of no series. Raises ValidationFailed ("number").

    Refused where the settings forbid it, where another document has it, and where the series would one day come to it.
    """
    if not organisation.custom_numbers:
        raise ValidationFailed("Numbers are given by the series here. Leave it empty.", "number", typed)
    number = check_number(typed)
    if is_of_series(number, organisation.number_pattern, prefix=organisation.number_prefix):
        raise ValidationFailed("This number belongs to the series. Leave it empty to take the next one.", "number", typed)
    if is_of_series(number, credit_pattern(organisation.number_pattern), prefix=organisation.credit_prefix):
        raise ValidationFailed("This number belongs to the series of credit notes. Choose another.", "number", typed)
    if is_taken(session, number):
        raise ValidationFailed("Another document has this number.", "number", typed)
    try:
        with session.begin_nested():
            invoice.number, invoice.series, invoice.sequence = number, None, None
            session.add(invoice)
    except IntegrityError:
        raise ValidationFailed("Another document has this number.", "number", typed) from None


def peek_next(session: Session, series: str) -> int:
    """The place the next document of a series will take, if nobody is quicker."""
    last = session.exec(select(NumberSeries.last).where(NumberSeries.name == series)).first()
    return (last or 0) + 1


def is_taken(session: Session, number: str) -> bool:
    """Whether an invoice or credit note has this number."""
    invoice = session.exec(select(Invoice.id).where(Invoice.number == number)).first()
    return invoice is not None or session.exec(select(CreditNote.id).where(CreditNote.number == number)).first() is not None


def find_foreign_number(session: Session, pattern: str, prefix: str, series: str, *, of_credit_notes: bool) -> str:
    """A number that a series with this pattern would come to although it is not of it; "" when there is none.

    `series` is what the series is called today; of other years it differs in digits only. Invoices and credit notes never
    share one.
    """
    shape = _without_digits(series)
    for column, owner, is_credit in (
        (Invoice.number, Invoice.series, False),
        (CreditNote.number, CreditNote.series, True),
    ):
        for number, of_series in session.exec(select(column, owner).where(col(column).is_not(None))).all():
            foreign = is_credit != of_credit_notes or of_series is None or _without_digits(of_series) != shape
            if foreign and number and is_of_series(number, pattern, prefix=prefix):
                return number
    return ""


def _without_digits(series: str) -> str:
    return "".join("0" if letter.isdigit() else letter for letter in series)


def _take(session: Session, organisation: Organisation, pattern: str, prefix: str, on: date) -> TakenNumber:
    series = series_key(pattern, prefix=prefix, on=on)
    sequence = _take_next(session, series)
    number = format_number(pattern, prefix=prefix, sequence=sequence, on=on, padding=organisation.number_padding)
    return TakenNumber(number, series, sequence)


def _take_next(session: Session, series: str) -> int:
    connection = session.connection()
    taken = connection.execute(_TAKE_NEXT, {"series": series}).scalar()
    if taken is None:
        connection.execute(_BEGIN_SERIES, {"series": series})
        taken = connection.execute(_TAKE_NEXT, {"series": series}).scalar_one()
    return int(taken)
