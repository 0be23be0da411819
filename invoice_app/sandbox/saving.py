"""How a card is saved for later: setup intents. Source: docs.stripe.com/payments/setup-intents."""

from .cards import needs_authentication
from .description import start_object
from .errors import JsonObject, StripeError
from .events import emit
from .identifiers import new_id, random_text
from .instruments import attach_method, card_of, decline_error, refuse_attachment
from .world import World


def start_setup(world: World, types: list[str], **values: object) -> JsonObject:
    """A new SetupIntent, stored by the caller."""
    setup_id = new_id("seti")
    return start_object(
        "setup_intent",
        **{
            "id": setup_id,
            "object": "setup_intent",
            "client_secret": f"{setup_id}_secret_{random_text(32)}",
            "created": world.clock.now(),
            "livemode": False,
            "metadata": {},
            "payment_method_options": {
                "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
            },
            "payment_method_types": types,
            "status": "requires_payment_method",
            "usage": "off_session",
            **values,
        },
    )


def confirm_setup(world: World, setup: JsonObject, method: JsonObject, *, authenticated: bool = False) -> StripeError | None:
    """Save `method` for the setup's customer. Returns the refusal, after storing what it leaves."""
    setup["payment_method"], setup["last_setup_error"], setup["next_action"] = method["id"], None, None
    if method["type"] == "card":
        card = card_of(world, method)
        if needs_authentication(card, off_session=False, set_up=False, setting_up=True) and not authenticated:
            ask_authentication(world, setup)
            return None
        decline = refuse_attachment(card)
        if decline:
            return fail_setup(world, setup, method, decline_error(decline, keeps_work=True))
    world.store.change_private(method["id"], set_up=True)
    setup["status"], setup["latest_attempt"] = "succeeded", new_id("setatt")
    world.store.put(setup)
    if setup["customer"] and not method["customer"]:
        attach_method(world, method, setup["customer"])
    emit(world, "setup_intent.succeeded", setup)
    return None


def ask_authentication(world: World, setup: JsonObject) -> None:
    """`requires_action`: the customer goes to the bank's page."""
    url = f"{world.settings.origin}/authenticate/{setup['id']}?secret={setup['client_secret']}"
    return_url = world.store.get_private(setup["id"]).get("return_url")
    if return_url:
        setup["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": return_url, "url": url},
        }
    else:
        setup["next_action"] = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url},
        }
    setup["status"] = "requires_action"
    world.store.put(setup)
    emit(world, "setup_intent.requires_action", setup)


def fail_setup(world: World, setup: JsonObject, method: JsonObject, error: StripeError) -> StripeError:
    """Back to the start, the error kept and told."""
    error.body["payment_method"] = method
    setup["status"], setup["payment_method"], setup["next_action"] = "requires_payment_method", None, None
    setup["latest_attempt"] = new_id("setatt")
    setup["last_setup_error"] = {k: v for k, v in error.body.items() if k != "setup_intent"}
    world.store.put(setup)
    error.body["setup_intent"] = setup
    emit(world, "setup_intent.setup_failed", setup)
    return error


def fail_setup_authentication(world: World, setup: JsonObject) -> StripeError:
    """The customer did not pass the bank's challenge."""
    method = world.need(setup["payment_method"], "payment_method", "PaymentMethod", "payment_method")
    message = (
        "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
        "PaymentMethod to attempt to "
        "fulfill this SetupIntent again."
    )
    error = StripeError(message, status=402, code="setup_intent_authentication_failure", keeps_work=True)
    return fail_setup(world, setup, method, error)


def cancel_setup(world: World, setup: JsonObject, reason: str | None) -> None:
    """End it, and tell it."""
    setup["status"], setup["cancellation_reason"], setup["next_action"] = "canceled", reason, None
    world.store.put(setup)
    emit(world, "setup_intent.canceled", setup)
