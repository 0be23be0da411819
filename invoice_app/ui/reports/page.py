"""Reports: each a table with its bars; the period above, the downloads beside."""

from typing import Any

import reflex as rx

from invoice_app import routes
from invoice_app.domain.periods import PERIODS
from invoice_app.services.reporting import ReportColumn, ReportRow, ReportSection
from invoice_app.services.views import Choice
from invoice_app.ui.components.button import button_link
from invoice_app.ui.components.feedback import empty_state, notice, skeleton
from invoice_app.ui.components.field import select
from invoice_app.ui.components.link import go
from invoice_app.ui.reports.state import ReportsState
from invoice_app.ui.shell import page, page_head

CHOICES = tuple(Choice(value, label) for value, label in PERIODS.items())


def reports_page() -> rx.Component:
    """Everything about one period on one page."""
    report = ReportsState.report
    everything = button_link("Download XLSX", report.xlsx_href, icon_name="download", download=True, id="download-xlsx")
    shown = rx.fragment(
        _filters(),
        rx.cond(ReportsState.refusal != "", notice("bad", ReportsState.refusal, role="alert")),
        rx.el.p(
            f"{report.period} · amounts in {report.currency} · as of {report.as_of}", class_name="soft small", role="status"
        ),
        rx.el.div(rx.foreach(report.sections, _section), class_name="reports"),
    )
    loading = rx.el.div(skeleton(10), class_name="card")
    return page(
        page_head("Reports", rx.cond(report.currencies, everything)),
        rx.el.div(
            rx.cond(ReportsState.loaded, rx.cond(report.currencies, shown, _nothing_yet()), loading),
            class_name="stack",
        ),
        place=routes.REPORTS,
    )


def _filters() -> rx.Component:
    query, report = ReportsState.query, ReportsState.report
    period = select("period", CHOICES, value=query.period, aria_label="Period", on_change=ReportsState.choose_period)
    days = rx.el.div(
        _day("starts_on", "First day", query.starts_on, ReportsState.choose_start),
        "to",
        _day("ends_on", "Last day", query.ends_on, ReportsState.choose_end),
        class_name="filters__dates",
    )
    currency = select(
        "currency", report.currencies, value=report.currency, aria_label="Currency", on_change=ReportsState.choose_currency
    )
    return rx.el.form(
        period,
        rx.cond(query.period == "custom", days),
        rx.cond(report.currencies.length() > 1, currency),  # type: ignore[attr-defined]  # a Var of the tuple
        id="report-filters",
        class_name="filters",
        on_submit=rx.prevent_default,
    )


def _day(name: str, label: str, value: str, choose: Any) -> rx.Component:
    return rx.el.input(
        type="date", id=name, class_name="input", default_value=value, key=f"{name}-{value}", aria_label=label, on_change=choose
    )


def _nothing_yet() -> rx.Component:
    return empty_state(
        "chart",
        "Nothing to report yet",
        "As soon as there is an invoice, this page says what was sold, what is owed and since when, and the tax of it.",
        go("Go to orders", href=routes.ORDERS, class_name="button button--primary"),
    )


def _section(section: ReportSection) -> rx.Component:
    title = f"report-{section.key}"
    return rx.el.section(
        rx.el.header(
            rx.el.h2(section.title, class_name="card__title", id=title),
            button_link(
                "CSV", section.csv_href, icon_name="download", small=True, download=True, aria_label=f"{section.title} as CSV"
            ),
            class_name="card__head",
        ),
        rx.el.p(section.explained, class_name="report__explained soft small"),
        rx.cond(section.rows, _figures(section), rx.el.p("Nothing in this period.", class_name="report__nothing faint")),
        key=section.key,
        class_name="card report",
        custom_attrs={"aria-labelledby": title},
    )


def _figures(section: ReportSection) -> rx.Component:
    stack = _chart(rx.foreach(section.rows, _part), class_name="report__stack", role="img", aria_label=section.in_words)
    heads = rx.el.thead(rx.el.tr(rx.foreach(section.columns, _head)))
    rows = rx.foreach(section.rows, lambda row: _row(section, row))
    total = rx.el.tr(rx.foreach(section.total, lambda cell, at: _cell(section.columns[at], cell)), class_name="report__total")
    table = rx.el.table(
        heads,
        rx.el.tbody(rows),
        rx.el.tfoot(total),
        class_name="table report__table",
        custom_attrs={"aria-labelledby": f"report-{section.key}"},
    )
    return rx.fragment(
        rx.cond(section.stacked, stack),
        rx.el.div(table, class_name="report__scroll", role="region", tab_index=0, aria_label=f"{section.title}, table"),
        rx.cond(section.more != "", rx.el.p(section.more, class_name="report__nothing faint small")),
    )


def _head(column: ReportColumn) -> rx.Component:
    return rx.el.th(column.title, scope="col", class_name=_cell_class(column))


def _cell_class(column: ReportColumn) -> rx.Var[str]:
    number = rx.cond(column.number, "amount", "")
    return rx.cond(column.wide, f"wide {number}", number)


def _row(section: ReportSection, row: ReportRow) -> rx.Component:
    bar = rx.cond(
        section.stacked,
        rx.el.span(class_name="report__swatch", aria_hidden=True, custom_attrs={"data-tone": row.tone}),
        _chart(rx.el.svg.rect(width=row.extent, height=8, rx=0), class_name="report__bar", aria_hidden=True),
    )
    label = rx.el.th(rx.el.span(row.cells[0]), bar, scope="row", class_name="report__label")
    return rx.el.tr(
        rx.foreach(
            row.cells,
            lambda cell, at: rx.cond(at == 0, label, _cell(section.columns[at], cell)),
        ),
        key=row.key,
    )


def _cell(column: ReportColumn, cell: str) -> rx.Component:
    return rx.el.td(cell, class_name=_cell_class(column))


def _part(row: ReportRow) -> rx.Component:
    return rx.el.svg.rect(x=row.start, width=row.extent, height=8, custom_attrs={"data-tone": row.tone})


def _chart(*shapes: Any, **props: Any) -> rx.Component:
    """Bars drawn a thousand units wide, whatever the width of the page."""
    return rx.el.svg(*shapes, view_box="0 0 1000 8", preserve_aspect_ratio="none", **props)
