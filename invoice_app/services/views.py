"""What services answer: frozen values of formatted strings, ints and enum values, safe to send to a browser.

Amounts are formatted with the invoice's currency; `*_label` amounts carry symbol and code (D19), plain ones do not.
Forms, the way back, carry what was typed as text: the service parses and names the wrong field in ValidationFailed.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """An option of a select or a search list."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Badge:
    """A status as a word, an icon name and a tone: neutral, info, good, warn, bad."""

    word: str
    tone: str
    icon: str


@dataclass(frozen=True)
class ListQuery:
    """What a list is asked for, as it stands in the address. Empty is all; pages count from one."""

    search: str = ""
    status: str = ""
    page: int = 1


# ── Sharing ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class LinkView:
    """A share link; `url` is whole."""

    id: int
    url: str
    recipient: str
    created: str
    viewed: str
    state: Badge
    live: bool


# ── Lists and settings ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class InvoiceRow:
    """One row of the invoices list."""

    id: int
    order_number: int
    reference: str
    customer: str
    issued: str
    due: str
    total: str
    balance: str
    billing: Badge
    stage: Badge
    href: str


@dataclass(frozen=True)
class PaymentRow:
    """One row of the payments list: payments and failed attempts together."""

    id: int
    order_number: int
    reference: str
    customer: str
    when: str
    method: str
    amount: str
    outcome: Badge
    reason: str
    href: str


@dataclass(frozen=True)
class AccountRow:
    """One row of the customers list."""

    id: int
    name: str
    kind: str
    email: str
    orders: int
    balance: str
    cards: str
    credit: str = ""


@dataclass(frozen=True)
class EmailRow:
    """One row of the local mailbox."""

    id: int
    recipient: str
    subject: str
    status: Badge
    when: str


@dataclass(frozen=True)
class OrganisationForm:
    """The organisation's settings as typed."""

    name: str = ""
    email: str = ""
    address: str = ""
    tax_ids: str = ""
    currency: str = ""
    locale: str = ""
    time_zone: str = ""
    prices_include_tax: bool = False
    tax_rounding: str = "sum_by_net"


@dataclass(frozen=True)
class FlowView:
    """A booking flow with its payment settings."""

    id: int
    name: str
    payments_enabled: bool
    hold_card: bool
    orders: int


@dataclass(frozen=True)
class TaxView:
    """A tax staff can choose."""

    id: int
    name: str
    rate: str
    category: str
    is_default: bool
    active: bool


@dataclass(frozen=True)
class UserView:
    """A member of staff."""

    id: int
    name: str
    email: str
    role: str
    active: bool
    is_self: bool


@dataclass(frozen=True)
class SettingsView:
    """The settings page."""

    organisation: OrganisationForm
    payments_enabled: bool
    flows: tuple[FlowView, ...]
    taxes: tuple[TaxView, ...]
    users: tuple[UserView, ...]
    can_edit: bool
    relock_files: bool = False
    locked: tuple[str, ...] = field(default=())
