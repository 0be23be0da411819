"""How a payment moves: authorise, ask for 3-D Secure, decline, capture, settle, cancel, expire.

Source: docs.stripe.com/payments/paymentintents/lifecycle. Everything here runs inside the caller's transaction. A
decline is returned, not raised,
because the failed charge it leaves must stay.
"""

from .cards import AUTHENTICATION, Decline, needs_authentication
from .cards import EXPIRED as EXPIRED_CARD
from .charges import compute_hold_seconds, make_charge
from .description import start_object
from .errors import JsonObject, StripeError
from .events import emit
from .identifiers import new_id, random_text
from .instruments import attach_method, bank_failure, card_of, decline_error, has_expired
from .world import World

PAID_FOR = ("succeeded", "requires_capture", "processing")
"""Statuses in which an intent must not be charged again."""

EXPIRED = "expired"
"""Why a hold that nobody captured was canceled."""

CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    None,
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt "
    "to fulfill this PaymentIntent again.",
)


def start_intent(world: World, amount: int, currency: str, types: list[str], **values: object) -> JsonObject:
    """A new PaymentIntent, stored by the caller."""
    intent_id = new_id("pi")
    return start_object(
        "payment_intent",
        **{
            "id": intent_id,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "capture_method": "automatic_async",
            "client_secret": f"{intent_id}_secret_{random_text(25)}",
            "confirmation_method": "automatic",
            "created": world.clock.now(),
            "currency": currency,
            "livemode": False,
            "metadata": {},
            "payment_method_options": make_options(types),
            "payment_method_types": types,
            "status": "requires_payment_method",
            **values,
        },
    )


def make_options(types: list[str]) -> JsonObject:
    """`payment_method_options` of an intent that offers these types."""
    options: JsonObject = {}
    if "card" in types:
        options["card"] = {
            "installments": None,
            "mandate_options": None,
            "network": None,
            "request_three_d_secure": "automatic",
        }
    if "us_bank_account" in types:
        options["us_bank_account"] = {"verification_method": "automatic"}
    if "sepa_debit" in types:
        options["sepa_debit"] = {}
    return options


def confirm_intent(
    world: World, intent: JsonObject, method: JsonObject, *, off_session: bool, authenticated: bool = False
) -> Decline | None:
    """Charge `method` for the intent; both are stored with what came of it. Returns the decline, if it was one."""
    intent["payment_method"], intent["last_payment_error"], intent["next_action"] = method["id"], None, None
    if method["type"] != "card":
        start_debit(world, intent, method)
        return None
    if has_expired(world, method):
        return fail_intent(world, intent, method, EXPIRED_CARD)
    card, private = card_of(world, method), world.store.get_private(method["id"])
    asked = needs_authentication(
        card,
        off_session=off_session,
        set_up=bool(private.get("set_up")),
        setting_up=intent["setup_future_usage"] == "off_session",
    )
    options = (intent["payment_method_options"] or {}).get("card") or {}
    if options.get("request_three_d_secure") in ("any", "challenge") and method["card"]["three_d_secure_usage"]["supported"]:
        asked = asked or not off_session
    if asked and not authenticated:
        if off_session:
            return fail_intent(world, intent, method, AUTHENTICATION)
        ask_authentication(world, intent)
        return None
    decline = (card.decline_after_authentication or card.decline) if authenticated else card.decline
    if decline:
        return fail_intent(world, intent, method, decline, blocked=card.blocked)
    authorise(world, intent, method, off_session=off_session, authenticated=authenticated)
    return None


def ask_authentication(world: World, intent: JsonObject) -> None:
    """`requires_action`: a page of ours stands for the bank's; the customer comes back to `return_url`."""
    private = world.store.get_private(intent["id"])
    url = f"{world.settings.origin}/authenticate/{intent['id']}?secret={intent['client_secret']}"
    if private.get("return_url"):
        intent["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": private["return_url"], "url": url},
        }
    else:
        intent["next_action"] = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url},
        }
    intent["status"] = "requires_action"
    world.store.put(intent)
    emit(world, "payment_intent.requires_action", intent)


def fail_intent(world: World, intent: JsonObject, method: JsonObject, decline: Decline, *, blocked: bool = False) -> Decline:
    """A failed charge, and the intent back at `requires_payment_method`."""
    charge = make_charge(world, intent, method, status="failed", decline=decline, blocked=blocked)
    world.store.put(charge)
    return_to_start(world, intent, method, decline, charge["id"])
    emit(world, "charge.failed", charge)
    emit(world, "payment_intent.payment_failed", intent)
    return decline


def return_to_start(world: World, intent: JsonObject, method: JsonObject, decline: Decline, charge: str | None) -> None:
    """The intent as after any failed attempt: no method, the error kept."""
    error = decline_error(decline, payment_method=method, payment_method_type=method["type"])
    if charge:
        error.body["charge"] = charge
        intent["latest_charge"] = charge
    intent["status"], intent["payment_method"], intent["next_action"] = "requires_payment_method", None, None
    intent["last_payment_error"] = error.body
    world.store.put(intent)


def fail_authentication(world: World, intent: JsonObject) -> Decline:
    """The customer did not pass the bank's challenge."""
    method = world.need(intent["payment_method"], "payment_method", "PaymentMethod", "payment_method")
    return_to_start(world, intent, method, AUTHENTICATION_FAILED, intent["latest_charge"])
    emit(world, "payment_intent.payment_failed", intent)
    return AUTHENTICATION_FAILED


def authorise(world: World, intent: JsonObject, method: JsonObject, *, off_session: bool, authenticated: bool) -> None:
    """The bank agreed: take the money now, or hold it until it is captured."""
    held = intent["capture_method"] == "manual"
    keep_method(world, intent, method)
    charge = make_charge(
        world,
        intent,
        method,
        status="succeeded",
        captured=not held,
        off_session=off_session,
        authenticated=authenticated,
    )
    intent["latest_charge"] = charge["id"]
    if held:
        intent["status"], intent["amount_capturable"] = "requires_capture", intent["amount"]
        world.plan("expire_hold", intent["id"], compute_hold_seconds(method, off_session))
    else:
        intent["status"], intent["amount_received"] = "succeeded", intent["amount"]
        plan_after_capture(world, charge)
    world.store.put(charge)
    world.store.put(intent)
    emit(world, "charge.succeeded", charge)
    emit(world, "payment_intent.amount_capturable_updated" if held else "payment_intent.succeeded", intent)


def plan_after_capture(world: World, charge: JsonObject) -> None:
    """The fee becomes known a moment later; some test cards bring a dispute."""
    world.plan("settle_charge", charge["id"], world.settings.settle_seconds)
    method_id = charge["payment_method"]
    if charge["payment_method_details"]["type"] == "card":
        method = world.store.get(method_id, "payment_method")
        if method and card_of(world, method).dispute:
            world.plan("open_dispute", charge["id"], world.settings.settle_seconds)


def keep_method(world: World, intent: JsonObject, method: JsonObject) -> None:
    """Save the method for later where the intent asks for it, else it is used up unless it was saved before."""
    if intent["setup_future_usage"]:
        world.store.change_private(method["id"], set_up=True)
        if intent["customer"] and not method["customer"]:
            attach_method(world, method, intent["customer"])
    elif world.store.get_private(intent["id"]).get("keep") and intent["customer"] and not method["customer"]:
        method["allow_redisplay"] = "always"
        attach_method(world, method, intent["customer"])
    elif not method["customer"]:
        world.store.change_private(method["id"], used=True)


def start_debit(world: World, intent: JsonObject, method: JsonObject) -> None:
    """A bank debit: `processing` for days, then `finish_debit`."""
    keep_method(world, intent, method)
    world.store.change_private(method["id"], mandate=True)
    charge = make_charge(world, intent, method, status="pending", captured=True)
    intent["status"], intent["latest_charge"] = "processing", charge["id"]
    world.store.put(charge)
    world.store.put(intent)
    world.plan("finish_debit", intent["id"], world.settings.debit_seconds)
    emit(world, "charge.pending", charge)
    emit(world, "payment_intent.processing", intent)


def finish_debit(world: World, intent: JsonObject) -> None:
    """The bank answered a debit that was under way."""
    charge = world.need(intent["latest_charge"], "charge", "charge", "charge")
    method = world.need(intent["payment_method"], "payment_method", "PaymentMethod", "payment_method")
    decline = bank_failure(world, method)
    if decline:
        charge["status"], charge["paid"], charge["captured"] = "failed", False, True
        charge["failure_code"], charge["failure_message"] = decline.code, decline.message
        world.store.put(charge)
        return_to_start(world, intent, method, decline, charge["id"])
        emit(world, "charge.failed", charge)
        emit(world, "payment_intent.payment_failed", intent)
        return
    charge["status"], charge["paid"] = "succeeded", True
    intent["status"], intent["amount_received"] = "succeeded", intent["amount"]
    world.store.put(charge)
    world.store.put(intent)
    world.plan("settle_charge", charge["id"], world.settings.settle_seconds)
    emit(world, "charge.succeeded", charge)
    emit(world, "payment_intent.succeeded", intent)


def capture_intent(world: World, intent: JsonObject, amount: int) -> None:
    """Take `amount` minor units of the hold; the rest is released, which is no refund.

    docs.stripe.com/changelog/basil/2025-03-31/remove-refund-from-partial-capture-and-payment-cancellation-flow
    """
    charge = world.need(intent["latest_charge"], "charge", "charge", "charge")
    charge["captured"], charge["amount_captured"] = True, amount
    charge["payment_method_details"]["card"].pop("capture_before", None)
    intent["status"], intent["amount_received"], intent["amount_capturable"] = "succeeded", amount, 0
    world.store.put(charge)
    world.store.put(intent)
    plan_after_capture(world, charge)
    emit(world, "charge.captured", charge)
    emit(world, "payment_intent.succeeded", intent)


def cancel_intent(world: World, intent: JsonObject, reason: str | None) -> None:
    """End the attempt and release its hold, if there is one; a released hold is no refund."""
    held, debited = intent["status"] == "requires_capture", intent["status"] == "processing"
    intent["status"], intent["canceled_at"], intent["cancellation_reason"] = (
        "canceled",
        world.clock.now(),
        reason,
    )
    intent["amount_capturable"], intent["next_action"] = 0, None
    world.store.put(intent)
    if debited:
        stop_debit(world, world.need(intent["latest_charge"], "charge", "charge", "charge"))
    if held and reason == EXPIRED:
        emit(world, "charge.expired", world.need(intent["latest_charge"], "charge", "charge", "charge"))
    emit(world, "payment_intent.canceled", intent)


def stop_debit(world: World, charge: JsonObject) -> None:
    """A debit that was called back before the bank answered (docs.stripe.com/payments/ach-direct-debit)."""
    charge["status"], charge["captured"] = "failed", False
    charge["failure_code"], charge["failure_message"] = "payment_intent_canceled", "The payment was canceled."
    world.store.put(charge)
    emit(world, "charge.failed", charge)


def build_decline(intent: JsonObject, decline: Decline) -> StripeError:
    """The 402 an API caller gets, with the intent as it stands now."""
    body = intent["last_payment_error"] or {}
    error = decline_error(decline, keeps_work=True, payment_intent=intent)
    for name in ("charge", "payment_method"):
        if name in body:
            error.body[name] = body[name]
    return error
