"""Setup intents. Source: docs.stripe.com/api/setup_intents."""

from ..addresses import check_return
from ..errors import JsonObject, StripeError, invalid
from ..events import emit
from ..instruments import find_method, make_method
from ..offers import choose_types
from ..paging import filters, list_objects, merge_metadata
from ..registry import LISTING, serves
from ..saving import cancel_setup, confirm_setup, start_setup
from ..selling import refuse_checkout
from ..world import Call, World
from .payment_methods import METHOD, check_owner, check_usable

SETUP = "customer description metadata payment_method_types"
CREATED = "allowed_payment_method_types automatic_payment_methods confirm excluded_payment_method_types usage"
CONFIRMED = f"{METHOD} mandate_data return_url use_stripe_sdk"
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


@serves("POST /v1/setup_intents", SETUP, CONFIRMED, CREATED)
def create_setup(call: Call) -> JsonObject:
    """A new setup, confirmed at once when asked to."""
    world, params = call.world, call.params
    confirm = params.get("confirm", False)
    if params.get("return_url") and not confirm:
        raise invalid(
            "The parameter `return_url` cannot be passed when creating a SetupIntent unless `confirm` is set to true.",
            "return_url",
        )
    if params.get("customer"):
        world.need(params["customer"], "customer", "customer", "customer")
    automatic = params.get("automatic_payment_methods") or {"enabled": True}
    setup = start_setup(
        world,
        choose_types(params, None),
        customer=params.get("customer"),
        description=params.get("description"),
        usage=params.get("usage", "off_session"),
        metadata=merge_metadata({}, params.get("metadata")),
        automatic_payment_methods={
            "allow_redirects": automatic.get("allow_redirects", "always"),
            "enabled": automatic["enabled"],
        },
        excluded_payment_method_types=params.get("excluded_payment_method_types"),
    )
    method = choose_method(world, setup, params)
    if method:
        setup["payment_method"], setup["status"] = method["id"], "requires_confirmation"
    world.store.put(setup)
    emit(world, "setup_intent.created", setup)
    return confirm_and_answer(world, setup, params) if confirm else setup


def choose_method(world: World, setup: JsonObject, params: JsonObject) -> JsonObject | None:
    """The payment method of this request, checked for this customer."""
    if params.get("payment_method_data"):
        method = make_method(world, params["payment_method_data"])
    elif params.get("payment_method"):
        method = find_method(world, params["payment_method"])
    else:
        return None
    check_usable(world, method)
    check_owner(method, setup["customer"])
    if method["type"] not in setup["payment_method_types"]:
        listed = ", ".join(setup["payment_method_types"])
        raise invalid(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this SetupIntent. Please attach a PaymentMethod "
            f"of one of the following types: {listed}.",
            "payment_method",
        )
    return method


def confirm_and_answer(world: World, setup: JsonObject, params: JsonObject) -> JsonObject:
    """Save the setup's method; 402 with the setup when refused."""
    if not setup["payment_method"]:
        raise unexpected(
            setup,
            "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the "
            "SetupIntent with a "
            "payment method and then confirm it again, or confirm it again directly with a payment method.",
        )
    automatic = setup["automatic_payment_methods"]
    if params.get("return_url"):
        check_return(params["return_url"], "return_url", world.settings.return_origins)
        world.store.change_private(setup["id"], return_url=params["return_url"])
    elif automatic and automatic["enabled"] and automatic["allow_redirects"] == "always":
        raise invalid(
            "This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
            "these payment methods "
            "might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept "
            "redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
            "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
        )
    method = world.need(setup["payment_method"], "payment_method", "PaymentMethod", "payment_method")
    error = confirm_setup(world, setup, method)
    if error:
        raise error
    return setup


def unexpected(setup: JsonObject, message: str) -> StripeError:
    """400 `setup_intent_unexpected_state`, with the setup as it is."""
    return StripeError(message, code="setup_intent_unexpected_state", setup_intent=setup)


def need_setup(call: Call) -> JsonObject:
    """The setup the address names, 404 otherwise."""
    return call.world.need(call.path["intent"], "setup_intent", "setupintent", "intent", status=404)


@serves("GET /v1/setup_intents/{intent}", "client_secret")
def retrieve_setup(call: Call) -> JsonObject:
    """One setup."""
    return need_setup(call)


@serves("POST /v1/setup_intents/{intent}", SETUP, METHOD)
def update_setup(call: Call) -> JsonObject:
    """Customer and method change only before it succeeded."""
    world, params, setup = call.world, call.params, need_setup(call)
    if named := [name for name in ("customer", "payment_method", "payment_method_data") if name in params]:
        refuse_checkout(world, setup, f"update the {named[0]} of")
    if setup["status"] not in CONFIRMABLE and ({"customer", "payment_method"} & params.keys()):
        raise unexpected(setup, f"You cannot update this SetupIntent because it has a status of {setup['status']}.")
    if params.get("customer"):
        setup["customer"] = world.need(params["customer"], "customer", "customer", "customer")["id"]
    if "description" in params:
        setup["description"] = params["description"]
    if "metadata" in params:
        setup["metadata"] = merge_metadata(setup["metadata"], params["metadata"])
    method = choose_method(world, setup, params)
    if method:
        setup["payment_method"], setup["status"], setup["next_action"] = (
            method["id"],
            "requires_confirmation",
            None,
        )
    world.store.put(setup)
    return setup


@serves("POST /v1/setup_intents/{intent}/confirm", CONFIRMED, "client_secret")
def confirm(call: Call) -> JsonObject:
    """Save the given method, or the one it has."""
    world, setup = call.world, need_setup(call)
    refuse_checkout(world, setup, "confirm")
    if setup["status"] not in CONFIRMABLE:
        raise unexpected(setup, f"You cannot confirm this SetupIntent because it has a status of {setup['status']}.")
    method = choose_method(world, setup, call.params)
    if method:
        setup["payment_method"] = method["id"]
    return confirm_and_answer(world, setup, call.params)


@serves("POST /v1/setup_intents/{intent}/cancel", "cancellation_reason")
def cancel(call: Call) -> JsonObject:
    """End it; a session's setup ends with its session."""
    setup = need_setup(call)
    if setup["status"] not in CONFIRMABLE:
        raise unexpected(
            setup,
            f"You cannot cancel this SetupIntent because it has a status of {setup['status']}. Only a SetupIntent "
            f"with one of the "
            f"following statuses may be canceled: {', '.join(CONFIRMABLE)}.",
        )
    refuse_checkout(call.world, setup, "cancel")
    cancel_setup(call.world, setup, call.params.get("cancellation_reason"))
    return setup


@serves("GET /v1/setup_intents", LISTING, "customer payment_method")
def list_setups(call: Call) -> JsonObject:
    """By customer or payment method."""
    return list_objects(call, "setup_intent", "/v1/setup_intents", filters(call, "customer", "payment_method"))
