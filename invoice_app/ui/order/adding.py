"""The menu beside Add line and its dialogs: several items, items of the booking, a guestroom (D2, D29)."""

import reflex as rx

from invoice_app.ui.components.button import button, icon_button
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.overlay import cancel_button, form_dialog, menu, menu_item, opens_menu
from invoice_app.ui.order.adding_state import AddingState
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.invoices import pick_row


def adding_menu() -> rx.Component:
    """What else can be added to the invoice."""
    draft = DrawerState.draft
    return menu(
        "adding-menu",
        icon_button("More to add", "chevron-down", small=True, id="more-to-add", custom_attrs=opens_menu("adding-menu")),
        menu_item("Item", "plus", on_click=DrawerState.add_line),
        menu_item("Several items…", "orders", on_click=AddingState.start_several(draft.invoice_id)),
        menu_item("Booking items…", "calendar", on_click=AddingState.start_picking(draft.invoice_id)),
        rx.cond(
            draft.kind == "standalone",
            menu_item("Guestroom", "building", on_click=AddingState.add_guestroom(draft.invoice_id)),
        ),
        align="start",
    )


def adding_dialogs() -> rx.Component:
    """The dialogs over the drawer."""
    return rx.match(AddingState.dialog, ("several", _several()), ("pick", _pick()), rx.fragment())


def _several() -> rx.Component:
    heads = rx.el.div(
        rx.el.span("Description"), rx.el.span("Quantity"), rx.el.span("Unit price"), class_name="several__row small faint"
    )
    body = rx.el.div(
        _refusal(),
        heads,
        rx.foreach(AddingState.rows, _row),
        button("More rows", variant="quiet", small=True, icon_name="plus", on_click=AddingState.more_rows),
        class_name="stack-tight",
    )
    return form_dialog(
        "several-items",
        "Several items",
        body,
        cancel_button("several-items"),
        button("Add to invoice", variant="primary", type="submit", busy=AddingState.submitting),
        on_submit=AddingState.add_several,
        on_close=AddingState.closed,
        wide=True,
    )


def _row(row: int) -> rx.Component:
    def typed(name: str, label: str, value: str = "", *, amount: bool = False) -> rx.Component:
        return rx.el.input(
            name=f"{name}_{row}",
            class_name="input input--amount" if amount else "input",
            default_value=value,
            aria_label=f"{label} {row + 1}",
            auto_complete="off",
            custom_attrs={"inputMode": "decimal" if amount else "text"},
        )

    return rx.el.div(
        typed("description", "Description"),
        typed("quantity", "Quantity", "1", amount=True),
        typed("unit_price", "Unit price", amount=True),
        class_name="several__row",
        key=row,
    )


def _pick() -> rx.Component:
    shared = "They stay items of the booking and become lines of this invoice once you save it."
    copied = "This invoice gets copies: later changes show on neither side."
    listed = rx.el.ul(rx.foreach(AddingState.items, pick_row), class_name="picks", aria_label="Items of the booking")
    body = rx.el.div(
        _refusal(),
        rx.el.p(rx.cond(DrawerState.draft.kind == "connected", shared, copied), class_name="small soft"),
        rx.cond(AddingState.items, listed, rx.el.p("Every item of the booking is on this invoice.", class_name="faint")),
        class_name="stack",
    )
    return form_dialog(
        "booking-items",
        "Booking items",
        body,
        cancel_button("booking-items"),
        button("Add to invoice", variant="primary", type="submit", busy=AddingState.submitting),
        on_submit=AddingState.add_picked,
        on_close=AddingState.closed,
    )


def _refusal() -> rx.Component:
    return rx.cond(AddingState.error != "", notice("bad", AddingState.error, role="alert"))
