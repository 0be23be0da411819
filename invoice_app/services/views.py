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


# ── Orders ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class ListQuery:
    """What a list is asked for, as it stands in the address. Empty is all; pages count from one."""

    search: str = ""
    status: str = ""
    page: int = 1


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


# ── The invoice drawer ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class DraftLine:
    """A line as typed, with what it comes to. `errors` maps a field to what is wrong with it; `changed` marks unsaved edits."""

    key: str
    description: str
    quantity: str
    unit_price: str
    discount: str
    tax_id: str
    amount: str
    changed: bool = False
    description_error: str = ""
    quantity_error: str = ""
    unit_price_error: str = ""
    discount_error: str = ""
    kind: str = "product"
    starts_on: str = ""
    ends_on: str = ""
    days_error: str = ""


@dataclass(frozen=True)
class DraftAdjustment:
    """A coupon, discount or fee in the draft. `error` says why it can no longer be applied."""

    key: str
    kind: str
    label: str
    detail: str
    description: str
    amount: str
    changed: bool = False
    error: str = ""


@dataclass(frozen=True)
class TotalLine:
    """A row of the totals: `key` is what Explain asks for, such as "tax:S:200000"."""

    key: str
    label: str
    amount: str


@dataclass(frozen=True)
class ConflictField:
    """A field that both changed, with both values in words; `name` is what `settle_conflicts` calls it."""

    name: str
    what: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class DraftConflict:
    """Somebody saved meanwhile and changed the same fields: each waits for a choice."""

    saved_by: str
    saved_revision: int
    fields: tuple[ConflictField, ...]


@dataclass(frozen=True)
class DraftView:
    """The drawer: exactly what would be saved. `version` changes whenever texts must be shown anew (discard, save, restore).

    `closed_checkout`: saving it closed the payment page that the customer had open.
    """

    invoice_id: int
    reference: str
    stage: Badge
    revision: int
    currency: str
    customer: str
    customer_email: str
    lines: tuple[DraftLine, ...]
    adjustments: tuple[DraftAdjustment, ...]
    subtotal: TotalLine
    taxes: tuple[TotalLine, ...]
    total: TotalLine
    paid: str
    credited: str
    due_label: str
    taxes_choices: tuple[Choice, ...]
    version: str
    unsaved: bool
    has_errors: bool
    can_edit: bool
    locked_because: str
    can_send: bool
    pdf_href: str
    conflict: DraftConflict | None = None
    closed_checkout: bool = False
    kind: str = "connected"


@dataclass(frozen=True)
class AdjustmentForm:
    """What was typed in + Add item.

    `kind` coupon | discount | fee; `method` percent | fixed | transaction; `target` "" or a line key.
    """

    kind: str = "coupon"
    coupon_code: str = ""
    method: str = "percent"
    value: str = ""
    fixed_part: str = ""
    base: str = "after_discounts"
    label: str = ""
    description: str = ""
    target: str = ""
    tax_id: str = ""
    key: str = ""


@dataclass(frozen=True)
class EffectView:
    """What an adjustment would do before it is added; `error`/`field` when it cannot be."""

    before: str = ""
    after: str = ""
    difference: str = ""
    error: str = ""
    field: str = ""


@dataclass(frozen=True)
class ExplainStep:
    """One step of "explain this total"."""

    label: str
    detail: str
    amount: str


@dataclass(frozen=True)
class ExplainView:
    """How an amount came about; the steps sum to it."""

    title: str
    amount: str
    steps: tuple[ExplainStep, ...]


# ── Coupons ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class CouponChoice:
    """A coupon in the modal's search list; `refusal` is why it cannot be used here."""

    code: str
    label: str
    gives: str
    refusal: str = ""
    tailored: bool = False


@dataclass(frozen=True)
class CouponView:
    """A coupon in the settings list."""

    id: int
    code: str
    label: str
    gives: str
    conditions: str
    customer: str
    redemptions: str
    active: bool
    state: Badge


@dataclass(frozen=True)
class CouponForm:
    """What was typed for a coupon; dates as YYYY-MM-DD, limits as digits, empty for none."""

    code: str = ""
    label: str = ""
    method: str = "percent"
    value: str = ""
    minimum: str = ""
    starts_on: str = ""
    ends_on: str = ""
    total_limit: str = ""
    customer_limit: str = ""
    eligible_items: str = ""
    account_id: str = ""


# ── Payments ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class AttemptView:
    """One try in Payment details (A3, A4), in plain words; `technical` are raw codes as (name, value)."""

    id: int
    outcome: Badge
    amount: str
    when: str
    when_exact: str
    method: str
    who: str
    revision: int
    reason: str
    next_step: str
    technical: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class CardView:
    """A card that can be charged: "Visa ··4242", "expires 04/2028"."""

    id: int
    label: str
    expires: str
    expired: bool


@dataclass(frozen=True)
class PaymentDetailsView:
    """Payment details and what Make Payment offers."""

    invoice_id: int
    reference: str
    revision: int
    attempts: tuple[AttemptView, ...]
    total: str
    paid: str
    due: str
    due_label: str
    due_plain: str
    settled: bool
    can_take_payment: bool
    refusal: str
    holds_cards: bool
    cards: tuple[CardView, ...]
    card_hint: str
    today: str
    credit: str = ""
    credited: str = ""
    credit_plain: str = ""


@dataclass(frozen=True)
class ManualPaymentForm:
    """Cash or check as typed; the date as YYYY-MM-DD. `keep_rest`: what exceeds the due becomes the customer's credit.

    `key`: a random one for each opening of the form, so that money recorded twice with it counts once; empty for none.
    """

    method: str = "cash"
    amount: str = ""
    reference: str = ""
    received_on: str = ""
    keep_rest: bool = False
    key: str = ""


@dataclass(frozen=True)
class ChargeResult:
    """How a charge of a saved card ended: succeeded, failed, processing or needs_customer."""

    outcome: str
    title: str
    message: str


@dataclass(frozen=True)
class KeptCardView:
    """A card a customer agreed to have kept: "Visa ··4242", "04/2028", "Agreed when paying on 21 Nov 2026"."""

    id: int
    label: str
    expires: str
    expired: bool
    agreed: str
    is_default: bool


@dataclass(frozen=True)
class KeptCards:
    """The kept cards of one customer."""

    account_id: int = 0
    customer: str = ""
    cards: tuple[KeptCardView, ...] = ()
    can_edit: bool = False


@dataclass(frozen=True)
class RefundForm:
    """A refund as typed. `left` is what the dialog showed to be left, in minor units as digits."""

    amount: str = ""
    reason: str = ""
    left: str = ""


@dataclass(frozen=True)
class RefundResult:
    """How a refund went: succeeded, pending, requires_action, started (not known yet) or failed."""

    outcome: str
    title: str
    message: str


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
