"""Placing a hold: an amount blocked on a card, by staff on a card the customer left or by the customer at their link (A6)."""

import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlmodel import Session

from invoice_app import routes
from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.db import reading, transaction
from invoice_app.documents.formatting import format_amount_label
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.declines import explain_decline
from invoice_app.domain.errors import ActionRefused, AttemptInProgress, NotFound, StaleRevision, ValidationFailed
from invoice_app.domain.money import parse_amount
from invoice_app.domain.stages import Action
from invoice_app.gateways import stripe, stripe_holds
from invoice_app.gateways.stripe_values import ChargeRequest, CheckoutRequest, IntentOutcome, label_card
from invoice_app.models import Hold, SavedCard, ShareLink
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.holds import FAILED, HELD, OPEN, add_hold, find_active_hold, list_active_holds, read_hold
from invoice_app.repositories.invoices import lock_invoice, read_invoice
from invoice_app.repositories.sharing import derive_token, find_live_link
from invoice_app.services.checking_out import UNKNOWN, check_payable, ensure_customer
from invoice_app.services.payment_views import ChargeResult
from invoice_app.services.settling_holds import close_hold, settle_hold, settle_hold_page, settle_page
from invoice_app.services.signalling import signal_invoice

TRIES = 8
PAUSE_SECONDS = 0.25
# Longer than any call to Stripe may take. An age may be negative: a clock that was ahead leaves instants of the future behind.
GIVE_UP_AFTER = timedelta(minutes=3)
CARDS_OFF = "Hold Credit Card is off for this booking flow, so no card can be held here."


@dataclass(frozen=True, slots=True)
class _Placing:
    hold_id: int
    key: str
    amount_label: str
    request: ChargeRequest


def place_hold(actor: Actor | None, invoice_id: int, card_id: int, amount: str, *, revision: int) -> ChargeResult:
    """Block an amount (as typed) on a card the customer left, without them; nothing is taken yet.

    A decline is a result, not an error. Raises ValidationFailed ("amount"), StaleRevision, AttemptInProgress, NothingToPay,
    InvoiceIsVoid, PaymentsSwitchedOff, AmountNotChargeable, NotFound (the card), ActionRefused (cards are not held here, A7).
    """
    person = require(actor, Permission.TAKE_PAYMENTS)
    _close_open_page(invoice_id)
    placing = _begin(person, invoice_id, card_id, amount, revision)
    try:
        outcome = stripe.ask_twice(partial(stripe_holds.hold_card, placing.request, key=placing.key))
    except stripe.GatewayUnavailable:
        return ChargeResult(
            "processing",
            "We do not know yet",
            "The card service did not answer. We keep asking and show the result here; nothing is taken.",
        )
    except stripe.GatewayRefused as refused:
        _give_up(placing.hold_id, refused.gateway_code or refused.code)
        return ChargeResult("failed", "Not held", "The card service refused the hold. Nothing is blocked on the card.")
    return _conclude(placing, outcome)


def _begin(person: Actor, invoice_id: int, card_id: int, text: str, revision: int) -> _Placing:
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        context = read_context(session, invoice)
        _check(session, context)
        if revision != invoice.revision:
            raise StaleRevision(expected=revision, actual=invoice.revision)
        amount = parse_amount(text, invoice.currency, "amount")
        if not 0 < amount <= context.due:
            due = format_amount_label(context.due, invoice.currency, context.organisation.locale)
            raise ValidationFailed(f"Enter an amount above 0 and at most {due}, what is due.", "amount", text)
        card = session.get(SavedCard, card_id)
        if card is None or card.account_id != invoice.account_id or card.removed_at is not None:
            raise NotFound("card", card_id)
        label = label_card(card.brand, card.last4)
        hold = add_hold(session, invoice, amount=amount, who=person.name, method_label=label, card_id=card_id)
        after = {"hold": hold.id, "amount": amount}
        record_event(session, person, subject=f"invoice:{invoice_id}", action="asked for a hold", after=after)
        signal_invoice(session, invoice)
        told = format_amount_label(amount, invoice.currency, context.organisation.locale)
        return _Placing(hold.id or 0, hold.idempotency_key, told, _describe_charge(context, card, hold))


def _check(session: Session, context: InvoiceContext) -> None:
    check_payable(context, Action.TAKE_PAYMENT)
    if not context.flow.hold_card:
        raise ActionRefused(CARDS_OFF)
    active = find_active_hold(session, context.invoice.id or 0)
    if active is not None and active.status == HELD:
        raise ActionRefused("An amount is already held for this invoice. Take it or release it first.")
    if active is not None:
        raise AttemptInProgress(context.reference, "A hold is being placed. Wait for its result.")


def _describe_charge(context: InvoiceContext, card: SavedCard, hold: Hold) -> ChargeRequest:
    if context.account.stripe_customer_id is None:
        raise NotFound("card", card.id)
    return ChargeRequest(
        customer_id=context.account.stripe_customer_id,
        payment_method_id=card.payment_method_id,
        amount=hold.amount,
        currency=hold.currency,
        description=f"Order #{context.order.number}",
        metadata=_name(hold),
    )


def _name(hold: Hold) -> dict[str, str]:
    return {"invoice": str(hold.invoice_id), "hold": str(hold.id), "key": hold.idempotency_key}


def _conclude(placing: _Placing, outcome: IntentOutcome) -> ChargeResult:
    if not outcome.id:
        _give_up(placing.hold_id, outcome.decline_code or outcome.error_code)
    elif settle_hold(outcome) == HELD:
        message = f"{placing.amount_label} is blocked on the card. Nothing is taken until you capture it."
        return ChargeResult("succeeded", "Amount held", message)
    reason = explain_decline(outcome.decline_code, outcome.error_code)
    return ChargeResult("failed", reason.title, f"{reason.explanation} {reason.next_step}")


def _give_up(hold_id: int, code: str) -> None:
    with transaction() as session:
        hold = read_hold(session, hold_id)
        if hold.status == OPEN:
            close_hold(session, hold, FAILED, error_code=code)


def _close_open_page(invoice_id: int) -> None:
    with reading() as session:
        active = find_active_hold(session, invoice_id)
    if active is not None and active.status == OPEN and active.checkout_session_id:
        settle_page(active.id or 0, stripe.expire_checkout(active.checkout_session_id))


# ── The customer, at their link ───────────────────────────────────────────────────────────────────────────────────────────


def start_hold(token: str, *, revision: int, amount: int) -> str:
    """Open the hosted page on which the customer lets what is due be blocked; answers its address. `amount` in minor units.

    Raises StaleRevision when revision or amount are no longer current, ActionRefused (no hold here, or one stands),
    AttemptInProgress, NothingToPay, InvoiceIsVoid, PaymentsSwitchedOff, AmountNotChargeable, NotFound, GatewayUnavailable.
    """
    ensure_customer(token)
    for _ in range(TRIES):
        hold, request = _prepare(token, revision=revision, amount=amount)
        if hold.checkout_session_id:
            page = stripe.read_checkout(hold.checkout_session_id)
            if page.status == "open" and hold.amount == amount:
                return page.url
            settle_page(hold.id or 0, stripe.expire_checkout(page.id) if page.status == "open" else page)
            continue
        try:
            return _open_page(hold, request)
        except stripe.GatewayBusy:
            # A double click: the other request is opening the same page. Give it a moment to record it.
            time.sleep(PAUSE_SECONDS)
    raise AttemptInProgress(message="The page is being opened in another window. Please try again in a moment.")


def _prepare(token: str, *, revision: int, amount: int) -> tuple[Hold, CheckoutRequest]:
    with transaction() as session:
        link = find_live_link(session, token, now=utc_now())
        invoice = lock_invoice(session, link.invoice_id)
        context = read_context(session, invoice)
        hold = find_active_hold(session, invoice.id or 0)
        if hold is None or hold.share_link_id != link.id or hold.status != OPEN:
            _check(session, context)
            if (revision, amount) != (invoice.revision, context.due):
                raise StaleRevision(expected=revision, actual=invoice.revision)
            who = link.recipient or context.account.name
            hold = add_hold(session, invoice, amount=amount, who=who, link_id=link.id)
            signal_invoice(session, invoice)
        return hold, _describe_page(context, hold, token)


def _describe_page(context: InvoiceContext, hold: Hold, token: str) -> CheckoutRequest:
    assert context.account.stripe_customer_id is not None
    back = settings().base_url + routes.shared_invoice_part(token, "return")
    return CheckoutRequest(
        customer_id=context.account.stripe_customer_id,
        amount=hold.amount,
        currency=hold.currency,
        description=f"Order #{context.order.number}",
        success_url=f"{back}?hold_session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{back}?back=hold",
        metadata=_name(hold),
    )


def _open_page(hold: Hold, request: CheckoutRequest) -> str:
    try:
        page = stripe.ask_twice(partial(stripe_holds.open_hold_page, request, key=hold.idempotency_key))
    except stripe.GatewayBusy:
        raise
    except (stripe.GatewayRefused, stripe.GatewayUnavailable) as error:
        # As for a payment: nobody can let anything be held on it, and another press of the button asks with another key.
        _give_up(hold.id or 0, error.code)
        raise
    with transaction() as session:
        stored = read_hold(session, hold.id or 0)
        stored.checkout_session_id, stored.checkout_url = page.id, page.url
        session.add(stored)
    return page.url


def finish_hold(token: str, session_id: str) -> str:
    """The customer came back: learn what happened.

    Answers the hold's status; UNKNOWN when Stripe does not answer (webhook or sweep will tell), "" for a page not its own.
    """
    with reading() as session:
        invoice_id = find_live_link(session, token, now=utc_now()).invoice_id
    try:
        return settle_hold_page(session_id, of_invoice=invoice_id)
    except stripe.GatewayUnavailable:
        return UNKNOWN
    except stripe.GatewayMissing:
        return ""


def settle_active_holds(*, of_invoice: int | None = None) -> None:
    """Ask Stripe about holds that stand or are being placed: what no webhook told is found here.

    A hold on an invoice that was paid in another way is released. What Stripe does not answer waits for the next time.
    """
    with reading() as session:
        active = list_active_holds(session)
    for hold in active:
        if of_invoice not in (None, hold.invoice_id):
            continue
        try:
            _settle_active(hold)
        except (stripe.GatewayUnavailable, stripe.GatewayRefused):
            continue


def _settle_active(hold: Hold) -> None:
    if hold.payment_intent_id:
        if hold.status == HELD and _is_settled(hold.invoice_id):
            # Paid in another way: nothing is left that could be taken.
            settle_hold(stripe_holds.release_hold(hold.payment_intent_id))
        elif hold.status == OPEN or (hold.capture_before and hold.capture_before <= utc_now()):
            settle_hold(stripe.read_intent(hold.payment_intent_id))
    elif hold.checkout_session_id:
        settle_hold_page(hold.checkout_session_id)
    elif hold.share_link_id is not None:
        _open_page(hold, _describe_again(hold))
    else:
        _look_for(hold)


def _is_settled(invoice_id: int) -> bool:
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        return invoice.due <= 0 and not invoice.in_flight


def _describe_again(hold: Hold) -> CheckoutRequest:
    with reading() as session:
        link = session.get(ShareLink, hold.share_link_id)
        assert link is not None
        context = read_context(session, read_invoice(session, hold.invoice_id))
        return _describe_page(context, hold, derive_token(link.nonce))


def _look_for(hold: Hold) -> None:
    with reading() as session:
        account = read_context(session, read_invoice(session, hold.invoice_id)).account
    found = stripe.find_intent(customer_id=account.stripe_customer_id or "", key=hold.idempotency_key)
    if found is not None:
        settle_hold(found)
    elif abs(utc_now() - hold.created_at) > GIVE_UP_AFTER:
        _give_up(hold.id or 0, "gateway_unavailable")
