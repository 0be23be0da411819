"""The invoice drawer (A10–A21): lines and adjustments as they would be saved, with Save Invoice at the bottom right."""

import reflex as rx

from invoice_app.domain.settlement import Billing
from invoice_app.domain.stages import Stage
from invoice_app.services.badges import BILLING, STAGES
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button, button_link
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.overlay import overlay, overlay_body, overlay_foot, overlay_head
from invoice_app.ui.order.adding import adding_menu
from invoice_app.ui.order.adjusting_state import AdjustingState
from invoice_app.ui.order.attendance import attendees, watched
from invoice_app.ui.order.conflict import conflict_notice
from invoice_app.ui.order.drawer_lines import adjustment_rows, line_rows
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.drawer_totals import explanation, subtotal, taxes, totals
from invoice_app.ui.order.invoice_actions import invoice_actions
from invoice_app.ui.order.sending_state import SendingState
from invoice_app.ui.order.state import OrderState


def invoice_drawer() -> rx.Component:
    """The drawer, from the right; on a phone the whole screen."""
    body = overlay_body(
        _state(),
        conflict_notice(),
        _refusal(),
        line_rows(),
        _add(),
        subtotal(),
        adjustment_rows(),
        taxes(),
        class_name="drawer__body watch-changes",
    )
    return overlay(
        "invoice-drawer",
        watched(_head(), body, totals(), _foot(), explanation()),
        label="Invoice",
        on_close=DrawerState.closed,
        kind="drawer",
    )


def _head() -> rx.Component:
    draft, billing = DrawerState.draft, OrderState.order.panel.billing
    title = rx.cond(_is_draft(), "Invoice draft", "Invoice")
    reference = rx.el.span("· ", draft.reference, class_name="soft truncate")
    status = rx.cond(billing.word == BILLING[Billing.PAID].word, badge(billing), badge(draft.stage))
    return overlay_head("invoice-drawer", title, reference, status, attendees(draft.invoice_id))


def _is_draft() -> bool:
    return DrawerState.draft.stage.word == STAGES[Stage.DRAFT].word


def _state() -> rx.Component:
    draft = DrawerState.draft
    is_draft = _is_draft()
    unsaved = notice(
        "warn",
        rx.el.span("Unsaved changes. ", class_name="strong"),
        rx.cond(is_draft, "Nothing was sent yet. ", f"The customer sees revision {draft.revision}. "),
        rx.el.button("Discard", type="button", id="discard-draft", class_name="link", on_click=DrawerState.discard),
        role="status",
    )
    saved = rx.el.p(
        f"Revision {draft.revision} is saved. ",
        rx.cond(is_draft, "Draft. The customer sees nothing until you send it.", "This is what the customer sees."),
        class_name="small faint drawer__saved",
        role="status",
    )
    locked = notice("info", draft.locked_because)
    return rx.cond(draft.locked_because != "", locked, rx.cond(draft.unsaved, unsaved, saved))


def _refusal() -> rx.Component:
    return rx.cond(DrawerState.refusal != "", notice("bad", DrawerState.refusal, role="alert"))


def _add() -> rx.Component:
    draft = DrawerState.draft
    order = OrderState.order
    return rx.cond(
        draft.can_edit,
        rx.el.div(
            button(
                "+ Add item",
                small=True,
                id="add-item",
                on_click=AdjustingState.start(draft.invoice_id, order.customer_id, draft.customer, "coupon"),
            ),
            button("Add line", variant="quiet", small=True, icon_name="plus", id="add-line", on_click=DrawerState.add_line),
            adding_menu(),
            class_name="row drawer__add",
        ),
    )


def _foot() -> rx.Component:
    draft = DrawerState.draft
    save = button(
        "Save Invoice",
        variant="primary",
        busy=DrawerState.saving,
        id="save-invoice",
        disabled=~draft.unsaved | draft.has_errors | DrawerState.saving,
        on_click=DrawerState.save,
        custom_attrs={"data-shortcut": "mod+s"},
        title="⌘S",
    )
    send = button(
        "Send link",
        icon_name="send",
        id="send-link",
        on_click=SendingState.start(draft.invoice_id, draft.customer_email),
    )
    return overlay_foot(
        button_link("Download", draft.pdf_href, icon_name="download", download=True),
        rx.cond(draft.can_send, send),
        invoice_actions(draft.invoice_id, "drawer"),
        rx.el.span(class_name="grow"),
        rx.cond(draft.can_edit, save),
    )
