"""The items of an order and the form of one."""

import reflex as rx

from invoice_app.services.views import ItemView
from invoice_app.ui.components.button import button, icon_button
from invoice_app.ui.components.card import card
from invoice_app.ui.components.feedback import empty_state, undo_button
from invoice_app.ui.components.field import field, select, text_input
from invoice_app.ui.components.overlay import cancel_button, form_dialog, menu, menu_item, opens_menu
from invoice_app.ui.order.item_state import ItemState
from invoice_app.ui.order.state import OrderState


def items_card() -> rx.Component:
    """What is sold on the order."""
    order = OrderState.order
    add = button("Add an item", icon_name="plus", small=True, id="add-order-item", on_click=ItemState.start(order.id))
    return card(
        "Items",
        rx.cond(OrderState.items, _items(), _no_items()),
        rx.cond(ItemState.is_open, item_form()),
        undo_button("undo-remove-item", OrderState.undo_remove),
        beside=rx.cond(order.can_edit, add),
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
    rows = rx.el.tbody(rx.foreach(OrderState.items, _item))
    return rx.el.table(heads, rows, foot, class_name="table items", aria_label="Items")


def _item(item: ItemView, at: int) -> rx.Component:
    discounted = rx.cond(item.discount != "", rx.el.span(f"−{item.discount}", class_name="items__discount"))
    return rx.el.tr(
        rx.el.td(rx.el.span(item.description), discounted, class_name="items__name"),
        rx.el.td(item.quantity, class_name="amount soft items__quantity"),
        rx.el.td(item.unit_price, class_name="amount soft items__price"),
        rx.el.td(item.tax, class_name="soft items__tax"),
        rx.el.td(item.amount, class_name="amount items__amount"),
        rx.el.td(rx.cond(OrderState.order.can_edit, _item_menu(item, at)), class_name="items__actions"),
        key=item.key,
    )


def _item_menu(item: ItemView, at: int) -> rx.Component:
    last = OrderState.items.length() - 1  # type: ignore[attr-defined]  # a Var of the tuple
    up = menu_item("Move up", "arrow-up", on_click=OrderState.move_item(item.key, -1))
    down = menu_item("Move down", "arrow-down", on_click=OrderState.move_item(item.key, 1))
    name = f"item-menu-{item.key}"
    edit = ItemState.edit(
        OrderState.order.id, item.key, item.description, item.quantity, item.unit_price, item.discount, item.tax_id
    )
    return menu(
        name,
        icon_button(f"Actions for {item.description}", "more", small=True, custom_attrs=opens_menu(name)),
        menu_item("Edit", "pencil", on_click=edit),
        rx.cond(at > 0, up),
        rx.cond(at < last, down),
        menu_item("Remove", "trash", danger=True, on_click=OrderState.remove_item(item.key)),
    )


def _no_items() -> rx.Component:
    return empty_state(
        "orders",
        "Nothing on this order yet",
        "Add what you sell. Each item becomes a line of the invoice.",
        rx.cond(
            OrderState.order.can_edit,
            button("Add the first item", icon_name="plus", on_click=ItemState.start(OrderState.order.id)),
        ),
    )


def item_form() -> rx.Component:
    """The dialog of one item."""
    form, currency = ItemState.form, OrderState.order.currency

    def said(name: str) -> str:
        return rx.cond(ItemState.error_field == name, ItemState.error, "")

    body = rx.el.div(
        rx.el.div(
            field(
                "Description",
                text_input("description", default_value=form.description, error=said("description"), auto_focus=True),
                name="description",
                error=said("description"),
            ),
            class_name="span",
        ),
        field(
            "Quantity",
            text_input("quantity", amount=True, default_value=form.quantity, error=said("quantity")),
            name="quantity",
            error=said("quantity"),
        ),
        field(
            "Unit price",
            text_input("unit_price", amount=True, unit=currency, default_value=form.unit_price, error=said("unit_price")),
            name="unit_price",
            error=said("unit_price"),
        ),
        field(
            "Discount",
            text_input("discount", amount=True, default_value=form.discount, error=said("discount")),
            name="discount",
            error=said("discount"),
            hint="10% or an amount.",
            optional=True,
        ),
        field(
            "Tax",
            select("tax_id", ItemState.taxes, default_value=form.tax_id, error=said("tax_id")),
            name="tax_id",
            error=said("tax_id"),
        ),
        class_name="field-grid",
    )
    return form_dialog(
        "item-form",
        rx.cond(ItemState.key == "", "Add an item", "Edit item"),
        body,
        cancel_button("item-form"),
        button(
            rx.cond(ItemState.key == "", "Add to order", "Save item"),
            variant="primary",
            type="submit",
            busy=ItemState.submitting,
        ),
        on_submit=ItemState.save,
        on_close=ItemState.closed,
    )
