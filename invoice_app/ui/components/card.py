"""Cards: a titled surface on a page."""

from typing import Any

import reflex as rx


def card(title: str, *children: Any, beside: rx.Component | None = None, name: str = "") -> rx.Component:
    """A section with a heading; `beside` stands at the right of it, `children` fill it edge to edge (wrap text in card_body).

    >>> card("Files", files_list, beside=lock_badge)
    """
    heading = (
        rx.el.h2(title, class_name="card__title", id=f"{name}-title") if name else rx.el.h2(title, class_name="card__title")
    )
    attributes = {"aria-labelledby": f"{name}-title"} if name else {"aria-label": title}
    return rx.el.section(
        rx.el.header(heading, beside, class_name="card__head"),
        *children,
        class_name="card",
        custom_attrs=attributes,
        **({"id": name} if name else {}),
    )


def card_body(*children: Any) -> rx.Component:
    """Padding inside a card."""
    return rx.el.div(*children, class_name="card__body")
