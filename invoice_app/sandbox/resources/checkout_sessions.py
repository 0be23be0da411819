"""Checkout sessions. Source: docs.stripe.com/api/checkout/sessions."""

from ..addresses import check_return
from ..amounts import check_charge_amount
from ..charging import cancel_intent
from ..enrolling import check_email
from ..errors import JsonObject, StripeError, invalid, missing_param, no_such
from ..events import emit
from ..paging import LIMIT_MAX, filters, list_objects, merge_metadata
from ..registry import LISTING, serves, within
from ..saving import cancel_setup, start_setup
from ..selling import price_lines, read_session_currency, start_session
from ..statement import check_suffix
from ..world import Call, World

MIN_LIFE, MAX_LIFE = 30 * 60, 24 * 3600
SESSION = (
    "allowed_payment_method_types branding_settings.display_name cancel_url client_reference_id currency custom_text customer",
    "consent_collection.terms_of_service customer_creation customer_email excluded_payment_method_types expires_at locale",
    "metadata mode payment_method_types return_url success_url submit_type ui_mode",
    "payment_method_options.card.request_three_d_secure saved_payment_method_options.payment_method_save",
    within("line_items", "metadata price quantity"),
    within("line_items.price_data", "currency product recurring tax_behavior unit_amount"),
    within("line_items.price_data.product_data", "name description metadata"),
    within("payment_intent_data", "capture_method description metadata receipt_email setup_future_usage shipping"),
    within("payment_intent_data", "statement_descriptor statement_descriptor_suffix transfer_group"),
    within("setup_intent_data", "description metadata"),
)
EXPIRES_AT = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."


@serves("POST /v1/checkout/sessions", *SESSION)
def create_session(call: Call) -> JsonObject:
    """An open session with its page; a setup session gets its intent at once, a payment session at the first attempt."""
    world, params = call.world, call.params
    mode = params.get("mode")
    if mode is None:
        raise missing_param("mode")
    check_mode(mode, params)
    check_addresses(world, params)
    check_customer(world, params)
    check_email(params.get("customer_email"), "customer_email")
    expires_at = read_expiry(world, params.get("expires_at"))
    lines = price_lines(params["line_items"]) if mode == "payment" else []
    currency = read_session_currency(params, lines)
    session = start_session(world, params, lines, currency, expires_at)
    if mode == "payment":
        check_charge_amount(session["amount_total"], currency or "usd", "line_items")
        check_suffix(params.get("payment_intent_data") or {}, world.settings.merchant)
    else:
        data = params.get("setup_intent_data") or {}
        setup = start_setup(
            world,
            session["payment_method_types"],
            customer=params.get("customer"),
            description=data.get("description"),
            metadata=merge_metadata({}, data.get("metadata")),
        )
        world.store.put(setup, {"checkout": session["id"]})
        session["setup_intent"] = setup["id"]
        emit(world, "setup_intent.created", setup)
    private = {
        "lines": lines,
        "told": describe_lines(lines, params),
        "payment_intent_data": params.get("payment_intent_data") or {},
        "save_offered": (params.get("saved_payment_method_options") or {}).get("payment_method_save") == "enabled",
    }
    world.store.put(session, private)
    world.plan("expire_session", session["id"], expires_at - world.clock.exact())
    return session


def describe_lines(lines: list[JsonObject], params: JsonObject) -> dict[str, str]:
    """What the page says of a line's product, by the line's id."""
    given = [item["price_data"]["product_data"].get("description") for item in params.get("line_items") or []]
    return {line["id"]: text for line, text in zip(lines, given, strict=False) if text}


def check_mode(mode: str, params: JsonObject) -> None:
    """What goes with `payment` and what with `setup`."""
    if mode == "subscription":
        raise invalid("This local Stripe serves `payment` and `setup` mode; it has no subscriptions.", "mode")
    if mode == "payment":
        if not params.get("line_items"):
            raise missing_param("line_items")
        if "setup_intent_data" in params:
            raise invalid("You can not pass `setup_intent_data` in `payment` mode.", "setup_intent_data")
    if mode == "setup":
        for name in ("line_items", "payment_intent_data", "submit_type", "invoice_creation"):
            if name in params:
                raise invalid(f"You can not pass `{name}` in `setup` mode.", name)
        if not params.get("currency"):
            raise invalid(
                "`currency` is required in `setup` mode when dynamic payment methods are used.",
                "currency",
                "parameter_missing",
            )


def check_addresses(world: World, params: JsonObject) -> None:
    """`hosted_page` needs somewhere to come back to (docs.stripe.com/payments/checkout/custom-success-page)."""
    ui_mode = params.get("ui_mode", "hosted_page")
    if ui_mode != "hosted_page":
        raise invalid(f"This local Stripe shows hosted pages only: `ui_mode` is {ui_mode}.", "ui_mode")
    if params.get("return_url"):
        raise invalid(
            "`return_url` can only be used with `ui_mode` set to `embedded_page`, `elements` or `form`.",
            "return_url",
        )
    if not params.get("success_url"):
        raise missing_param("success_url")
    for name in ("success_url", "cancel_url"):
        if params.get(name) is not None:
            check_return(params[name], name, world.settings.return_origins)


def check_customer(world: World, params: JsonObject) -> None:
    """An existing customer excludes whatever would make another."""
    customer = params.get("customer")
    if customer:
        world.need(customer, "customer", "customer", "customer")
    for name in ("customer_email", "customer_creation"):
        if customer and params.get(name):
            raise invalid(
                f"You may only specify one of these parameters: customer, {name}.",
                name,
                "parameters_exclusive",
            )


def read_expiry(world: World, asked: int | None) -> int:
    """From half an hour to a day ahead, a day by default."""
    now = world.clock.now()
    if asked is None:
        return now + MAX_LIFE
    if asked > now + MAX_LIFE:
        raise invalid(EXPIRES_AT, "expires_at")
    if asked < now + MIN_LIFE - 5:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            "expires_at",
        )
    return asked


def need_session(call: Call) -> JsonObject:
    """The session the address names, 404 otherwise."""
    session_id = call.path["session"]
    session = call.world.store.get(session_id, "checkout.session")
    if session is None:
        raise no_such("checkout.session", session_id, "session", status=404)
    return session


@serves("GET /v1/checkout/sessions/{session}")
def retrieve_session(call: Call) -> JsonObject:
    """One session."""
    return need_session(call)


@serves("POST /v1/checkout/sessions/{session}", "metadata")
def update_session(call: Call) -> JsonObject:
    """Its metadata."""
    session = need_session(call)
    if "metadata" in call.params:
        session["metadata"] = merge_metadata(session["metadata"], call.params["metadata"])
        call.world.store.put(session)
    return session


@serves("POST /v1/checkout/sessions/{session}/expire")
def expire(call: Call) -> JsonObject:
    """Only an open session can be expired."""
    session = need_session(call)
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f'"{session["status"]}".'
        )
    expire_session(call.world, session)
    return session


def expire_session(world: World, session: JsonObject) -> None:
    """Close the session and the intent behind it; nobody can pay it from here on."""
    session["status"], session["url"] = "expired", None
    world.store.put(session)
    if session["payment_intent"]:
        intent = world.need(session["payment_intent"], "payment_intent", "payment_intent", "payment_intent")
        if intent["status"] in ("requires_payment_method", "requires_action", "requires_confirmation"):
            cancel_intent(world, intent, "automatic")
    if session["setup_intent"]:
        setup = world.need(session["setup_intent"], "setup_intent", "setupintent", "setup_intent")
        if setup["status"] in ("requires_payment_method", "requires_action", "requires_confirmation"):
            cancel_setup(world, setup, "abandoned")
    emit(world, "checkout.session.expired", session)


@serves("GET /v1/checkout/sessions/{session}/line_items", "limit starting_after")
def list_line_items(call: Call) -> JsonObject:
    """What it sells."""
    session = need_session(call)
    lines = call.world.store.get_private(session["id"])["lines"]
    limit, after = call.params.get("limit", 10), call.params.get("starting_after")
    if not 1 <= limit <= LIMIT_MAX:
        raise invalid(f"This value must be from 1 to {LIMIT_MAX}.", "limit", "parameter_invalid_integer")
    ids = [line["id"] for line in lines]
    if after and after not in ids:
        raise no_such("line item", after, "starting_after")
    left = lines[ids.index(after) + 1 :] if after else lines
    return {
        "object": "list",
        "data": left[:limit],
        "has_more": len(left) > limit,
        "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }


@serves("GET /v1/checkout/sessions", LISTING, "customer payment_intent status customer_details")
def list_sessions(call: Call) -> JsonObject:
    """By customer, payment intent, status or the customer's e-mail."""
    where = filters(call, "customer", "payment_intent", "status")
    if email := (call.params.get("customer_details") or {}).get("email"):
        where.append(("json_extract(body, '$.customer_details.email') = ?", email))
    return list_objects(call, "checkout.session", "/v1/checkout/sessions", where)
