"""Kept cards at Stripe: which is the default, and letting one go."""

from collections.abc import Mapping
from dataclasses import dataclass

from invoice_app.gateways.stripe_client import GatewayRefused, client, translated
from invoice_app.gateways.stripe_values import identify


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """A customer as Stripe has it; `default_method_id` is the card charged when none is named."""

    id: str
    deleted: bool
    default_method_id: str | None


def detach_card(payment_method_id: str) -> None:
    """Let a kept card go for good. One that is gone already is no error."""
    try:
        with translated():
            client().v1.payment_methods.detach(payment_method_id)
    except GatewayRefused as refused:
        if refused.gateway_code != "resource_missing" and "not attached" not in refused.reason:
            raise


def make_default(customer_id: str, payment_method_id: str | None) -> None:
    """Make a kept card the one charged when none is named; None for no card."""
    with translated():
        settings = {"default_payment_method": payment_method_id or ""}
        client().v1.customers.update(customer_id, {"invoice_settings": settings})  # type: ignore[arg-type]


def read_customer(customer_id: str) -> CustomerFacts:
    """A customer as it stands now, also when it was deleted."""
    with translated():
        data = client().v1.customers.retrieve(customer_id).to_dict()
    chosen = data.get("invoice_settings")
    default = identify(chosen.get("default_payment_method")) if isinstance(chosen, Mapping) else None
    return CustomerFacts(id=data["id"], deleted=bool(data.get("deleted")), default_method_id=default)
