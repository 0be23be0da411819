"""Charging a card the customer left, while they are away (A6, A9)."""

from dataclasses import dataclass, replace
from functools import partial

from invoice_app.db import reading, transaction
from invoice_app.documents.formatting import format_amount_label
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.declines import explain_decline
from invoice_app.domain.errors import ActionRefused, AttemptInProgress, NotFound, StaleRevision
from invoice_app.domain.stages import Action
from invoice_app.gateways import stripe
from invoice_app.gateways.stripe_values import ChargeRequest, IntentOutcome, label_card
from invoice_app.models import SavedCard
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.payments import CARD, CONFIRM, PROCESSING, SUCCEEDED, add_attempt, find_unfinished, read_attempt
from invoice_app.services.checking_out import check_payable
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.payment_views import CONFIRM_MAILED, ChargeResult
from invoice_app.services.posting import give_up_attempt, settle_intent
from invoice_app.services.signalling import signal_invoice


@dataclass(frozen=True, slots=True)
class _Charge:
    attempt_id: int
    key: str
    amount_label: str
    request: ChargeRequest


def charge_saved_card(actor: Actor | None, invoice_id: int, card_id: int, *, revision: int) -> ChargeResult:
    """Charge the whole amount due to a card of the customer, without them.

    A decline is a result, not an error: it adds one failed attempt. Raises StaleRevision, AttemptInProgress, NothingToPay,
    InvoiceIsVoid, PaymentsSwitchedOff, AmountNotChargeable, NotFound (the card), ActionRefused (cards are not held here, A7).
    """
    collector = require(actor, Permission.TAKE_PAYMENTS)
    close_open_checkout(invoice_id)
    charge = _begin(collector, invoice_id, card_id, revision)
    try:
        outcome = stripe.ask_twice(partial(stripe.charge_card, charge.request, key=charge.key))
    except stripe.GatewayUnavailable:
        return ChargeResult(
            "processing",
            "We do not know yet",
            "The card service did not answer. We keep asking and show the result here; the card is charged at most once.",
        )
    except stripe.GatewayRefused as refused:
        give_up_attempt(charge.attempt_id, error_code=refused.gateway_code or refused.code)
        return ChargeResult("failed", "Not charged", "The card service refused the charge. The files stay locked.")
    return _conclude(charge, outcome)


def _begin(collector: Actor, invoice_id: int, card_id: int, revision: int) -> _Charge:
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        context = read_context(session, invoice)
        check_payable(context, Action.TAKE_PAYMENT)
        if not context.flow.hold_card:
            raise ActionRefused("Hold Credit Card is off for this booking flow, so no card can be charged here.")
        if revision != invoice.revision:
            raise StaleRevision(expected=revision, actual=invoice.revision)
        if find_unfinished(session, invoice_id) is not None:
            raise AttemptInProgress(context.reference)
        card = session.get(SavedCard, card_id)
        if card is None or card.account_id != invoice.account_id or card.removed_at is not None:
            raise NotFound("card", card_id)
        attempt = add_attempt(
            session,
            invoice,
            amount=context.due,
            method=CARD,
            method_label=label_card(card.brand, card.last4),
            who=collector.name,
            status=PROCESSING,
            card_id=card_id,
        )
        invoice.in_flight = True
        session.add(invoice)
        after = {"attempt": attempt.id, "amount": attempt.amount}
        record_event(session, collector, subject=f"invoice:{invoice_id}", action="charged a card", after=after)
        signal_invoice(session, invoice)
        return _Charge(
            attempt_id=attempt.id or 0,
            key=attempt.idempotency_key,
            amount_label=format_amount_label(attempt.amount, attempt.currency, context.organisation.locale),
            request=_describe(context, card, attempt.id or 0, attempt.idempotency_key),
        )


def _describe(context: InvoiceContext, card: SavedCard, attempt_id: int, key: str) -> ChargeRequest:
    if context.account.stripe_customer_id is None:
        raise NotFound("card", card.id)
    return ChargeRequest(
        customer_id=context.account.stripe_customer_id,
        payment_method_id=card.payment_method_id,
        amount=context.due,
        currency=context.invoice.currency,
        description=f"Order #{context.order.number}",
        metadata={"invoice": str(context.invoice.id), "attempt": str(attempt_id), "key": key},
    )


def _conclude(charge: _Charge, outcome: IntentOutcome) -> ChargeResult:
    status = settle_intent(_with_key(outcome, charge.key))
    if status == SUCCEEDED:
        return ChargeResult("succeeded", "Payment received", f"{charge.amount_label} was charged to the card.")
    if status == PROCESSING:
        return ChargeResult("processing", "Being processed", "The bank is still working on it. The result appears here.")
    needs_customer = CONFIRM in (outcome.decline_code, outcome.error_code) or outcome.status == "requires_action"
    reason = explain_decline(outcome.decline_code, CONFIRM if needs_customer else outcome.error_code)
    if needs_customer:
        with reading() as session:
            asked = read_attempt(session, charge.attempt_id).asked_customer
        follow_up = CONFIRM_MAILED if asked else reason.next_step
        return ChargeResult("needs_customer", reason.title, f"{reason.explanation} {follow_up}")
    return ChargeResult("failed", reason.title, f"{reason.explanation} {reason.next_step}")


def _with_key(outcome: IntentOutcome, key: str) -> IntentOutcome:
    return outcome if outcome.metadata.get("key") else replace(outcome, metadata={**outcome.metadata, "key": key})
