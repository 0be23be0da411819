"""The search over everything, opened by ⌘K: type, walk with the arrow keys, Enter goes there."""

import reflex as rx

from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import go
from invoice_app.ui.components.overlay import overlay
from invoice_app.ui.shell_state import Found, ShellState


def palette() -> rx.Component:
    """The search dialog, while it is open, and the hidden button ⌘K presses."""
    opener = rx.el.button(
        "Search",
        type="button",
        hidden=True,
        tab_index=-1,
        on_click=ShellState.open_palette,
        custom_attrs={"data-shortcut": "mod+k"},
    )
    return rx.fragment(opener, rx.cond(ShellState.palette_open, _dialog()))


def _dialog() -> rx.Component:
    search = rx.el.label(
        icon("search", large=True),
        rx.el.input(
            placeholder="Find an order, a customer or a page",
            aria_label="Search",
            id="palette-search",
            auto_complete="off",
            auto_focus=True,
            on_change=ShellState.search.debounce(120),
        ),
        rx.el.kbd("Esc", class_name="kbd desk-only"),
        class_name="palette__search",
    )
    nothing = rx.el.p(
        "Nothing found. Try an order number or a customer's name.",
        class_name="empty__text",
        style={"padding": "16px"},
    )
    results = rx.el.div(
        rx.cond(ShellState.found, rx.foreach(ShellState.found, _option), nothing),
        class_name="palette__results",
    )
    return overlay(
        "palette",
        rx.el.div(search, results, custom_attrs={"data-arrows": "true"}),
        label="Search",
        on_close=ShellState.palette_closed,
        kind="palette",
        light=True,
    )


def _option(found: Found) -> rx.Component:
    return go(
        icon(found.icon),
        rx.el.span(found.title, class_name="truncate grow"),
        rx.el.span(found.hint, class_name="faint small truncate"),
        href=found.href,
        key=found.href,
        on_click=rx.call_script("ui.closeAll()"),
        class_name="palette__option",
        custom_attrs={"data-stop": "true"},
    )
