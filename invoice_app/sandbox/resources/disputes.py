"""Disputes. Source: docs.stripe.com/api/disputes."""

from ..disputing import answer_dispute, close_dispute
from ..errors import JsonObject, invalid
from ..paging import filters, list_objects, merge_metadata
from ..registry import LISTING, serves
from ..world import Call

EVIDENCE_LIMIT = 150_000


@serves("GET /v1/disputes/{dispute}")
def retrieve_dispute(call: Call) -> JsonObject:
    """One dispute."""
    return call.world.need(call.path["dispute"], "dispute", "dispute", "dispute", status=404)


@serves("POST /v1/disputes/{dispute}", "evidence metadata submit")
def update_dispute(call: Call) -> JsonObject:
    """Evidence and metadata; `submit` defaults to true (docs.stripe.com/api/disputes/update)."""
    dispute, params = retrieve_dispute(call), call.params
    if "metadata" in params:
        dispute["metadata"] = merge_metadata(dispute["metadata"], params["metadata"])
        call.world.store.put(dispute)
    submit = params.get("submit", "evidence" in params)
    if "evidence" in params or submit:
        evidence = params.get("evidence") or {}
        if sum(len(text) for text in evidence.values() if isinstance(text, str)) > EVIDENCE_LIMIT:
            raise invalid(f"The evidence is longer than {EVIDENCE_LIMIT} characters.", "evidence")
        answer_dispute(call.world, dispute, evidence, submit=submit)
    return dispute


@serves("POST /v1/disputes/{dispute}/close")
def accept_dispute(call: Call) -> JsonObject:
    """The merchant gives in: lost, for good."""
    dispute = retrieve_dispute(call)
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise invalid("This dispute is already closed.")
    close_dispute(call.world, dispute, "lost" if dispute["status"] == "needs_response" else "warning_closed")
    return dispute


@serves("GET /v1/disputes", LISTING, "charge payment_intent")
def list_disputes(call: Call) -> JsonObject:
    """Newest first, by charge or payment intent."""
    return list_objects(call, "dispute", "/v1/disputes", filters(call, "charge", "payment_intent"))
