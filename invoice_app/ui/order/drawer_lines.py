"""The lines and adjustments of the drawer.

Inputs are uncontrolled, so that a live reload never takes a letter from whoever types: editing.js shows what others saved in
the fields nobody types in here, and the draft's version in the key shows all of them anew.
"""

from typing import Any

import reflex as rx

from invoice_app.services.draft_views import DraftAdjustment, DraftLine
from invoice_app.ui.components.button import icon_button
from invoice_app.ui.components.field import select, while_typing
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.money import amount
from invoice_app.ui.components.overlay import menu, menu_item, opens_menu
from invoice_app.ui.order.adjusting_state import AdjustingState
from invoice_app.ui.order.attendance import attended, described_by
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.drawer_totals import explain_button
from invoice_app.ui.order.state import OrderState


def line_rows() -> rx.Component:
    """Every line, two rows each: what it is and what it comes to; how that is found."""
    empty = rx.el.p("No lines yet. Add the first one below.", class_name="faint drawer__empty")
    return rx.el.ul(
        rx.cond(DrawerState.draft.lines, rx.foreach(DrawerState.draft.lines, _line), empty),
        class_name="lines",
        aria_label="Lines",
    )


def _line(line: DraftLine, at: int) -> rx.Component:
    draft = DrawerState.draft
    name = rx.cond(line.description != "", line.description, "new line")
    figures = rx.el.div(
        _input(line, "quantity", f"Quantity of {name}", line.quantity, line.quantity_error),
        rx.el.span("×", class_name="faint", aria_hidden=True),
        _input(line, "unit_price", f"Unit price of {name}", line.unit_price, line.unit_price_error, placeholder="0.00"),
        _input(line, "discount", f"Discount on {name}", line.discount, line.discount_error, placeholder="Discount"),
        attended(
            f"line-{line.key}-tax_id",
            select(
                f"line-{line.key}-tax_id",
                draft.taxes_choices,
                value=line.tax_id,
                disabled=~draft.can_edit,
                aria_label=f"Tax on {name}",
                on_change=lambda value: DrawerState.edit(line.key, "tax_id", value),
            ),
        ),
        class_name="line__figures",
    )
    return rx.el.li(
        rx.el.div(
            _input(
                line,
                "description",
                f"Description of {name}",
                line.description,
                line.description_error,
                placeholder="Description",
            ),
            amount(line.amount),
            explain_button(f"line:{line.key}", f"explain-{line.key}", name),
            _line_menu(line, at, name),
            class_name="line__head",
        ),
        figures,
        rx.cond((line.kind == "guestroom") | (line.starts_on != "") | (line.ends_on != ""), _days(line, name)),
        _errors(line.description_error, line.quantity_error, line.unit_price_error, line.discount_error, line.days_error),
        key=f"{line.key}.{draft.version}",
        class_name=rx.cond(line.changed, "line line--changed", "line"),
    )


def _input(line: DraftLine, name: str, label: str, value: str, error: str, placeholder: str = "") -> rx.Component:
    send = DrawerState.edit(line.key, name)
    field = f"line-{line.key}-{name}"
    control = rx.el.input(
        id=field,
        class_name=f"input line__{name}" if name == "description" else f"input input--amount line__{name}",
        default_value=value,
        placeholder=placeholder,
        aria_label=label,
        auto_complete="off",
        read_only=~DrawerState.draft.can_edit,
        custom_attrs={
            "aria-invalid": rx.cond(error != "", "true", "false"),
            "aria-describedby": described_by(field),
            "inputMode": "text" if name == "description" else "decimal",
        },
        **while_typing(send),
    )
    return attended(field, control)


def _days(line: DraftLine, name: str) -> rx.Component:
    return rx.el.div(
        rx.cond(line.kind == "guestroom", rx.fragment(icon("building"), "Guestroom"), icon("calendar")),
        _day(line, "starts_on", f"First day of {name}", line.starts_on),
        "to",
        _day(line, "ends_on", f"Last day of {name}", line.ends_on),
        class_name="line__days",
    )


def _day(line: DraftLine, name: str, label: str, value: str) -> rx.Component:
    field = f"line-{line.key}-{name}"
    control = rx.el.input(
        type="date",
        id=field,
        class_name="input",
        default_value=value,
        aria_label=label,
        read_only=~DrawerState.draft.can_edit,
        custom_attrs={
            "aria-invalid": rx.cond(line.days_error != "", "true", "false"),
            "aria-describedby": described_by(field),
        },
        **while_typing(DrawerState.edit(line.key, name)),
    )
    return attended(field, control)


def _errors(*errors: str) -> rx.Component:
    return rx.fragment(
        *(
            rx.cond(error != "", rx.el.p(icon("alert"), rx.el.span(error), class_name="field__error", role="alert"))
            for error in errors
        )
    )


def _line_menu(line: DraftLine, at: int, name: str) -> rx.Component:
    last = DrawerState.draft.lines.length() - 1  # type: ignore[attr-defined]  # a Var of the tuple
    up = menu_item("Move up", "arrow-up", on_click=DrawerState.move_line(line.key, -1))
    down = menu_item("Move down", "arrow-down", on_click=DrawerState.move_line(line.key, 1))
    menu_name = f"line-menu-{line.key}"
    return rx.cond(
        DrawerState.draft.can_edit,
        menu(
            menu_name,
            icon_button(f"Actions for {name}", "more", small=True, custom_attrs=opens_menu(menu_name)),
            rx.cond(
                line.starts_on == "",
                menu_item("Set its days", "calendar", on_click=DrawerState.set_days(line.key)),
            ),
            menu_item("Discount this line", "percent", on_click=_start("discount", line.key)),
            rx.cond(at > 0, up),
            rx.cond(at < last, down),
            menu_item("Remove", "trash", danger=True, on_click=DrawerState.remove_line(line.key)),
        ),
    )


def _start(kind: str, target: str) -> Any:
    draft = DrawerState.draft
    return AdjustingState.start_on_line(draft.invoice_id, OrderState.order.customer_id, draft.customer, kind, target)


def adjustment_rows() -> rx.Component:
    """Coupons, discounts and fees, in the order in which they apply."""
    each = rx.foreach(DrawerState.draft.adjustments, _adjustment)
    rows = rx.el.ul(each, class_name="adjustments", aria_label="Adjustments")
    return rx.cond(DrawerState.draft.adjustments, rows)


def _adjustment(row: DraftAdjustment, at: int) -> rx.Component:
    symbol = rx.match(row.kind, ("coupon", "ticket"), ("discount", "percent"), "plus")
    return rx.el.li(
        rx.el.div(
            icon(symbol),
            rx.el.div(
                rx.el.p(
                    rx.cond(row.kind == "fee", rx.el.span("Fee · ", class_name="faint")),
                    rx.el.span(row.label, class_name="strong"),
                    rx.cond(row.detail != "", rx.el.span(f" · {row.detail}", class_name="soft")),
                ),
                rx.cond(row.description != "", rx.el.p(row.description, class_name="small soft")),
                _errors(row.error),
                class_name="grow",
            ),
            amount(row.amount),
            explain_button(f"adjustment:{row.key}", f"explain-{row.key}", row.label),
            _adjustment_menu(row, at),
            class_name="adjustment__row",
        ),
        key=row.key,
        class_name=rx.cond(row.changed, "adjustment line--changed", "adjustment"),
    )


def _adjustment_menu(row: DraftAdjustment, at: int) -> rx.Component:
    last = DrawerState.draft.adjustments.length() - 1  # type: ignore[attr-defined]  # a Var of the tuple
    up = menu_item("Move up", "arrow-up", on_click=DrawerState.move_adjustment(row.key, -1))
    down = menu_item("Move down", "arrow-down", on_click=DrawerState.move_adjustment(row.key, 1))
    name = f"adjustment-menu-{row.key}"
    draft = DrawerState.draft
    edit = AdjustingState.edit(draft.invoice_id, OrderState.order.customer_id, draft.customer, row.key)
    return rx.cond(
        draft.can_edit & ~row.is_paid,
        menu(
            name,
            icon_button(f"Actions for {row.label}", "more", small=True, custom_attrs=opens_menu(name)),
            menu_item("Edit", "pencil", on_click=edit),
            rx.cond(at > 0, up),
            rx.cond(at < last, down),
            menu_item("Remove", "trash", danger=True, on_click=DrawerState.remove_adjustment(row.key)),
        ),
    )
