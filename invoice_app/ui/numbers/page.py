"""Number series: every number with its document, issued or void, and the verdict on gaps."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.proving_numbers import NumberRow, SeriesView
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.card import card
from invoice_app.ui.components.feedback import empty_state, notice, skeleton
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import link
from invoice_app.ui.components.table import Column, pager, table
from invoice_app.ui.numbers.state import NumbersState
from invoice_app.ui.shell import page, page_head


def numbers_page() -> rx.Component:
    """The verdict, the series, the numbers of the chosen one."""
    nothing = empty_state(
        "receipt", "No numbers yet", "An invoice takes its number when it is finalised, or with its first payment."
    )
    shown = rx.cond(
        NumbersState.series, rx.fragment(_verdict(), _all_series(), _numbers()), rx.el.div(nothing, class_name="card")
    )
    return page(
        page_head("Number series"),
        rx.el.div(
            rx.cond(NumbersState.loaded, shown, rx.el.div(skeleton(10), class_name="card")),
            class_name="stack",
        ),
        place=routes.SETTINGS,
        crumbs=(("Number series", ""),),
    )


def _verdict() -> rx.Component:
    whole = notice("good", rx.el.span("No gaps. ", class_name="strong"), "Every number of every series is on one document.")
    broken = notice("bad", rx.el.span("Numbers are missing. ", class_name="strong"), "They are named below.", role="alert")
    return rx.el.div(rx.cond(NumbersState.view.whole, whole, broken), id="numbers-verdict", role="status")


def _all_series() -> rx.Component:
    rows = rx.el.ul(rx.foreach(NumbersState.series, _one_series), class_name="settings__rows", aria_label="Series")
    return card("Series", rows, name="series")


def _one_series(series: SeriesView) -> rx.Component:
    chosen = NumbersState.view.chosen == series.name
    verdict = rx.cond(
        series.whole,
        rx.el.span(icon("check-circle"), series.verdict, class_name="row soft small"),
        rx.el.span(icon("alert"), series.verdict, class_name="row strong small"),
    )
    facts = rx.el.span(
        series.kind,
        rx.cond(series.span != "", f" · {series.span}", ""),
        rx.cond(series.void > 0, f" · {series.void} void", ""),
        class_name="faint small",
    )
    name = rx.el.button(
        series.title,
        type="button",
        class_name="link strong series__name",
        on_click=NumbersState.choose(series.name),
        custom_attrs={"aria-current": rx.cond(chosen, "true", "false")},
    )
    return rx.el.li(
        rx.el.div(rx.el.div(name, facts, class_name="settings__name"), verdict, class_name="row row--apart row--wrap grow"),
        class_name="settings__row",
        key=series.name,
    )


def _numbers() -> rx.Component:
    view = NumbersState.view
    columns = [
        Column("Number", "24%"),
        Column("Document"),
        Column("Issued", "136px", wide=True),
        Column("Total", "160px", amount=True),
        Column("State", "120px"),
    ]
    rows = rx.foreach(NumbersState.rows, _row)
    return rx.el.section(
        rx.el.div(table(columns, rows, label="Numbers"), class_name="card"),
        pager(view.page, view.pages, "", NumbersState.turn_page),
        aria_label="Numbers of the series",
    )


def _row(row: NumberRow) -> rx.Component:
    document = rx.cond(row.href != "", link(row.document, row.href), rx.el.span("No document", class_name="strong"))
    return rx.el.tr(
        rx.el.td(row.number, class_name="strong list__lead"),
        rx.el.td(document, rx.cond(row.customer != "", f" · {row.customer}", ""), class_name="list__second"),
        rx.el.td(row.issued, class_name="wide soft"),
        rx.el.td(row.total, class_name="amount list__amount"),
        rx.el.td(badge(row.state), class_name="list__third"),
        key=row.number,
    )
