"""Payment methods. Source: docs.stripe.com/api/payment_methods."""

from ..enrolling import refuse_declining
from ..errors import JsonObject, StripeError, invalid, missing_param
from ..events import emit
from ..instruments import METHOD_PARAMS, attach_method, find_method, make_method, merge_billing, read_expiry
from ..paging import filters, list_objects, merge_metadata
from ..registry import PAGED, serves, within
from ..world import Call, World

METHOD = f"payment_method {within('payment_method_data', METHOD_PARAMS)}"
"""How a request names its payment method."""
USED_UP = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and "
    "may not be "
    "used again."
)


@serves("POST /v1/payment_methods", METHOD_PARAMS)
def create_method(call: Call) -> JsonObject:
    """From card details, a `tok_…`, or bank details."""
    if "type" not in call.params and "payment_method" not in call.params:
        raise missing_param("type")
    return make_method(call.world, call.params)


@serves("GET /v1/payment_methods/{payment_method}")
def retrieve_method(call: Call) -> JsonObject:
    """One method."""
    return find_method(call.world, call.path["payment_method"], status=404)


@serves("POST /v1/payment_methods/{payment_method}", "allow_redisplay billing_details card.exp_month card.exp_year metadata")
def update_method(call: Call) -> JsonObject:
    """Expiry, billing details and metadata of a saved one."""
    method = find_method(call.world, call.path["payment_method"], status=404)
    if not method["customer"]:
        raise invalid(
            "You must save this PaymentMethod to a customer before you can update it.",
            code="payment_method_unexpected_state",
        )
    params, before = call.params, {**method}
    if "billing_details" in params:
        method["billing_details"] = merge_billing(method["billing_details"], params["billing_details"])
    if "metadata" in params:
        method["metadata"] = merge_metadata(method["metadata"], params["metadata"])
    if "allow_redisplay" in params:
        method["allow_redisplay"] = params["allow_redisplay"]
    if method["type"] == "card" and params.get("card"):
        given = method["card"] | params["card"]
        month, year = read_expiry(call.world, given["exp_month"], given["exp_year"])
        method["card"] = method["card"] | {"exp_month": month, "exp_year": year}
    call.world.store.put(method)
    previous = {name: before[name] for name in method if before[name] != method[name]}
    if previous:
        emit(call.world, "payment_method.updated", method, previous)
    return method


@serves("POST /v1/payment_methods/{payment_method}/attach", "customer")
def attach(call: Call) -> JsonObject:
    """Save it for a customer."""
    world = call.world
    if "customer" not in call.params:
        raise missing_param("customer")
    customer = world.need(call.params["customer"], "customer", "customer", "customer")
    method = find_method(world, call.path["payment_method"], status=404)
    check_usable(world, method)
    if method["customer"] and method["customer"] != customer["id"]:
        raise StripeError(
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
            param="payment_method",
        )
    if method["customer"]:
        return method
    refuse_declining(world, method)
    return attach_method(world, method, customer["id"])


@serves("POST /v1/payment_methods/{payment_method}/detach")
def detach(call: Call) -> JsonObject:
    """Take it from its customer; it can never be used again."""
    world = call.world
    method = find_method(world, call.path["payment_method"], status=404)
    if not method["customer"]:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            "payment_method",
            "payment_method_unexpected_state",
        )
    customer = world.store.get(method["customer"], "customer")
    previous = {"customer": method["customer"]}
    method["customer"] = None
    world.store.put(method)
    world.store.change_private(method["id"], used=True)
    if customer and customer["invoice_settings"]["default_payment_method"] == method["id"]:
        customer["invoice_settings"]["default_payment_method"] = None
        world.store.put(customer)
    emit(world, "payment_method.detached", method, previous)
    return method


@serves("GET /v1/payment_methods", PAGED, "customer type allow_redisplay")
def list_methods(call: Call) -> JsonObject:
    """A customer's methods."""
    if "customer" not in call.params:
        return {"object": "list", "data": [], "has_more": False, "url": "/v1/payment_methods"}
    call.world.need(call.params["customer"], "customer", "customer", "customer")
    return list_objects(call, "payment_method", "/v1/payment_methods", filters(call, "customer", "type", "allow_redisplay"))


def check_usable(world: World, method: JsonObject) -> None:
    """A method is good for one payment unless a customer has it (docs.stripe.com/api/payment_methods/attach)."""
    if not method["customer"] and world.store.get_private(method["id"]).get("used"):
        raise invalid(USED_UP, "payment_method", "payment_method_unexpected_state")


def check_owner(method: JsonObject, customer: str | None) -> None:
    """A saved method pays for its own customer only."""
    owner = method["customer"]
    if owner and customer is None:
        raise invalid(
            "The payment method you provided is attached to a customer so for security purposes you must provide the "
            "customer in the "
            "request.",
            "payment_method",
        )
    if owner and owner != customer:
        raise invalid(
            f"The provided PaymentMethod was attached to a different customer ({owner}) than the one in this request "
            f"({customer}).",
            "payment_method",
            "payment_method_unexpected_state",
        )
