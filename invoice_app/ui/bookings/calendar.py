"""The calendar of a month: a grid walked by arrow keys, on a phone the days on which something happens."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.booking_views import CalendarDay, CalendarEvent
from invoice_app.ui.bookings.state import BookingsState
from invoice_app.ui.components.button import button, icon_button
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import go
from invoice_app.ui.orders.new_order_state import NewOrderState


def calendar_card() -> rx.Component:
    """A month in whole weeks, and the way to the months beside it."""
    month = BookingsState.month
    head = rx.el.div(
        icon_button(
            "Previous month",
            "chevron-left",
            small=True,
            id="previous-month",
            on_click=BookingsState.choose("month", month.previous),
        ),
        icon_button(
            "Next month",
            "chevron-right",
            small=True,
            id="next-month",
            on_click=BookingsState.choose("month", month.following),
        ),
        rx.el.h2(month.title, class_name="calendar__title strong", id="calendar-title"),
        rx.el.span(class_name="grow"),
        button("This month", small=True, on_click=BookingsState.choose("month", "")),
        class_name="calendar__head",
    )
    names = rx.el.thead(rx.el.tr(rx.foreach(month.weekdays, lambda name: rx.el.th(name, scope="col"))))
    weeks = rx.el.tbody(
        rx.foreach(month.weeks, lambda week: rx.el.tr(rx.foreach(week, _day))),
    )
    none = rx.cond(month.count == 0, rx.el.p("Nothing is booked in this month.", class_name="faint calendar__none"))
    grid = rx.el.table(
        names,
        weeks,
        class_name="calendar",
        role="grid",
        custom_attrs={"data-days": "true", "aria-labelledby": "calendar-title"},
    )
    return rx.el.div(head, grid, none, class_name="card", id="bookings-view-panel")


def _day(day: CalendarDay) -> rx.Component:
    has_events = day.events.length() > 0  # type: ignore[attr-defined]  # a Var of the tuple
    return rx.el.td(
        rx.el.button(
            day.number,
            type="button",
            class_name="calendar__number tabular",
            tab_index=-1,
            aria_label=f"New booking on {day.day}",
            title="New booking",
            on_click=NewOrderState.start(day.day),
        ),
        rx.el.div(rx.foreach(day.events, _event), class_name="calendar__events"),
        key=day.day,
        role="gridcell",
        tab_index=rx.cond(day.is_stop, 0, -1),
        aria_label=day.label,
        class_name=rx.cond(
            day.is_today,
            "calendar__day calendar__day--today",
            rx.cond(day.in_month, "calendar__day", "calendar__day calendar__day--beside"),
        )
        + rx.cond(has_events, "", " calendar__day--empty"),
        custom_attrs={"data-day": day.day},
    )


def _event(event: CalendarEvent) -> rx.Component:
    lost = event.status.icon == "x-circle"
    return go(
        icon(event.status.icon, label=""),
        rx.cond(event.time != "", rx.el.span(event.time, class_name="tabular faint")),
        rx.el.span(event.name, rx.el.span(f" · {event.title}", class_name="soft"), class_name="calendar__name"),
        href=f"{routes.ORDERS}/{event.order_number}",
        class_name=rx.cond(lost, "calendar__event calendar__event--lost", "calendar__event"),
        title=f"{event.status.word}: {event.name}, {event.title}, {event.customer}",
        key=event.event_id,
    )
