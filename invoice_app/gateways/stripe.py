"""Stripe behind plain functions. No Stripe object leaves this module; the local Stripe differs only by settings.

Each call that moves money carries a key stored beforehand, so after GatewayUnavailable the same call is simply made again
(payments.md, Idempotency).
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

import stripe

from invoice_app.config import settings
from invoice_app.domain.charging import check_chargeable
from invoice_app.domain.errors import AppError
from invoice_app.gateways.stripe_client import GatewayBusy as GatewayBusy
from invoice_app.gateways.stripe_client import GatewayMissing as GatewayMissing
from invoice_app.gateways.stripe_client import GatewayRefused as GatewayRefused
from invoice_app.gateways.stripe_client import GatewayUnavailable as GatewayUnavailable
from invoice_app.gateways.stripe_client import ask_twice as ask_twice
from invoice_app.gateways.stripe_client import client, fetch, translated
from invoice_app.gateways.stripe_values import (
    BANK_DEBITS,
    CardFacts,
    ChargeRequest,
    CheckoutPage,
    CheckoutRequest,
    GatewayEvent,
    IntentOutcome,
    SetupOutcome,
    read_card,
    read_gateway_event,
    read_intent_outcome,
    read_page,
    read_setup_outcome,
)

SIGNATURE_TOLERANCE = timedelta(minutes=5)
EXPAND_INTENT = ["payment_method", "latest_charge.balance_transaction"]


class SignatureRefused(AppError):
    """A webhook that Stripe did not sign, or not within five minutes of now."""

    code = "signature_refused"
    status = 400


class EventRefused(AppError):
    """A webhook that Stripe signed and whose body is none of its events."""

    code = "event_refused"
    status = 400


def create_customer(*, name: str, email: str, account_id: int, key: str) -> str:
    """Register an account at Stripe; answers the customer's id."""
    details: dict[str, Any] = {"name": name, "metadata": {"account": str(account_id)}}
    if email:
        details["email"] = email
    with translated():
        return str(client().v1.customers.create(details, {"idempotency_key": key}).id)  # type: ignore[arg-type]


def name_customer_key(account_id: int, name: str, email: str, registrations: int = 0) -> str:
    """The idempotency key under which an account is registered; two deployments on one Stripe account stay apart."""
    told = f"{settings().secret_key.get_secret_value()}:{account_id}:{name}:{email}:{registrations}"
    return f"customer:{account_id}:{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def open_checkout(request: CheckoutRequest, *, key: str) -> CheckoutPage:
    """Open a hosted page that takes exactly `request.amount`. The same key answers the same page."""
    product = {"name": request.description or "Invoice"}
    price = {
        "currency": request.currency.lower(),
        "unit_amount": check_chargeable(request.amount, request.currency),
        "product_data": product,
    }
    intent: dict[str, Any] = {"metadata": dict(request.metadata), "description": request.description}
    if request.keep_card:
        intent["setup_future_usage"] = "off_session"
    limited: dict[str, Any] = {}
    if request.method:
        only = "card" if request.method == "card" else BANK_DEBITS[request.currency]
        limited["allowed_payment_method_types"] = [only]
    return create_session(
        request,
        key,
        mode="payment",
        **limited,
        line_items=[{"price_data": price, "quantity": 1}],
        payment_intent_data=intent,
        adaptive_pricing={"enabled": False},
    )


def open_card_request(request: CheckoutRequest, *, key: str) -> CheckoutPage:
    """Open a hosted page that keeps a card for later and charges nothing."""
    details = {"metadata": dict(request.metadata)}
    return create_session(request, key, mode="setup", currency=request.currency.lower(), setup_intent_data=details)


def create_session(request: CheckoutRequest, key: str, **details: Any) -> CheckoutPage:
    """Open a hosted page of any kind; `details` say which."""
    params: dict[str, Any] = {
        "ui_mode": "hosted_page",
        "customer": request.customer_id,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "metadata": dict(request.metadata),
        **details,
    }
    with translated():
        session = client().v1.checkout.sessions.create(params, {"idempotency_key": key})  # type: ignore[arg-type]
        return read_page(session.to_dict())


def read_checkout(session_id: str) -> CheckoutPage:
    """A hosted page as it stands now."""
    return read_page(fetch("checkout/sessions", session_id))


def expire_checkout(session_id: str) -> CheckoutPage:
    """Close a hosted page so that nobody can pay on it. Answers it as it stands: expired, or complete when the customer won."""
    try:
        with translated():
            return read_page(client().v1.checkout.sessions.expire(session_id).to_dict())
    except GatewayRefused:
        page = read_checkout(session_id)
        if page.status == "open":
            raise
        return page


def charge_card(request: ChargeRequest, *, key: str) -> IntentOutcome:
    """Charge a kept card while the customer is away. A decline is an outcome, not an error."""
    params: dict[str, Any] = {
        "amount": check_chargeable(request.amount, request.currency),
        "currency": request.currency.lower(),
        "customer": request.customer_id,
        "payment_method": request.payment_method_id,
        "off_session": True,
        "confirm": True,
        # Nobody is there to be sent to their bank's page; without this Stripe asks for a return_url.
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "description": request.description,
        "metadata": dict(request.metadata),
        "expand": EXPAND_INTENT,
    }
    try:
        with translated():
            intent = client().v1.payment_intents.create(params, {"idempotency_key": key})  # type: ignore[arg-type]
            return read_intent_outcome(intent.to_dict())
    except stripe.CardError as error:
        return read_declined(error, request.currency)


def read_declined(error: stripe.CardError, currency: str) -> IntentOutcome:
    """A decline as an outcome, with the PaymentIntent it left where Stripe tells."""
    body = error.json_body if isinstance(error.json_body, Mapping) else {}
    details: Mapping[str, Any] = body.get("error") or {}
    intent = details.get("payment_intent")
    if isinstance(intent, Mapping):
        return read_intent_outcome({**intent, "last_payment_error": {**details, "payment_intent": None}})
    return IntentOutcome(
        id="",
        status="requires_payment_method",
        amount_received=0,
        currency=currency,
        error_code=error.code or "card_declined",
        decline_code=details.get("decline_code") or "",
        error_message=details.get("message") or "",
    )


def read_intent(intent_id: str) -> IntentOutcome:
    """A PaymentIntent as it stands now."""
    return read_intent_outcome(fetch("payment_intents", intent_id, expand=EXPAND_INTENT))


def find_intent(*, customer_id: str, key: str) -> IntentOutcome | None:
    """The PaymentIntent made under one of our keys, looked for among the customer's latest hundred."""
    with translated():
        found = client().v1.payment_intents.list({"customer": customer_id, "limit": 100})
        for intent in found.data:
            data = intent.to_dict()
            if (data.get("metadata") or {}).get("key") == key:
                return read_intent(data["id"])
    return None


def cancel_intent(intent_id: str) -> IntentOutcome:
    """Give a PaymentIntent up. Answers it as it stands: canceled, or whatever it had already become."""
    try:
        with translated():
            return read_intent_outcome(client().v1.payment_intents.cancel(intent_id).to_dict())
    except GatewayRefused:
        return read_intent(intent_id)


def read_setup(setup_intent_id: str) -> SetupOutcome:
    """A SetupIntent as it stands now."""
    with translated():
        params = {"expand": ["payment_method"]}
        setup = client().v1.setup_intents.retrieve(setup_intent_id, params)  # type: ignore[arg-type]
        return read_setup_outcome(setup.to_dict())


def read_payment_method(payment_method_id: str) -> CardFacts | None:
    """A kept card as it stands now; None for any other kind of payment method."""
    with translated():
        return read_card(client().v1.payment_methods.retrieve(payment_method_id).to_dict())


def list_events(*, since: datetime, limit: int = 10_000) -> list[GatewayEvent]:
    """Events created at or after `since`, oldest first; at most the newest `limit`."""
    events: list[GatewayEvent] = []
    params: dict[str, Any] = {"limit": 100, "created": {"gte": int(since.timestamp())}}
    with translated():
        for event in client().v1.events.list(params).auto_paging_iter():  # type: ignore[arg-type]
            events.append(read_gateway_event(event.to_dict()))
            if len(events) >= limit:
                break
    return events[::-1]


def _refuse_constant(name: str) -> NoReturn:
    # NaN and the infinities, which are no JSON and which PostgreSQL does not take.
    raise ValueError(name)


def verify_event(raw_body: bytes, signature_header: str | None, *, now: datetime) -> GatewayEvent:
    """A webhook's event once its signature is checked against the raw body.

    Raises SignatureRefused for a wrong or missing signature and for one made more than five minutes before or after `now`
    (the SDK alone accepts one from the future), EventRefused for a signed body that is not an event.
    """
    secret = settings().stripe_webhook_secret.get_secret_value()
    if not secret or not signature_header:
        raise SignatureRefused("The request is not signed.")
    try:
        stripe.WebhookSignature.verify_header(raw_body, signature_header, secret, None)
        signed_at = int(dict(part.split("=", 1) for part in signature_header.split(","))["t"])
    except (stripe.SignatureVerificationError, ValueError, KeyError):
        raise SignatureRefused("The signature does not fit.") from None
    if abs(now.timestamp() - signed_at) > SIGNATURE_TOLERANCE.total_seconds():
        raise SignatureRefused("The signature is too old or from the future.")
    try:
        return read_gateway_event(json.loads(raw_body, parse_constant=_refuse_constant))
    except (ValueError, RecursionError):
        raise EventRefused("The body is not an event.") from None
