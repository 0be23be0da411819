"""What Stripe says of a hold becomes our records: placed, taken, released, expired, in any order and once each."""

from sqlmodel import Session

from invoice_app.clock import utc_now
from invoice_app.db import transaction
from invoice_app.documents.formatting import format_amount_label
from invoice_app.gateways import stripe
from invoice_app.gateways.stripe_values import CheckoutPage, IntentOutcome
from invoice_app.models import Hold, Invoice, PaymentAttempt
from invoice_app.repositories.contexts import read_context
from invoice_app.repositories.event_log import SYSTEM, record_event
from invoice_app.repositories.holds import (
    CAPTURED,
    EXPIRED,
    FAILED,
    HELD,
    OPEN,
    RELEASED,
    find_hold_of_intent,
    find_hold_of_page,
    read_hold,
)
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.payments import CARD, CONFIRM, PROCESSING, add_attempt, find_capture
from invoice_app.repositories.payments import FAILED as ATTEMPT_FAILED
from invoice_app.services.posting import close_attempt, post_success, settle_intent_in
from invoice_app.services.signalling import signal_invoice
from invoice_app.services.writing_emails import queue_staff_notice

OUTSIDE = "Stripe dashboard"


def settle_outcome(outcome: IntentOutcome) -> str:
    """Bring our records to what a PaymentIntent says now, hold or payment; "" for one that is not ours."""
    with transaction() as session:
        return _settle_hold_in(session, outcome) or settle_intent_in(session, outcome)


def settle_hold(outcome: IntentOutcome) -> str:
    """Bring a hold to what its PaymentIntent says now; answers the hold's status, "" for one that is no hold of ours."""
    with transaction() as session:
        return _settle_hold_in(session, outcome)


def _settle_hold_in(session: Session, outcome: IntentOutcome) -> str:
    found = find_hold_of_intent(session, outcome.id, outcome.metadata.get("key", ""))
    if found is None or found.id is None:
        return ""
    invoice = lock_invoice(session, found.invoice_id)
    hold = read_hold(session, found.id)
    attempt = find_capture(session, outcome.id)
    if outcome.status == "succeeded":
        _note_captured(session, invoice, hold, attempt, outcome)
    elif outcome.status == "canceled":
        _note_ended(session, invoice, hold, attempt, by_itself=outcome.ended_by_itself)
    elif outcome.status == "requires_capture":
        _note_held(session, invoice, hold, outcome)
    elif hold.status == OPEN and hold.share_link_id is None:
        _note_failed(session, hold, outcome)
    hold.payment_intent_id = outcome.id or hold.payment_intent_id
    invoice.updated_at = utc_now()
    session.add_all((hold, invoice))
    signal_invoice(session, invoice)
    return hold.status


def _note_held(session: Session, invoice: Invoice, hold: Hold, outcome: IntentOutcome) -> None:
    if hold.status not in (OPEN, FAILED):
        return
    hold.status, hold.amount = HELD, outcome.amount_capturable
    hold.capture_before = outcome.capture_before
    hold.method_label = outcome.method_label or hold.method_label
    hold.error_code = hold.decline_code = ""
    hold.closed_at = None
    after = {"hold": hold.id, "amount": hold.amount}
    record_event(session, hold.who, subject=f"invoice:{invoice.id}", action="amount held", after=after)


def _note_captured(
    session: Session, invoice: Invoice, hold: Hold, attempt: PaymentAttempt | None, outcome: IntentOutcome
) -> None:
    if attempt is None:
        attempt = add_attempt(
            session,
            invoice,
            amount=outcome.amount_received,
            method=CARD,
            method_label=outcome.method_label or hold.method_label,
            who=OUTSIDE,
            status=PROCESSING,
        )
        attempt.payment_intent_id = outcome.id
    hold.status, hold.captured = CAPTURED, outcome.amount_received
    hold.closed_at = hold.closed_at or utc_now()
    post_success(session, invoice, attempt, outcome)


def _note_ended(session: Session, invoice: Invoice, hold: Hold, attempt: PaymentAttempt | None, *, by_itself: bool) -> None:
    if attempt is not None:
        close_attempt(session, invoice, attempt, ATTEMPT_FAILED, error_code="hold_ended")
    if hold.status not in (OPEN, HELD):
        return
    stood = hold.status == HELD
    hold.status, hold.closed_at = EXPIRED if by_itself else RELEASED, utc_now()
    action = "hold expired" if by_itself else "hold released"
    record_event(session, SYSTEM, subject=f"invoice:{invoice.id}", action=action, after={"hold": hold.id})
    context = read_context(session, invoice)
    if by_itself and stood and context.due > 0:
        amount = format_amount_label(hold.amount, hold.currency, context.organisation.locale)
        details = (("Card", hold.method_label), ("Next step", "Charge the card or send the link"))
        queue_staff_notice(session, context, f"A hold of {amount} expired before it was taken", details, amount=amount)


def _note_failed(session: Session, hold: Hold, outcome: IntentOutcome) -> None:
    hold.status, hold.closed_at = FAILED, utc_now()
    authentication = CONFIRM if outcome.status == "requires_action" else ""
    hold.error_code = authentication or outcome.error_code
    hold.decline_code = authentication or outcome.decline_code
    session.add(hold)


def settle_hold_page(session_id: str, *, key: str = "", of_invoice: int | None = None) -> str:
    """Bring a hold to what the hosted page opened for it says; answers its status, "" for another page."""
    with transaction() as session:
        hold = find_hold_of_page(session, session_id, key)
        if hold is None or (of_invoice is not None and hold.invoice_id != of_invoice):
            return ""
        if hold.checkout_session_id is None:
            hold.checkout_session_id = session_id
            session.add(hold)
    return settle_page(hold.id or 0, stripe.read_checkout(session_id))


def settle_page(hold_id: int, page: CheckoutPage) -> str:
    """The same for a page just read."""
    if page.status == "complete" and page.payment_intent_id:
        return settle_hold(stripe.read_intent(page.payment_intent_id))
    with transaction() as session:
        hold = read_hold(session, hold_id)
        if page.status == "expired" and hold.status == OPEN:
            close_hold(session, hold, RELEASED)
        return hold.status


def close_hold(session: Session, hold: Hold, status: str, *, error_code: str = "") -> None:
    """End a hold that blocks nothing: its page was closed, or Stripe never heard of it."""
    hold.status, hold.error_code, hold.closed_at = status, error_code, utc_now()
    session.add(hold)
    signal_invoice(session, lock_invoice(session, hold.invoice_id))
