"""Posting: what Stripe says about a payment becomes our ledger, exactly once, whoever learns it first.

The return page, webhooks, the API's own answer and the sweep all end here with an outcome fetched from Stripe.
"""

from datetime import datetime

import structlog
from sqlmodel import Session

from invoice_app.clock import today_in, utc_now
from invoice_app.db import transaction
from invoice_app.domain.access import Actor
from invoice_app.domain.bookkeeping import BOOKS, book_payment
from invoice_app.domain.declines import explain_decline
from invoice_app.gateways.stripe_values import CardFacts, IntentOutcome
from invoice_app.models import Allocation, Invoice, Payment, PaymentAttempt, SavedCard
from invoice_app.repositories.bookkeeping import book
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.coupons import commit_redemptions, release_checkout
from invoice_app.repositories.event_log import CUSTOMER, SYSTEM, record_event
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.issuing import settle_facts, tell_dates
from invoice_app.repositories.numbering import assign_number
from invoice_app.repositories.payments import (
    CARD,
    CONFIRM,
    EXPIRED,
    FAILED,
    HELD,
    KEPT,
    OPEN,
    PROCESSING,
    SUCCEEDED,
    add_attempt,
    find_attempt_by_key,
    find_attempt_of_intent,
    find_payment_of_intent,
    keep_card,
    read_attempt,
)
from invoice_app.repositories.schedules import follow_schedule
from invoice_app.services.carrying_fees import add_fee_of_attempt
from invoice_app.services.noticing import tell_of_payment
from invoice_app.services.noting_fees import store_fee
from invoice_app.services.sharing import mark_sent
from invoice_app.services.signalling import signal_invoice
from invoice_app.services.writing_emails import queue_confirmation_request, queue_failed_payment, queue_receipt

log = structlog.get_logger()


def settle_intent(outcome: IntentOutcome) -> str:
    """Bring our records to what a PaymentIntent says now; answers the attempt's status, "" for a payment that is not ours."""
    with transaction() as session:
        return settle_intent_in(session, outcome)


def settle_intent_in(session: Session, outcome: IntentOutcome) -> str:
    """As `settle_intent`, in the caller's transaction."""
    found = find_attempt_of_intent(session, outcome.id, outcome.metadata.get("key", ""))
    if found is None or found.id is None:
        return ""
    invoice = lock_invoice(session, found.invoice_id)
    attempt = read_attempt(session, found.id)
    if outcome.status == "succeeded":
        post_success(session, invoice, attempt, outcome)
    elif outcome.status == "processing":
        _mark_processing(session, invoice, attempt, outcome)
    elif outcome.status == "canceled":
        close_attempt(session, invoice, attempt, EXPIRED, error_code=outcome.error_code)
    elif attempt.share_link_id is None or attempt.status == PROCESSING:
        _post_failure(session, invoice, attempt, outcome)
    return attempt.status


def post_success(session: Session, invoice: Invoice, attempt: PaymentAttempt, outcome: IntentOutcome) -> None:
    """Post the money of an attempt on a locked invoice, once for each PaymentIntent, and close the attempt."""
    if find_payment_of_intent(session, outcome.id) is not None:
        return
    context = read_context(session, invoice)
    fee = add_fee_of_attempt(session, context, attempt, received=outcome.amount_received)
    payment = post_payment(
        session,
        context,
        amount=outcome.amount_received,
        method=CARD,
        method_label=outcome.method_label or attempt.method_label or "Card",
        recorded_by=attempt.who,
        actor=CUSTOMER if attempt.share_link_id is not None else attempt.who,
        payment_intent_id=outcome.id,
        charge_id=outcome.charge_id,
        fee=fee,
    )
    if outcome.fee is not None:
        store_fee(session, invoice, payment, outcome.fee)
    attempt.payment_id, attempt.payment_intent_id = payment.id, outcome.id
    attempt.method_label = payment.method_label
    close_attempt(session, invoice, attempt, SUCCEEDED)
    if outcome.keeps_card and outcome.card:
        keep_card_facts(session, context, outcome.card, source=KEPT)
    if attempt.share_link_id is not None:
        tell_of_payment(session, context, payment)


def post_payment(
    session: Session,
    context: InvoiceContext,
    *,
    amount: int,
    method: str,
    method_label: str,
    recorded_by: str,
    actor: Actor | str = CUSTOMER,
    reference: str = "",
    payment_intent_id: str | None = None,
    charge_id: str | None = None,
    fee: int = 0,
    received_at: datetime | None = None,
) -> Payment:
    """Record money received on a locked invoice: payment, allocation, number, coupon redemptions, event, signals, receipt.

    `amount` in minor units, of which `fee` is its method's. What exceeds the amount due, or comes for a void invoice, stays
    unallocated in the account's favour (product.md invariants 8 and 9).
    """
    invoice = context.invoice
    before = {"paid": invoice.paid, "number": invoice.number, **tell_dates(invoice)}
    payment = Payment(
        account_id=invoice.account_id,
        method=method,
        method_label=method_label,
        amount=amount,
        currency=invoice.currency,
        reference=reference,
        payment_intent_id=payment_intent_id,
        charge_id=charge_id,
        recorded_by=recorded_by,
        received_at=received_at or utc_now(),
    )
    session.add(payment)
    session.flush()
    allocated = 0 if invoice.stage == "void" else max(0, min(amount, context.due))
    with session.no_autoflush:  # what is read in between is not what is written: one flush at the end will do
        if allocated:
            _allocate(session, context, payment, allocated)
        parts = book_payment(BOOKS[method], to_invoice=allocated, to_credit=amount - allocated)
        source, payment_id = f"payment:{payment.id}", payment.id
        book(session, invoice, parts, kind="payment", source=source, who=recorded_by, payment_id=payment_id, note=method_label)
        invoice.updated_at = utc_now()
        session.add(invoice)
        after = {
            "paid": invoice.paid,
            "number": invoice.number,
            "received": amount,
            "allocated": allocated,
            "method": method_label,
            **tell_dates(invoice),
        }
        subject = f"invoice:{invoice.id}"
        record_event(session, actor, subject=subject, action="payment received", before=before, after=after)
        signal_invoice(session, invoice)
        queue_receipt(session, context, payment, fee=fee, to_credit=amount - allocated)
    return payment


def _allocate(session: Session, context: InvoiceContext, payment: Payment, amount: int) -> None:
    invoice, organisation = context.invoice, context.organisation
    assert invoice.id is not None
    session.add(Allocation(payment_id=payment.id or 0, invoice_id=invoice.id, amount=amount))
    invoice.paid += amount
    follow_schedule(session, invoice)
    settle_facts(session, invoice, organisation)
    assign_number(session, invoice, organisation, today_in(organisation.time_zone))
    commit_redemptions(session, invoice.id)


def _mark_processing(session: Session, invoice: Invoice, attempt: PaymentAttempt, outcome: IntentOutcome) -> None:
    if attempt.status in (SUCCEEDED, PROCESSING):
        return
    attempt.status, attempt.payment_intent_id = PROCESSING, outcome.id
    attempt.method_label = outcome.method_label or attempt.method_label
    invoice.in_flight = True
    session.add_all((attempt, invoice))
    signal_invoice(session, invoice)


def _post_failure(session: Session, invoice: Invoice, attempt: PaymentAttempt, outcome: IntentOutcome) -> None:
    if attempt.status not in (OPEN, PROCESSING):
        return
    attempt.payment_intent_id = outcome.id or None
    attempt.method_label = outcome.method_label or attempt.method_label
    attempt.error_message = outcome.error_message
    waits = CONFIRM if outcome.status == "requires_action" else ""
    error_code, decline_code = waits or outcome.error_code, waits or outcome.decline_code
    was_processed = attempt.status == PROCESSING and attempt.share_link_id is not None
    close_attempt(session, invoice, attempt, FAILED, error_code=error_code, decline_code=decline_code)
    if was_processed:
        # Days later nobody looks at a page.
        reason = explain_decline(decline_code, error_code).title
        queue_failed_payment(session, read_context(session, invoice), attempt, reason=reason)
    if CONFIRM in (error_code, decline_code) and attempt.share_link_id is None:
        _ask_to_confirm(session, invoice, attempt)


def _ask_to_confirm(session: Session, invoice: Invoice, attempt: PaymentAttempt) -> None:
    # Nobody is at the customer's page: a link is how they learn of it. What is due by now may be something else.
    if attempt.amount == invoice.due and queue_confirmation_request(session, read_context(session, invoice)):
        mark_sent(session, SYSTEM, invoice)
        attempt.asked_customer = True
        session.add(attempt)


def close_attempt(
    session: Session,
    invoice: Invoice,
    attempt: PaymentAttempt,
    status: str,
    *,
    error_code: str = "",
    decline_code: str = "",
) -> None:
    """End an attempt of a locked invoice; one that ended well stays so, and money that came after all turns any other."""
    if attempt.status == SUCCEEDED or (status != SUCCEEDED and attempt.status not in (OPEN, PROCESSING)):
        return
    attempt.status, attempt.closed_at = status, utc_now()
    attempt.error_code, attempt.decline_code = error_code, decline_code
    if status != SUCCEEDED:
        release_checkout(session, attempt.id or 0)
    invoice.in_flight = False
    session.add_all((attempt, invoice))
    if status == FAILED:
        record_event(
            session,
            attempt.who if attempt.share_link_id is None else CUSTOMER,
            subject=f"invoice:{invoice.id}",
            action="payment failed",
            after={"attempt": attempt.id, "reason": explain_decline(decline_code, error_code).title},
        )
    signal_invoice(session, invoice)


def record_decline(declined: IntentOutcome, key: str) -> None:
    """Add a failed attempt for a card the hosted page refused while the customer may still try another (A4, A9).

    `key` names the refusal, so that a repeated notice adds nothing.
    """
    with transaction() as session:
        found = find_attempt_of_intent(session, declined.id, declined.metadata.get("key", ""))
        if found is None or found.share_link_id is None:
            return
        invoice = lock_invoice(session, found.invoice_id)
        found = read_attempt(session, found.id or 0)
        if find_attempt_by_key(session, key) is not None or _ends_itself(found, declined):
            return
        tried = add_attempt(
            session,
            invoice,
            amount=found.amount,
            method=CARD,
            method_label=declined.method_label,
            who=found.who,
            link_id=found.share_link_id,
        )
        tried.idempotency_key, tried.revision = key, found.revision
        tried.error_message = declined.error_message
        # Both, so that the attempt that opened the page stays the oldest with this id.
        found.payment_intent_id = tried.payment_intent_id = declined.id
        session.add(found)
        in_flight = invoice.in_flight
        close_attempt(session, invoice, tried, FAILED, error_code=declined.error_code, decline_code=declined.decline_code)
        invoice.in_flight = in_flight


def _ends_itself(attempt: PaymentAttempt, declined: IntentOutcome) -> bool:
    # A bank debit that was taken up and failed days later: the attempt itself ends so, the customer tried nothing else.
    return attempt.status in (PROCESSING, FAILED) and declined.method_label in ("", attempt.method_label)


def keep_card_facts(session: Session, context: InvoiceContext, card: CardFacts, *, source: str) -> SavedCard:
    """Keep a card with the customer's consent, for the account of the invoice (A6, A23)."""
    kept = keep_card(
        session,
        context.invoice.account_id,
        payment_method_id=card.payment_method_id,
        brand=card.brand,
        last4=card.last4,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        source=source,
    )
    action = "left a card" if source == HELD else "kept the card"
    record_event(session, CUSTOMER, subject=f"invoice:{context.invoice.id}", action=action, after={"card": card.label})
    signal_invoice(session, context.invoice)
    return kept


def give_up_attempt(attempt_id: int, *, error_code: str) -> None:
    """Close an attempt that Stripe never heard of, or refused to take up: nothing was charged."""
    with transaction() as session:
        attempt = read_attempt(session, attempt_id)
        invoice = lock_invoice(session, attempt.invoice_id)
        attempt = read_attempt(session, attempt_id)
        close_attempt(session, invoice, attempt, FAILED, error_code=error_code)
        log.warning("attempt_given_up", attempt=attempt_id, code=error_code, by=SYSTEM)
