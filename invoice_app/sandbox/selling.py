"""What a Checkout session sells, and how it is completed. Source: docs.stripe.com/payments/checkout/how-checkout-works."""

from typing import Any

from .amounts import check_positive, read_currency
from .cards import Decline
from .charging import PAID_FOR, confirm_intent, start_intent
from .description import start_object
from .enrolling import make_customer
from .errors import JsonObject, StripeError, invalid, missing_param
from .events import emit
from .identifiers import new_id, random_text
from .instruments import read_copied
from .offers import choose_types
from .paging import merge_metadata
from .saving import confirm_setup
from .world import World

MAX_LINES = 100
COPIED = (
    "allow_promotion_codes", "billing_address_collection", "cancel_url", "client_reference_id", "consent_collection",
    "customer", "locale", "phone_number_collection", "submit_type", "success_url",
)  # fmt: skip
INTENT_DATA = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor_suffix",
    "transfer_group",
)


def price_lines(items: list[JsonObject]) -> list[JsonObject]:
    """Line items with their amounts in minor units.

    Raises:
        StripeError: a stored price, which the sandbox has none of, mixed currencies, or a bad amount.
    """
    if len(items) > MAX_LINES:
        raise invalid(f"You may only specify up to {MAX_LINES} line items.", "line_items")
    lines = [price_line(item, f"line_items[{index}]") for index, item in enumerate(items)]
    if len({line["currency"] for line in lines}) > 1:
        raise invalid("All line items must have the same currency.", "line_items")
    return lines


def price_line(item: JsonObject, param: str) -> JsonObject:
    """One line with its price."""
    if item.get("price"):
        raise invalid(f"No such price: '{item['price']}'", f"{param}[price]", "resource_missing")
    data = item.get("price_data")
    if data is None:
        raise missing_param(f"{param}[price_data]")
    if not data.get("product_data"):
        raise (
            missing_param(f"{param}[price_data][product_data]")
            if not data.get("product")
            else invalid(f"No such product: '{data['product']}'", f"{param}[price_data][product]", "resource_missing")
        )
    if data.get("recurring"):
        raise invalid("You must use `subscription` mode to use recurring prices.", f"{param}[price_data][recurring]")
    unit, quantity = data.get("unit_amount"), item.get("quantity")
    if unit is None:
        raise missing_param(f"{param}[price_data][unit_amount]")
    if unit < 0:
        raise invalid(
            "This value must be greater than or equal to 0.",
            f"{param}[price_data][unit_amount]",
            "parameter_invalid_integer",
        )
    if quantity is None:
        raise missing_param(f"{param}[quantity]")
    check_positive(quantity, f"{param}[quantity]")
    currency = read_currency(data["currency"], f"{param}[price_data][currency]")
    price_id, product_id = new_id("price"), new_id("prod", 14)
    price = start_object(
        "price",
        id=price_id, object="price", active=False, billing_scheme="per_unit", created=0, currency=currency, livemode=False,
        metadata={}, product=product_id, type="one_time", unit_amount=unit, unit_amount_decimal=str(unit),
        tax_behavior=data.get("tax_behavior") or "unspecified",
    )  # fmt: skip
    return {
        "id": new_id("li"), "object": "item", "adjustable_quantity": None, "amount_discount": 0,
        "amount_subtotal": unit * quantity,
        "amount_tax": 0, "amount_total": unit * quantity, "currency": currency, "description": data["product_data"]["name"],
        "metadata": item.get("metadata") or {}, "price": price, "quantity": quantity,
    }  # fmt: skip


def read_session_currency(params: JsonObject, lines: list[JsonObject]) -> str | None:
    """The lines' currency, which the session's may only repeat."""
    given = read_currency(params["currency"]) if params.get("currency") else None
    sold: str | None = lines[0]["currency"] if lines else None
    if given and sold and given != sold:
        raise invalid(f"The currency of the line items ({sold}) does not match the session's ({given}).", "currency")
    return sold or given


def start_session(
    world: World, params: JsonObject, lines: list[JsonObject], currency: str | None, expires_at: int
) -> JsonObject:
    """A new open session, stored by the caller."""
    session_id = "cs_test_a1" + random_text(56)
    paying = params["mode"] == "payment"
    total = sum(line["amount_total"] for line in lines) if paying else None
    creation = params.get("customer_creation", "if_required") if not params.get("customer") else None
    return start_object(
        "checkout.session",
        **{
            "id": session_id,
            "object": "checkout.session",
            "adaptive_pricing": {"enabled": False},
            "amount_subtotal": total,
            "amount_total": total,
            "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
            "branding_settings": {
                "background_color": "#ffffff", "border_style": "rounded", "button_color": "#0074d4",
                "display_name": (params.get("branding_settings") or {}).get("display_name") or world.settings.merchant,
                "font_family": "default", "icon": None, "logo": None,
            },
            "created": world.clock.now(),
            "currency": currency,
            "custom_fields": [],
            "custom_text": {"after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None}
            | {k: v for k, v in (params.get("custom_text") or {}).items() if v},
            "customer_creation": creation,
            "customer_email": params.get("customer_email"),
            "expires_at": expires_at,
            "livemode": False,
            "metadata": merge_metadata({}, params.get("metadata")),
            "mode": params["mode"],
            "payment_method_collection": "if_required" if paying else "always",
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}}
            | (params.get("payment_method_options") or {}),
            "payment_method_types": choose_types(params, currency, held=is_held(params)) if paying else ["card"],
            "payment_status": "unpaid" if paying else "no_payment_required",
            "shipping_options": [],
            "status": "open",
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0} if paying else None,
            "ui_mode": params.get("ui_mode", "hosted_page"),
            "url": f"{world.settings.origin}/c/pay/{session_id}",
            **{name: params[name] for name in COPIED if name in params},
        },
    )  # fmt: skip


def is_held(params: JsonObject) -> bool:
    """Whether a session's money is only held at first."""
    return bool((params.get("payment_intent_data") or {}).get("capture_method") == "manual")


def pay_session(
    world: World,
    session: JsonObject,
    method: JsonObject,
    *,
    keep: bool = False,
    consent: JsonObject | None = None,
) -> Decline | StripeError | None:
    """The customer submitted the page. Returns the refusal to show, or None: then see the intent's status."""
    details = method["billing_details"]
    session["customer_details"] = {
        "address": details["address"], "email": details["email"], "name": details["name"], "phone": details["phone"],
        "tax_exempt": "none", "tax_ids": [], "business_name": None, "individual_name": None,
    }  # fmt: skip
    if consent:
        session["consent"] = consent
    ensure_customer(world, session, keep)
    if session["mode"] == "setup":
        setup = world.need(session["setup_intent"], "setup_intent", "setupintent", "setup_intent")
        setup["customer"] = session["customer"]
        world.store.put(session)
        refusal: Decline | StripeError | None = confirm_setup(world, setup, method)
        if refusal is None and setup["status"] == "succeeded":
            complete_session(world, session)
        return refusal
    intent = prepare_intent(world, session, keep)
    world.store.put(session)
    if intent["status"] == "canceled":
        return invalid("This payment was canceled. Go back and start again.")
    refusal = None
    if intent["status"] not in PAID_FOR:
        refusal = confirm_intent(world, intent, method, off_session=False)
    if refusal is None and intent["status"] in PAID_FOR:
        complete_session(world, session)
    return refusal


def ensure_customer(world: World, session: JsonObject, keep: bool) -> None:
    """docs.stripe.com/api/checkout/sessions/create#create_checkout_session-customer_creation."""
    data = world.store.get_private(session["id"])["payment_intent_data"]
    needed = session["customer_creation"] == "always" or data.get("setup_future_usage") or keep or session["mode"] == "setup"
    if session["customer"] or not needed:
        return
    details = session["customer_details"]
    given = {name: details[name] for name in ("email", "name") if details[name]}
    session["customer"] = make_customer(world, given)["id"]


def prepare_intent(world: World, session: JsonObject, keep: bool) -> JsonObject:
    """The session's PaymentIntent: made at the first attempt, used again after a decline."""
    if session["payment_intent"]:
        world.store.change_private(session["payment_intent"], keep=keep)
        return world.need(session["payment_intent"], "payment_intent", "payment_intent", "payment_intent")
    data = world.store.get_private(session["id"])["payment_intent_data"]
    values: dict[str, Any] = read_copied(data, INTENT_DATA)
    intent = start_intent(
        world,
        session["amount_total"],
        session["currency"],
        session["payment_method_types"],
        customer=session["customer"],
        capture_method=data.get("capture_method", "automatic_async"),
        metadata=merge_metadata({}, data.get("metadata")),
        **values,
    )
    options = session["payment_method_options"].get("card") or {}
    intent["payment_method_options"].get("card", {}).update(options)
    session["payment_intent"] = intent["id"]
    world.store.put(intent, {"checkout": session["id"], "keep": keep})
    emit(world, "payment_intent.created", intent)
    return intent


def complete_session(world: World, session: JsonObject) -> None:
    """`paid` when the money is there, `unpaid` while a bank debit is under way
    (docs.stripe.com/payments/checkout/fulfill-orders).
    """
    session["status"], session["url"] = "complete", None
    if session["mode"] == "payment":
        intent = world.need(session["payment_intent"], "payment_intent", "payment_intent", "payment_intent")
        session["payment_status"] = "unpaid" if intent["status"] in ("processing", "requires_capture") else "paid"
    world.store.put(session)
    emit(world, "checkout.session.completed", session)


def find_session_of(world: World, intent: JsonObject) -> JsonObject | None:
    """The session an intent was made by, or None."""
    session_id = world.store.get_private(intent["id"]).get("checkout")
    return world.store.get(session_id, "checkout.session") if session_id else None


def tell_session_captured(world: World, intent: JsonObject) -> None:
    """A session whose money was held is paid once it is captured."""
    session = find_session_of(world, intent)
    if session and session["status"] == "complete":
        session["payment_status"] = "paid"
        world.store.put(session)


def refuse_checkout(world: World, intent: JsonObject, what: str) -> None:
    """Only its page pays a session's intent: "You can't confirm or cancel the PaymentIntent for a Checkout Session"
    (docs.stripe.com/api/checkout/sessions/object#checkout_session_object-payment_intent).

    Raises:
        StripeError: 400 `…_unexpected_state` when a session made the intent.
    """
    if not world.store.get_private(intent["id"]).get("checkout"):
        return
    kind = intent["object"]
    name = "SetupIntent" if kind == "setup_intent" else "PaymentIntent"
    message = (
        f"You cannot {what} this {name} because it was created by a Checkout Session. Expire the Checkout Session instead."
    )
    error = StripeError(message, code=f"{kind}_unexpected_state")
    error.body[kind] = intent
    raise error


def finish_session_debit(world: World, intent: JsonObject) -> None:
    """The session learns how its bank debit ended."""
    session = find_session_of(world, intent)
    if session is None:
        return
    if intent["status"] == "succeeded":
        session["payment_status"] = "paid"
        world.store.put(session)
        emit(world, "checkout.session.async_payment_succeeded", session)
    else:
        emit(world, "checkout.session.async_payment_failed", session)
