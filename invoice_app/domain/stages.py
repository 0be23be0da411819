"""What an invoice may become and what may be done to it, as two tables that buttons and services both ask.

`TRANSITIONS` is the state diagram. `BARRIERS` lists, action by action, what stands in its way, in the order
in which it is told.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, Required, TypedDict, Unpack

from invoice_app.domain.errors import ActionRefused, AttemptInProgress, InvoiceAlreadyFinalized, InvoiceIsVoid


class Kind(StrEnum):
    """Standalone: a snapshot of its own.

    Connected: its lines are the order's items (invariant 7). Customers never see which.
    """

    STANDALONE = "standalone"
    CONNECTED = "connected"


class Stage(StrEnum):
    """The stored stage."""

    DRAFT = "draft"
    SENT = "sent"
    FINALIZED = "finalized"
    VOID = "void"


class LockPolicy(StrEnum):
    """When revenue stops being editable (product.md, conflict 1)."""

    ON_FINALIZE = "on_finalize"
    ON_SEND = "on_send"
    ON_FIRST_PAYMENT = "on_first_payment"


class Action(StrEnum):
    """Everything staff or a customer can try on an invoice."""

    EDIT_LINES = "edit_lines"
    SAVE = "save"
    EDIT_TERMS = "edit_terms"
    ADD_GUESTROOM = "add_guestroom"
    SEND = "send"
    DOWNLOAD = "download"
    FINALIZE = "finalize"
    VOID = "void"
    UNVOID = "unvoid"
    DELETE = "delete"
    CONNECT = "connect"
    FREEZE = "freeze"
    TAKE_PAYMENT = "take_payment"
    PAY_ONLINE = "pay_online"
    REFUND = "refund"
    CREDIT = "credit"


class Barrier(StrEnum):
    """A fact about the invoice that can stand in an action's way."""

    VOID = "void"
    NOT_VOID = "not_void"
    FINALIZED = "finalized"
    NOT_FINALIZED = "not_finalized"
    DRAFT = "draft"
    UNPOSTED = "unposted"
    LOCKED = "locked"
    CONNECTED = "connected"
    STANDALONE = "standalone"
    HAS_PAYMENTS = "has_payments"
    NO_PAYMENTS = "no_payments"
    IN_FLIGHT = "in_flight"
    NUMBERED = "numbered"
    CREDITED = "credited"
    TRIED = "tried"
    EMPTY = "empty"
    UNVOID_OFF = "unvoid_off"


class Refusal(NamedTuple):
    """Why not: the barrier for programs, the reason in plain words for people."""

    action: Action
    barrier: Barrier
    reason: str


class Situation(TypedDict, total=False):
    """Where an invoice stands: all that decides what may be done to it. What is left out is no or the default.

    `has_payments`: net succeeded payments or credit are applied. `in_flight`: a charge is being processed; an open checkout
    that can still be expired is none. `numbered`: it has a number. `credited`: credit notes were issued on it. `tried`:
    somebody tried to pay it, or left a card for it. `empty`: it has no lines. `unvoid_off`: the organisation forbids E20.
    """

    stage: Required[Stage]
    kind: Kind
    has_payments: bool
    in_flight: bool
    lock_policy: LockPolicy
    numbered: bool
    credited: bool
    tried: bool
    empty: bool
    unvoid_off: bool


TRANSITIONS: Mapping[Stage, frozenset[Stage]] = {
    Stage.DRAFT: frozenset({Stage.SENT, Stage.FINALIZED, Stage.VOID}),
    Stage.SENT: frozenset({Stage.SENT, Stage.FINALIZED, Stage.VOID}),
    Stage.FINALIZED: frozenset({Stage.FINALIZED, Stage.VOID}),
    Stage.VOID: frozenset({Stage.DRAFT, Stage.SENT, Stage.FINALIZED}),
}

_VOID = "This invoice is void."
_IN_FLIGHT = "A payment is being processed. Wait until it succeeds or fails."
_CREDITED = "Credit notes were issued on this invoice, so its lines stay as they are."
_LOCKED_WORDS = {
    LockPolicy.ON_FINALIZE: "This invoice is finalised. Correct it with a credit note.",
    LockPolicy.ON_SEND: "This invoice was sent and can no longer be changed. Correct it with a credit note.",
    LockPolicy.ON_FIRST_PAYMENT: "A payment was made on this invoice. Correct it with a credit note.",
}

BARRIERS: Mapping[Action, tuple[tuple[Barrier, str], ...]] = {
    Action.EDIT_LINES: ((Barrier.VOID, _VOID), (Barrier.LOCKED, ""), (Barrier.CREDITED, _CREDITED)),
    Action.SAVE: (
        (Barrier.VOID, _VOID),
        (Barrier.LOCKED, ""),
        (Barrier.CREDITED, _CREDITED),
        (Barrier.IN_FLIGHT, _IN_FLIGHT),
    ),
    Action.EDIT_TERMS: ((Barrier.VOID, _VOID),),
    Action.ADD_GUESTROOM: (
        (Barrier.VOID, _VOID),
        (Barrier.LOCKED, ""),
        (Barrier.CONNECTED, "Guestrooms can be added to a standalone invoice only."),
    ),
    Action.SEND: ((Barrier.VOID, "This invoice is void. It cannot be sent."),),
    Action.DOWNLOAD: ((Barrier.UNPOSTED, "There is nothing to download before the invoice is sent."),),
    Action.FINALIZE: (
        (Barrier.VOID, _VOID),
        (Barrier.FINALIZED, "This invoice is already finalised."),
        (Barrier.CONNECTED, "This invoice follows its order. Make it standalone before you finalise it."),
        (Barrier.EMPTY, "There is nothing on this invoice yet. Add what it is for before you finalise it."),
    ),
    Action.VOID: (
        (Barrier.VOID, "This invoice is already void."),
        (Barrier.CONNECTED, "This invoice follows its order. Make it standalone before you void it."),
        (Barrier.IN_FLIGHT, _IN_FLIGHT),
        (Barrier.HAS_PAYMENTS, "Payments were made on this invoice. Refund them before you void it."),
        (Barrier.CREDITED, "Credit notes were issued on this invoice, so it stays on record. Credit what is left of it."),
    ),
    Action.UNVOID: (
        (Barrier.NOT_VOID, "This invoice is not void."),
        (Barrier.UNVOID_OFF, "Void invoices stay void here. An administrator can allow it in the settings."),
    ),
    Action.DELETE: (
        (Barrier.FINALIZED, "A finalised invoice cannot be deleted. Void it instead."),
        (Barrier.NUMBERED, "An invoice with a number cannot be deleted. Void it instead."),
        (Barrier.VOID, "A void invoice stays on record."),
        (Barrier.IN_FLIGHT, _IN_FLIGHT),
        (Barrier.HAS_PAYMENTS, "Payments were made on this invoice, so it stays on record."),
        (Barrier.TRIED, "Somebody tried to pay this invoice, so it stays on record. Void it instead."),
    ),
    Action.CONNECT: (
        (Barrier.VOID, _VOID),
        (Barrier.LOCKED, ""),
        (Barrier.FINALIZED, "A finalised invoice can no longer follow its order."),
        (Barrier.CONNECTED, "This invoice already follows its order."),
    ),
    Action.FREEZE: (
        (Barrier.VOID, _VOID),
        (Barrier.STANDALONE, "This invoice is already standalone."),
    ),
    Action.TAKE_PAYMENT: (
        (Barrier.VOID, "This invoice is void. It cannot take a payment."),
        (Barrier.IN_FLIGHT, _IN_FLIGHT),
    ),
    Action.PAY_ONLINE: (
        (Barrier.VOID, "This invoice is void. Nothing has to be paid."),
        (Barrier.DRAFT, "This invoice has not been sent yet."),
        (Barrier.IN_FLIGHT, "Your payment is being processed."),
    ),
    Action.REFUND: ((Barrier.NO_PAYMENTS, "There is no payment to refund."),),
    Action.CREDIT: (
        (Barrier.VOID, _VOID),
        (Barrier.NOT_FINALIZED, "This invoice is not finalised. A credit note corrects a finalised one."),
        (Barrier.IN_FLIGHT, _IN_FLIGHT),
    ),
}


def is_locked(stage: Stage, *, has_payments: bool, lock_policy: LockPolicy) -> bool:
    """Whether revenue fields are closed.

    Under on_first_payment even a finalised invoice stays open until money came (E11).
    """
    if stage is Stage.VOID:
        return True
    if lock_policy is LockPolicy.ON_FIRST_PAYMENT:
        return has_payments
    if lock_policy is LockPolicy.ON_SEND:
        return stage is not Stage.DRAFT
    return stage is Stage.FINALIZED


def allowed(action: Action, **situation: Unpack[Situation]) -> Refusal | None:
    """None if `action` may go ahead in this situation, else the first reason why not.

    >>> allowed(Action.VOID, stage=Stage.SENT, has_payments=True)
    """
    present = _facts(situation)
    for barrier, reason in BARRIERS[action]:
        if barrier in present:
            return Refusal(action, barrier, reason or _LOCKED_WORDS[_policy(situation)])
    return None


def require_allowed(action: Action, *, reference: str = "", **situation: Unpack[Situation]) -> None:
    """As `allowed`, but raises:

    InvoiceIsVoid, InvoiceAlreadyFinalized, AttemptInProgress or plain ActionRefused.
    """
    refusal = allowed(action, **situation)
    if refusal is None:
        return
    if refusal.barrier is Barrier.VOID:
        raise InvoiceIsVoid(reference, refusal.reason, action)
    if refusal.barrier is Barrier.IN_FLIGHT:
        raise AttemptInProgress(reference, refusal.reason, action)
    if refusal.barrier in (Barrier.FINALIZED, Barrier.LOCKED) and situation["stage"] is Stage.FINALIZED:
        raise InvoiceAlreadyFinalized(reference, refusal.reason, action)
    raise ActionRefused(refusal.reason, action, refusal.barrier)


_WHEN_TRUE = (
    ("in_flight", Barrier.IN_FLIGHT),
    ("numbered", Barrier.NUMBERED),
    ("credited", Barrier.CREDITED),
    ("tried", Barrier.TRIED),
    ("empty", Barrier.EMPTY),
    ("unvoid_off", Barrier.UNVOID_OFF),
)


def _policy(situation: Situation) -> LockPolicy:
    return situation.get("lock_policy", LockPolicy.ON_FINALIZE)


def _facts(situation: Situation) -> set[Barrier]:
    stage, has_payments, policy = situation["stage"], situation.get("has_payments", False), _policy(situation)
    facts = {barrier for name, barrier in _WHEN_TRUE if situation.get(name)}
    facts.add(Barrier.VOID if stage is Stage.VOID else Barrier.NOT_VOID)
    facts.add(Barrier.FINALIZED if stage is Stage.FINALIZED else Barrier.NOT_FINALIZED)
    facts.add(Barrier.CONNECTED if situation.get("kind") is Kind.CONNECTED else Barrier.STANDALONE)
    facts.add(Barrier.HAS_PAYMENTS if has_payments else Barrier.NO_PAYMENTS)
    if stage is Stage.DRAFT:
        facts.add(Barrier.DRAFT)
        if policy is LockPolicy.ON_SEND:
            facts.add(Barrier.UNPOSTED)
    if is_locked(stage, has_payments=has_payments, lock_policy=policy):
        facts.add(Barrier.LOCKED)
    return facts
