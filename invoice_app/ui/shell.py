"""The frame of every staff page: navigation, breadcrumbs, connection, search and the toasts."""

from typing import Any

import reflex as rx
from reflex_components_core.core.banner import connection_errors_count  # type: ignore[import-untyped]

from invoice_app import routes
from invoice_app.ui.components.button import icon_button
from invoice_app.ui.components.feedback import toasts
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import go, outside
from invoice_app.ui.components.overlay import menu, menu_item, opens_menu, overlay
from invoice_app.ui.components.plain_form import plain_form
from invoice_app.ui.history.dialog import history_dialog
from invoice_app.ui.navigation import PLACES, Place
from invoice_app.ui.notices import notices_bell
from invoice_app.ui.palette import palette
from invoice_app.ui.shell_state import ShellState


def page(*children: Any, place: str | rx.Var[str], crumbs: tuple[tuple[str | rx.Var[str], str], ...] = ()) -> rx.Component:
    """A staff page in its frame.

    `place` is the route of its navigation entry, a Var where only the data tells; `crumbs` lead below it as (text, href).

    >>> page(page_head("Coupons", button("New coupon", variant="primary")), coupons_table(), place=routes.COUPONS)
    """
    return rx.fragment(
        outside("Skip to content", href="#content", class_name="skip button"),
        rx.el.div(
            _nav(place, "nav"),
            rx.el.div(
                _topbar(place, crumbs),
                rx.el.main(rx.el.div(*children, class_name="page"), id="content", tab_index=-1),
                class_name="main",
            ),
            class_name="shell",
        ),
        rx.cond(ShellState.nav_open, _nav_drawer(place)),
        palette(),
        history_dialog(),
        toasts(),
    )


def page_head(title: str | rx.Component, *actions: rx.Component) -> rx.Component:
    """The page's title on the left, its actions on the right, the primary one last."""
    return rx.el.header(
        rx.el.h1(title, class_name="page__title"),
        rx.el.div(*actions, class_name="row row--wrap"),
        class_name="page__head",
    )


def _nav(place: str | rx.Var[str], class_name: str) -> rx.Component:
    return rx.el.nav(
        rx.el.div(
            rx.el.span(icon("receipt"), class_name="nav__mark"),
            rx.el.span("Invoicing desk", class_name="truncate"),
            class_name="nav__brand",
        ),
        rx.el.button(
            icon("search"),
            "Search",
            rx.el.kbd("⌘K", class_name="kbd"),
            type="button",
            class_name="nav__link nav__search",
            on_click=ShellState.open_palette,
        ),
        *(_nav_link(entry, place) for entry in PLACES),
        rx.el.div(_account_menu(class_name), class_name="nav__foot"),
        class_name=class_name,
        aria_label="Main",
    )


def _nav_link(entry: Place, place: str | rx.Var[str]) -> rx.Component:
    if isinstance(place, str):
        current = {"aria-current": "page"} if entry.href == place else {}
    else:
        current = {"aria-current": rx.cond(place == entry.href, "page", "false")}
    shown = go(icon(entry.icon), entry.title, href=entry.href, class_name="nav__link", custom_attrs=current)
    return rx.cond(ShellState.has_local_mailbox, shown) if entry.local_mailbox else shown


def _nav_drawer(place: str | rx.Var[str]) -> rx.Component:
    return overlay(
        "nav-drawer",
        _nav(place, "nav nav--open"),
        label="Navigation",
        on_close=ShellState.nav_closed,
        kind="nav",
        light=True,
    )


def _account_menu(where: str) -> rx.Component:
    name = "account-menu" if where == "nav" else "account-menu-drawer"
    trigger = rx.el.button(
        rx.el.span(ShellState.initials, class_name="avatar", aria_hidden=True),
        rx.el.span(
            rx.el.span(ShellState.name, class_name="strong truncate", style={"display": "block"}),
            rx.el.span(ShellState.role, class_name="faint small", style={"display": "block"}),
            class_name="grow",
        ),
        icon("more"),
        type="button",
        class_name="account-button",
        aria_label="Account",
        custom_attrs=opens_menu(name),
    )
    return menu(
        name,
        trigger,
        menu_item("Light", "sun", on_click=rx.call_script("ui.theme('light')")),
        menu_item("Dark", "moon", on_click=rx.call_script("ui.theme('dark')")),
        menu_item("As the system", "contrast", on_click=rx.call_script("ui.theme('system')")),
        plain_form(_submit_item("Sign out", "log-out"), action=routes.SIGN_OUT),
        align="start",
    )


def _submit_item(text: str, icon_name: str) -> rx.Component:
    """A menu item that submits the plain form around it."""
    return rx.el.button(icon(icon_name), text, type="submit", role="menuitem", class_name="menu__item")


def _topbar(place: str | rx.Var[str], crumbs: tuple[tuple[str | rx.Var[str], str], ...]) -> rx.Component:
    titles = {entry.href: entry.title for entry in PLACES}
    home = titles[place] if isinstance(place, str) else rx.match(place, *titles.items(), "")
    trail = [(home, place), *crumbs]
    return rx.el.header(
        rx.el.div(
            rx.el.span(
                icon_button("Menu", "menu", id="open-nav", on_click=ShellState.open_nav),
                class_name="topbar__menu",
            ),
            rx.el.nav(*_crumb_parts(trail), class_name="crumbs", aria_label="Breadcrumb"),
            class_name="row grow",
        ),
        rx.el.div(notices_bell(), connection_dot(), class_name="row"),
        class_name="topbar",
    )


def _crumb_parts(trail: list[tuple[str | rx.Var[str], str | rx.Var[str]]]) -> list[rx.Component]:
    parts: list[rx.Component] = []
    for at, (text, href) in enumerate(trail):
        if at:
            parts.append(icon("chevron-right"))
        last = at == len(trail) - 1
        parts.append(
            rx.el.span(text, class_name="truncate", custom_attrs={"aria-current": "page"}) if last else go(text, href=href)
        )
    return parts


def connection_dot() -> rx.Component:
    """A dot and a word: live, reconnecting, offline."""
    errors = connection_errors_count.to(int)
    state = rx.cond(errors > 3, "offline", rx.cond((errors > 0) | (ShellState.name == ""), "reconnecting", "live"))
    words = rx.cond(
        errors > 3,
        "Offline",
        rx.cond(errors > 0, "Reconnecting", rx.cond(ShellState.name == "", "Connecting", "Live")),
    )
    return rx.el.span(words, class_name="connection", role="status", custom_attrs={"data-state": state})
