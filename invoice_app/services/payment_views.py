"""Payments as values: attempts, cards and refunds, and what is typed to record one."""

from dataclasses import dataclass

from invoice_app.services.views import Badge, Choice

CONFIRM_MAILED = "The customer was e-mailed a link to confirm it."


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
