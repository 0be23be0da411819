"""Segmented control: a few tabs of which one is shown."""

from typing import Any

import reflex as rx

from invoice_app.services.views import Choice


def segmented(name: str, choices: tuple[Choice, ...], value: str, on_choose: Any, *, label: str) -> rx.Component:
    """Tabs over a panel with id `{name}-panel` (see segment_panel); arrow keys move between them.

    >>> segmented("kind", (Choice("coupon", "Coupons"), Choice("fee", "Fees")), State.kind, State.choose, label="What to add")
    """
    tabs = (
        rx.el.button(
            choice.label,
            type="button",
            id=f"{name}-{choice.value}",
            role="tab",
            class_name="segmented__tab",
            tab_index=rx.cond(value == choice.value, 0, -1),
            on_click=on_choose(choice.value),
            custom_attrs={
                "aria-selected": rx.cond(value == choice.value, "true", "false"),
                "aria-controls": f"{name}-panel",
            },
        )
        for choice in choices
    )
    return rx.el.div(*tabs, class_name="segmented", role="tablist", aria_label=label)


def segment_panel(name: str, value: str, *children: Any, class_name: str = "") -> rx.Component:
    """What the chosen tab shows."""
    return rx.el.div(
        *children,
        id=f"{name}-panel",
        role="tabpanel",
        class_name=class_name,
        custom_attrs={"aria-labelledby": f"{name}-{value}"},
    )
