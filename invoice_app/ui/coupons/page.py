"""Coupons: what each gives, when it applies, how often it was used; and the form of a new one."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.draft_views import CouponView
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button
from invoice_app.ui.components.coupon_fields import coupon_fields
from invoice_app.ui.components.feedback import empty_state, notice, skeleton, undo_button
from invoice_app.ui.components.field import field, select, switch
from invoice_app.ui.components.overlay import cancel_button, form_dialog
from invoice_app.ui.components.table import Column, table
from invoice_app.ui.coupons.state import DIALOG, UNDO, CouponsState
from invoice_app.ui.history.dialog import history_icon
from invoice_app.ui.shell import page, page_head


def coupons_page() -> rx.Component:
    """Every coupon, newest first."""
    return page(
        page_head("Coupons", rx.cond(CouponsState.can_edit, _new_button("new-coupon-button"))),
        rx.el.div(
            rx.cond(CouponsState.loaded & ~CouponsState.can_edit, _look_only()),
            rx.el.div(
                rx.cond(CouponsState.loaded, rx.cond(CouponsState.coupons, _table(), _no_coupons()), skeleton(6)),
                class_name="card list list--coupons",
            ),
            class_name="stack",
        ),
        undo_button(UNDO, CouponsState.undo),
        rx.cond(CouponsState.creating, _new_coupon()),
        place=routes.COUPONS,
    )


def _look_only() -> rx.Component:
    return notice("info", "You can look at the coupons. Staff and admins of your organisation can create and switch them.")


def _new_button(name: str) -> rx.Component:
    return button("New coupon", variant="primary", icon_name="plus", id=name, on_click=CouponsState.start)


def _table() -> rx.Component:
    columns = [
        Column("Coupon", "26%"),
        Column("Gives", "148px"),
        Column("Conditions"),
        Column("Customer", "160px", wide=True),
        Column("Used", "80px", amount=True, wide=True),
        Column("State", "124px"),
        Column("On or off", "72px", hidden_title=True),
    ]
    return table(columns, rx.foreach(CouponsState.coupons, _row), label="Coupons")


def _row(coupon: CouponView) -> rx.Component:
    name = rx.el.span(
        rx.el.span(coupon.code, class_name="strong"),
        rx.cond(coupon.label != "", rx.el.span(coupon.label, class_name="soft small truncate")),
        class_name="list__two-lines",
    )
    conditions = rx.cond(coupon.conditions != "", coupon.conditions, "Always")
    on_off = switch(
        f"coupon-{coupon.id}",
        f"{coupon.code} is on",
        label_hidden=True,
        checked=coupon.active,
        disabled=~CouponsState.can_edit,
        on_change=lambda active: CouponsState.switch(coupon.id, active),
    )
    return rx.el.tr(
        rx.el.td(name, class_name="list__lead"),
        rx.el.td(coupon.gives, class_name="list__second tabular"),
        rx.el.td(rx.el.span(conditions, title=conditions, class_name="list__sentence"), class_name="list__note soft small"),
        rx.el.td(rx.cond(coupon.customer != "", coupon.customer, "Everybody"), class_name="wide soft"),
        rx.el.td(coupon.redemptions, class_name="wide amount soft"),
        rx.el.td(badge(coupon.state), class_name="list__badge to-right"),
        rx.el.td(history_icon(f"coupon:{coupon.id}", coupon.code), on_off, class_name="list__amount list__switch"),
        key=coupon.id,
    )


def _no_coupons() -> rx.Component:
    return empty_state(
        "ticket",
        "No coupons yet",
        "A coupon takes a percentage or an amount off an invoice. Make one for everybody, or for one customer only.",
        rx.cond(CouponsState.can_edit, _new_button("first-coupon-button")),
    )


def _new_coupon() -> rx.Component:
    refused = rx.cond(CouponsState.error_field == "account_id", CouponsState.error, "")
    customer = field(
        "Customer",
        select("account_id", CouponsState.customers, empty="Everybody", default_value="", error=refused),
        name="account_id",
        error=refused,
        hint="Whoever is told the code, or one customer only.",
    )
    fields = coupon_fields(
        method=CouponsState.method,
        on_method=CouponsState.choose_method,
        currency=CouponsState.currency,
        error=CouponsState.error,
        error_field=CouponsState.error_field,
        customer=customer,
    )
    return form_dialog(
        DIALOG,
        "New coupon",
        fields,
        cancel_button(DIALOG),
        button("Create coupon", variant="primary", type="submit", busy=CouponsState.submitting),
        on_submit=CouponsState.create,
        on_close=CouponsState.closed,
        wide=True,
    )
