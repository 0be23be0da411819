"""Charges, read and annotated; made by payment intents. Source: docs.stripe.com/api/charges."""

from ..errors import JsonObject
from ..events import emit
from ..instruments import read_copied
from ..paging import filters, list_objects, merge_metadata
from ..registry import LISTING, serves
from ..world import Call

COPIED = ("description", "receipt_email", "shipping", "transfer_group")


@serves("GET /v1/charges/{charge}")
def retrieve_charge(call: Call) -> JsonObject:
    """One charge."""
    return call.world.need(call.path["charge"], "charge", "charge", "id", status=404)


@serves("POST /v1/charges/{charge}", "description receipt_email shipping transfer_group metadata")
def update_charge(call: Call) -> JsonObject:
    """Description, receipt and metadata; never money."""
    charge = retrieve_charge(call)
    changes = read_copied(call.params, COPIED)
    if "metadata" in call.params:
        changes["metadata"] = merge_metadata(charge["metadata"], call.params["metadata"])
    previous = {name: charge[name] for name, value in changes.items() if charge[name] != value}
    charge |= changes
    call.world.store.put(charge)
    if previous:
        emit(call.world, "charge.updated", charge, previous)
    return charge


@serves("GET /v1/charges", LISTING, "customer payment_intent transfer_group")
def list_charges(call: Call) -> JsonObject:
    """By customer or payment intent."""
    return list_objects(call, "charge", "/v1/charges", filters(call, "customer", "payment_intent", "transfer_group"))
