"""The e-mail outbox: written in the transaction of what causes it, delivered afterwards."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from sqlmodel import Session, col, select, update

from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.models import OutgoingEmail

AT_ONCE = 20
QUEUED, SENT, GIVEN_UP = "queued", "sent", "failed"
# While a message is with the mail server nobody else takes it; a worker killed meanwhile lets it be sent once more.
LEASE = timedelta(minutes=5)


def queue_email(
    session: Session, *, invoice_id: int | None, recipient: str, subject: str, text: str, html: str
) -> OutgoingEmail:
    """Put a message into the outbox."""
    now = utc_now()
    domain = parseaddr(settings().mail_from)[1].rpartition("@")[2] or "localhost"
    message = OutgoingEmail(
        invoice_id=invoice_id,
        message_id=f"<{secrets.token_hex(16)}@{domain}>",
        recipient=recipient,
        subject=subject,
        text=text,
        html=html,
        next_attempt_at=now,
        created_at=now,
    )
    session.add(message)
    return message


def claim_due_emails(session: Session, *, now: datetime, limit: int = AT_ONCE) -> Sequence[OutgoingEmail]:
    """Messages whose time has come, taken for the length of a lease."""
    query = (
        select(OutgoingEmail)
        .where(OutgoingEmail.status == QUEUED, OutgoingEmail.next_attempt_at <= now)
        .order_by(col(OutgoingEmail.next_attempt_at), col(OutgoingEmail.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = session.exec(query).all()
    for message in due:
        message.attempts += 1
        message.next_attempt_at = now + LEASE
        session.add(message)
    return due


def give_back_emails(session: Session, unsent: Sequence[OutgoingEmail], *, now: datetime) -> None:
    """Messages that were claimed and not tried are due at once again, and have lost no try."""
    for message in unsent:
        note_outcome(session, message, {"attempts": message.attempts - 1, "next_attempt_at": now})


def note_outcome(session: Session, message: OutgoingEmail, outcome: Mapping[str, Any]) -> None:
    """Store what became of a message, by column; its texts need not be read again for that."""
    session.connection().execute(update(OutgoingEmail).where(col(OutgoingEmail.id) == message.id).values(**outcome))
