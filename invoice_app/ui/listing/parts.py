"""What every list shows around its table: filters above, paging below, and what to do when there is nothing."""

import operator
from functools import reduce
from typing import Any

import reflex as rx

from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import empty_state, skeleton
from invoice_app.ui.components.field import select, text_input
from invoice_app.ui.components.table import filters, pager
from invoice_app.ui.listing.state import ListState

ADVICE = "Try fewer filters, an order number, or part of a customer's name."


def list_filters(state: type[ListState], *, hint: str, any_status: str = "") -> rx.Component:
    """The search field, saying what it looks in, and the status filter when the list has one."""
    status = choice_filter(state, "status", "Status", empty=any_status) if any_status else None
    return filters(search_field(state, hint), status, clear_filters(state))


def search_field(state: type[ListState], hint: str) -> rx.Component:
    """Where the search is typed; `hint` says what it looks in."""
    return text_input(
        "search",
        icon_name="search",
        placeholder=hint,
        aria_label=hint,
        type="search",
        default_value=state.query.search,
        key=f"search-{state.field_version}",
        on_change=state.search.debounce(200),
        custom_attrs={"data-shortcut": "/"},
    )


def choice_filter(state: type[ListState], name: str, label: str, *, empty: str = "") -> rx.Component:
    """A select over the list's choices for the filter `name`; `empty` words what asks for all."""
    return select(
        name,
        state.choices[name],
        empty=empty,
        value=getattr(state.query, name),
        aria_label=label,
        on_change=lambda value: state.choose(name, value),
    )


def clear_filters(state: type[ListState]) -> rx.Component:
    """The way back to the whole list, while a filter hides rows."""
    return rx.cond(is_filtered(state), button("Clear filters", variant="quiet", on_click=rx.redirect(state.path)))


def is_filtered(state: type[ListState]) -> bool:
    """Whether a filter hides rows."""
    return reduce(operator.or_, (getattr(state.query, name) != "" for name in state.narrowing))


def tell_count(count: int, is_more: bool, noun: str) -> str:
    """How many there are; of those that so many match, that there are more."""
    return rx.cond(is_more, f"More than {count} {noun}", f"{count} {noun}")


def list_card(
    state: type[ListState],
    listing: rx.Component,
    *,
    count: int,
    pages: int,
    noun: str,
    nothing_yet: rx.Component,
    is_more: bool = False,
    advice: str = ADVICE,
    **props: Any,
) -> rx.Component:
    """The table `listing` with its pager, a skeleton while it loads, or why it is empty. `noun` is plural: "invoices"."""
    shown = rx.fragment(listing, pager(state.query.page, pages, tell_count(count, is_more, noun), state.go_to))
    nothing_found = empty_state(
        "search",
        f"No {noun} match these filters",
        advice,
        button("Clear filters", on_click=rx.redirect(state.path)),
    )
    nothing = rx.cond(is_filtered(state), nothing_found, nothing_yet)
    return rx.el.div(
        rx.cond(state.loaded, rx.cond(count > 0, shown, nothing), skeleton(8)),
        class_name=f"card list list--{noun}",
        **props,
    )
