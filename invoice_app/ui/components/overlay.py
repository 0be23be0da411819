"""Dialogs, the drawer, menus and popovers on native elements: the browser traps the focus, closes by Esc and gives focus back.

An overlay is rendered while a State says so (`rx.cond(State.open, dialog(…))`), opens itself when mounted, and is always
closed by `close_overlay(id)`: the native close event then runs `on_close`, where the State forgets it.
"""

from typing import Any, Literal

import reflex as rx
from reflex.event import EventSpec, EventType

from invoice_app.ui.components.button import icon_button
from invoice_app.ui.components.feedback import toasts
from invoice_app.ui.components.icon import icon

Kind = Literal["dialog", "wide", "drawer", "nav", "palette"]

_KINDS: dict[Kind, str] = {
    "dialog": "dialog",
    "wide": "dialog dialog--wide",
    "drawer": "drawer",
    "nav": "drawer drawer--nav",
    "palette": "dialog dialog--wide palette",
}


class _Dialog(rx.el.Dialog):  # type: ignore[misc]  # Reflex types its elements as Any
    on_close: rx.EventHandler[rx.event.no_args_event_spec]  # type: ignore[type-arg, valid-type]


def close_overlay(name: str) -> EventSpec:
    """The event that closes an overlay by its id, for buttons and for handlers to return."""
    return rx.call_script(f"ui.close({name!r})")


def overlay(
    name: str,
    *children: Any,
    label: str,
    on_close: EventType[()],
    kind: Kind = "dialog",
    light: bool = False,
) -> rx.Component:
    """A bare modal element with id `name`; `light` lets a click beside it close it. Most callers want dialog() or drawer()."""
    return _Dialog.create(
        *children,
        toasts(),
        id=name,
        class_name=_KINDS[kind],
        on_close=on_close,
        on_mount=rx.call_script(f"ui.open({name!r})"),
        custom_attrs={"aria-label": label, "closedby": "any" if light else "closerequest"},
    )


def overlay_head(name: str, title: str | rx.Component, *beside: rx.Component) -> rx.Component:
    """Title on the left, what stands beside it and the close button on the right."""
    heading = rx.el.h2(title, class_name="overlay__title truncate")
    return rx.el.header(
        rx.el.div(heading, *beside, class_name="row grow"),
        icon_button("Close", "x", on_click=close_overlay(name)),
        class_name="overlay__head",
    )


def overlay_body(*children: Any, class_name: str = "") -> rx.Component:
    """The scrolling part."""
    return rx.el.div(*children, class_name=f"overlay__body {class_name}".strip())


def overlay_foot(*children: Any) -> rx.Component:
    """The fixed bar with the actions, the primary one last."""
    return rx.el.footer(*children, class_name="overlay__foot")


def dialog(
    name: str,
    title: str,
    body: rx.Component,
    *actions: rx.Component,
    on_close: EventType[()],
    wide: bool = False,
) -> rx.Component:
    """A modal dialog with title, body and a foot of actions.

    >>> rx.cond(S.open, dialog("new-order", "New order", form, cancel_button("new-order"), button(…), on_close=S.closed))
    """
    return overlay(
        name,
        overlay_head(name, title),
        overlay_body(body),
        overlay_foot(*actions) if actions else None,
        label=title,
        on_close=on_close,
        kind="wide" if wide else "dialog",
    )


def form_dialog(
    name: str,
    title: str,
    body: rx.Component,
    *actions: rx.Component,
    on_submit: EventType[dict[str, Any]],
    on_close: EventType[()],
    wide: bool = False,
) -> rx.Component:
    """A dialog that is one form: Enter submits, the handler gets the fields by name. The last action is a submit button."""
    form = rx.el.form(
        overlay_body(body),
        overlay_foot(*actions),
        on_submit=on_submit,
        class_name="overlay__form",
        no_validate=True,
    )
    return overlay(
        name,
        overlay_head(name, title),
        form,
        label=title,
        on_close=on_close,
        kind="wide" if wide else "dialog",
    )


def cancel_button(name: str, text: str = "Cancel") -> rx.Component:
    """The quiet way out of dialog `name`."""
    return rx.el.button(text, type="button", class_name="button button--quiet", on_click=close_overlay(name))


def menu(name: str, trigger: rx.Component, *items: rx.Component, align: Literal["start", "end"] = "end") -> rx.Component:
    """A menu under `trigger`, which must carry `custom_attrs=opens_menu(name)`. Items come from menu_item and menu_link."""
    panel = rx.el.div(
        *items,
        id=name,
        class_name="menu",
        role="menu",
        custom_attrs={"popover": "auto", "data-align": align, "data-arrows": "true"},
    )
    return rx.fragment(trigger, panel)


def opens_menu(name: str) -> dict[str, str]:
    """What a button carries to open menu `name`."""
    return {"popovertarget": name, "aria-haspopup": "menu"}


def menu_item(text: str, icon_name: str, *, danger: bool = False, **props: Any) -> rx.Component:
    """One action of a menu."""
    return rx.el.button(
        icon(icon_name),
        text,
        type="button",
        role="menuitem",
        class_name="menu__item menu__item--danger" if danger else "menu__item",
        **props,
    )


def menu_link(text: str, icon_name: str, href: str, **props: Any) -> rx.Component:
    """One way to go, in a menu."""
    return rx.el.a(icon(icon_name), text, href=href, role="menuitem", class_name="menu__item", **props)
