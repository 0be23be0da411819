"""Taking a held amount, whole or in part, and letting it go."""

from dataclasses import dataclass
from functools import partial

from invoice_app.db import reading, transaction
from invoice_app.documents.formatting import format_amount_label
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import ActionRefused, AttemptInProgress, PaymentsSwitchedOff, ValidationFailed
from invoice_app.domain.money import parse_amount
from invoice_app.domain.stages import Action, Stage, require_allowed
from invoice_app.gateways import stripe, stripe_holds
from invoice_app.gateways.stripe_values import IntentOutcome
from invoice_app.models import Hold
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.holds import CAPTURED, EXPIRED, HELD, RELEASED, read_hold
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.payments import CARD, PROCESSING, add_attempt, find_unfinished
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.payment_views import ChargeResult
from invoice_app.services.posting import give_up_attempt
from invoice_app.services.settling_holds import settle_hold
from invoice_app.services.signalling import signal_invoice


@dataclass(frozen=True, slots=True)
class _Capture:
    attempt_id: int
    key: str
    intent_id: str
    amount: int
    currency: str
    label: str


def capture_hold(actor: Actor | None, hold_id: int, amount: str) -> ChargeResult:
    """Take a held amount (as typed, at most what is held and due); the rest is released. It is a payment like any other.

    Raises ValidationFailed ("amount"), ActionRefused (the hold no longer stands), AttemptInProgress, InvoiceIsVoid,
    PaymentsSwitchedOff, NotFound, PermissionDenied.
    """
    person = require(actor, Permission.TAKE_PAYMENTS)
    with reading() as session:
        invoice_id = read_hold(session, hold_id).invoice_id
    close_open_checkout(invoice_id)
    capture = _begin(person, hold_id, amount)
    try:
        outcome = stripe.ask_twice(partial(_ask, capture))
    except stripe.GatewayUnavailable:
        return ChargeResult(
            "processing",
            "We do not know yet",
            "The card service did not answer. We keep asking and show the result here; the amount is taken at most once.",
        )
    except stripe.GatewayRefused:
        return _settle_refused(capture)
    settle_hold(outcome)
    return ChargeResult("succeeded", "Payment received", f"{capture.label} was taken from the card; the rest was released.")


def _begin(person: Actor, hold_id: int, text: str) -> _Capture:
    with transaction() as session:
        hold = read_hold(session, hold_id)
        invoice = lock_invoice(session, hold.invoice_id)
        hold = read_hold(session, hold_id)
        context = read_context(session, invoice)
        _check(context, hold)
        if find_unfinished(session, hold.invoice_id) is not None:
            raise AttemptInProgress(context.reference)
        amount = _read_amount(context, hold, text)
        attempt = add_attempt(
            session,
            invoice,
            amount=amount,
            method=CARD,
            method_label=hold.method_label,
            who=person.name,
            status=PROCESSING,
            card_id=hold.saved_card_id,
        )
        attempt.payment_intent_id = hold.payment_intent_id
        invoice.in_flight = True
        session.add_all((attempt, invoice))
        after = {"hold": hold_id, "attempt": attempt.id, "amount": amount}
        record_event(session, person, subject=f"invoice:{invoice.id}", action="took a held amount", after=after)
        signal_invoice(session, invoice)
        label = format_amount_label(amount, hold.currency, context.organisation.locale)
        key, intent_id = attempt.idempotency_key, hold.payment_intent_id or ""
        return _Capture(attempt.id or 0, key, intent_id, amount, hold.currency, label)


def _check(context: InvoiceContext, hold: Hold) -> None:
    if context.switches_off:
        raise PaymentsSwitchedOff(context.switches_off)
    invoice = context.invoice
    require_allowed(Action.TAKE_PAYMENT, stage=Stage(invoice.stage), in_flight=invoice.in_flight, reference=context.reference)
    if hold.status != HELD:
        raise ActionRefused(explain_ended(hold.status))


def _read_amount(context: InvoiceContext, hold: Hold, text: str) -> int:
    amount = parse_amount(text, hold.currency, "amount")
    most = min(hold.amount, max(context.due, 0))
    if not 0 < amount <= most:
        told = format_amount_label(most, hold.currency, context.organisation.locale)
        if most == 0:
            raise ValidationFailed("Nothing is due any more. Release the hold instead.", "amount", text)
        raise ValidationFailed(f"Enter an amount above 0 and at most {told}.", "amount", text)
    return amount


def explain_ended(status: str) -> str:
    """Why a hold can no longer be taken."""
    return {
        CAPTURED: "This hold was already taken.",
        RELEASED: "This hold was released. Charge the card or send the link instead.",
        EXPIRED: "This hold expired. Charge the card or send the link instead.",
    }.get(status, "Nothing is held.")


def _ask(capture: _Capture) -> IntentOutcome:
    amount, currency = capture.amount, capture.currency
    return stripe_holds.capture_hold(capture.intent_id, amount=amount, currency=currency, key=capture.key)


def _settle_refused(capture: _Capture) -> ChargeResult:
    status = settle_hold(stripe.read_intent(capture.intent_id))
    if status == CAPTURED:
        return ChargeResult("succeeded", "Already taken", "This hold had been taken meanwhile; its payment is listed here.")
    give_up_attempt(capture.attempt_id, error_code="hold_ended" if status != HELD else "gateway_refused")
    return ChargeResult("failed", "Not taken", explain_ended(status))


def release_hold(actor: Actor | None, hold_id: int) -> str:
    """Let a held amount go; answers the hold's status afterwards: released, or what it had already become.

    Raises ActionRefused (it no longer stands), AttemptInProgress (it is being taken), NotFound, GatewayUnavailable.
    """
    person = require(actor, Permission.TAKE_PAYMENTS)
    with transaction() as session:
        hold = read_hold(session, hold_id)
        invoice = lock_invoice(session, hold.invoice_id)
        hold = read_hold(session, hold_id)
        if hold.status != HELD or hold.payment_intent_id is None:
            raise ActionRefused(explain_ended(hold.status))
        if invoice.in_flight:
            raise AttemptInProgress(message="This hold is being taken just now.")
        after = {"hold": hold_id}
        record_event(session, person, subject=f"invoice:{invoice.id}", action="released a held amount", after=after)
        intent_id = hold.payment_intent_id
    return settle_hold(stripe_holds.release_hold(intent_id))
