"""What every list shows around its table: filters above, paging below, and what to do when there is nothing."""

import reflex as rx

from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import empty_state, skeleton
from invoice_app.ui.components.field import select, text_input
from invoice_app.ui.components.table import filters, pager
from invoice_app.ui.listing.state import ListState


def list_filters(state: type[ListState], *, hint: str, any_status: str = "") -> rx.Component:
    """The search field, saying what it looks in, and the status filter when the list has one."""
    search = text_input(
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
    status = select(
        "status",
        state.statuses,
        empty=any_status,
        value=state.query.status,
        aria_label="Status",
        on_change=state.choose_status,
    )
    clear = button("Clear filters", variant="quiet", on_click=rx.redirect(state.path))
    return filters(search, status if state.statuses else None, rx.cond(_is_filtered(state), clear))


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
) -> rx.Component:
    """The table `listing` with its pager, a skeleton while it loads, or why it is empty. `noun` is plural: "invoices"."""
    shown = rx.fragment(listing, pager(state.query.page, pages, tell_count(count, is_more, noun), state.go_to))
    nothing_found = empty_state(
        "search",
        f"No {noun} match these filters",
        "Try fewer filters, an order number, or part of a customer's name.",
        button("Clear filters", on_click=rx.redirect(state.path)),
    )
    nothing = rx.cond(_is_filtered(state), nothing_found, nothing_yet)
    return rx.el.div(
        rx.cond(state.loaded, rx.cond(count > 0, shown, nothing), skeleton(8)),
        class_name=f"card list list--{noun}",
    )


def _is_filtered(state: type[ListState]) -> bool:
    return (state.query.search != "") | (state.query.status != "")
