"""Form fields: label above, hint below, the error in its place with what to do about it."""

from typing import Any

import reflex as rx

from invoice_app.services.views import Choice
from invoice_app.ui.components.icon import icon


def field(
    label: str, control: rx.Component, *, name: str, hint: str = "", error: str = "", optional: bool = False
) -> rx.Component:
    """A labelled control. `name` is the control's id; `error` may be a Var, an empty one shows the hint.

    >>> field("Amount", text_input("amount"), name="amount", error=State.errors["amount"])
    """
    return rx.el.div(
        rx.el.label(
            label,
            rx.el.span(" (optional)", class_name="field__optional") if optional else None,
            html_for=name,
            class_name="field__label",
        ),
        control,
        field_error(error, name=name, hint=hint),
        class_name="field",
    )


def field_error(error: str, *, name: str, hint: str = "") -> rx.Component:
    """The line below a control: its error, else its hint."""
    quiet = rx.el.p(hint, id=f"{name}-hint", class_name="field__hint") if _is_given(hint) else rx.fragment()
    shown = rx.el.p(icon("alert"), rx.el.span(error), id=f"{name}-error", class_name="field__error", role="alert")
    if isinstance(error, rx.Var):
        return rx.cond(error != "", shown, quiet)
    return shown if error else quiet


def _invalid(error: str, name: str) -> dict[str, Any]:
    if not isinstance(error, rx.Var):
        return {}
    return {
        "aria-invalid": rx.cond(error != "", "true", "false"),
        "aria-describedby": rx.cond(error != "", f"{name}-error", f"{name}-hint"),
    }


def text_input(
    name: str, *, error: str = "", amount: bool = False, icon_name: str = "", unit: str = "", **props: Any
) -> rx.Component:
    """A text input named `name`, uncontrolled: give `default_value`, and a `key` that changes when it must be shown anew.

    `amount` aligns right with tabular figures and asks phones for the number keys; `unit` ("%", "USD") stands at its end.

    >>> text_input("value", amount=True, unit="%", default_value=State.value, on_change=State.type_value.debounce(200))
    """
    props.setdefault("id", name)
    attributes = {**props.pop("custom_attrs", {}), **_invalid(error, props["id"])}
    if amount:
        attributes["inputMode"] = "decimal"
    control = rx.el.input(
        name=name,
        class_name="input input--amount" if amount else "input",
        auto_complete=props.pop("auto_complete", "off"),
        custom_attrs=attributes,
        **props,
    )
    if not (icon_name or _is_given(unit)):
        return control
    return rx.el.div(
        icon(icon_name) if icon_name else None,
        control,
        rx.el.span(unit, class_name="input-group__unit", aria_hidden=True) if _is_given(unit) else None,
        class_name="input-group",
    )


def _is_given(value: object) -> bool:
    return isinstance(value, rx.Var) or bool(value)


def while_typing(send: Any) -> dict[str, Any]:
    """Handlers that send what is typed after a pause of 200 ms, and at once when the field is left.

    The pause belongs to the handler, not to the field: without the second, typing on in the next field would swallow the
    first one's text. A handler may get the same text twice.

    >>> text_input("value", **while_typing(State.type("value")))
    """
    return {"on_change": send.debounce(200), "on_blur": send}


def text_area(name: str, *, error: str = "", **props: Any) -> rx.Component:
    """A text of several lines, uncontrolled like text_input."""
    props.setdefault("id", name)
    return rx.el.textarea(name=name, class_name="input", custom_attrs=_invalid(error, props["id"]), **props)


def select(name: str, choices: tuple[Choice, ...], *, empty: str = "", error: str = "", **props: Any) -> rx.Component:
    """A native select of `choices` (a tuple or a Var of one); `empty` is the label of "nothing chosen".

    >>> select("status", State.statuses, empty="Any status", value=State.status, on_change=State.filter_status)
    """
    props.setdefault("id", name)
    return rx.el.select(
        rx.el.option(empty, value="") if empty else None,
        rx.foreach(choices, lambda choice: rx.el.option(choice.label, value=choice.value, key=choice.value))
        if isinstance(choices, rx.Var)
        else rx.fragment(*(rx.el.option(choice.label, value=choice.value) for choice in choices)),
        name=name,
        class_name="input",
        custom_attrs=_invalid(error, props["id"]),
        **props,
    )


def switch(name: str, label: str | rx.Component, *, hint: str = "", label_hidden: bool = False, **props: Any) -> rx.Component:
    """A switch that acts at once, with its label beside it; `label_hidden` keeps the label for screen readers.

    >>> switch("payments", "Payments", hint="Account-wide", checked=State.on, on_change=State.switch_payments)
    """
    return rx.el.label(
        rx.el.input(type="checkbox", id=name, name=name, role="switch", **props),
        rx.el.span(
            rx.el.span(label, class_name="visually-hidden" if label_hidden else "strong"),
            rx.el.span(hint, class_name="field__hint", display="block") if _is_given(hint) else None,
            class_name="stack-tight",
        ),
        class_name="switch",
        html_for=name,
    )
