"""Reports: Draft and Sent apart (D9), ageing, sales by item and tax; on a page, as CSV and as XLSX, with the same figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from sqlmodel import Session, select

from invoice_app import routes
from invoice_app.clock import today_in, utc_now
from invoice_app.db import reading
from invoice_app.documents.csv_export import rows_to_csv
from invoice_app.documents.formatting import format_amount, format_date, format_instant, format_quantity
from invoice_app.documents.xlsx_export import Sheet, sheets_to_xlsx
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import NotFound
from invoice_app.domain.money import currency_exponent, format_micro
from invoice_app.domain.periods import USUAL_PERIOD, Period, find_period
from invoice_app.models import Invoice, Organisation
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.report_tables import Column, Row, Table, Unit, build_tables
from invoice_app.services.views import Choice

SHOWN = 50
WHOLE = 1_000
MICRO = 1_000_000


@dataclass(frozen=True)
class ReportQuery:
    """What reports are asked for. `period` is a key of domain/periods.PERIODS; the days (ISO 8601) are for "custom"."""

    period: str = USUAL_PERIOD
    starts_on: str = ""
    ends_on: str = ""
    currency: str = ""


@dataclass(frozen=True)
class ReportColumn:
    """A column of a report on the page."""

    title: str
    number: bool
    wide: bool


@dataclass(frozen=True)
class ReportRow:
    """A row in words. Its bar starts at `start` and is `extent` long, both in thousandths; `tone` is its place in the chart."""

    key: str
    cells: tuple[str, ...]
    start: int = 0
    extent: int = 0
    tone: int = 0


@dataclass(frozen=True)
class ReportSection:
    """One report on the page. `stacked`: its rows are parts of one whole. `more` says how many rows only the download has."""

    key: str
    title: str
    explained: str
    columns: tuple[ReportColumn, ...]
    rows: tuple[ReportRow, ...]
    total: tuple[str, ...]
    stacked: bool
    in_words: str
    more: str
    csv_href: str


@dataclass(frozen=True)
class ReportView:
    """The page; the period in words and as days (ISO 8601). `currencies` is empty while there is no invoice at all."""

    sections: tuple[ReportSection, ...]
    currency: str
    currencies: tuple[Choice, ...]
    period: str
    starts_on: str
    ends_on: str
    as_of: str
    xlsx_href: str


def read_reports(actor: Actor | None, query: ReportQuery) -> ReportView:
    """Every report of a period in one currency (the organisation's own unless asked otherwise). Raises ValidationFailed."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        period, tables = _build(session, organisation, query)
        currencies = _list_currencies(session, organisation)
        locale = organisation.locale
        currency = query.currency if query.currency in currencies else next(iter(currencies), organisation.currency)
        said = urlencode({name: value for name, value in vars(query).items() if value and name != "currency"})
        return ReportView(
            sections=tuple(_show(table, currency, locale, f"{routes.report_csv(table.key)}?{said}") for table in tables),
            currency=currency,
            currencies=tuple(Choice(code, code) for code in currencies),
            period=f"{format_date(period.starts_on, locale)} – {format_date(period.ends_on, locale)}",
            starts_on=period.starts_on.isoformat(),
            ends_on=period.ends_on.isoformat(),
            as_of=format_instant(utc_now(), locale, organisation.time_zone),
            xlsx_href=f"{routes.REPORTS_XLSX}?{said}",
        )


def export_csv(actor: Actor | None, key: str, query: ReportQuery) -> tuple[bytes, str]:
    """One report as CSV with every row and currency, and its file name. Raises NotFound, ValidationFailed."""
    require(actor, Permission.VIEW)
    with reading() as session:
        period, tables = _build(session, read_organisation(session), query)
    table = next((table for table in tables if table.key == key), None)
    if table is None:
        raise NotFound("report", key)
    return rows_to_csv(_list_titles(table), _list_cells(table)), _name_file(table.title, period, "csv")


def export_xlsx(actor: Actor | None, query: ReportQuery) -> tuple[bytes, str]:
    """All reports as one workbook, and its file name. Raises ValidationFailed."""
    require(actor, Permission.VIEW)
    with reading() as session:
        period, tables = _build(session, read_organisation(session), query)
    sheets = [Sheet(table.title, _list_titles(table), _list_cells(table)) for table in tables]
    return sheets_to_xlsx(sheets), _name_file("Reports", period, "xlsx")


def _build(session: Session, organisation: Organisation, query: ReportQuery) -> tuple[Period, tuple[Table, ...]]:
    today = today_in(organisation.time_zone)
    period = find_period(query.period, today, starts=query.starts_on, ends=query.ends_on)
    return period, build_tables(session, period, today, organisation.locale)


def _list_currencies(session: Session, organisation: Organisation) -> list[str]:
    found = session.exec(select(Invoice.currency).distinct()).all()
    return sorted(found, key=lambda code: (code != organisation.currency, code))


def _name_file(title: str, period: Period, ending: str) -> str:
    return f"{title} {period.starts_on.isoformat()} to {period.ends_on.isoformat()}.{ending}"


# ── For files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _list_titles(table: Table) -> list[str]:
    return ["Currency", *(column.title for column in table.columns)]


def _list_cells(table: Table) -> list[list[str | int | Decimal]]:
    return [
        [row.currency, *(_to_plain(cell, column, row.currency) for cell, column in zip(row.cells, table.columns, strict=True))]
        for row in table.rows
    ]


def _to_plain(cell: str | int, column: Column, currency: str) -> str | int | Decimal:
    if isinstance(cell, str) or column.unit is Unit.COUNT:
        return cell
    if column.unit is Unit.QUANTITY:
        return Decimal(format_micro(cell))
    return Decimal(cell).scaleb(-currency_exponent(currency))


# ── For the page ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _show(table: Table, currency: str, locale: str, csv_href: str) -> ReportSection:
    rows = [row for row in table.rows if row.currency == currency]
    stacked = table.key in ("stages", "ageing")
    shown = rows if stacked else rows[:SHOWN]
    bars = _stack(shown) if stacked else _measure(shown)
    total = _write(table.total(currency), table.columns, currency, locale)
    said = [_write(row.cells, table.columns, currency, locale) for row in shown]
    return ReportSection(
        key=table.key,
        title=table.title,
        explained=table.explained,
        columns=tuple(ReportColumn(column.title, column.unit is not Unit.TEXT, column.wide) for column in table.columns),
        rows=tuple(ReportRow(str(at), cells, *bar, at) for at, (cells, bar) in enumerate(zip(said, bars, strict=True))),
        total=total if rows else (),
        stacked=stacked,
        in_words=f"{table.title}: " + ", ".join(f"{cells[0]} {cells[-1]} {currency}" for cells in said[:8]),
        more=f"and {len(rows) - len(shown)} more, which the download lists" if len(rows) > len(shown) else "",
        csv_href=csv_href,
    )


def _write(cells: Sequence[str | int], columns: Sequence[Column], currency: str, locale: str) -> tuple[str, ...]:
    return tuple(_to_words(cell, column.unit, currency, locale) for cell, column in zip(cells, columns, strict=True))


def _to_words(cell: str | int, unit: Unit, currency: str, locale: str) -> str:
    if isinstance(cell, str):
        return cell
    if unit is Unit.AMOUNT:
        return format_amount(cell, currency, locale)
    return format_quantity(cell if unit is Unit.QUANTITY else cell * MICRO, locale)


def _measure(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """A bar for each row beside the longest one."""
    values = [max(0, int(row.cells[-1])) for row in rows]
    longest = max(values, default=0) or 1
    return [(0, value * WHOLE // longest) for value in values]


def _stack(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Each row's part of one bar, one after the other."""
    values = [max(0, int(row.cells[-1])) for row in rows]
    whole = sum(values) or 1
    ends = [sum(values[: at + 1]) * WHOLE // whole for at in range(len(values))]
    return [(start, end - start) for start, end in zip([0, *ends], ends, strict=False)]
