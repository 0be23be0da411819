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
from invoice_app.models.crediting import CreditNote, CreditNoteLine, CreditNoteTax
from invoice_app.models.finding import SearchWord, sort_key
from invoice_app.models.invoicing import (
    Adjustment,
    Coupon,
    Invoice,
    InvoiceDraft,
    InvoiceRevision,
    Redemption,
    ShareLink,
)
from invoice_app.models.ordering import Account, Deliverable, Event, Item, Order
from invoice_app.models.organisation import BookingFlow, EventChain, EventLog, Notice, NumberSeries, Organisation, Tax, User
from invoice_app.models.sales import SalesRow, SalesTax
from invoice_app.models.sums import sum_all_invoices, sum_invoices

__all__ = [
    "Account",
    "Adjustment",
    "Allocation",
    "BookingFlow",
    "CardRequest",
    "Coupon",
    "CreditNote",
    "CreditNoteLine",
    "CreditNoteTax",
    "Deliverable",
    "Dispute",
    "Event",
    "EventChain",
    "EventLog",
    "Hold",
    "Instalment",
    "Invoice",
    "InvoiceDraft",
    "InvoiceRevision",
    "Item",
    "LedgerEntry",
    "LedgerTransaction",
    "Notice",
    "NumberSeries",
    "Order",
    "Organisation",
    "OutgoingEmail",
    "Payment",
    "PaymentAttempt",
    "ReceivedEvent",
    "Redemption",
    "Refund",
    "SalesRow",
    "SalesTax",
    "SavedCard",
    "SearchWord",
    "ShareLink",
    "Tax",
    "User",
    "sort_key",
    "sum_all_invoices",
    "sum_invoices",
]
