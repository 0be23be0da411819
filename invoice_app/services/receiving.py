"""What Stripe tells us: webhooks into the inbox, events applied once each, and the sweep that finds what was missed.

An event only names an object; what counts is the object fetched anew. So repeats, delays and any order end in the same state.
"""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlmodel import Session

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.domain.errors import AppError
from invoice_app.gateways import stripe
from invoice_app.gateways.stripe_values import GatewayEvent
from invoice_app.models import Account, Invoice, PaymentAttempt, ReceivedEvent
from invoice_app.repositories.inbox import (
    NewEvent,
    add_events,
    claim_events,
    latest_received_at,
    list_unapplied,
    note_applied,
    note_error,
)
from invoice_app.repositories.payments import list_unfinished
from invoice_app.services.checking_out import reopen_attempt
from invoice_app.services.closing_checkouts import settle_checkout
from invoice_app.services.placing_holds import settle_active_holds
from invoice_app.services.posting import give_up_attempt, settle_intent
from invoice_app.services.reacting import has_reaction, name_subject, react
from invoice_app.services.refunding import settle_started_refunds
from invoice_app.services.settling_holds import settle_outcome
from invoice_app.services.signalling import wake_inbox

# An age may be negative: a clock that was ahead has left instants of the future behind. Those count like those of the past.
# A sweep looks back a little further than the last event, and when there was none as far as Stripe remembers.
OVERLAP = timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(days=30)
# A process that has just started does not know when the last one looked: as long as Stripe tries to deliver a webhook.
START_LOOK_BACK = timedelta(days=3)
SETTLE_AFTER = timedelta(seconds=60)
# Longer than any call to Stripe may take: a charge unknown there by then never arrived.
GIVE_UP_AFTER = timedelta(minutes=3)
FIRST_RETRY_SECONDS = 5
# Each waits for Stripe most of the time.
APPLIED_AT_ONCE = 4

log = structlog.get_logger()


def check_event(raw_body: bytes, signature_header: str | None) -> GatewayEvent:
    """The event of a webhook that Stripe has signed just now. Raises SignatureRefused and EventRefused."""
    return stripe.verify_event(raw_body, signature_header, now=utc_now())


def store_events(events: Iterable[GatewayEvent]) -> list[bool]:
    """Store events in one transaction, which has begun when they are first asked for; answers which are new."""
    with transaction() as session:
        arrived = [NewEvent(event.id, event.type, event.object_id, event.payload, has_reaction(event.type)) for event in events]
        found = add_events(session, arrived)
        if any(found):
            wake_inbox(session)
        return found


def apply_pending_events() -> int:
    """Apply what is in the inbox; answers how many events took effect. An event that fails is tried again, ever more rarely."""
    applied = 0
    while True:
        with reading() as session:
            pending = [event for event in list_unapplied(session) if _is_due(event)]
        batch = _apply_batch(pending)
        applied += batch
        if not batch:
            return applied


def _is_due(event: ReceivedEvent) -> bool:
    pause = timedelta(seconds=FIRST_RETRY_SECONDS * 2**event.attempts) if event.attempts else timedelta(0)
    return abs(utc_now() - event.received_at) >= pause


def _apply_batch(pending: Sequence[ReceivedEvent]) -> int:
    """Claim together, apply each, note together: two writes to the disk for a batch, besides what the events change.

    A process that dies in between leaves them claimed; they are applied again a little later, which changes nothing twice.
    """
    if not pending:
        return 0
    with transaction() as session:
        claimed = claim_events(session, pending)
    errors = _apply_all(claimed)
    applied = [event_id for event_id, error in errors.items() if not error]
    with transaction() as session:
        note_applied(session, applied)
        for event_id, error in errors.items():
            if error:
                note_error(session, event_id, error)
    return len(applied)


def _apply_all(events: Sequence[ReceivedEvent]) -> dict[str, str]:
    """Payments beside each other, what is about one of them in the order in which it came; answers what failed, by event."""
    about: dict[str, list[ReceivedEvent]] = {}
    for event in events:
        about.setdefault(name_subject(event), []).append(event)
    results = _make_threads().map(lambda told: {event.id: _apply(event) for event in told}, about.values())
    return {event_id: error for result in results for event_id, error in result.items()}


@cache
def _make_threads() -> ThreadPoolExecutor:
    # Kept, since each thread keeps its connection to Stripe.
    return ThreadPoolExecutor(APPLIED_AT_ONCE, thread_name_prefix="inbox")


# A forked process has none of them.
os.register_at_fork(after_in_child=_make_threads.cache_clear)


def _apply(event: ReceivedEvent) -> str:
    try:
        react(event)
    except Exception as error:  # noqa: BLE001 (whatever is wrong with one event must not stop the others)
        log.warning("event_not_applied", id=event.id, type=event.type, error=repr(error))
        return repr(error)
    return ""


class _Looks:
    """When this process last heard all that Stripe had to tell; a webhook since then says nothing of those that were lost."""

    last: datetime | None = None


_looks = _Looks()


def sweep_gateway() -> None:
    """Find what no webhook told: events missed, pages and charges that ended, calls that never came back.

    For hosts without a public address this alone keeps the ledger right. Raises GatewayUnavailable when Stripe is away.
    """
    now = utc_now()
    store_events(stripe.list_events(since=_find_last_look(now)))
    _looks.last = now
    apply_pending_events()
    with reading() as session:
        unfinished = list_unfinished(session, older_than=SETTLE_AFTER)
    for attempt in unfinished:
        try:
            _settle_unfinished(attempt)
        except AppError as error:
            log.warning("attempt_not_settled", attempt=attempt.id, error=error.message)
    settle_started_refunds()
    settle_active_holds()


def _find_last_look(now: datetime) -> datetime:
    with reading() as session:
        latest = latest_received_at(session)
    # A clock that was ahead when the last event came in, or at the last look, must not hide what has happened since.
    looked = _looks.last or now - START_LOOK_BACK
    return min(latest, looked, now) - OVERLAP if latest else now - FIRST_LOOK_BACK


def _settle_unfinished(attempt: PaymentAttempt) -> None:
    assert attempt.id is not None
    if attempt.payment_intent_id:
        outcome = stripe.read_intent(attempt.payment_intent_id)
        settle_outcome(outcome)
        if outcome.status == "requires_capture":
            # Taking a hold never reached Stripe: the hold stands, and whoever wanted it may try again.
            give_up_attempt(attempt.id, error_code="gateway_unavailable")
            return
    if attempt.checkout_session_id:
        settle_checkout(attempt.checkout_session_id)
    elif attempt.share_link_id is not None:
        reopen_attempt(attempt.id)
    elif not attempt.payment_intent_id:
        _look_for_charge(attempt)


def _look_for_charge(attempt: PaymentAttempt) -> None:
    with reading() as session:
        customer_id = _customer_of(session, attempt)
    found = stripe.find_intent(customer_id=customer_id, key=attempt.idempotency_key) if customer_id else None
    if found is not None:
        settle_intent(found)
    elif abs(utc_now() - attempt.started_at) > GIVE_UP_AFTER:
        give_up_attempt(attempt.id or 0, error_code="gateway_unavailable")


def _customer_of(session: Session, attempt: PaymentAttempt) -> str | None:
    invoice = session.get(Invoice, attempt.invoice_id)
    account = session.get(Account, invoice.account_id) if invoice else None
    return account.stripe_customer_id if account else None
