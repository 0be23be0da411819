"""How a customer comes to be: through the API, or when a checkout page is completed."""

import re

from .description import start_object
from .errors import JsonObject, invalid
from .events import emit
from .identifiers import new_id, random_text
from .instruments import attach_method, card_of, decline_error, find_method, read_copied, refuse_attachment
from .paging import merge_metadata
from .world import World

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
COPIED = (
    "description", "email", "name", "phone", "address", "shipping", "balance", "preferred_locales", "tax_exempt",
    "business_name", "individual_name", "test_clock",
)  # fmt: skip


def make_customer(world: World, params: JsonObject) -> JsonObject:
    """Store a customer and tell it; a `payment_method` given is attached first, and a declining one refuses the whole."""
    check_email(params.get("email"))
    if params.get("test_clock"):
        world.need(params["test_clock"], "test_helpers.test_clock", "test clock", "test_clock")
    customer = start_object(
        "customer",
        id=new_id("cus", 14),
        object="customer",
        balance=0,
        created=world.clock.now(),
        delinquent=False,
        invoice_prefix=random_text(8).upper(),
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        livemode=False,
        metadata=merge_metadata({}, params.get("metadata")),
        next_invoice_sequence=1,
        preferred_locales=[],
        tax_exempt="none",
    )
    for name in ("sources", "subscriptions", "tax_ids", "cash_balance", "invoice_credit_balance", "tax"):
        customer.pop(name, None)
    customer |= read_copied(params, COPIED)
    if settings := params.get("invoice_settings"):
        customer["invoice_settings"] |= settings
    world.store.put(customer)
    emit(world, "customer.created", customer)
    if params.get("payment_method"):
        method = find_method(world, params["payment_method"])
        refuse_declining(world, method)
        attach_method(world, method, customer["id"])
    return customer


def refuse_declining(world: World, method: JsonObject) -> None:
    """A card that declines being saved answers 402."""
    decline = refuse_attachment(card_of(world, method)) if method["type"] == "card" else None
    if decline:
        raise decline_error(decline)


def check_email(email: str | None, param: str = "email") -> None:
    """`email_invalid` for what is no address."""
    if email and not EMAIL.fullmatch(email):
        raise invalid(f"Invalid email address: {email}", param, "email_invalid")
