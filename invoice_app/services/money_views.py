"""What Payment details shows beside the attempts: payments with their refunds and disputes, holds, the ledger."""

from dataclasses import dataclass, field

from invoice_app.services.views import Badge


@dataclass(frozen=True)
class RefundView:
    """Money that went back: how much, how far, who asked for it and why."""

    id: int
    status: Badge
    amount: str
    when: str
    who: str
    reason: str
    explanation: str


@dataclass(frozen=True)
class DisputeView:
    """A dispute: its reason in words, until when to answer, where the money lies."""

    id: int
    status: Badge
    amount: str
    reason: str
    due: str
    funds: str


@dataclass(frozen=True)
class PaymentView:
    """A payment as staff see it. `left` is what can still go back, in minor units as digits; `left_plain` a form's default.

    `went_back`: there are refunds or disputes to show. `fee` says what a refund does to the fee that came with it,
    `credit` where what this invoice did not take up went. `home`: it was received for that other invoice, at `home_href`, and
    pays this one as credit; what is shown is what was applied here, and it is refunded there.
    """

    id: int
    amount: str
    method: str
    when: str
    who: str
    net: str
    left: str
    left_plain: str
    left_label: str
    by_hand: bool
    can_refund: bool
    went_back: bool = False
    fee: str = ""
    credit: str = ""
    home: str = ""
    home_href: str = ""
    refunds: tuple[RefundView, ...] = ()
    disputes: tuple[DisputeView, ...] = ()


@dataclass(frozen=True)
class HoldView:
    """A hold: `countdown` says until when it stands ("until Nov 28, 2026, in 6 days"), `urgent` when that is near."""

    id: int
    status: Badge
    amount: str
    method: str
    who: str
    when: str
    countdown: str
    urgent: bool
    can_act: bool
    most_plain: str
    most_label: str
    reason: str


@dataclass(frozen=True)
class CreditNoteView:
    """A credit note: its number, amount and reason, and what of it went to the customer's credit ("" for nothing)."""

    id: int
    number: str
    amount: str
    when: str
    who: str
    reason: str
    to_account: str
    pdf_href: str


@dataclass(frozen=True)
class LedgerLine:
    """One happening in plain words: what it changed of what is owed, and what was owed after it."""

    id: int
    when: str
    words: str
    who: str
    change: str
    balance: str


@dataclass(frozen=True)
class MoneyView:
    """Everything money did on one invoice. `can_hold`: an amount can be held on a card now, at most `hold_plain`."""

    invoice_id: int = 0
    revision: int = 0
    currency: str = ""
    settlement: Badge = field(default=Badge("", "neutral", "circle"))
    payments: tuple[PaymentView, ...] = ()
    holds: tuple[HoldView, ...] = ()
    credit_notes: tuple[CreditNoteView, ...] = ()
    ledger: tuple[LedgerLine, ...] = ()
    can_hold: bool = False
    hold_plain: str = ""
