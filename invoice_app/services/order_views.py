"""The order page and the list of orders as values: what they show, and what is typed into their forms."""

from dataclasses import dataclass

from invoice_app.services.views import Badge, ListQuery


@dataclass(frozen=True)
class OrderQuery(ListQuery):
    """What the orders list is asked for; `sort` is a column name, with "-" in front for descending."""

    billing: str = ""
    since: str = ""
    until: str = ""
    sort: str = "-ordered"


@dataclass(frozen=True)
class OrderRow:
    """One row of the orders list."""

    id: int
    number: int
    title: str
    customer: str
    flow: str
    status: Badge
    ordered: str
    total: str
    balance: str
    billing: Badge


@dataclass(frozen=True)
class OrderList:
    """One page of orders; `currency` heads the amount columns. `is_more`: there are more than `count`, too many to show."""

    rows: tuple[OrderRow, ...]
    count: int
    page: int
    pages: int
    currency: str
    is_more: bool = False


@dataclass(frozen=True)
class ItemView:
    """An item on an order, amounts formatted; texts are what the edit form starts with.

    `invoice` names the invoice it is on, empty for none; `invoice_id` and `event_id` are as the form carries them.
    """

    key: str
    description: str
    quantity: str
    unit_price: str
    discount: str
    tax_id: str
    tax: str
    amount: str
    kind: str = "product"
    period: str = ""
    starts_on: str = ""
    ends_on: str = ""
    event_id: str = ""
    invoice_id: str = ""
    invoice: str = ""
    can_edit: bool = True
    can_up: bool = False
    can_down: bool = False


@dataclass(frozen=True)
class ItemForm:
    """What was typed for an item. `discount` is empty, "10%" or an amount.

    `event_id` is empty for the order as a whole. `invoice_id`: an id, "none" for not invoiced, or empty: a new item goes on the
    first connected invoice that can be changed, an old one stays where it is.
    """

    description: str = ""
    quantity: str = "1"
    unit_price: str = ""
    discount: str = ""
    tax_id: str = ""
    kind: str = "product"
    starts_on: str = ""
    ends_on: str = ""
    event_id: str = ""
    invoice_id: str = ""


@dataclass(frozen=True)
class FileView:
    """A deliverable; `href` is where staff download it."""

    id: int
    name: str
    size: str
    kind: str
    href: str


@dataclass(frozen=True)
class MissingSwitch:
    """A payment switch that is off (A1) and where to turn it on."""

    message: str
    href: str
    link: str


@dataclass(frozen=True)
class InstalmentView:
    """One instalment of a payment schedule as staff see it: when it is due, how much, how far it is paid."""

    label: str
    due: str
    amount: str
    state: Badge


@dataclass(frozen=True)
class PanelView:
    """The Order Details panel (A2). Without `switches`, invoicing is available."""

    invoice_id: int
    reference: str
    stage: Badge
    billing: Badge
    revision: int
    total: str
    paid: str
    due: str
    due_label: str
    paid_percent: int
    due_text: str
    attempts: int
    last_viewed: str
    switches: tuple[MissingSwitch, ...]
    can_take_payment: bool
    can_edit: bool
    can_send: bool
    credit: str = ""
    credited: str = ""
    kind: str = ""
    label: str = ""
    pay_online: bool = True
    can_switch_online: bool = False
    schedule: tuple[InstalmentView, ...] = ()
    held: str = ""
    card: str = ""


@dataclass(frozen=True)
class OrderView:
    """The order page."""

    id: int
    number: int
    title: str
    status: Badge
    status_value: str
    location: str
    ordered: str
    ordered_on: str
    flow_id: str
    flow: str
    customer_id: str
    customer: str
    customer_email: str
    currency: str
    items: tuple[ItemView, ...]
    items_total: str
    files: tuple[FileView, ...]
    files_locked: bool
    files_hint: str
    panel: PanelView
    can_edit: bool
    can_upload: bool


@dataclass(frozen=True)
class OrderForm:
    """What was typed for an order; a new customer when `customer_id` is empty and a name is given."""

    title: str = ""
    customer_id: str = ""
    customer_name: str = ""
    customer_email: str = ""
    flow_id: str = ""
    status: str = "definite"
    location: str = ""
    ordered_on: str = ""
    assignee_id: str = ""
