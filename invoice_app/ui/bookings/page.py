"""The bookings: what comes next as a list, or a month as a calendar."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.badges import ORDER_STATUSES
from invoice_app.services.booking_views import BookingRow
from invoice_app.services.views import Choice, OrderForm
from invoice_app.ui.bookings.calendar import calendar_card
from invoice_app.ui.bookings.state import BookingsState
from invoice_app.ui.components.badge import badge, quiet_status
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import empty_state, skeleton
from invoice_app.ui.components.field import select, text_input
from invoice_app.ui.components.overlay import cancel_button, form_dialog
from invoice_app.ui.components.segmented import segmented
from invoice_app.ui.components.table import Column, filters, pager, row_link, table
from invoice_app.ui.listing.parts import tell_count
from invoice_app.ui.order.event_form import event_fields
from invoice_app.ui.order.order_form import order_fields
from invoice_app.ui.shell import page, page_head

STATUSES = tuple(Choice(status.value, shown.word) for status, shown in ORDER_STATUSES.items())
VIEWS = (Choice("list", "List"), Choice("calendar", "Calendar"))
TIMES = (Choice("upcoming", "Upcoming"), Choice("past", "Past"), Choice("all", "All"))


def bookings_page() -> rx.Component:
    """Orders with events, by their days."""
    new = button("New booking", variant="primary", icon_name="plus", id="new-booking-button", on_click=BookingsState.start)
    calendar = BookingsState.query.view == "calendar"
    shown = rx.cond(calendar, calendar_card(), _list())
    return page(
        page_head("Bookings", new),
        rx.el.div(
            rx.cond(BookingsState.loaded, _filters(), rx.el.div(class_name="filters filters--awaited", aria_hidden=True)),
            rx.cond(BookingsState.loaded, shown, rx.el.div(skeleton(8), class_name="card")),
            class_name="stack",
        ),
        rx.cond(BookingsState.creating, _new_booking()),
        place=routes.BOOKINGS,
    )


def _filters() -> rx.Component:
    query = BookingsState.query
    in_list = query.view != "calendar"
    search = text_input(
        "search",
        icon_name="search",
        placeholder="Search bookings and customers",
        aria_label="Search bookings",
        type="search",
        default_value=query.search,
        on_change=BookingsState.search.debounce(200),
        custom_attrs={"data-shortcut": "/"},
    )
    when = select(
        "when",
        TIMES,
        value=query.when,
        aria_label="When",
        on_change=lambda value: BookingsState.choose("when", value),
    )
    status = select(
        "status",
        STATUSES,
        empty="Any status",
        value=query.status,
        aria_label="Status",
        on_change=lambda value: BookingsState.choose("status", value),
    )
    clear = button("Clear filters", variant="quiet", on_click=rx.redirect(routes.BOOKINGS))
    return filters(
        segmented("bookings-view", VIEWS, query.view, BookingsState.choose_view, label="View"),
        rx.cond(in_list, search),
        rx.cond(in_list, when),
        status,
        rx.cond(BookingsState.filtered, clear),
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
    listing = rx.fragment(
        table(columns, rx.foreach(bookings.rows, _row), label="Bookings"),
        pager(bookings.page, bookings.pages, tell_count(bookings.count, bookings.is_more, "bookings"), BookingsState.go_to),
    )
    shown = rx.cond(bookings.count > 0, listing, rx.cond(BookingsState.filtered, _nothing_found(), _no_bookings()))
    return rx.el.div(shown, class_name="card list list--bookings", id="bookings-view-panel")


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
        button("New booking", variant="primary", icon_name="plus", on_click=BookingsState.start),
    )


def _nothing_found() -> rx.Component:
    return empty_state(
        "search",
        "No booking matches these filters",
        "Try fewer filters, past bookings, or part of a customer's name.",
        button("Clear filters", on_click=rx.redirect(routes.BOOKINGS)),
    )


def _new_booking() -> rx.Component:
    order = order_fields(
        BookingsState.customers,
        BookingsState.flows,
        BookingsState.customer,
        BookingsState.choose_customer,
        BookingsState.errors,
        initial=OrderForm(status="tentative"),
        statuses=tuple(choice for choice in STATUSES if choice.value != "lost"),
        assignees=BookingsState.assignees,
    )
    event = event_fields(BookingsState.first_event, BookingsState.error, BookingsState.error_field, first=False)
    return form_dialog(
        "new-booking",
        "New booking",
        rx.el.div(order, rx.el.h3("First event", class_name="strong"), event, class_name="stack"),
        cancel_button("new-booking"),
        button("Create booking", variant="primary", type="submit", busy=BookingsState.submitting),
        on_submit=BookingsState.create,
        on_close=BookingsState.closed,
        wide=True,
    )
