"""Statuses as an icon and a word, never a colour alone."""

from collections.abc import Sequence
from datetime import date

from invoice_app.domain.bookings import OrderStatus
from invoice_app.domain.settlement import Billing, Settlement, derive_billing, derive_settlement
from invoice_app.domain.stages import Stage
from invoice_app.models import Invoice
from invoice_app.repositories.orders import WORST_FIRST
from invoice_app.services.views import Badge

ORDER_STATUSES = {
    OrderStatus.INQUIRY: Badge("Inquiry", "neutral", "circle-dashed"),
    OrderStatus.TENTATIVE: Badge("Tentative", "warn", "half"),
    OrderStatus.DEFINITE: Badge("Definite", "info", "circle"),
    OrderStatus.IN_PROGRESS: Badge("In progress", "info", "clock"),
    OrderStatus.COMPLETED: Badge("Completed", "good", "check"),
    OrderStatus.LOST: Badge("Lost", "neutral", "x-circle"),
}
BILLING = {
    Billing.PENDING: Badge("Draft", "neutral", "pencil"),
    Billing.UPCOMING: Badge("Upcoming", "info", "calendar"),
    Billing.DUE: Badge("Due", "warn", "clock"),
    Billing.OVERDUE: Badge("Overdue", "bad", "alert"),
    Billing.PROCESSING: Badge("Processing", "info", "loader"),
    Billing.PAID: Badge("Paid", "good", "check"),
    Billing.VOID: Badge("Void", "neutral", "ban"),
}
DISPUTED = Badge("Disputed", "bad", "shield")
REFUNDED = Badge("Refunded", "neutral", "undo")
CREDITED = Badge("Credited", "neutral", "undo")
SETTLEMENTS = {
    Settlement.UNPAID: Badge("Unpaid", "neutral", "circle"),
    Settlement.PARTIAL: Badge("Partly paid", "warn", "half"),
    Settlement.PAID: Badge("Paid", "good", "check"),
    Settlement.OVERPAID: Badge("Overpaid", "info", "plus"),
    Settlement.REFUNDED: REFUNDED,
    Settlement.DISPUTED: DISPUTED,
}
REFUNDS = {
    "started": Badge("Being refunded", "info", "loader"),
    "requires_action": Badge("Waits for the customer", "warn", "clock"),
    "pending": Badge("On its way back", "info", "clock"),
    "succeeded": Badge("Refunded", "neutral", "undo"),
    "failed": Badge("Refund failed", "bad", "alert"),
    "canceled": Badge("Refund cancelled", "neutral", "ban"),
}
DISPUTES = {
    "warning_needs_response": Badge("Inquiry", "warn", "shield"),
    "warning_under_review": Badge("Inquiry answered", "info", "clock"),
    "warning_closed": Badge("Inquiry closed", "neutral", "check"),
    "needs_response": Badge("Disputed", "bad", "shield"),
    "under_review": Badge("Dispute answered", "info", "clock"),
    "won": Badge("Dispute won", "good", "check"),
    "lost": Badge("Dispute lost", "bad", "x-circle"),
    "prevented": Badge("Dispute prevented", "good", "check"),
}
HOLDS = {
    "open": Badge("Being held", "info", "loader"),
    "held": Badge("Held", "info", "lock"),
    "captured": Badge("Taken", "good", "check"),
    "released": Badge("Released", "neutral", "unlock"),
    "expired": Badge("Hold expired", "neutral", "clock"),
    "failed": Badge("Not held", "bad", "alert"),
}
NO_INVOICE = Badge("No invoice", "neutral", "circle-dashed")
PARTLY_PAID = Badge("Partly paid", "warn", "half")
# By what printing_money calls the state of an instalment.
INSTALMENTS = {
    "": BILLING[Billing.UPCOMING],
    **{badge.word: badge for badge in (BILLING[Billing.PAID], BILLING[Billing.OVERDUE], BILLING[Billing.DUE], PARTLY_PAID)},
}
STAGES = {
    Stage.DRAFT: Badge("Draft", "neutral", "pencil"),
    Stage.SENT: Badge("Sent", "info", "send"),
    Stage.FINALIZED: Badge("Finalised", "good", "lock"),
    Stage.VOID: Badge("Void", "neutral", "ban"),
}
NOT_CONFIRMED = Badge("Not confirmed", "warn", "clock")
ATTEMPTS = {
    "open": Badge("Started", "info", "clock"),
    "processing": Badge("Processing", "info", "loader"),
    "succeeded": Badge("Succeeded", "good", "check"),
    "failed": Badge("Failed", "bad", "alert"),
    "cancelled": Badge("Cancelled", "neutral", "ban"),
    "expired": Badge("Expired", "neutral", "clock"),
}


def derive_invoice_billing(invoice: Invoice, today: date, grace_days: int) -> Billing:
    """The billing label of an invoice. Money on a draft counts: what was paid at the desk is not "pending"."""
    stage = Stage(invoice.stage)
    if stage is Stage.DRAFT and invoice.paid:
        stage = Stage.SENT
    return derive_billing(stage, invoice.in_flight, invoice.due, invoice.due_on, today, grace_days)


def describe_billing(invoice: Invoice, today: date, grace_days: int) -> Badge:
    """The badge beside an invoice: a dispute outranks everything; part payments and refunds show until it is overdue."""
    billing = derive_invoice_billing(invoice, today, grace_days)
    if invoice.disputed and billing is not Billing.VOID:
        return DISPUTED
    if billing in (Billing.UPCOMING, Billing.DUE) and invoice.refunded > 0 and invoice.paid == 0:
        return REFUNDED
    if billing in (Billing.UPCOMING, Billing.DUE) and invoice.paid > 0:
        return PARTLY_PAID
    if billing is Billing.PAID and invoice.credited > 0 and invoice.paid <= 0:
        return CREDITED
    return BILLING[billing]


def describe_settlement(invoice: Invoice) -> Badge:
    """The badge of the money of an invoice; one ended by being void or credited, with nothing received, was not paid."""
    if invoice.stage == Stage.VOID:
        return BILLING[Billing.VOID]
    if invoice.in_flight and not invoice.disputed:
        return BILLING[Billing.PROCESSING]
    settled = derive_settlement(invoice.total, invoice.paid, invoice.credited, invoice.refunded, invoice.disputed)
    if settled is Settlement.PAID and invoice.credited > 0 and invoice.paid <= 0:
        return CREDITED
    return SETTLEMENTS[settled]


def describe_worst(invoices: Sequence[Invoice], today: date, grace_days: int) -> Badge:
    """The badge of an order with these invoices: that of the worst one; a dispute outranks everything."""
    if not invoices:
        return NO_INVOICE
    labelled = [(WORST_FIRST.index(derive_invoice_billing(invoice, today, grace_days)), invoice) for invoice in invoices]
    disputed = next((invoice for rank, invoice in labelled if invoice.disputed and invoice.stage != Stage.VOID), None)
    worst = disputed or min(labelled, key=lambda pair: pair[0])[1]
    return describe_billing(worst, today, grace_days)
