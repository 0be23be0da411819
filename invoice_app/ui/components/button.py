"""Buttons and links that look like buttons. One primary action a view."""

from typing import Any, Literal

import reflex as rx

from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import outside

Variant = Literal["default", "primary", "quiet", "danger"]

_VARIANTS: dict[Variant, str] = {
    "default": "button",
    "primary": "button button--primary",
    "quiet": "button button--quiet",
    "danger": "button button--danger",
}


def _classes(variant: Variant, small: bool, wide: bool, icon_only: bool) -> str:
    extra = (small and " button--small", wide and " button--wide", icon_only and " button--icon")
    return _VARIANTS[variant] + "".join(part for part in extra if part)


def button(
    text: str | rx.Component,
    *,
    variant: Variant = "default",
    icon_name: str = "",
    small: bool = False,
    wide: bool = False,
    busy: bool | rx.Var[bool] = False,
    type: Literal["button", "submit"] = "button",  # noqa: A002, as HTML names it
    **props: Any,
) -> rx.Component:
    """A button with a verb on it. `busy` shows a spinner; further props (id, on_click, disabled) go to the element.

    >>> button("Save Invoice", variant="primary", busy=State.saving, on_click=State.save, id="save")
    """
    lead = icon(icon_name) if icon_name else rx.fragment()
    if isinstance(busy, rx.Var):
        lead = rx.cond(busy, rx.el.span(class_name="spinner", aria_hidden=True), lead)
        props["custom_attrs"] = {**props.get("custom_attrs", {}), "aria-busy": busy}
    return rx.el.button(lead, text, type=type, class_name=_classes(variant, small, wide, False), **props)


def icon_button(label: str, icon_name: str, *, variant: Variant = "quiet", small: bool = False, **props: Any) -> rx.Component:
    """A button of an icon alone; `label` is its accessible name and its tooltip.

    >>> icon_button("Remove Drone photos", "trash", small=True, on_click=State.remove(item.key))
    """
    return rx.el.button(
        icon(icon_name),
        type="button",
        aria_label=label,
        title=label,
        class_name=_classes(variant, small, False, True),
        **props,
    )


def button_link(
    text: str,
    href: str,
    *,
    variant: Variant = "default",
    icon_name: str = "",
    small: bool = False,
    wide: bool = False,
    **props: Any,
) -> rx.Component:
    """A link that looks like a button: for downloads and other addresses outside the staff pages.

    >>> button_link("Download", routes.invoice_pdf(7), icon_name="download")
    """
    lead = icon(icon_name) if icon_name else rx.fragment()
    return outside(lead, text, href=href, class_name=_classes(variant, small, wide, False), **props)
