"""The deliverables of an order: what the customer gets once the invoice is paid (A8)."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.order_views import FileView
from invoice_app.services.views import Badge
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button, icon_button
from invoice_app.ui.components.card import card
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import outside
from invoice_app.ui.components.overlay import cancel_button, dialog
from invoice_app.ui.order.files_state import FilesState
from invoice_app.ui.order.state import OrderState

LOCKED = Badge("Locked", "warn", "lock")
UNLOCKED = Badge("Unlocked", "good", "unlock")


def files_card() -> rx.Component:
    """The files with their lock, and the place to upload more."""
    order = OrderState.order
    return card(
        "Files",
        rx.el.ul(rx.foreach(order.files, _file), class_name="files"),
        rx.cond(order.can_upload, _upload()),
        rx.el.p(icon("info"), order.files_hint, class_name="card__foot row faint small"),
        rx.cond(FilesState.asking, _removal()),
        beside=rx.cond(order.files_locked, badge(LOCKED), badge(UNLOCKED)),
        name="files",
    )


def _file(file: FileView) -> rx.Component:
    symbol = rx.match(file.kind, ("image", "image"), ("video", "film"), ("application", "archive"), "file")
    return rx.el.li(
        icon(symbol),
        outside(file.name, href=file.href, class_name="truncate grow files__name", download=True),
        rx.el.span(file.size, class_name="faint tabular small"),
        rx.cond(
            OrderState.order.can_upload,
            icon_button(f"Remove {file.name}", "trash", small=True, on_click=FilesState.ask(file.id, file.name)),
        ),
        key=file.id,
        class_name="files__row",
    )


def _upload() -> rx.Component:
    choose = rx.el.label(
        icon("upload"),
        rx.el.span("Upload files", class_name="strong"),
        rx.el.span("or drop them here", class_name="faint desk-only"),
        rx.el.input(
            type="file",
            multiple=True,
            class_name="visually-hidden",
            custom_attrs={"data-upload": routes.order_upload(OrderState.order.id), "data-refusal": "upload-refusal"},
        ),
        class_name="upload__choose",
    )
    return rx.el.div(
        choose,
        rx.el.div(
            rx.el.span(class_name="upload__progress"),
            class_name="progress",
            hidden=True,
            role="progressbar",
            aria_label="Upload",
        ),
        rx.el.div(
            notice("bad", rx.el.span(custom_attrs={"data-text": "true"}), role="alert"),
            icon_button("Dismiss", "x", small=True, on_click=rx.call_script("ui.hide('upload-refusal')")),
            id="upload-refusal",
            hidden=True,
        ),
        class_name="upload",
    )


def _removal() -> rx.Component:
    return dialog(
        "remove-file",
        "Remove file",
        rx.el.p(f"Remove {FilesState.name}? The customer will no longer find it, and it cannot be brought back."),
        cancel_button("remove-file", "Keep it"),
        button("Remove file", variant="danger", busy=FilesState.submitting, on_click=FilesState.remove),
        on_close=FilesState.closed,
    )
