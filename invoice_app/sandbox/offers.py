"""Which payment method types an intent or a session offers, as dynamic payment methods decide it, and what each needs.

Source: docs.stripe.com/payments/payment-methods/dynamic-payment-methods. The sandbox's account has cards, and one bank debit
for each of two currencies, switched on.
"""

from .errors import JsonObject, StripeError, invalid
from .world import World

BANK_DEBIT = {"usd": "us_bank_account", "eur": "sepa_debit"}
EXCLUSIVE = ("allowed_payment_method_types", "excluded_payment_method_types", "payment_method_configuration")


def choose_types(params: JsonObject, currency: str | None, *, held: bool = False) -> list[str]:
    """What is left of the account's types after `allowed_…` and `excluded_payment_method_types`; a hold is taken on a card only
    (docs.stripe.com/payments/payment-methods/payment-method-support#additional-api-supportability).

    Raises:
        StripeError: 400 when nothing is left, or both lists were passed.
    """
    given = [name for name in EXCLUSIVE if params.get(name)]
    if len(given) > 1:
        raise invalid(
            f"You may only specify one of these parameters: {', '.join(given)}.",
            given[1],
            "parameters_exclusive",
        )
    types = ["card"]
    if currency in BANK_DEBIT and not held:
        types.append(BANK_DEBIT[currency])
    if allowed := params.get("allowed_payment_method_types"):
        types = [kind for kind in types if kind in allowed]
    if excluded := params.get("excluded_payment_method_types"):
        types = [kind for kind in types if kind not in excluded]
    if not types:
        raise invalid(
            "No valid payment method types for this request. Please ensure that you have activated payment methods "
            "compatible with your chosen currency in your dashboard."
        )
    return types


def check_type(intent: JsonObject, method: JsonObject) -> None:
    """The method's type is among those offered, which depend on currency and capture method."""
    if method["type"] not in intent["payment_method_types"]:
        listed = ", ".join(intent["payment_method_types"])
        raise invalid(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. Please attach a "
            f"PaymentMethod of one of "
            f"the following types: {listed}.",
            "payment_method",
            "payment_intent_invalid_parameter",
        )


def check_mandate(world: World, intent: JsonObject, method: JsonObject, params: JsonObject) -> None:
    """A bank debit needs the holder's permission, given now or when the account was first debited
    (docs.stripe.com/payments/ach-direct-debit/accept-a-payment, docs.stripe.com/error-codes#payment-intent-mandate-invalid).
    """
    if params.get("mandate"):
        raise invalid(f"No such mandate: '{params['mandate']}'", "mandate", "resource_missing")
    known = method["customer"] and world.store.get_private(method["id"]).get("mandate")
    if method["type"] != "card" and not params.get("mandate_data") and not known:
        raise StripeError(
            "This PaymentIntent requires a mandate, but no existing mandate was found. Collect mandate acceptance from the "
            "customer and try again, providing acceptance data in the mandate_data parameter.",
            code="payment_intent_mandate_invalid",
            payment_intent=intent,
        )
