"""Taking invoice numbers: consecutive within a series and year, under lock, in the transaction that uses them."""

from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from invoice_app.domain.numbering import format_number
from invoice_app.models import Invoice, NumberSeries, Organisation


def assign_number(session: Session, invoice: Invoice, organisation: Organisation, on: date) -> None:
    """Give the invoice the next number of its series, unless it has one (product.md invariant 5)."""
    if invoice.number is not None:
        return
    series = f"{organisation.number_prefix}-{on.year}"
    sequence = _take_next(session, series)
    invoice.series, invoice.sequence = series, sequence
    invoice.number = format_number(
        organisation.number_pattern,
        prefix=organisation.number_prefix,
        sequence=sequence,
        on=on,
        padding=organisation.number_padding,
    )
    session.add(invoice)
    session.flush()


def _take_next(session: Session, series: str) -> int:
    query = select(NumberSeries).where(NumberSeries.name == series).with_for_update()
    counter = session.exec(query).first()
    if counter is None:
        try:
            with session.begin_nested():
                session.add(NumberSeries(name=series, last=0))
        except IntegrityError:
            pass
        counter = session.exec(query).one()
    counter.last += 1
    session.add(counter)
    session.flush()
    return counter.last
