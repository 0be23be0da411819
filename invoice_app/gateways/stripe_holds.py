"""Holds: amounts blocked on a card and taken, in full or part, or released later (`capture_method=manual`)."""

from typing import Any

import stripe as sdk

from invoice_app.domain.charging import check_chargeable
from invoice_app.gateways.stripe import EXPAND_INTENT, create_session, read_declined, read_intent
from invoice_app.gateways.stripe_client import GatewayRefused, client, translated
from invoice_app.gateways.stripe_values import (
    ChargeRequest,
    CheckoutPage,
    CheckoutRequest,
    IntentOutcome,
    read_intent_outcome,
)

# Stripe's button says "Pay" here as well.
HELD_NOT_CHARGED = "Nothing is charged now. The amount is held on your card until it is taken or released."


def hold_card(request: ChargeRequest, *, key: str) -> IntentOutcome:
    """Block an amount on a kept card while the customer is away. A decline is an outcome, not an error."""
    params: dict[str, Any] = {
        "amount": check_chargeable(request.amount, request.currency),
        "currency": request.currency.lower(),
        "customer": request.customer_id,
        "payment_method": request.payment_method_id,
        "off_session": True,
        "confirm": True,
        "capture_method": "manual",
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "description": request.description,
        "metadata": dict(request.metadata),
        "expand": EXPAND_INTENT,
    }
    try:
        with translated():
            intent = client().v1.payment_intents.create(params, {"idempotency_key": key})  # type: ignore[arg-type]
            return read_intent_outcome(intent.to_dict())
    except sdk.CardError as error:
        return read_declined(error, request.currency)


def open_hold_page(request: CheckoutRequest, *, key: str) -> CheckoutPage:
    """Open a hosted page on which the customer lets exactly `request.amount` be blocked on a card."""
    product = {"name": f"Amount to hold: {request.description or 'Invoice'}"}
    price = {
        "currency": request.currency.lower(),
        "unit_amount": check_chargeable(request.amount, request.currency),
        "product_data": product,
    }
    intent = {"metadata": dict(request.metadata), "description": request.description, "capture_method": "manual"}
    return create_session(
        request,
        key,
        mode="payment",
        line_items=[{"price_data": price, "quantity": 1}],
        payment_intent_data=intent,
        adaptive_pricing={"enabled": False},
        custom_text={"submit": {"message": HELD_NOT_CHARGED}},
    )


def capture_hold(intent_id: str, *, amount: int, currency: str, key: str) -> IntentOutcome:
    """Take `amount` (minor units) of a hold; the rest is released. Answers the payment as it stands, also when it had ended."""
    params: dict[str, Any] = {"amount_to_capture": check_chargeable(amount, currency), "expand": EXPAND_INTENT}
    with translated():
        intent = client().v1.payment_intents.capture(intent_id, params, {"idempotency_key": key})  # type: ignore[arg-type]
        return read_intent_outcome(intent.to_dict())


def release_hold(intent_id: str) -> IntentOutcome:
    """Give a hold up. Answers it as it stands: canceled, or whatever it had already become."""
    try:
        with translated():
            intent = client().v1.payment_intents.cancel(intent_id, {"expand": EXPAND_INTENT})
            return read_intent_outcome(intent.to_dict())
    except GatewayRefused:
        return read_intent(intent_id)
