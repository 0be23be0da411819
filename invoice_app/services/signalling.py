"""What to tell open pages and background work once a change has committed."""

from sqlmodel import Session

from invoice_app.db import after_commit
from invoice_app.gateways import signals
from invoice_app.models import Invoice

INBOX_TOPIC = "inbox"
OUTBOX_TOPIC = "outbox"


def signal_invoice(session: Session, invoice: Invoice) -> None:
    """Tell every page that shows this invoice, its order or the lists."""
    _tell(session, signals.invoice_topic(invoice.id or 0), signals.order_topic(invoice.order_id), signals.ORDERS)


def wake_outbox(session: Session) -> None:
    """Tell the delivery of e-mails that something is waiting."""
    _tell(session, OUTBOX_TOPIC)


def wake_inbox(session: Session) -> None:
    """Tell the webhook application that an event is waiting."""
    _tell(session, INBOX_TOPIC)


def _tell(session: Session, *topics: str) -> None:
    # However often a transaction names a topic, whoever listens hears of it once.
    told: dict[str, None] = session.info.setdefault("topics", {})
    if not told:
        after_commit(session, lambda: signals.publish_all(told))
    told.update(dict.fromkeys(topics))
