"""The dialog of an event, and what stands over its items."""

import reflex as rx

from invoice_app.services.booking_views import ItemGroup
from invoice_app.ui.components.button import button, icon_button
from invoice_app.ui.components.overlay import cancel_button, form_dialog, menu, menu_item, opens_menu
from invoice_app.ui.order.event_form import event_fields
from invoice_app.ui.order.events_state import EventsState
from invoice_app.ui.order.item_state import ItemState
from invoice_app.ui.order.state import OrderState


def event_dialog() -> rx.Component:
    """Add or change an event."""
    title = rx.cond(EventsState.event_id > 0, "Edit event", "Add an event")
    save = rx.cond(EventsState.event_id > 0, "Save event", "Add event")
    return form_dialog(
        "event-form",
        title,
        event_fields(EventsState.form, EventsState.error, EventsState.error_field),
        cancel_button("event-form"),
        button(save, variant="primary", type="submit", busy=EventsState.submitting),
        on_submit=EventsState.save,
        on_close=EventsState.closed,
    )


def event_head(group: ItemGroup) -> rx.Component:
    """The row that heads the items of an event, or those of the whole booking."""
    told = rx.el.span(
        group.when, rx.cond((group.when != "") & (group.place != ""), " · ", ""), group.place, class_name="small soft"
    )
    heading = rx.el.th(
        rx.el.span(rx.el.span(group.name, class_name="strong"), told, class_name="items__event"),
        scope="rowgroup",
        col_span=4,
        class_name="items__head",
    )
    total = rx.el.td(group.total, class_name="amount soft items__amount")
    actions = rx.el.td(
        rx.cond(OrderState.order.can_edit & (group.event_id > 0), _event_menu(group)), class_name="items__actions"
    )
    return rx.el.tr(heading, total, actions, class_name="items__group")


def _event_menu(group: ItemGroup) -> rx.Component:
    name = f"event-menu-{group.event_id}"
    up = menu_item("Move up", "arrow-up", on_click=EventsState.move(group.event_id, -1))
    down = menu_item("Move down", "arrow-down", on_click=EventsState.move(group.event_id, 1))
    return menu(
        name,
        icon_button(f"Actions for {group.name}", "more", small=True, custom_attrs=opens_menu(name)),
        menu_item("Add an item here", "plus", on_click=ItemState.start_at(OrderState.order.id, group.event_id)),
        menu_item("Edit event", "pencil", on_click=EventsState.edit(OrderState.order.id, group.event_id)),
        rx.cond(group.can_up, up),
        rx.cond(group.can_down, down),
        menu_item("Remove event", "trash", danger=True, on_click=EventsState.remove(group.event_id)),
    )
