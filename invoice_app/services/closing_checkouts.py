"""Closing what the customer has open at Stripe before the amount changes, and settling what they finished.

The race between an edit and a payment has one winner (product.md, edit-versus-pay race): a page that could be expired can
no longer be paid; one that was already paid is posted at the old amount and stops the edit.
"""

from invoice_app.db import reading, transaction
from invoice_app.documents.formatting import format_amount_label
from invoice_app.domain.errors import AttemptInProgress
from invoice_app.gateways import stripe
from invoice_app.gateways.stripe_values import CheckoutPage
from invoice_app.models import PaymentAttempt
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.payments import (
    EXPIRED,
    PROCESSING,
    SUCCEEDED,
    find_attempt_by_key,
    find_attempt_by_session,
    find_unfinished,
    read_attempt,
)
from invoice_app.services.posting import close_attempt, settle_intent


def close_open_checkout(invoice_id: int) -> bool:
    """Expire the invoice's open hosted page so that nobody can pay the amount about to change; False when there was none.

    Raises AttemptInProgress while a payment is being processed, and when the customer has just paid: that payment is posted at
    the old amount first. Raises GatewayUnavailable when Stripe does not say whether it could be expired.
    """
    with reading() as session:
        attempt = find_unfinished(session, invoice_id)
    if attempt is None:
        return False
    if attempt.status == PROCESSING:
        raise AttemptInProgress()
    status = _expire(attempt)
    if status == SUCCEEDED:
        raise AttemptInProgress(message=_describe_won(attempt))
    if status == PROCESSING:
        raise AttemptInProgress()
    return True


def _expire(attempt: PaymentAttempt) -> str:
    if attempt.checkout_session_id is None:
        # Its page is being opened this moment; whoever opens it finds the attempt closed and expires the page.
        return _close(attempt.id or 0, EXPIRED)
    page = stripe.expire_checkout(attempt.checkout_session_id)
    return _settle(page, attempt.id or 0)


def settle_checkout(session_id: str, *, of_invoice: int | None = None) -> str:
    """Bring our records to what a hosted page says now; answers the attempt's status.

    "" when the page is not ours, or not one of `of_invoice`. Raises GatewayUnavailable, GatewayRefused.
    """
    with reading() as session:
        attempt = find_attempt_by_session(session, session_id)
    if attempt is not None and of_invoice is not None and attempt.invoice_id != of_invoice:
        return ""
    page = stripe.read_checkout(session_id)
    if attempt is None:
        attempt = _recognise(page)
    if attempt is None or (of_invoice is not None and attempt.invoice_id != of_invoice):
        return ""
    return _settle(page, attempt.id or 0)


def _recognise(page: CheckoutPage) -> PaymentAttempt | None:
    """The attempt of a page that we opened but did not live to record."""
    with transaction() as session:
        attempt = find_attempt_by_key(session, page.metadata.get("key", ""))
        if attempt is not None and attempt.checkout_session_id is None:
            attempt.checkout_session_id, attempt.checkout_url = page.id, page.url
            session.add(attempt)
        return attempt


def _settle(page: CheckoutPage, attempt_id: int) -> str:
    if page.status == "complete" and page.payment_intent_id:
        return settle_intent(stripe.read_intent(page.payment_intent_id))
    if page.status == "expired":
        return _close(attempt_id, EXPIRED)
    with reading() as session:
        return read_attempt(session, attempt_id).status


def _close(attempt_id: int, status: str) -> str:
    with transaction() as session:
        invoice = lock_invoice(session, read_attempt(session, attempt_id).invoice_id)
        attempt = read_attempt(session, attempt_id)
        close_attempt(session, invoice, attempt, status)
        return attempt.status


def _describe_won(attempt: PaymentAttempt) -> str:
    with reading() as session:
        locale = read_organisation(session).locale
    paid = format_amount_label(attempt.amount, attempt.currency, locale)
    return (
        f"The customer has just paid {paid} on revision {attempt.revision}. Nothing was saved: "
        "look at the payment, then save again to apply your change or discard it."
    )
