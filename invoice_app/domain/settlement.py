"""Labels derived from money and dates: how far settled, and where collection stands."""

from datetime import date, timedelta
from enum import StrEnum

from invoice_app.domain.stages import Stage


class Settlement(StrEnum):
    """How far the money has come."""

    UNPAID = "unpaid"
    PARTIAL = "partial"
    PAID = "paid"
    OVERPAID = "overpaid"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


class Billing(StrEnum):
    """Where the invoice stands in collection (E8)."""

    PENDING = "pending"
    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    PROCESSING = "processing"
    PAID = "paid"
    VOID = "void"


class Standing(StrEnum):
    """What of the billing label does not depend on the day: OPEN is upcoming, due or overdue."""

    OPEN = "open"
    PROCESSING = "processing"
    PENDING = "pending"
    PAID = "paid"
    VOID = "void"


def amount_due(total: int, allocated: int, credited: int) -> int:
    """BT-115 in minor units: what is to be paid less money and credit applied.

    Below zero it is in the customer's favour. `total` already carries the rounding BT-114 (BR-CO-16); `allocated` is
    net of refunds (invariants 9 and 10).
    """
    return total - allocated - credited


def derive_settlement(total: int, allocated: int, credited: int, refunded: int, disputed: int) -> Settlement:
    """Label the money.

    Minor units; `allocated` net of refunds, `disputed` the amount under dispute (or a flag). A dispute outranks
    everything; money that all went back is refunded, whatever is due again.
    """
    due = amount_due(total, allocated, credited)
    if disputed:
        return Settlement.DISPUTED
    if refunded > 0 and allocated <= 0:
        return Settlement.REFUNDED
    if due < 0:
        return Settlement.OVERPAID
    if due == 0:
        return Settlement.PAID
    return Settlement.PARTIAL if allocated > 0 else Settlement.UNPAID


def derive_billing(
    stage: Stage, in_flight: bool, due_minor: int, due_on: date | None, today: date, grace_days: int = 0
) -> Billing:
    """Label the collection; the first that fits wins: void, pending, processing, paid, then by date (E17).

    Before the due date it is upcoming, from then on due, and overdue once `grace_days` more have passed. Without a
    date it is due.
    """
    if stage is Stage.VOID:
        return Billing.VOID
    if stage is Stage.DRAFT:
        return Billing.PENDING
    if in_flight:
        return Billing.PROCESSING
    if due_minor <= 0:
        return Billing.PAID
    if due_on is None:
        return Billing.DUE
    if today < due_on:
        return Billing.UPCOMING
    return Billing.DUE if today <= due_on + timedelta(days=grace_days) else Billing.OVERDUE


def derive_standing(stage: Stage, in_flight: bool, due_minor: int, paid_minor: int) -> Standing:
    """The billing label of an invoice whatever the day. Money on a draft counts: what was paid at the desk is not pending."""
    if stage is Stage.VOID:
        return Standing.VOID
    if stage is Stage.DRAFT and not paid_minor:
        return Standing.PENDING
    if in_flight:
        return Standing.PROCESSING
    return Standing.OPEN if due_minor > 0 else Standing.PAID
