"""What two editors changed to different values: both are shown, field by field, and one is chosen."""

from typing import Any

import reflex as rx

from invoice_app.services.draft_views import ConflictField
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.order.drawer_state import DrawerState


def conflict_notice() -> rx.Component:
    """Who saved meanwhile, and each field that waits for a choice."""
    conflict: Any = DrawerState.draft.conflict
    several = rx.el.div(
        button("Keep all mine", variant="quiet", small=True, on_click=DrawerState.choose_all("mine")),
        button("Take all theirs", variant="quiet", small=True, on_click=DrawerState.choose_all("theirs")),
        class_name="row row--wrap",
    )
    box = notice(
        "warn",
        rx.el.p(
            rx.el.span(f"{conflict.saved_by} saved revision {conflict.saved_revision}", class_name="strong"),
            " and changed the same as you. Nothing is overwritten: choose which value stays.",
        ),
        rx.el.ul(rx.foreach(conflict.fields, _field), class_name="conflicts", aria_label="Changed by both"),
        rx.cond(conflict.fields.length() > 1, several),
        role="alert",
    )
    return rx.cond(conflict, box)


def _field(field: ConflictField) -> rx.Component:
    return rx.el.li(
        rx.el.p(field.what, class_name="strong"),
        rx.el.div(
            _choice(field, "mine", "Keep mine", field.mine),
            _choice(field, "theirs", "Take theirs", field.theirs),
            class_name="conflict__choices",
            role="group",
            aria_label=field.what,
        ),
        key=field.name,
        class_name="conflict",
    )


def _choice(field: ConflictField, side: str, verb: str, value: str) -> rx.Component:
    chosen = DrawerState.choices[field.name] == side
    return rx.el.button(
        rx.el.span(verb, class_name="conflict__verb"),
        rx.el.span(value, class_name="conflict__value"),
        type="button",
        class_name="conflict__choice",
        on_click=DrawerState.choose(field.name, side),
        custom_attrs={"aria-pressed": rx.cond(chosen, "true", "false")},
    )
