"""The Invoices part of an order: each with its kind, stage, what is owed; one more of either kind; converting between them."""

import reflex as rx

from invoice_app.services.booking_views import OrderInvoice, PickableItem
from invoice_app.services.views import Choice
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button, icon_button
from invoice_app.ui.components.card import card
from invoice_app.ui.components.feedback import empty_state, notice
from invoice_app.ui.components.field import field, text_input
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.overlay import cancel_button, dialog, form_dialog, menu, menu_item, opens_menu
from invoice_app.ui.components.segmented import segmented
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.invoices_state import PICK, InvoicesCardState
from invoice_app.ui.order.state import OrderState

KINDS = (Choice("standalone", "Standalone"), Choice("connected", "Connected"))


def invoices_card() -> rx.Component:
    """Every invoice of the order; the one shown in Order Details is marked."""
    order = OrderState.order
    add = button(
        "Add invoice", icon_name="plus", small=True, id="add-invoice-button", on_click=InvoicesCardState.start(order.id)
    )
    nothing = empty_state("receipt", "No invoice on this order", "Add one to bill what was agreed.")
    return card(
        "Invoices",
        rx.cond(order.invoices, _table(), nothing),
        beside=rx.cond(order.can_add_invoice, add),
        name="invoices",
    )


def _table() -> rx.Component:
    order = OrderState.order
    heads = rx.el.thead(
        rx.el.tr(
            rx.el.th("Invoice", scope="col"),
            rx.el.th("Stage", scope="col", class_name="bills__stage"),
            rx.el.th("Status", scope="col", class_name="bills__billing"),
            rx.el.th(f"Total {order.currency}", scope="col", class_name="amount bills__total"),
            rx.el.th(f"Due {order.currency}", scope="col", class_name="amount bills__due"),
            rx.el.th(rx.el.span("Actions", class_name="visually-hidden"), scope="col", class_name="items__actions"),
        )
    )
    rows = rx.el.tbody(rx.foreach(order.invoices, _row))
    return rx.el.table(heads, rows, class_name="table bills", aria_label="Invoices")


def _row(row: OrderInvoice) -> rx.Component:
    name = rx.el.button(
        row.reference,
        type="button",
        class_name="link strong bills__name",
        on_click=OrderState.select(row.id),
        custom_attrs={"data-select-invoice": row.id, "aria-current": rx.cond(row.is_selected, "true", "false")},
    )
    kind = rx.el.span(row.kind_word, rx.cond(row.label != "", f" · {row.label}", ""), class_name="small soft bills__kind")
    return rx.el.tr(
        rx.el.td(name, kind, class_name="bills__invoice"),
        rx.el.td(row.stage.word, class_name="soft bills__stage"),
        rx.el.td(badge(row.billing), class_name="bills__billing"),
        rx.el.td(row.total, class_name="amount soft bills__total"),
        rx.el.td(row.due, class_name="amount bills__due"),
        rx.el.td(_menu(row), class_name="items__actions"),
        key=row.id,
        class_name=rx.cond(row.is_selected, "bills__row bills__row--shown", "bills__row"),
    )


def _menu(row: OrderInvoice) -> rx.Component:
    name = f"bill-menu-{row.id}"
    connected = row.kind == "connected"
    convert = rx.cond(connected, "Make standalone…", "Connect to the booking…")
    return menu(
        name,
        icon_button(f"Actions for {row.reference}", "more", small=True, custom_attrs=opens_menu(name)),
        menu_item("Open", "pencil", on_click=[OrderState.select(row.id), DrawerState.open_invoice(row.id)]),
        rx.cond(
            OrderState.order.can_edit,
            menu_item(convert, "workflow", on_click=InvoicesCardState.ask_conversion(row.id)),
        ),
    )


def add_invoice_dialog() -> rx.Component:
    """One more invoice: its kind, a name among the staff, and the items it starts with."""
    kind = InvoicesCardState.kind
    connected = "It follows the booking: each item is one with its line, on both sides. It cannot be finalised or voided."
    standalone = "It is a copy of its own: changes show on neither side. It can hold guestrooms and be finalised."
    refused = (InvoicesCardState.error != "") & (InvoicesCardState.error_field == "")
    picks = rx.el.fieldset(
        rx.el.legend("Start with items of the booking", class_name="field__label"),
        rx.el.ul(rx.foreach(InvoicesCardState.items, pick_row), class_name="picks"),
        class_name="picks__set",
    )
    body = rx.el.div(
        rx.cond(refused, notice("bad", InvoicesCardState.error, role="alert")),
        segmented("invoice-kind", KINDS, kind, InvoicesCardState.choose_kind, label="Kind of invoice"),
        rx.el.p(rx.cond(kind == "connected", connected, standalone), class_name="small soft", id="invoice-kind-panel"),
        field(
            "Name",
            text_input("label", error=_said("label"), placeholder="Guestrooms"),
            name="label",
            error=_said("label"),
            hint="For you and your colleagues; customers do not see it.",
            optional=True,
        ),
        rx.cond(InvoicesCardState.items, picks),
        class_name="stack",
    )
    return form_dialog(
        "add-invoice",
        "Add an invoice",
        body,
        cancel_button("add-invoice"),
        button("Add invoice", variant="primary", type="submit", busy=InvoicesCardState.submitting),
        on_submit=InvoicesCardState.add,
        on_close=InvoicesCardState.closed,
    )


def pick_row(item: PickableItem) -> rx.Component:
    """An item to tick; one that cannot be taken says why."""
    can = item.refusal == ""
    about = rx.el.span(
        rx.el.span(item.description),
        rx.cond(can, rx.cond(item.event != "", rx.el.span(item.event, class_name="small faint"), None), None),
        rx.cond(
            can,
            rx.cond(item.invoiced != "", rx.el.span(item.invoiced, class_name="small faint")),
            rx.el.span(item.refusal, class_name="small faint"),
        ),
        class_name="picks__text",
    )
    return rx.el.li(
        rx.el.label(
            rx.el.input(type="checkbox", name=f"{PICK}{item.key}", disabled=~can),
            about,
            rx.el.span(item.amount, class_name="tabular"),
            class_name="picks__row",
        ),
        key=f"{item.key}.{can}",
    )


def convert_dialog() -> rx.Component:
    """What converting would do, and the way to do it."""
    conversion = InvoicesCardState.conversion
    connects = conversion.to_kind == "connected"
    effects = rx.el.ul(rx.foreach(conversion.effects, _effect), class_name="effects")
    refused = rx.cond(conversion.refusal != "", conversion.refusal, InvoicesCardState.error)
    body = rx.el.div(
        rx.cond(refused != "", notice("bad", refused, role="alert")),
        rx.cond(conversion.refusal == "", effects),
        class_name="stack",
    )
    act = button(
        rx.cond(connects, "Connect", "Make standalone"),
        variant="primary",
        id="convert-now",
        busy=InvoicesCardState.submitting,
        disabled=conversion.refusal != "",
        on_click=InvoicesCardState.convert,
    )
    return dialog(
        "convert-invoice",
        conversion.title,
        body,
        cancel_button("convert-invoice", "Leave it"),
        act,
        on_close=InvoicesCardState.conversion_closed,
    )


def _effect(effect: str) -> rx.Component:
    return rx.el.li(icon("arrow-right"), rx.el.span(effect), class_name="effects__row")


def _said(name: str) -> str:
    return rx.cond(InvoicesCardState.error_field == name, InvoicesCardState.error, "")
