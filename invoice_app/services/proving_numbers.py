"""Number-series proof: every number of a series with its document, issued or void, and whether there is a gap (D26)."""

from dataclasses import dataclass

from sqlmodel import Session

from invoice_app import routes
from invoice_app.db import reading
from invoice_app.documents.formatting import format_amount_label, format_date
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import NotFound
from invoice_app.domain.stages import Stage
from invoice_app.models import Organisation
from invoice_app.repositories.numbered import (
    CREDIT_NOTE,
    NumberedDocument,
    SeriesCount,
    count_by_hand,
    count_series,
    list_by_hand,
    list_numbered,
    list_sequences,
)
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.badges import STAGES
from invoice_app.services.views import Badge

PAGE_SIZE = 100
MOST_TOLD = 10
BY_HAND = "by-hand"
ISSUED = Badge("Issued", "good", "check")
MISSING = Badge("Missing", "bad", "alert")


@dataclass(frozen=True)
class SeriesView:
    """One series: how many numbers were taken, how many of them are void, and the verdict: "No gaps", or what is missing."""

    name: str
    title: str
    kind: str
    count: int
    void: int
    span: str
    whole: bool
    verdict: str


@dataclass(frozen=True)
class NumberRow:
    """One number with its document; `href` leads to its order, "" for a number that is missing."""

    number: str
    document: str
    customer: str
    issued: str
    total: str
    state: Badge
    href: str


@dataclass(frozen=True)
class NumbersView:
    """The page: every series, and the numbers of the chosen one, newest first. `whole`: no series has a gap."""

    series: tuple[SeriesView, ...] = ()
    whole: bool = True
    chosen: str = ""
    rows: tuple[NumberRow, ...] = ()
    page: int = 1
    pages: int = 1


def open_numbers(actor: Actor | None, *, chosen: str = "", page: int = 1) -> NumbersView:
    """The proof of every series, and one page of the numbers of `chosen` (the first one by default). Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        series = [_prove(session, counted) for counted in count_series(session)]
        if by_hand := count_by_hand(session):
            verdict = "Typed by hand, each on one document."
            series.append(SeriesView(BY_HAND, "Typed by hand", "Invoices", by_hand, 0, "", True, verdict))
        name = chosen or (series[0].name if series else "")
        found = next((one for one in series if one.name == name), None)
        if found is None:
            if chosen:
                raise NotFound("series", chosen)
            return NumbersView()
        pages = max(1, -(-found.count // PAGE_SIZE))
        shown = min(max(page, 1), pages)
        rows = _list_rows(session, organisation, found, shown)
        return NumbersView(tuple(series), all(one.whole for one in series), name, rows, shown, pages)


def _prove(session: Session, counted: SeriesCount) -> SeriesView:
    whole = counted.found == counted.last
    kind = "Credit notes" if counted.credit_notes else "Invoices"
    return SeriesView(
        name=counted.name,
        title=counted.name.replace("#", "…"),
        kind=kind,
        count=counted.last,
        void=counted.void,
        span=f"{counted.first_number} to {counted.last_number}" if counted.last > 1 else counted.first_number,
        whole=whole,
        verdict="No gaps" if whole else _tell_missing(session, counted),
    )


def _tell_missing(session: Session, counted: SeriesCount) -> str:
    carried = list_sequences(session, counted.name)
    missing = [place for place in range(1, counted.last + 1) if place not in carried]
    told = ", ".join(str(place) for place in missing[:MOST_TOLD])
    more = f" and {len(missing) - MOST_TOLD} more" if len(missing) > MOST_TOLD else ""
    return f"Missing: {told}{more}"


def _list_rows(session: Session, organisation: Organisation, series: SeriesView, page: int) -> tuple[NumberRow, ...]:
    if series.name == BY_HAND:
        found = list_by_hand(session, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
        return tuple(_view(document, organisation) for document in found)
    highest = series.count - (page - 1) * PAGE_SIZE
    lowest = max(1, highest - PAGE_SIZE + 1)
    documents = {document.sequence: document for document in list_numbered(session, series.name, lowest, highest)}
    rows = []
    for place in range(highest, lowest - 1, -1):
        document = documents.get(place)
        rows.append(_view(document, organisation) if document else NumberRow(f"Number {place}", "", "", "", "", MISSING, ""))
    return tuple(rows)


def _view(document: NumberedDocument, organisation: Organisation) -> NumberRow:
    locale = organisation.locale
    credited = document.stage == CREDIT_NOTE
    return NumberRow(
        number=document.number,
        document=f"{'Credit note' if credited else 'Invoice'} of order #{document.order_number}",
        customer=document.customer,
        issued=format_date(document.issued_on, locale),
        total=format_amount_label(document.total, document.currency, locale),
        state=STAGES[Stage.VOID] if document.stage == Stage.VOID else ISSUED,
        href=routes.order(document.order_number),
    )
