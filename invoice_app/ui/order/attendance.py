"""Others in the invoice drawer: their names at its head, and at the field each of them is in."""

from typing import Any

import reflex as rx

from invoice_app.services.attending import Attendee
from invoice_app.ui.order.attendance_state import AttendanceState


def _read_id(event: rx.Var[Any]) -> list[rx.Var[str]]:
    return [rx.Var(f"{event}.target.id", _var_type=str)]


class _Watched(rx.el.Div):  # type: ignore[misc]  # Reflex types its elements as Any
    on_focus: rx.EventHandler[_read_id]  # type: ignore[type-arg, valid-type]


def watched(*children: Any) -> rx.Component:
    """What of the drawer tells the others which of its fields has the focus; it leaves no trace in the layout."""
    return _Watched.create(*children, on_focus=AttendanceState.look_at.debounce(150), class_name="watched")


def attendees(invoice_id: int) -> rx.Component:
    """Everybody else who has this invoice open; said politely when somebody comes or goes."""
    shown = rx.el.ul(
        rx.foreach(AttendanceState.attendees, _attendee),
        class_name="attendees",
        aria_label="Also in this invoice",
    )
    return rx.el.div(
        rx.cond(AttendanceState.attendees, shown),
        rx.el.span(AttendanceState.told, role="status", class_name="visually-hidden"),
        rx.el.button(
            id="attendance-beat",
            type="button",
            hidden=True,
            tab_index=-1,
            aria_hidden=True,
            on_click=AttendanceState.stay(invoice_id),
        ),
        on_mount=AttendanceState.stay(invoice_id),
        on_unmount=AttendanceState.leave,
        class_name="attendees__place",
    )


def _attendee(one: Attendee) -> rx.Component:
    where = rx.cond(one.where != "", f"{one.name}, in {one.where}", one.name)
    return rx.el.li(
        rx.el.span(one.initials, class_name="attendee__mark", aria_hidden=True),
        rx.el.span(one.called, class_name="attendee__name truncate", aria_hidden=True),
        rx.el.span(where, class_name="visually-hidden"),
        key=one.name,
        title=where,
        class_name="attendee",
        custom_attrs={"data-colour": one.colour},
    )


def attended(field: str, control: rx.Component) -> rx.Component:
    """A control with the name of whoever else is in it; `field` is its id."""
    name = AttendanceState.name_at[field]
    return rx.el.span(
        control,
        rx.cond(name, rx.el.span(name, id=f"{field}-attended", class_name="attended__name truncate")),
        class_name=rx.cond(name, "attended attended--here", "attended"),
        custom_attrs={"data-colour": AttendanceState.colour_at[field]},
    )


def described_by(field: str) -> rx.Var[str]:
    """What `aria-describedby` of an attended control says: the name in it, when there is one."""
    return rx.cond(AttendanceState.name_at[field], f"{field}-attended", rx.Var("undefined"))
