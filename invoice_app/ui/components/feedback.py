"""What a page says about itself: empty, loading, refused, done."""

import json
from typing import Literal

import reflex as rx
from reflex.event import EventSpec, EventType

from invoice_app.ui.components.icon import icon

Tone = Literal["info", "good", "warn", "bad"]

_NOTICE_ICONS: dict[Tone, str] = {"info": "info", "good": "check-circle", "warn": "warning", "bad": "alert"}


def empty_state(icon_name: str, title: str, text: str, action: rx.Component | None = None) -> rx.Component:
    """Nothing here yet: what would be, and one button to begin.

    >>> empty_state("orders", "No orders yet", "An order holds what you sell.", button("New order", variant="primary"))
    """
    return rx.el.div(
        icon(icon_name),
        rx.el.p(title, class_name="strong"),
        rx.el.p(text, class_name="empty__text"),
        action,
        class_name="empty",
    )


def skeleton(lines: int = 6) -> rx.Component:
    """Grey lines while something loads; they appear after 200 ms only."""
    return rx.el.div(*(rx.el.span() for _ in range(lines)), class_name="skeleton", aria_hidden=True)


def notice(tone: Tone, *children: str | rx.Var[str] | rx.Component, role: str = "note") -> rx.Component:
    """A quiet box that explains; `role="alert"` for a refusal.

    >>> notice("warn", "Payments are off for this flow. ", link("Open settings", href))
    """
    return rx.el.div(
        icon(_NOTICE_ICONS[tone]),
        rx.el.div(*children, class_name="grow"),
        class_name=f"notice notice--{tone}",
        role=role,
    )


def toasts() -> rx.Component:
    """Where toasts appear: once in the shell and once in each dialog (outside a modal dialog nothing can be clicked)."""
    return rx.el.div(class_name="toasts", role="status", aria_live="polite")


def show_toast(text: str, *, tone: Literal["good", "bad"] = "good", undo: str = "") -> EventSpec:
    """The event that shows a toast, for handlers to return. `undo` is the id of an undo_button on the page.

    >>> return show_toast("Removed Drone photos", undo="undo-item")
    """
    return rx.call_script(f"ui.toast({json.dumps(text)}, {json.dumps({'tone': tone, 'undo': undo})})")


def undo_button(name: str, on_click: EventType[()]) -> rx.Component:
    """The hidden button a toast's Undo presses.

    >>> undo_button("undo-item", OrderState.undo_remove)
    """
    return rx.el.button("Undo", id=name, type="button", hidden=True, tab_index=-1, on_click=on_click)
