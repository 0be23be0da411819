"""The local mailbox: a list of messages, and one of them as its reader sees it."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.views import Choice, EmailRow
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import empty_state, notice, skeleton
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import go
from invoice_app.ui.components.segmented import segment_panel, segmented
from invoice_app.ui.mailbox.state import MailboxState
from invoice_app.ui.shell import page, page_head

FORMS = (Choice("html", "Message"), Choice("text", "Plain text"))
# No scripts and no forms inside the frame; what its links open is an ordinary page.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"


def mailbox_page() -> rx.Component:
    """Messages on the left, the open one on the right; on a phone one of the two."""
    is_open = (MailboxState.email.id != 0) | (MailboxState.refusal != "")
    panes = rx.el.div(
        rx.el.div(_messages(), _pager(), class_name="card mailbox__list"),
        rx.el.div(_reading_pane(), class_name="card mailbox__message"),
        class_name="mailbox",
        custom_attrs={"data-open": is_open},
    )
    shown = rx.cond(MailboxState.emails, panes, rx.el.div(_no_messages(), class_name="card"))
    return page(
        page_head("Mailbox"),
        rx.el.div(
            rx.cond(MailboxState.emails, rx.cond(MailboxState.is_local, _what_this_is())),
            rx.cond(MailboxState.loaded, shown, rx.el.div(skeleton(8), class_name="card")),
            class_name="stack",
        ),
        place=routes.MAILBOX,
    )


def _what_this_is() -> rx.Component:
    return notice("info", "E-mails go here, and to nobody, until SMTP_URL is set. Links in them work on this machine.")


def _messages() -> rx.Component:
    return rx.el.ul(rx.foreach(MailboxState.emails, _message), aria_label="Messages", custom_attrs={"data-arrows": "true"})


def _message(row: EmailRow) -> rx.Component:
    href = f"{routes.MAILBOX}?page={MailboxState.page}&message={row.id}"
    link = go(
        rx.el.span(
            rx.el.span(row.recipient, class_name="strong truncate"),
            rx.el.span(row.when, class_name="faint small"),
            class_name="row row--apart",
        ),
        rx.el.span(
            rx.el.span(row.subject, class_name="soft truncate"),
            rx.cond(row.status.word != "Sent", badge(row.status)),
            class_name="row row--apart",
        ),
        href=href,
        class_name="mailbox__row",
        custom_attrs={"data-stop": "true", "aria-current": rx.cond(MailboxState.email.id == row.id, "true", "false")},
    )
    return rx.el.li(link, key=row.id)


def _pager() -> rx.Component:
    newer = button("Newer", small=True, on_click=MailboxState.go_to(MailboxState.page - 1))
    older = button("Older", small=True, on_click=MailboxState.go_to(MailboxState.page + 1))
    return rx.cond(
        MailboxState.has_older | (MailboxState.page > 1),
        rx.el.div(
            rx.el.span(f"Page {MailboxState.page}"),
            rx.el.div(rx.cond(MailboxState.page > 1, newer), rx.cond(MailboxState.has_older, older), class_name="row"),
            class_name="pager",
        ),
    )


def _reading_pane() -> rx.Component:
    nothing = empty_state("mail", "Choose a message", "It is shown here as its reader sees it.")
    back = go("All messages", href=_all_messages(), class_name="button")
    refused = empty_state("lock", "This message stays closed", MailboxState.refusal, back)
    return rx.cond(MailboxState.email.id != 0, _open_message(), rx.cond(MailboxState.refusal != "", refused, nothing))


def _all_messages() -> str:
    return f"{routes.MAILBOX}?page={MailboxState.page}"


def _open_message() -> rx.Component:
    email = MailboxState.email
    back = go(icon("chevron-left"), "All messages", href=_all_messages(), class_name="link row mailbox__back")
    head = rx.el.header(
        back,
        rx.el.h2(email.subject, class_name="overlay__title"),
        rx.el.p(f"To {email.recipient} · {email.when}", class_name="soft small"),
        segmented("shown-as", FORMS, MailboxState.shown_as, MailboxState.show_as, label="Shown as"),
        class_name="mailbox__head",
    )
    frame = rx.el.iframe(
        src_doc=MailboxState.html,
        sandbox=SANDBOX,
        title=email.subject,
        key=email.id,
        class_name="mailbox__frame",
    )
    text = rx.el.pre(email.text, class_name="mailbox__text", tab_index=0)
    shown = rx.cond(MailboxState.shown_as == "text", text, frame)
    return rx.fragment(head, segment_panel("shown-as", MailboxState.shown_as, shown, class_name="mailbox__body"))


def _no_messages() -> rx.Component:
    return empty_state(
        "mail",
        "No e-mails yet",
        rx.cond(
            MailboxState.is_local,
            "E-mails go here, and to nobody, until SMTP_URL is set. Send a customer their link from an order to see one.",
            "What is sent to customers is listed here.",
        ),
        go("Go to orders", href=routes.ORDERS, class_name="button button--primary"),
    )
