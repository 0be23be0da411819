"""The bookings: list or calendar, as the address says."""

from typing import ClassVar

import reflex as rx

from invoice_app import routes
from invoice_app.services.badges import ORDER_STATUSES
from invoice_app.services.booking import list_bookings, open_calendar
from invoice_app.services.booking_views import BookingList, BookingQuery, CalendarView
from invoice_app.services.views import Choice, ListQuery
from invoice_app.ui.listing.address import Choices
from invoice_app.ui.listing.state import ListState
from invoice_app.ui.session import call

VIEWS = (Choice("list", "List"), Choice("calendar", "Calendar"))


class BookingsState(ListState, rx.State):
    """The list of bookings, or the calendar of a month."""

    path: ClassVar[str] = routes.BOOKINGS
    kind: ClassVar[type[ListQuery]] = BookingQuery
    choices: ClassVar[Choices] = {
        "view": VIEWS,
        "when": (Choice("upcoming", "Upcoming"), Choice("past", "Past"), Choice("all", "All")),
        "status": tuple(Choice(status.value, shown.word) for status, shown in ORDER_STATUSES.items()),
    }

    query: BookingQuery = BookingQuery()
    bookings: BookingList = BookingList((), 0, 1, 1, "")
    month: CalendarView = CalendarView("", "", "", "", (), (), 0)

    async def _find(self) -> int:
        if self.query.view == "calendar":
            self.month = await call(self, open_calendar, self.query.month, self.query.status)
            return 1
        self.bookings = await call(self, list_bookings, self.query)
        return self.bookings.pages
