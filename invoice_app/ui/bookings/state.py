"""The bookings: list or calendar, as the address says; and the form of a new booking."""

from dataclasses import asdict, fields, replace
from typing import Any
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from invoice_app import routes
from invoice_app.domain.errors import ValidationFailed
from invoice_app.gateways.signals import ORDERS
from invoice_app.services.booking import list_bookings, open_calendar
from invoice_app.services.booking_views import BookingList, BookingQuery, CalendarView, EventForm
from invoice_app.services.ordering import (
    create_order,
    list_assignee_choices,
    list_customer_choices,
    list_flow_choices,
    list_missing,
)
from invoice_app.services.views import Choice, OrderForm
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.order.events_state import PREFIX
from invoice_app.ui.session import FormState, call, door, form_door, read_form

_FILTERS = frozenset(field.name for field in fields(BookingQuery)) - {"page"}


def read_query(parameters: dict[str, str]) -> BookingQuery:
    """The filters in the page's address; what cannot be read is left out."""
    texts = {name: parameters[name][:200] for name in _FILTERS if name in parameters}
    page = parameters.get("page", "")
    return BookingQuery(**texts, page=int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1)


def write_address(query: BookingQuery) -> str:
    """The address of the bookings with these filters, without those that say nothing."""
    usual = asdict(BookingQuery())
    said = {name: value for name, value in asdict(query).items() if value != usual[name]}
    return f"{routes.BOOKINGS}?{urlencode(said)}" if said else routes.BOOKINGS


class BookingsState(LiveState, FormState, rx.State):
    """The list of bookings, the calendar of a month, and the form of a new booking."""

    loaded: bool = False
    query: BookingQuery = BookingQuery()
    filtered: bool = False
    bookings: BookingList = BookingList((), 0, 1, 1, "")
    month: CalendarView = CalendarView("", "", "", "", (), (), 0)
    creating: bool = False
    first_event: EventForm = EventForm()
    customers: tuple[Choice, ...] = ()
    flows: tuple[Choice, ...] = ()
    assignees: tuple[Choice, ...] = ()
    customer: str = ""
    errors: dict[str, str] = {}
    error: str = ""
    error_field: str = ""

    @door
    async def load(self) -> None:
        """Show what the address asks for."""
        self.query = read_query(dict(self.router.url.query_parameters))
        self.filtered = bool(self.query.search or self.query.status)
        self.creating = False
        await self._reload()
        watch(self, ORDERS)

    async def _reload(self) -> None:
        if self.query.view == "calendar":
            self.month = await call(self, open_calendar, self.query.month, self.query.status)
        else:
            self.bookings = await call(self, list_bookings, self.query)
        self.loaded = True

    @door
    async def choose(self, name: str, value: str) -> EventSpec | None:
        """Change one filter, the view or the month: the page loads from its new address."""
        if name not in _FILTERS or getattr(self.query, name) == value:
            return None
        return self._turn(replace(self.query, page=1, **{name: value}))

    @door
    async def choose_view(self, view: str) -> EventSpec | None:
        """List or calendar."""
        return rx.redirect(write_address(replace(self.query, page=1, view=view)))

    @door
    async def search(self, text: str) -> EventSpec | None:
        """Search while typing; the history keeps one entry, not one a letter."""
        if text.strip() == self.query.search:
            return None
        return self._turn(replace(self.query, page=1, search=text.strip()), keep_history=False)

    @door
    async def go_to(self, page: int) -> EventSpec:
        """Show another page of the list."""
        return self._turn(replace(self.query, page=max(1, page)))

    def _turn(self, query: BookingQuery, *, keep_history: bool = True) -> EventSpec:
        # Kept at once: the next filter may be chosen before the page has loaded from its new address.
        self.query = query
        return rx.redirect(write_address(query), replace=not keep_history)

    @door
    async def start(self) -> None:
        """Open the form for a new booking."""
        await self._open(EventForm())

    @door
    async def start_on(self, day: str) -> None:
        """Open the form for a new booking on a day of the calendar."""
        await self._open(EventForm(starts_on=day[:10]))

    async def _open(self, event: EventForm) -> None:
        self.customers = await call(self, list_customer_choices)
        self.flows = await call(self, list_flow_choices)
        self.assignees = await call(self, list_assignee_choices)
        self.first_event, self.customer, self.errors = event, "", {}
        self.error = self.error_field = ""
        self.creating = True
        self._await_submit()

    @door
    async def choose_customer(self, customer: str) -> None:
        """Remember whether a customer or "new customer" is chosen."""
        self.customer = customer

    @door
    async def closed(self) -> None:
        """The form was closed."""
        self.creating = False

    @form_door
    async def create(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Create the booking with its first event and go to it; what is wrong is said at its field."""
        typed = read_form(OrderForm, form)
        event = read_form(EventForm, {name.removeprefix(PREFIX): form[name] for name in form if name.startswith(PREFIX)})
        self.error = self.error_field = ""
        self.errors = list_missing(typed)
        if self.errors:
            return None
        try:
            number = await call(self, create_order, typed, event)
        except ValidationFailed as refusal:
            if refusal.field in {field.name for field in fields(EventForm)}:
                self.error, self.error_field = refusal.message, refusal.field
            else:
                self.errors = {refusal.field: refusal.message}
            return None
        return [close_overlay("new-booking"), rx.redirect(routes.order(number))]
