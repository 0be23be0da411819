"""The Send link dialog: an e-mail with the customer's own link, the links there are, and ending them (A12)."""

import reflex as rx

from invoice_app.services.views import LinkView
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import field, switch, text_area, text_input
from invoice_app.ui.components.overlay import cancel_button, form_dialog
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.sending_state import SendingState


def sending_dialog() -> rx.Component:
    """The dialog over the drawer."""
    return form_dialog(
        "send-link-dialog",
        "Send link",
        rx.el.div(_unsaved(), _fields(), _links(), class_name="stack"),
        button("Copy link", icon_name="copy", id="copy-link", on_click=SendingState.copy_new),
        rx.el.span(class_name="grow"),
        cancel_button("send-link-dialog"),
        button(_send_words(), variant="primary", icon_name="send", type="submit", id="send-now", busy=SendingState.submitting),
        on_submit=SendingState.send,
        on_close=SendingState.closed,
    )


def _send_words() -> str:
    return rx.cond(_has_unsaved() & SendingState.save_first, "Save and send", "Send")


def _unsaved() -> rx.Component:
    choice = switch(
        "save_first",
        "Save my changes first",
        hint=f"Otherwise the customer sees revision {DrawerState.draft.revision}, without them.",
        default_checked=True,
        on_change=SendingState.choose_save_first,
        key=rx.cond(SendingState.is_open, "open", "closed"),  # each opening starts with the switch on
    )
    return rx.cond(_has_unsaved(), notice("warn", rx.el.p("You have unsaved changes."), choice))


def _has_unsaved() -> bool:
    return DrawerState.is_open & DrawerState.draft.unsaved


def _fields() -> rx.Component:
    def said(name: str) -> str:
        return rx.cond(SendingState.error_field == name, SendingState.error, "")

    other = rx.cond(
        (SendingState.error != "") & (SendingState.error_field == ""), notice("bad", SendingState.error, role="alert")
    )
    return rx.fragment(
        other,
        field(
            "To",
            text_input("recipient", type="email", default_value=SendingState.recipient, error=said("recipient")),
            name="recipient",
            error=said("recipient"),
        ),
        field(
            "Message",
            text_area("message", placeholder="Thank you for your order.", error=said("message")),
            name="message",
            error=said("message"),
            hint="Stands above the amount and the link.",
            optional=True,
        ),
    )


def _links() -> rx.Component:
    heading = rx.el.h3("Links of this invoice", class_name="small faint")
    rows = rx.el.ul(rx.foreach(SendingState.links, _link), class_name="links")
    return rx.cond(SendingState.links, rx.el.div(heading, rows))


def _link(link: LinkView) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(rx.cond(link.recipient != "", link.recipient, "Copied link"), class_name="truncate"),
            rx.el.p(link.created, rx.cond(link.viewed != "", f" · {link.viewed}", ""), class_name="small faint truncate"),
            class_name="grow",
        ),
        badge(link.state),
        rx.cond(link.live, button("Revoke", variant="quiet", small=True, on_click=SendingState.revoke(link.id))),
        key=link.id,
        class_name="links__row",
    )
