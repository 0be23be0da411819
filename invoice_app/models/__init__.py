"""The tables, by noun."""

from invoice_app.models.bookkeeping import Dispute, Hold, Instalment, LedgerEntry, LedgerTransaction, Refund
from invoice_app.models.collecting import (
    Allocation,
    CardRequest,
    OutgoingEmail,
    Payment,
    PaymentAttempt,
    ReceivedEvent,
    SavedCard,
)
from invoice_app.models.invoicing import (
    Adjustment,
    Coupon,
    Invoice,
    InvoiceDraft,
    InvoiceRevision,
    Redemption,
    ShareLink,
)
from invoice_app.models.ordering import Account, Deliverable, Item, Order
from invoice_app.models.organisation import BookingFlow, EventLog, NumberSeries, Organisation, Tax, User

__all__ = [
    "Account",
    "Adjustment",
    "Allocation",
    "BookingFlow",
    "CardRequest",
    "Coupon",
    "Deliverable",
    "Dispute",
    "EventLog",
    "Hold",
    "Instalment",
    "Invoice",
    "InvoiceDraft",
    "InvoiceRevision",
    "Item",
    "LedgerEntry",
    "LedgerTransaction",
    "NumberSeries",
    "Order",
    "Organisation",
    "OutgoingEmail",
    "Payment",
    "PaymentAttempt",
    "ReceivedEvent",
    "Redemption",
    "Refund",
    "SavedCard",
    "ShareLink",
    "Tax",
    "User",
]
