"""Payment intents. Source: docs.stripe.com/api/payment_intents and docs.stripe.com/payments/paymentintents/lifecycle."""

from ..addresses import check_return
from ..amounts import check_charge_amount, check_positive, check_steps, read_currency
from ..charging import (
    CANCELABLE,
    build_decline,
    cancel_intent,
    capture_intent,
    confirm_intent,
    make_options,
    start_intent,
)
from ..enrolling import check_email
from ..errors import JsonObject, StripeError, invalid, missing_param
from ..events import emit
from ..instruments import find_method, make_method, read_copied
from ..offers import check_mandate, check_type, choose_types
from ..paging import filters, list_objects, merge_metadata
from ..registry import LISTING, serves
from ..selling import refuse_checkout, tell_session_captured
from ..statement import check_suffix
from ..world import Call, World
from .payment_methods import METHOD, check_owner, check_usable

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CHANGEABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
ONLY_WITH_CONFIRM = ("off_session", "return_url", "mandate", "mandate_data", "error_on_requires_action")
OPTIONS = (
    "payment_method_options.card.request_three_d_secure payment_method_options.us_bank_account.verification_method "
    "payment_method_types"
)
CHANGED = (
    f"{METHOD} {OPTIONS} amount capture_method currency customer description metadata receipt_email setup_future_usage "
    "shipping statement_descriptor statement_descriptor_suffix transfer_group"
)
ON_CREATION = "allowed_payment_method_types automatic_payment_methods confirm confirmation_method excluded_payment_method_types"
CONFIRMED = (
    f"{METHOD} {OPTIONS} capture_method error_on_requires_action mandate mandate_data off_session receipt_email return_url "
    "setup_future_usage shipping use_stripe_sdk"
)
CAPTURED = "amount_to_capture final_capture metadata statement_descriptor statement_descriptor_suffix"
MONEY = (
    "amount", "currency", "customer", "payment_method", "payment_method_data", "payment_method_options", "capture_method",
    "setup_future_usage",
)  # fmt: skip
COPIED = (
    "description", "receipt_email", "shipping", "statement_descriptor_suffix", "statement_descriptor", "transfer_group",
    "setup_future_usage",
)  # fmt: skip


@serves("POST /v1/payment_intents", ON_CREATION, CHANGED, CONFIRMED)
def create_intent(call: Call) -> JsonObject:
    """A new intent, confirmed at once when asked to."""
    world, params = call.world, call.params
    for name in ("amount", "currency"):
        if params.get(name) is None:
            raise missing_param(name)
    currency = read_currency(params["currency"])
    check_charge_amount(params["amount"], currency)
    check_suffix(params, world.settings.merchant)
    check_email(params.get("receipt_email"), "receipt_email")
    confirm = params.get("confirm", False)
    if not confirm:
        for name in ONLY_WITH_CONFIRM:
            if params.get(name) is not None:
                raise invalid(
                    f"The parameter `{name}` cannot be passed when creating a PaymentIntent unless `confirm` is set to true.",
                    name,
                )
    if params.get("customer"):
        world.need(params["customer"], "customer", "customer", "customer")
    types = choose_types(params, currency, held=params.get("capture_method") == "manual")
    automatic = params.get("automatic_payment_methods") or {"enabled": True}
    intent = start_intent(
        world,
        params["amount"],
        currency,
        types,
        customer=params.get("customer"),
        automatic_payment_methods={
            "allow_redirects": automatic.get("allow_redirects", "always"),
            "enabled": automatic["enabled"],
        },
        capture_method=params.get("capture_method", "automatic_async"),
        confirmation_method=params.get("confirmation_method", "automatic"),
        metadata=merge_metadata({}, params.get("metadata")),
        excluded_payment_method_types=params.get("excluded_payment_method_types"),
        **read_copied(params, COPIED),
    )
    merge_options(intent, params)
    method = choose_method(world, intent, params)
    if method:
        intent["payment_method"], intent["status"] = method["id"], "requires_confirmation"
    world.store.put(intent, {"allowed": params.get("allowed_payment_method_types")})
    emit(world, "payment_intent.created", intent)
    return confirm_and_answer(world, intent, params) if confirm else intent


def merge_options(intent: JsonObject, params: JsonObject) -> None:
    """Given options over the defaults, for the offered types."""
    for kind, options in (params.get("payment_method_options") or {}).items():
        if kind in intent["payment_method_options"] and options:
            intent["payment_method_options"][kind] |= options


def choose_method(world: World, intent: JsonObject, params: JsonObject) -> JsonObject | None:
    """The payment method of this request, checked for this intent's customer and types."""
    if params.get("payment_method") and params.get("payment_method_data"):
        raise invalid(
            "You may only specify one of these parameters: payment_method, payment_method_data.",
            "payment_method",
            "parameters_exclusive",
        )
    if params.get("payment_method_data"):
        method = make_method(world, params["payment_method_data"])
    elif params.get("payment_method"):
        method = find_method(world, params["payment_method"])
    else:
        return None
    check_usable(world, method)
    check_owner(method, intent["customer"])
    check_type(intent, method)
    return method


def change_money(world: World, intent: JsonObject, params: JsonObject) -> None:
    """Amount, currency and capture method, with the types they leave; a challenge under way was for another payment."""
    before = {name: intent[name] for name in ("amount", "currency", "capture_method")}
    if "currency" in params:
        intent["currency"] = read_currency(params["currency"])
    if "amount" in params:
        intent["amount"] = params["amount"]
    if "capture_method" in params:
        intent["capture_method"] = params["capture_method"]
    check_charge_amount(intent["amount"], intent["currency"])
    if all(intent[name] == value for name, value in before.items()):
        return
    limits = {
        "allowed_payment_method_types": world.store.get_private(intent["id"]).get("allowed"),
        "excluded_payment_method_types": intent["excluded_payment_method_types"],
    }
    types = choose_types(limits, intent["currency"], held=intent["capture_method"] == "manual")
    options = intent["payment_method_options"]
    intent["payment_method_types"] = types
    intent["payment_method_options"] = {kind: options.get(kind, empty) for kind, empty in make_options(types).items()}
    if intent["payment_method"]:
        check_type(intent, world.need(intent["payment_method"], "payment_method", "PaymentMethod", "payment_method"))
    if intent["status"] == "requires_action":
        intent["status"], intent["next_action"] = "requires_confirmation", None


def confirm_and_answer(world: World, intent: JsonObject, params: JsonObject) -> JsonObject:
    """Confirm with the intent's method.

    Raises:
        StripeError: 402 with the intent, when declined; 400 when the method or the return address is missing.
    """
    if not intent["payment_method"]:
        raise StripeError(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a "
            "payment method and then confirm it again, or confirm it again directly with a payment method or "
            "ConfirmationToken.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    check_return_address(world, intent, params)
    method = world.need(intent["payment_method"], "payment_method", "PaymentMethod", "payment_method")
    check_type(intent, method)
    check_mandate(world, intent, method, params)
    if "setup_future_usage" in params:
        intent["setup_future_usage"] = params["setup_future_usage"]
    off_session = params.get("off_session") not in (None, False, "false")
    if off_session and intent["setup_future_usage"]:
        raise invalid(
            "You cannot set `setup_future_usage` on an off-session payment: the payment method is used without the "
            "customer present.",
            "setup_future_usage",
        )
    decline = confirm_intent(world, intent, method, off_session=off_session)
    if decline:
        raise build_decline(intent, decline)
    if params.get("error_on_requires_action") and intent["status"] == "requires_action":
        raise StripeError(
            "This payment required an authentication action to complete, but `error_on_requires_action` was set.",
            status=402, error_type="card_error", code="authentication_required", payment_intent=intent,
        )  # fmt: skip
    return intent


def check_return_address(world: World, intent: JsonObject, params: JsonObject) -> None:
    """Redirecting methods need somewhere to come back to."""
    automatic, known = intent["automatic_payment_methods"], world.store.get_private(intent["id"]).get("return_url")
    if params.get("return_url"):
        check_return(params["return_url"], "return_url", world.settings.return_origins)
        world.store.change_private(intent["id"], return_url=params["return_url"])
    elif automatic and automatic["enabled"] and automatic["allow_redirects"] == "always" and not known:
        raise invalid(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some "
            "of these payment methods "
            "might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept "
            "redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
            "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
        )


def need_intent(call: Call) -> JsonObject:
    """The intent the address names, 404 otherwise."""
    return call.world.need(call.path["intent"], "payment_intent", "payment_intent", "intent", status=404)


def unexpected(intent: JsonObject, message: str) -> StripeError:
    """400 `payment_intent_unexpected_state`, with the intent as it is."""
    return StripeError(message, code="payment_intent_unexpected_state", payment_intent=intent)


@serves("GET /v1/payment_intents/{intent}", "client_secret")
def retrieve_intent(call: Call) -> JsonObject:
    """One intent."""
    return need_intent(call)


@serves("POST /v1/payment_intents/{intent}", CHANGED)
def update_intent(call: Call) -> JsonObject:
    """Money and method change only before it is paid; metadata always."""
    world, params, intent = call.world, call.params, need_intent(call)
    money = [name for name in MONEY if name in params]
    if money:
        refuse_checkout(world, intent, f"update the {money[0]} of")
    if money and intent["status"] not in CHANGEABLE:
        raise unexpected(
            intent,
            f"This PaymentIntent's {money[0]} could not be updated because it has a status of {intent['status']}. You "
            f"may only update "
            f"the {money[0]} of a PaymentIntent with one of the following statuses: {', '.join(CHANGEABLE)}.",
        )
    change_money(world, intent, params)
    merge_options(intent, params)
    check_email(params.get("receipt_email"), "receipt_email")
    check_suffix(params, world.settings.merchant)
    if params.get("customer"):
        intent["customer"] = world.need(params["customer"], "customer", "customer", "customer")["id"]
    intent |= read_copied(params, COPIED)
    if "metadata" in params:
        intent["metadata"] = merge_metadata(intent["metadata"], params["metadata"])
    method = choose_method(world, intent, params)
    if method:
        intent["payment_method"], intent["status"], intent["next_action"] = (
            method["id"],
            "requires_confirmation",
            None,
        )
    world.store.put(intent)
    return intent


@serves("POST /v1/payment_intents/{intent}/confirm", CONFIRMED, "client_secret")
def confirm(call: Call) -> JsonObject:
    """Charge the given method, or the one it has."""
    world, params, intent = call.world, call.params, need_intent(call)
    refuse_checkout(world, intent, "confirm")
    if intent["status"] not in CONFIRMABLE:
        words = {
            "succeeded": "it has already succeeded after being previously confirmed",
            "canceled": "it has been canceled",
            "requires_capture": "it has already been confirmed and is waiting to be captured",
            "processing": "it is being processed",
        }
        raise unexpected(intent, f"You cannot confirm this PaymentIntent because {words[intent['status']]}.")
    method = choose_method(world, intent, params)
    if method:
        intent["payment_method"] = method["id"]
    change_money(world, intent, {name: params[name] for name in ("capture_method",) if name in params})
    merge_options(intent, params)
    intent |= read_copied(params, ("receipt_email", "shipping"))
    return confirm_and_answer(world, intent, params)


@serves(
    "POST /v1/payment_intents/{intent}/capture",
    CAPTURED,
)
def capture(call: Call) -> JsonObject:
    """Take a hold, whole or in part."""
    world, params, intent = call.world, call.params, need_intent(call)
    if intent["status"] != "requires_capture":
        raise unexpected(
            intent,
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}. Only a "
            f"PaymentIntent with one of "
            "the following statuses may be captured: requires_capture.",
        )
    amount: int = params["amount_to_capture"] if "amount_to_capture" in params else intent["amount_capturable"]
    check_positive(amount, "amount_to_capture")
    if amount > intent["amount_capturable"]:
        raise invalid(
            "The requested capture amount is greater than the amount you can capture for this charge.",
            "amount_to_capture",
            "amount_too_large",
        )
    check_steps(amount, intent["currency"], "amount_to_capture")
    if params.get("final_capture") is False:
        raise invalid("This local Stripe captures a payment once: it has no multicapture.", "final_capture")
    check_suffix(params, world.settings.merchant)
    if "metadata" in params:
        intent["metadata"] = merge_metadata(intent["metadata"], params["metadata"])
    capture_intent(world, intent, amount)
    tell_session_captured(world, intent)
    return intent


@serves("POST /v1/payment_intents/{intent}/cancel", "cancellation_reason")
def cancel(call: Call) -> JsonObject:
    """End it. A session's intent ends with its session, except for a hold, which can be released
    (docs.stripe.com/api/payment_intents/cancel).
    """
    world, intent = call.world, need_intent(call)
    if intent["status"] != "requires_capture":
        refuse_checkout(world, intent, "cancel")
    if intent["status"] not in CANCELABLE:
        raise unexpected(
            intent,
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. Only a "
            f"PaymentIntent with one of the "
            f"following statuses may be canceled: {', '.join(CANCELABLE)}.",
        )
    cancel_intent(world, intent, call.params.get("cancellation_reason"))
    return intent


@serves("GET /v1/payment_intents", LISTING, "customer")
def list_intents(call: Call) -> JsonObject:
    """By customer."""
    return list_objects(call, "payment_intent", "/v1/payment_intents", filters(call, "customer"))
