"""Customers. Source: docs.stripe.com/api/customers."""

from ..enrolling import COPIED, check_email, make_customer
from ..errors import JsonObject, invalid, no_such
from ..events import emit
from ..instruments import read_copied
from ..paging import filters, list_objects, merge_metadata
from ..registry import LISTING, PAGED, serves
from ..world import Call, World

CUSTOMER = (
    "address balance business_name description email individual_name invoice_settings metadata name phone preferred_locales "
    "shipping tax_exempt"
)


@serves("POST /v1/customers", CUSTOMER, "payment_method test_clock")
def create_customer(call: Call) -> JsonObject:
    """A customer, with a card if one was given."""
    return make_customer(call.world, call.params)


@serves("GET /v1/customers/{customer}")
def retrieve_customer(call: Call) -> JsonObject:
    """One customer; a deleted one answers that it is."""
    found = call.world.store.get(call.path["customer"], "customer")
    if found is None:
        raise no_such("customer", call.path["customer"], "id", status=404)
    if found.get("deleted"):
        del found["created"]
    return found


@serves("POST /v1/customers/{customer}", CUSTOMER)
def update_customer(call: Call) -> JsonObject:
    """Only what was passed changes."""
    customer = call.world.need(call.path["customer"], "customer", "customer", "id", status=404)
    params = call.params
    check_email(params.get("email"))
    changes = read_copied(params, COPIED)
    if "metadata" in params:
        changes["metadata"] = merge_metadata(customer["metadata"], params["metadata"])
    if settings := params.get("invoice_settings"):
        check_default_method(call.world, customer["id"], settings.get("default_payment_method"))
        changes["invoice_settings"] = customer["invoice_settings"] | settings
    previous = {name: customer[name] for name, value in changes.items() if customer[name] != value}
    customer |= changes
    call.world.store.put(customer)
    if previous:
        emit(call.world, "customer.updated", customer, previous)
    return customer


def check_default_method(world: World, customer_id: str, method_id: str | None) -> None:
    """The default method must be the customer's own."""
    param = "invoice_settings[default_payment_method]"
    if method_id and world.need(method_id, "payment_method", "PaymentMethod", param)["customer"] != customer_id:
        raise invalid(
            f"The customer does not have a payment method with the ID {method_id}. The payment method must be "
            f"attached to the customer.",
            param,
            "resource_missing",
        )


@serves("DELETE /v1/customers/{customer}")
def delete_customer(call: Call) -> JsonObject:
    """For good; its saved methods can never be used again."""
    customer = call.world.need(call.path["customer"], "customer", "customer", "id", status=404)
    for method in call.world.store.list("payment_method", "customer = ?", (customer["id"],), limit=-1):
        method["customer"] = None
        call.world.store.put(method)
        call.world.store.change_private(method["id"], used=True)
    deleted = {"id": customer["id"], "object": "customer", "deleted": True}
    emit(call.world, "customer.deleted", customer)
    call.world.store.put(deleted | {"created": customer["created"]})
    return deleted


@serves("GET /v1/customers", LISTING, "email test_clock")
def list_customers(call: Call) -> JsonObject:
    """By e-mail, case and all, as Stripe compares it."""
    where = [*filters(call, "email", "test_clock"), ("json_extract(body, '$.deleted') IS ?", None)]
    return list_objects(call, "customer", "/v1/customers", where)


@serves("GET /v1/customers/{customer}/payment_methods", PAGED, "type allow_redisplay")
def list_customer_methods(call: Call) -> JsonObject:
    """What the customer saved."""
    customer = call.world.need(call.path["customer"], "customer", "customer", "customer", status=404)
    where = [("customer = ?", customer["id"]), *filters(call, "type", "allow_redisplay")]
    return list_objects(call, "payment_method", f"/v1/customers/{customer['id']}/payment_methods", where)


@serves("GET /v1/customers/{customer}/payment_methods/{payment_method}")
def retrieve_customer_method(call: Call) -> JsonObject:
    """One saved method, if it is this customer's."""
    customer = call.world.need(call.path["customer"], "customer", "customer", "customer", status=404)
    method_id = call.path["payment_method"]
    found = call.world.store.list("payment_method", "customer = ? AND id = ?", (customer["id"], method_id))
    if not found:
        raise no_such("PaymentMethod", method_id, "payment_method", status=404)
    return found[0]
