"""Icons: one sprite (assets/icons.svg), drawn in the colour of the text around it."""

import reflex as rx


def icon(name: str, *, large: bool = False, label: str = "") -> rx.Component:
    """The symbol `name` of the sprite; decoration unless `label` names it for screen readers. `name` may be a Var.

    >>> icon("lock")
    """
    attributes = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    return rx.el.svg(
        rx.el.svg.use(href=f"/icons.svg#{name}"),
        class_name="icon icon--large" if large else "icon",
        custom_attrs=attributes,
    )
