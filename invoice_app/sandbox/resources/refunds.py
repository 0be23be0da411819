"""Refunds. Source: docs.stripe.com/api/refunds."""

from ..amounts import check_positive
from ..errors import JsonObject, invalid
from ..events import emit
from ..paging import filters, list_objects, merge_metadata
from ..refunding import cancel_refund, make_refund
from ..registry import LISTING, serves
from ..world import Call


@serves("POST /v1/refunds", "amount charge metadata payment_intent reason")
def create_refund(call: Call) -> JsonObject:
    """All of a payment, or `amount` minor units of it."""
    params = call.params
    if "amount" in params:
        check_positive(params["amount"])
    charge = find_charge(call)
    return make_refund(
        call.world,
        charge,
        params.get("amount"),
        reason=params.get("reason"),
        metadata=merge_metadata({}, params.get("metadata")),
    )


def find_charge(call: Call) -> JsonObject:
    """The charge to refund, named itself or by its PaymentIntent."""
    world, params = call.world, call.params
    if params.get("charge") and params.get("payment_intent"):
        raise invalid(
            "You may only specify one of these parameters: charge, payment_intent.",
            "charge",
            "parameters_exclusive",
        )
    if params.get("charge"):
        charge = world.need(params["charge"], "charge", "charge", "charge")
        if charge["status"] != "succeeded" or not charge["captured"]:
            raise invalid(
                f"Charge {charge['id']} has not been captured, so it cannot be refunded. Cancel its PaymentIntent instead."
                if charge["paid"]
                else f"Charge {charge['id']} was not successful, so it cannot be refunded.",
                "charge",
            )
        return charge
    if not params.get("payment_intent"):
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    intent = world.need(params["payment_intent"], "payment_intent", "payment_intent", "payment_intent")
    if intent["status"] != "succeeded":
        raise invalid(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            "payment_intent",
        )
    return world.need(intent["latest_charge"], "charge", "charge", "charge")


@serves("GET /v1/refunds/{refund}")
def retrieve_refund(call: Call) -> JsonObject:
    """One refund."""
    return call.world.need(call.path["refund"], "refund", "refund", "refund", status=404)


@serves("POST /v1/refunds/{refund}", "metadata")
def update_refund(call: Call) -> JsonObject:
    """Its metadata."""
    refund = retrieve_refund(call)
    if "metadata" in call.params:
        before = refund["metadata"]
        refund["metadata"] = merge_metadata(before, call.params["metadata"])
        call.world.store.put(refund)
        emit(call.world, "refund.updated", refund, {"metadata": before})
        emit(call.world, "charge.refund.updated", refund, {"metadata": before})
    return refund


@serves("POST /v1/refunds/{refund}/cancel")
def cancel(call: Call) -> JsonObject:
    """Only while the customer must act."""
    refund = retrieve_refund(call)
    cancel_refund(call.world, refund)
    return refund


@serves("GET /v1/refunds", LISTING, "charge payment_intent")
def list_refunds(call: Call) -> JsonObject:
    """By charge or payment intent."""
    return list_objects(call, "refund", "/v1/refunds", filters(call, "charge", "payment_intent"))
