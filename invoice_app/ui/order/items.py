"""The items of an order and the form of one."""

from typing import Any

import reflex as rx

from invoice_app.services.booking_views import ItemGroup
from invoice_app.services.order_views import ItemView
from invoice_app.services.views import Choice
from invoice_app.ui.components.button import button, icon_button
from invoice_app.ui.components.card import card
from invoice_app.ui.components.feedback import empty_state, undo_button
from invoice_app.ui.components.field import field, select, text_input
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.overlay import cancel_button, form_dialog, menu, menu_item, opens_menu
from invoice_app.ui.order.events import event_dialog, event_head
from invoice_app.ui.order.events_state import EventsState
from invoice_app.ui.order.item_state import ItemState
from invoice_app.ui.order.state import OrderState

KINDS = (Choice("product", "Product"), Choice("menu", "Menu item"), Choice("guestroom", "Guestroom"))


def items_card() -> rx.Component:
    """What is sold on the order, by event where there are any."""
    order = OrderState.order
    add = button("Add an item", icon_name="plus", small=True, id="add-order-item", on_click=ItemState.start(order.id))
    event = button(
        "Add event", variant="quiet", icon_name="calendar", small=True, id="add-event", on_click=EventsState.start(order.id)
    )
    return card(
        "Items",
        rx.cond(order.has_items, _items(), _no_items()),
        rx.cond(ItemState.is_open, item_form()),
        rx.cond(EventsState.is_open, event_dialog()),
        undo_button("undo-remove-item", OrderState.undo_remove),
        beside=rx.cond(order.can_edit, rx.el.span(event, add, class_name="row")),
        name="items",
    )


def _items() -> rx.Component:
    order = OrderState.order
    heads = rx.el.thead(
        rx.el.tr(
            rx.el.th("Item", scope="col"),
            rx.el.th("Quantity", scope="col", class_name="amount items__quantity"),
            rx.el.th("Unit price", scope="col", class_name="amount items__price"),
            rx.el.th("Tax", scope="col", class_name="items__tax"),
            rx.el.th(f"Amount {order.currency}", scope="col", class_name="amount items__amount"),
            rx.el.th(rx.el.span("Actions", class_name="visually-hidden"), scope="col", class_name="items__actions"),
        )
    )
    foot = rx.el.tfoot(
        rx.el.tr(
            rx.el.th("Items in all", scope="row", col_span=3),
            rx.el.td(class_name="items__tax"),
            rx.el.td(order.items_total, class_name="amount strong"),
            rx.el.td(),
        )
    )
    return rx.el.table(heads, rx.foreach(order.groups, _group), foot, class_name="table items", aria_label="Items")


def _group(group: ItemGroup) -> rx.Component:
    nothing = rx.el.tr(rx.el.td("Nothing here yet", col_span=6, class_name="faint items__nothing"))
    return rx.el.tbody(
        rx.cond(group.name != "", event_head(group)),
        rx.cond(group.rows, rx.foreach(group.rows, _item), nothing),
        key=group.event_id,
    )


def _item(item: ItemView) -> rx.Component:
    discounted = rx.cond(item.discount != "", rx.el.span(f"−{item.discount}", class_name="items__discount"))
    return rx.el.tr(
        rx.el.td(rx.el.span(item.description), discounted, _item_facts(item), class_name="items__name"),
        rx.el.td(item.quantity, class_name="amount soft items__quantity"),
        rx.el.td(item.unit_price, class_name="amount soft items__price"),
        rx.el.td(item.tax, class_name="soft items__tax"),
        rx.el.td(item.amount, class_name="amount items__amount"),
        rx.el.td(rx.cond(item.can_edit, _item_menu(item)), class_name="items__actions"),
        key=item.key,
    )


def _item_facts(item: ItemView) -> rx.Component:
    """Days, kind and invoice, where they do not go without saying."""
    order = OrderState.order
    several = order.invoices.length() != 1  # type: ignore[attr-defined]  # a Var of the tuple
    waiting = rx.el.span(icon("circle-dashed"), "On no connected invoice")
    named = rx.cond(item.invoice != "", rx.cond(several, rx.el.span(icon("receipt"), item.invoice)), waiting)
    return rx.el.span(
        rx.cond(item.kind == "guestroom", rx.el.span(icon("building"), "Guestroom")),
        rx.cond(item.period != "", rx.el.span(icon("calendar"), item.period)),
        named,
        class_name="items__facts",
    )


def _item_menu(item: ItemView) -> rx.Component:
    up = menu_item("Move up", "arrow-up", on_click=OrderState.move_item(item.key, -1))
    down = menu_item("Move down", "arrow-down", on_click=OrderState.move_item(item.key, 1))
    name = f"item-menu-{item.key}"
    return menu(
        name,
        icon_button(f"Actions for {item.description}", "more", small=True, custom_attrs=opens_menu(name)),
        menu_item("Edit", "pencil", on_click=ItemState.edit(OrderState.order.id, item.key, item.invoice_id)),
        rx.cond(item.can_up, up),
        rx.cond(item.can_down, down),
        menu_item("Remove", "trash", danger=True, on_click=OrderState.remove_item(item.key)),
    )


def _no_items() -> rx.Component:
    return empty_state(
        "orders",
        "Nothing on this order yet",
        "Add what you sell: each item becomes a line of the invoice. With events it is a booking.",
        rx.cond(
            OrderState.order.can_edit,
            button("Add the first item", icon_name="plus", on_click=ItemState.start(OrderState.order.id)),
        ),
    )


def item_form() -> rx.Component:
    """The dialog of one item."""
    form, currency = ItemState.form, OrderState.order.currency
    amounts = (
        _typed("Quantity", "quantity", amount=True),
        _typed("Unit price", "unit_price", amount=True, unit=currency),
        _typed("Discount", "discount", amount=True, hint="10% or an amount.", optional=True),
        _chosen("Tax", "tax_id", ItemState.taxes),
    )
    at_event = rx.el.div(_chosen("Event", "event_id", OrderState.order.events, empty="The whole booking"), class_name="span")
    body = rx.el.div(
        rx.el.div(_typed("Description", "description", auto_focus=True), class_name="span"),
        *amounts,
        rx.cond(OrderState.order.events, at_event),
        _more(),
        class_name="field-grid",
        key=f"{ItemState.key}.{form.event_id}",
    )
    return form_dialog(
        "item-form",
        rx.cond(ItemState.key == "", "Add an item", "Edit item"),
        body,
        cancel_button("item-form"),
        button(
            rx.cond(ItemState.key != "", "Save item", rx.cond(OrderState.order.events, "Add to booking", "Add to order")),
            variant="primary",
            type="submit",
            busy=ItemState.submitting,
        ),
        on_submit=ItemState.save,
        on_close=ItemState.closed,
    )


def _more() -> rx.Component:
    """What most items never need: folded away."""
    form = ItemState.form
    told = (form.kind != "product") | (form.starts_on != "") | _is_refused("kind", "starts_on", "ends_on", "invoice_id")
    invoices = OrderState.order.item_invoices
    usual = "The first connected invoice that can be changed; a guestroom waits for a standalone one."
    return rx.el.details(
        rx.el.summary("Kind, days and invoice", class_name="small"),
        rx.el.div(
            _chosen("Kind", "kind", KINDS),
            rx.cond(
                ItemState.key == "",
                _chosen("Invoice", "invoice_id", invoices, empty="As usual", hint=usual),
                _chosen("Invoice", "invoice_id", invoices),
            ),
            _typed("First day", "starts_on", type="date", optional=True),
            _typed("Last day", "ends_on", type="date", optional=True),
            class_name="field-grid",
        ),
        open=told,
        class_name="span more",
    )


def _said(name: str) -> str:
    return rx.cond(ItemState.error_field == name, ItemState.error, "")


def _is_refused(*names: str) -> bool:
    refused = ItemState.error_field == names[0]
    for name in names[1:]:
        refused = refused | (ItemState.error_field == name)
    return refused


def _typed(label: str, name: str, *, hint: str = "", optional: bool = False, **props: Any) -> rx.Component:
    control = text_input(name, default_value=getattr(ItemState.form, name), error=_said(name), **props)
    return field(label, control, name=name, error=_said(name), hint=hint, optional=optional)


def _chosen(label: str, name: str, choices: tuple[Choice, ...], *, hint: str = "", empty: str = "") -> rx.Component:
    control = select(name, choices, empty=empty, default_value=getattr(ItemState.form, name), error=_said(name))
    return field(label, control, name=name, error=_said(name), hint=hint)
