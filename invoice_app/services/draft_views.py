"""The invoice drawer as values: lines, adjustments and coupons, and what is typed into its forms."""

from dataclasses import dataclass

from invoice_app.services.views import Badge, Choice


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
    """A coupon, discount or fee in the draft. `error` says why it can no longer be applied.

    `is_paid`: the fee of a payment, which only its refund takes off.
    """

    key: str
    kind: str
    label: str
    detail: str
    description: str
    amount: str
    changed: bool = False
    error: str = ""
    is_paid: bool = False


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
