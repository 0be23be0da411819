"""The + Add item dialog: exactly Coupons, Discounts and Fees, one short form each, and what it does to the total (A13–A19)."""

from typing import Any

import reflex as rx

from invoice_app.services.draft_views import CouponChoice
from invoice_app.services.views import Choice
from invoice_app.ui.components.button import button
from invoice_app.ui.components.coupon_fields import coupon_fields
from invoice_app.ui.components.field import field, field_error, select, text_area, text_input, while_typing
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.overlay import cancel_button, overlay, overlay_body, overlay_foot, overlay_head
from invoice_app.ui.components.segmented import segment_panel, segmented
from invoice_app.ui.order.adjusting_state import ELIGIBLE, AdjustingState
from invoice_app.ui.order.drawer_state import DrawerState

KINDS = (Choice("coupon", "Coupons"), Choice("discount", "Discounts"), Choice("fee", "Fees"))
DISCOUNT_METHODS = (Choice("percent", "Percent"), Choice("fixed", "Flat amount"))
FEE_METHODS = (Choice("fixed", "Flat amount"), Choice("percent", "Percent"), Choice("transaction", "Transaction fee"))
BASES = (
    Choice("after_discounts", "Lines after discounts"),
    Choice("subtotal", "Lines before discounts"),
    Choice("gross", "Lines with tax"),
)


def adjustment_dialog() -> rx.Component:
    """The dialog over the drawer."""
    form = AdjustingState.form
    editing = form.key != ""
    title = rx.cond(editing, rx.match(form.kind, *_named("Edit")), "Add item")
    new_coupon = rx.fragment("New coupon for ", AdjustingState.customer)
    tabs = segmented("add-kind", KINDS, form.kind, AdjustingState.choose_kind, label="What to add")
    fields = rx.match(form.kind, ("coupon", _coupons()), ("discount", _discount()), _fee())
    adding = rx.el.form(
        overlay_body(rx.cond(editing, None, tabs), segment_panel("add-kind", form.kind, fields, class_name="adjusting__panel")),
        rx.cond(AdjustingState.creating, None, _effect()),
        rx.cond(AdjustingState.creating, None, overlay_foot(cancel_button("add-item-dialog"), _submit())),
        id="adjusting",
        on_submit=AdjustingState.add,
        class_name="overlay__form",
        no_validate=True,
    )
    creating = rx.el.form(
        overlay_body(_new_coupon()),
        overlay_foot(
            button("Back", variant="quiet", on_click=AdjustingState.toggle_new_coupon),
            button("Create coupon", variant="primary", type="submit"),
        ),
        on_submit=AdjustingState.create_coupon,
        class_name="overlay__form",
        no_validate=True,
    )
    return overlay(
        "add-item-dialog",
        overlay_head("add-item-dialog", rx.cond(AdjustingState.creating, new_coupon, title)),
        rx.cond(AdjustingState.creating, creating, adding),
        label="Add item",
        on_close=AdjustingState.closed,
    )


def _named(verb: str) -> tuple[Any, ...]:
    return ("coupon", f"{verb} coupon"), ("discount", f"{verb} discount"), f"{verb} fee"


def _said(name: str) -> str:
    return rx.cond(AdjustingState.error_field == name, AdjustingState.error, "")


def _submit() -> rx.Component:
    form = AdjustingState.form
    words = rx.cond(form.key != "", rx.match(form.kind, *_named("Save")), rx.match(form.kind, *_named("Add")))
    text, busy = words, AdjustingState.submitting
    return button(text, variant="primary", type="submit", id="add-adjustment", busy=busy)


def _coupons() -> rx.Component:
    nothing = rx.el.p("No coupon matches. Create one for this customer.", class_name="faint small")
    return rx.el.div(
        text_input(
            "coupon_search",
            icon_name="search",
            placeholder="Search coupons",
            aria_label="Search coupons",
            on_change=AdjustingState.search_coupons.debounce(150),
        ),
        rx.el.ul(
            rx.cond(AdjustingState.coupons, rx.foreach(AdjustingState.coupons, _coupon), nothing),
            class_name="coupons",
            aria_label="Coupons to choose from",
            custom_attrs={"data-arrows": "true"},
        ),
        field_error(_said("coupon_code"), name="coupon_code"),
        button(
            rx.fragment("New coupon for ", AdjustingState.customer),
            variant="quiet",
            small=True,
            icon_name="plus",
            id="new-coupon",
            on_click=AdjustingState.toggle_new_coupon,
        ),
        class_name="stack",
    )


def _coupon(coupon: CouponChoice) -> rx.Component:
    chosen = AdjustingState.form.coupon_code == coupon.code
    usable = coupon.refusal == ""
    return rx.el.li(
        rx.el.button(
            rx.el.span(rx.cond(chosen, icon("check-circle"), icon("ticket")), class_name="coupon__mark"),
            rx.el.span(
                rx.el.span(
                    rx.el.span(coupon.code, class_name="strong"),
                    rx.cond(coupon.tailored, rx.el.span("for this customer", class_name="badge badge--info")),
                    class_name="row",
                ),
                rx.el.span(rx.cond(coupon.label != "", coupon.label, "Coupon"), class_name="soft small"),
                rx.cond(usable, None, rx.el.span(coupon.refusal, class_name="coupon__refusal small")),
                class_name="coupon__text",
            ),
            rx.el.span(coupon.gives, class_name="tabular"),
            type="button",
            class_name="coupon",
            on_click=AdjustingState.type("coupon_code", coupon.code),
            custom_attrs={"aria-pressed": rx.cond(chosen, "true", "false"), "data-stop": "true", "data-usable": usable},
        ),
        key=coupon.code,
    )


def _new_coupon() -> rx.Component:
    return coupon_fields(
        method=AdjustingState.coupon_method,
        on_method=AdjustingState.choose_coupon_method,
        currency=DrawerState.draft.currency,
        error=AdjustingState.error,
        error_field=AdjustingState.error_field,
        eligible=rx.foreach(AdjustingState.lines, _eligible_line),
    )


def _eligible_line(line: Choice) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name=f"{ELIGIBLE}{line.value}"), rx.el.span(line.label), key=line.value, class_name="tick"
    )


def _typed(name: str, **props: Any) -> rx.Component:
    form = AdjustingState.form
    return text_input(
        name,
        key=f"{name}.{form.kind}.{form.key}",
        default_value=getattr(form, name),
        error=_said(name),
        **while_typing(AdjustingState.type(name)),
        **props,
    )


def _choice(name: str, choices: tuple[Choice, ...], **props: Any) -> rx.Component:
    return select(
        name,
        choices,
        value=getattr(AdjustingState.form, name),
        error=_said(name),
        on_change=lambda value: AdjustingState.type(name, value),
        **props,
    )


def _value(label: str, *, first: bool = False) -> rx.Component:
    unit = rx.cond(AdjustingState.form.method == "fixed", DrawerState.draft.currency, "%")
    return field(label, _typed("value", amount=True, unit=unit, auto_focus=first), name="value", error=_said("value"))


def _discount() -> rx.Component:
    return rx.el.div(
        field("Kind", _choice("method", DISCOUNT_METHODS), name="method"),
        _value("Discount", first=True),
        rx.el.div(
            field(
                "Applies to",
                _choice("target", AdjustingState.lines, empty="The whole invoice"),
                name="target",
                error=_said("target"),
            ),
            class_name="span",
        ),
        rx.el.div(
            field(
                "Name",
                _typed("label", placeholder="Discount"),
                name="label",
                error=_said("label"),
                hint="As the customer reads it.",
                optional=True,
            ),
            class_name="span",
        ),
        class_name="field-grid",
    )


def _fee() -> rx.Component:
    method = AdjustingState.form.method
    base = field("Percentage of", _choice("base", BASES), name="base", error=_said("base"))
    fixed = field(
        "Plus, each time",
        _typed("fixed_part", amount=True, unit=DrawerState.draft.currency),
        name="fixed_part",
        error=_said("fixed_part"),
        optional=True,
    )
    about = rx.el.p(
        "The payment provider's cut, so that the full amount reaches you after it is taken.", class_name="field__hint span"
    )
    return rx.el.div(
        rx.el.div(
            field("Name", _typed("label", placeholder="Travel", auto_focus=True), name="label", error=_said("label")),
            class_name="span",
        ),
        field("Kind", _choice("method", FEE_METHODS), name="method"),
        _value("Fee"),
        rx.match(method, ("percent", base), ("transaction", fixed), rx.fragment()),
        rx.cond(method == "transaction", about),
        field("Tax", _choice("tax_id", AdjustingState.taxes, empty="As the lines"), name="tax_id", error=_said("tax_id")),
        rx.el.div(
            field(
                "Description",
                text_area(
                    "description",
                    key=f"description.{AdjustingState.form.key}",
                    default_value=AdjustingState.form.description,
                    placeholder="Ferry to the island",
                    rows="2",
                    error=_said("description"),
                ),
                name="description",
                error=_said("description"),
                hint="Staff and customer read it.",
                optional=True,
            ),
            class_name="span",
        ),
        class_name="field-grid",
    )


def _effect() -> rx.Component:
    effect = AdjustingState.effect
    shown = rx.el.p(
        "Total ",
        rx.el.span(effect.before, class_name="soft tabular"),
        rx.el.span(" → ", class_name="faint"),
        rx.el.span(effect.after, class_name="strong tabular"),
        rx.el.span(f" ({effect.difference})", class_name="soft tabular"),
        id="effect",
    )
    return rx.el.div(
        rx.cond(effect.after != "", shown, rx.el.p("The effect on the total shows here.", class_name="faint")),
        class_name="effect",
        role="status",
    )
