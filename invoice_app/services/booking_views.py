"""What bookings answer: frozen values of formatted strings, ints and enum values; forms carry texts as typed."""

from dataclasses import dataclass

from invoice_app.services.order_views import ItemView, OrderView
from invoice_app.services.views import Badge, Choice, ListQuery

NO_BADGE = Badge("", "neutral", "circle")


@dataclass(frozen=True)
class EventForm:
    """An event as typed: days as YYYY-MM-DD, times as HH:MM. Without `ends_on` it ends the same night."""

    name: str = ""
    starts_on: str = ""
    starts: str = ""
    ends_on: str = ""
    ends: str = ""
    space: str = ""
    guests: str = ""


@dataclass(frozen=True)
class ItemGroup:
    """The items of one event, or (without `event_id`) those of the whole order; `total` before adjustments and tax."""

    event_id: int
    name: str
    when: str
    place: str
    rows: tuple[ItemView, ...]
    total: str
    can_up: bool = False
    can_down: bool = False


@dataclass(frozen=True)
class OrderInvoice:
    """An invoice of an order in the Invoices part. `kind` is for staff alone (D25)."""

    id: int
    reference: str
    label: str
    kind: str
    kind_word: str
    stage: Badge
    billing: Badge
    total: str
    due: str
    is_selected: bool


@dataclass(frozen=True)
class OrderPage(OrderView):
    """The page of an order or booking: what it is itself, its events with their items, its invoices.

    `panel` is of the selected invoice; its `invoice_id` is 0 while there is none. `item_invoices` are where a new item can go.
    """

    events: tuple[Choice, ...] = ()
    groups: tuple[ItemGroup, ...] = ()
    invoices: tuple[OrderInvoice, ...] = ()
    has_items: bool = False
    item_invoices: tuple[Choice, ...] = ()
    dates: str = ""
    assignee_id: str = ""
    assignee: str = ""
    is_lost: bool = False
    can_add_invoice: bool = False


@dataclass(frozen=True)
class InvoiceForm:
    """A new invoice: its kind, what staff call it, and the keys of the picked items of the order."""

    kind: str = "connected"
    label: str = ""
    item_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class PickableItem:
    """An item of the order that a new invoice, or another line, can take; `refusal` says why a connected one cannot.

    `invoiced` names the invoices it is on already, itself or as a copy.
    """

    key: str
    description: str
    event: str
    amount: str
    refusal: str = ""
    invoiced: str = ""


@dataclass(frozen=True)
class ConversionView:
    """What converting an invoice would do; `refusal` when it cannot be."""

    invoice_id: int = 0
    reference: str = ""
    to_kind: str = ""
    title: str = ""
    effects: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True)
class LossStep:
    """What becomes of one invoice when its booking is lost."""

    reference: str
    effect: str
    stays: bool


@dataclass(frozen=True)
class LossView:
    """What losing a booking would do (D16)."""

    order_id: int = 0
    steps: tuple[LossStep, ...] = ()


@dataclass(frozen=True)
class BookingQuery(ListQuery):
    """What the bookings are asked for: `month` is YYYY-MM for the calendar, `view` list or calendar."""

    view: str = "list"
    when: str = "upcoming"
    month: str = ""


@dataclass(frozen=True)
class BookingRow:
    """One booking in the list."""

    id: int
    number: int
    title: str
    customer: str
    dates: str
    events: str
    status: Badge
    billing: Badge
    total: str
    balance: str


@dataclass(frozen=True)
class BookingList:
    """One page of bookings; `is_more`: there are more than `count`, too many to show."""

    rows: tuple[BookingRow, ...]
    count: int
    page: int
    pages: int
    currency: str
    is_more: bool = False


@dataclass(frozen=True)
class CalendarEvent:
    """An event on one day of the calendar; `time` is empty on the days after the first."""

    event_id: int
    order_number: int
    name: str
    title: str
    customer: str
    time: str
    status: Badge
    space: str


@dataclass(frozen=True)
class CalendarDay:
    """A day of the month's grid; `label` is read to those who cannot see it, `is_stop` is where Tab enters the grid."""

    day: str
    number: int
    label: str
    in_month: bool
    is_today: bool
    is_stop: bool
    events: tuple[CalendarEvent, ...]


@dataclass(frozen=True)
class CalendarView:
    """A month in whole weeks."""

    month: str
    title: str
    previous: str
    following: str
    weekdays: tuple[str, ...]
    weeks: tuple[tuple[CalendarDay, ...], ...]
    count: int


@dataclass(frozen=True)
class NoticeView:
    """Something a member of staff should know (D31)."""

    id: int
    text: str
    when: str
    order_number: int
    unread: bool
