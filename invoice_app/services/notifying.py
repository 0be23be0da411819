"""Delivering what waits in the outbox: at least once, at most twice, with growing pauses while the server is away."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog

from invoice_app.clock import utc_now
from invoice_app.db import after_commit, transaction
from invoice_app.gateways import signals
from invoice_app.gateways.mail import Mail, MailNotSent, send_mail
from invoice_app.models import OutgoingEmail
from invoice_app.repositories.outbox import GIVEN_UP, LEASE, QUEUED, SENT, claim_due_emails, give_back_emails, note_outcome
from invoice_app.services.signalling import OUTBOX_TOPIC

MOST_TRIES = 10
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)

log = structlog.get_logger()


def deliver_due_emails(*, is_leaving: Callable[[], bool] = lambda: False) -> int:
    """Send the messages whose time has come, no more once we leave; answers how many went out."""
    sent = 0
    while not is_leaving() and (due := _claim()):
        # A lease that ran out would let another worker send the same: with a slow server the rest is claimed anew.
        until = utc_now() + LEASE / 2
        while due and utc_now() < until and not is_leaving():
            sent += _deliver(due.pop(0))
        _give_back(due)
    return sent


def _claim() -> list[OutgoingEmail]:
    with transaction() as session:
        return list(claim_due_emails(session, now=utc_now()))


def _give_back(unsent: Sequence[OutgoingEmail]) -> None:
    if unsent:
        with transaction() as session:
            give_back_emails(session, unsent, now=utc_now())


def _deliver(message: OutgoingEmail) -> int:
    mail = Mail(message.message_id, message.recipient, message.subject, message.text, message.html)
    try:
        send_mail(mail)
    except MailNotSent as failure:
        log.warning("mail_not_sent", id=message.id, tries=message.attempts, error=str(failure))
        gives_up = failure.permanent or message.attempts >= MOST_TRIES
        next_try = utc_now() + min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
        _note(message, status=GIVEN_UP if gives_up else QUEUED, error=str(failure)[:500], next_attempt_at=next_try)
        return 0
    _note(message, status=SENT, error="", sent_at=utc_now())
    return 1


def _note(message: OutgoingEmail, **outcome: Any) -> None:
    with transaction() as session:
        note_outcome(session, message, outcome)
        topics = [OUTBOX_TOPIC]
        if message.invoice_id is not None:
            topics.append(signals.invoice_topic(message.invoice_id))
        after_commit(session, lambda: signals.publish_all(topics))
