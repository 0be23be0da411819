"""The bell in the top bar: what happened on the orders one looks after (D31)."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.booking_views import NoticeView
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import go
from invoice_app.ui.notices_state import NoticesState


def notices_bell() -> rx.Component:
    """The bell with how many are new; it opens the latest."""
    unread = NoticesState.unread
    trigger = rx.el.button(
        icon("bell"),
        rx.cond(unread > 0, rx.el.span(unread, class_name="notices__count tabular", aria_hidden=True)),
        type="button",
        id="notices-bell",
        class_name="button button--quiet button--icon notices__button",
        aria_label=rx.cond(unread > 0, f"Notices, {unread} new", "Notices"),
        on_click=NoticesState.read,
        custom_attrs={"popovertarget": "notices", "aria-haspopup": "dialog"},
    )
    nothing = rx.el.p(
        "Nothing yet. You are told here when a customer pays on an order you look after.", class_name="faint small"
    )
    listed = rx.cond(
        NoticesState.notices,
        rx.foreach(NoticesState.notices, _notice),
        rx.el.div(nothing, class_name="notices__nothing"),
    )
    panel = rx.el.div(
        listed,
        id="notices",
        class_name="menu",
        role="dialog",
        aria_label="Notices",
        custom_attrs={"popover": "auto", "data-align": "end", "data-arrows": "true"},
    )
    return rx.fragment(trigger, panel)


def _notice(notice: NoticeView) -> rx.Component:
    return go(
        rx.el.span(notice.text),
        rx.el.span(notice.when, class_name="small faint"),
        href=f"{routes.ORDERS}/{notice.order_number}",
        key=notice.id,
        class_name=rx.cond(notice.unread, "menu__item notices__row notices__row--unread", "menu__item notices__row"),
    )
