"""The bookings: what comes next as a list, or a month as a calendar."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.booking_views import BookingRow
from invoice_app.ui.bookings.calendar import calendar_card
from invoice_app.ui.bookings.state import VIEWS, BookingsState
from invoice_app.ui.components.badge import badge, quiet_status
from invoice_app.ui.components.feedback import empty_state
from invoice_app.ui.components.segmented import segmented
from invoice_app.ui.components.table import Column, filters, row_link, table
from invoice_app.ui.listing.parts import choice_filter, clear_filters, list_card, search_field
from invoice_app.ui.orders.new_order import new_booking_dialog, new_order_button
from invoice_app.ui.shell import page, page_head


def bookings_page() -> rx.Component:
    """Orders with events, by their days."""
    calendar = BookingsState.query.view == "calendar"
    shown = rx.cond(BookingsState.loaded & calendar, calendar_card(), _list())
    return page(
        page_head("Bookings", new_order_button("New booking", id="new-booking-button")),
        rx.el.div(_filters(), shown, class_name="stack"),
        new_booking_dialog(),
        place=routes.BOOKINGS,
    )


def _filters() -> rx.Component:
    view = BookingsState.query.view
    in_list = view != "calendar"
    return filters(
        segmented("bookings-view", VIEWS, view, lambda other: BookingsState.choose("view", other), label="View"),
        rx.cond(in_list, search_field(BookingsState, "Search bookings and customers")),
        rx.cond(in_list, choice_filter(BookingsState, "when", "When")),
        choice_filter(BookingsState, "status", "Status", empty="Any status"),
        clear_filters(BookingsState),
    )


def _list() -> rx.Component:
    bookings = BookingsState.bookings
    columns = [
        Column("Booking"),
        Column("When", "232px"),
        Column("Customer", "18%", wide=True),
        Column("Status", "124px", wide=True),
        Column("Invoices", "136px"),
        Column(f"Total {bookings.currency}", "124px", amount=True, wide=True),
        Column(f"Balance {bookings.currency}", "136px", amount=True),
    ]
    return list_card(
        BookingsState,
        table(columns, rx.foreach(bookings.rows, _row), label="Bookings"),
        count=bookings.count,
        is_more=bookings.is_more,
        pages=bookings.pages,
        noun="bookings",
        nothing_yet=_no_bookings(),
        advice="Try fewer filters, past bookings, or part of a customer's name.",
        id="bookings-view-panel",
    )


def _row(row: BookingRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row_link(row.title, f"{routes.ORDERS}/{row.number}"), class_name="list__lead"),
        rx.el.td(
            rx.el.span(
                rx.el.span(row.dates, class_name="truncate"),
                rx.el.span(row.events, class_name="small faint"),
                class_name="list__two-lines",
            ),
            class_name="list__third soft tabular",
        ),
        rx.el.td(row.customer, class_name="list__second wide soft"),
        rx.el.td(quiet_status(row.status), class_name="wide"),
        rx.el.td(badge(row.billing), class_name="list__badge to-right"),
        rx.el.td(row.total, class_name="wide amount soft"),
        rx.el.td(row.balance, class_name="list__amount amount strong"),
        key=row.id,
    )


def _no_bookings() -> rx.Component:
    return empty_state(
        "calendar",
        "No bookings here",
        "A booking is an order with events: what happens, when, where and for how many.",
        new_order_button("New booking"),
    )
