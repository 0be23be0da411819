"""What to tell open pages and background work once a change has committed."""

from sqlmodel import Session

from invoice_app.db import after_commit
from invoice_app.gateways import signals
from invoice_app.models import Invoice

INBOX_TOPIC = "inbox"
OUTBOX_TOPIC = "outbox"


def signal_invoice(session: Session, invoice: Invoice) -> None:
    """Tell every page that shows this invoice, its order or the lists."""
    topics = (signals.invoice_topic(invoice.id or 0), signals.order_topic(invoice.order_id), signals.ORDERS)
    after_commit(session, lambda: signals.publish_all(topics))


def wake_outbox(session: Session) -> None:
    """Tell the delivery of e-mails that something is waiting."""
    after_commit(session, lambda: signals.publish(OUTBOX_TOPIC))


def wake_inbox(session: Session) -> None:
    """Tell the webhook application that an event is waiting."""
    after_commit(session, lambda: signals.publish(INBOX_TOPIC))
