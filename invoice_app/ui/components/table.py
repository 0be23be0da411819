"""Lists: sticky head, rows that are links, sorting, paging, filters that stand in the URL; on a phone a row becomes a card."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from invoice_app.ui.components.button import icon_button
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import go


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in the fixed layout, whether it holds amounts, and its name when it can be sorted by.

    `wide`: left out where there is little room, like its cells of class `wide`.
    """

    title: str
    width: str = ""
    amount: bool = False
    sort: str = ""
    hidden_title: bool = False
    wide: bool = False


def table(columns: list[Column], rows: rx.Component, *, label: str, sort: str = "", on_sort: Any = None) -> rx.Component:
    """A table whose `rows` are an rx.foreach of rx.el.tr. `sort` is the present sort ("-ordered"), `on_sort` takes the next.


    >>> columns = [Column("Order", "36%", sort="number")]
    >>> table(columns, rx.foreach(S.rows, order_row), label="Orders", sort=S.sort, on_sort=S.sort_by)
    """
    widths = rx.el.colgroup(*(_width(column) for column in columns))
    heads = rx.el.thead(rx.el.tr(*(_head(column, sort, on_sort) for column in columns)))
    return rx.el.table(
        widths,
        heads,
        rx.el.tbody(rows),
        class_name="table table--rows",
        aria_label=label,
        custom_attrs={"data-arrows": "true"},
    )


def _width(column: Column) -> rx.Component:
    return rx.el.col(style={"width": column.width} if column.width else {}, class_name="wide" if column.wide else "")


def _head(column: Column, sort: str, on_sort: Any) -> rx.Component:
    name = " ".join(name for name, applies in (("amount", column.amount), ("wide", column.wide)) if applies)
    if column.hidden_title:
        return rx.el.th(rx.el.span(column.title, class_name="visually-hidden"), scope="col", class_name=name)
    if not column.sort:
        return rx.el.th(column.title, scope="col", class_name=name)
    up, down = sort == column.sort, sort == f"-{column.sort}"
    direction = rx.cond(up, "ascending", rx.cond(down, "descending", "none"))
    arrow = rx.cond(up, icon("arrow-up"), rx.cond(down, icon("arrow-down"), rx.fragment()))
    following = rx.cond(down, column.sort, f"-{column.sort}")
    control = rx.el.button(
        column.title,
        arrow,
        type="button",
        class_name="sort",
        on_click=on_sort(following),
        custom_attrs={"data-on": up | down},
    )
    return rx.el.th(control, scope="col", class_name=name, custom_attrs={"aria-sort": direction})


def row_link(text: str, href: str) -> rx.Component:
    """The link of a row, which covers all of it; arrow keys walk from row to row.

    >>> rx.el.td(row_link(row.title, f"/orders/{row.number}"))
    """
    return go(text, href=href, class_name="row-link strong", custom_attrs={"data-stop": "true"})


def pager(page: int, pages: int, summary: str, on_page: Any) -> rx.Component:
    """Below a list: how many there are, and the way to the pages beside this one. Rendered only when it is of use."""
    return rx.el.div(
        rx.el.span(summary),
        rx.cond(
            pages > 1,
            rx.el.div(
                icon_button(
                    "Previous page",
                    "chevron-left",
                    small=True,
                    disabled=page <= 1,
                    on_click=on_page(page - 1),
                ),
                rx.el.span(f"Page {page} of {pages}", class_name="tabular"),
                icon_button(
                    "Next page",
                    "chevron-right",
                    small=True,
                    disabled=page >= pages,
                    on_click=on_page(page + 1),
                ),
                class_name="row",
            ),
        ),
        class_name="pager",
    )


def filters(*controls: rx.Component | None, name: str = "filters") -> rx.Component:
    """A row of filters. Each control's handler answers a redirect to the page's new address, which loads the list."""
    return rx.el.form(*controls, id=name, class_name="filters", on_submit=rx.prevent_default, role="search")
