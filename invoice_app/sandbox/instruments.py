"""Payment methods as objects: a card or a bank account somebody may be charged through.

Card numbers live in the private part of the store; the object has brand, last four and a fingerprint.
Sources: docs.stripe.com/testing, docs.stripe.com/payments/ach-direct-debit, docs.stripe.com/payments/sepa-debit.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

from .cards import (
    BY_NUMBER,
    BY_TOKEN,
    CARDS,
    DECLINED,
    NOT_A_TEST_CARD,
    Card,
    Decline,
    cvc_length,
    find_brand,
    passes_luhn,
)
from .description import start_object
from .errors import JsonObject, StripeError, invalid, missing_param
from .events import emit
from .identifiers import new_id
from .world import World

FIXTURE_EXPIRY_YEARS = 1
METHOD_PARAMS = (
    "type allow_redisplay billing_details metadata card.number card.exp_month card.exp_year card.cvc card.token "
    "sepa_debit.iban us_bank_account.account_number us_bank_account.routing_number us_bank_account.account_holder_type "
    "us_bank_account.account_type"
)
"""What a payment method is made from, here or inside `payment_method_data`."""
BANK_OUTCOMES = {
    # docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test-integration
    "000123456789": None,
    "000111111116": ("account_closed", "The bank account has been closed."),
    "000111111113": ("account_closed", "The bank account has been closed."),
    "000222222227": (
        "insufficient_funds",
        "The customer's account has insufficient funds to cover this payment.",
    ),
    "000333333335": (
        "debit_not_authorized",
        "The customer has notified their bank that this payment was unauthorized.",
    ),
    "000666666661": ("bank_account_restricted", "The bank account is restricted."),
    # docs.stripe.com/payments/sepa-debit/accept-a-payment#test-integration
    "DE89370400440532013000": None,
    "AT611904300234573201": None,
    "FR1420041010050500013M02606": None,
    "NL39RABO0300065264": None,
    "AT861904300235473202": ("refer_to_customer", "The customer's bank refused this payment."),
    "DE62370400440532013001": ("refer_to_customer", "The customer's bank refused this payment."),
}
BANK_TOKENS = {
    "pm_usBankAccount_success": ("us_bank_account", "000123456789"),
    "pm_usBankAccount_accountClosed": ("us_bank_account", "000111111113"),
    "pm_usBankAccount_insufficientFunds": ("us_bank_account", "000222222227"),
    "pm_usBankAccount_debitNotAuthorized": ("us_bank_account", "000333333335"),
}


def card_of(world: World, method: JsonObject) -> Card:
    """What the number behind a card method does."""
    return BY_NUMBER[world.store.get_private(method["id"])["number"]]


def empty_billing() -> JsonObject:
    """Billing details nobody gave."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": None, "name": None, "phone": None, "tax_id": None}


def fill_address(given: JsonObject | None) -> JsonObject | None:
    """An address with every field Stripe answers, null where nothing was given."""
    return None if given is None else {**empty_billing()["address"], **given}


def fill_shipping(given: JsonObject | None) -> JsonObject | None:
    """Where goods go, likewise."""
    if given is None:
        return None
    empty = dict.fromkeys(("carrier", "name", "phone", "tracking_number"))
    return {**empty, **given, "address": fill_address(given.get("address") or {})}


def read_copied(params: JsonObject, names: tuple[str, ...]) -> JsonObject:
    """Those of `names` that were passed, addresses filled up."""
    fill = {"address": fill_address, "shipping": fill_shipping}
    return {name: fill[name](params[name]) if name in fill else params[name] for name in names if name in params}


def merge_billing(base: JsonObject, given: JsonObject | None) -> JsonObject:
    """Given details over those there are; the address field by field."""
    merged = base | {k: v for k, v in (given or {}).items() if k != "address"}
    if (given or {}).get("address"):
        merged["address"] = base["address"] | given["address"]  # type: ignore[index]
    return merged


def make_fingerprint(text: str) -> str:
    """The same number has the same fingerprint, whoever uses it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def start_method(world: World, kind: str, billing: JsonObject | None, metadata: JsonObject | None) -> JsonObject:
    """What every payment method has, whatever its type."""
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": merge_billing(empty_billing(), billing),
        "created": world.clock.now(),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": metadata or {},
        "type": kind,
    }


def make_card_method(
    world: World,
    card: Card,
    *,
    exp_month: int,
    exp_year: int,
    cvc_given: bool,
    billing: JsonObject | None = None,
    metadata: JsonObject | None = None,
) -> JsonObject:
    """Store and return a payment method for one of the test cards."""
    method = start_method(world, "card", billing, metadata)
    brand = find_brand(card.number)
    method["card"] = start_object(
        "payment_method_card",
        brand=brand,
        checks={
            "address_line1_check": None,
            "address_postal_code_check": card.address_check if method["billing_details"]["address"]["postal_code"] else None,
            "cvc_check": "unchecked" if cvc_given else None,
        },
        country=card.country,
        display_brand="american_express" if brand == "amex" else brand,
        exp_month=exp_month,
        exp_year=exp_year,
        fingerprint=make_fingerprint(card.number),
        funding=card.funding,
        last4=card.number[-4:],
        networks={"available": [brand], "preferred": None},
        regulated_status="unregulated",
        three_d_secure_usage={"supported": brand != "unionpay"},
    )
    world.store.put(method, {"number": card.number, "cvc": cvc_given})
    return method


def make_bank_method(
    world: World,
    kind: str,
    number: str,
    *,
    billing: JsonObject | None = None,
    metadata: JsonObject | None = None,
    holder: str = "individual",
    account: str = "checking",
) -> JsonObject:
    """Store and return a payment method for one of the test bank accounts.

    Raises:
        StripeError: the number is none of Stripe's test accounts.
    """
    number = number.replace(" ", "").upper()
    if number not in BANK_OUTCOMES:
        field = "iban" if kind == "sepa_debit" else "account_number"
        raise invalid(
            "You must use a test bank account number in test mode.",
            f"{kind}[{field}]",
            "account_number_invalid",
        )
    method = start_method(world, kind, billing, metadata)
    if kind == "sepa_debit":
        bank: dict[str, Any] = {
            "bank_code": number[4:12], "branch_code": "", "country": number[:2],
            "generated_from": {"charge": None, "setup_attempt": None},
        }  # fmt: skip
    else:
        bank = {
            "account_holder_type": holder, "account_type": account, "bank_name": "STRIPE TEST BANK",
            "networks": {"preferred": "ach", "supported": ["ach"]}, "routing_number": "110000000",
        }  # fmt: skip
    method[kind] = start_object(f"payment_method_{kind}", fingerprint=make_fingerprint(number), last4=number[-4:], **bank)
    world.store.put(method, {"number": number})
    return method


def read_card_details(world: World, details: JsonObject) -> tuple[Card, int, int, bool]:
    """Number, expiry and CVC as typed by a person or passed through the API.

    Raises:
        StripeError: 402 `card_error` naming the field, in the words of docs.stripe.com/error-codes.
    """
    number = str(details.get("number", "")).replace(" ", "").replace("-", "")
    if not (number.isascii() and number.isdigit()) or not 12 <= len(number) <= 19 or not passes_luhn(number):
        raise card_field_error("incorrect_number", "Your card number is incorrect.", "number")
    month, year = read_expiry(world, details["exp_month"], details["exp_year"])
    cvc = details.get("cvc")
    if cvc is not None and not (cvc.isascii() and cvc.isdigit() and len(cvc) == cvc_length(find_brand(number))):
        raise card_field_error("invalid_cvc", "Your card's security code is invalid.", "cvc")
    if number not in BY_NUMBER:
        raise decline_error(NOT_A_TEST_CARD)
    return BY_NUMBER[number], month, year, cvc is not None


def read_expiry(world: World, month: int, year: int) -> tuple[int, int]:
    """Month and four-digit year of a card that is still good.

    Raises:
        StripeError: 402 `card_error` naming the field.
    """
    year += 2000 if 0 <= year < 100 else 0
    today = datetime.fromtimestamp(world.clock.now(), UTC)
    if not 1 <= month <= 12:
        raise card_field_error("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month")
    if not today.year <= year <= today.year + 50:
        raise card_field_error("invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year")
    if (year, month) < (today.year, today.month):
        raise card_field_error("invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month")
    return month, year


def has_expired(world: World, method: JsonObject) -> bool:
    """Whether a saved card's month is over."""
    today = datetime.fromtimestamp(world.clock.now(), UTC)
    return bool((method["card"]["exp_year"], method["card"]["exp_month"]) < (today.year, today.month))


def card_field_error(code: str, message: str, param: str) -> StripeError:
    """402 `card_error` about one field of a card."""
    return StripeError(message, status=402, error_type="card_error", code=code, param=param)


def decline_error(decline: Decline, **extra: Any) -> StripeError:
    """402 `card_error` (docs.stripe.com/declines/codes)."""
    words = {
        "decline_code": decline.decline_code,
        "advice_code": decline.advice_code,
        "network_decline_code": decline.network_decline_code,
    }
    given: dict[str, Any] = {name: word for name, word in words.items() if word}
    return StripeError(decline.message, status=402, error_type="card_error", code=decline.code, **given, **extra)


def find_method(world: World, method_id: str, param: str = "payment_method", *, status: int = 400) -> JsonObject:
    """A stored payment method, or a fresh one for a test token such as `pm_card_visa`."""
    if method_id in BY_TOKEN:
        expiry_year = datetime.fromtimestamp(world.clock.now(), UTC).year + FIXTURE_EXPIRY_YEARS
        return make_card_method(world, BY_TOKEN[method_id], exp_month=12, exp_year=expiry_year, cvc_given=True)
    if method_id in BANK_TOKENS:
        kind, number = BANK_TOKENS[method_id]
        holder = {"name": "Jenny Rosen", "email": "jenny@example.com"}
        return make_bank_method(world, kind, number, billing=holder)
    return world.need(method_id, "payment_method", "PaymentMethod", param, status=status)


def make_method(world: World, params: JsonObject) -> JsonObject:
    """From `payment_method_data` or the parameters of `POST /v1/payment_methods`."""
    kind = params.get("type", "card")
    billing, metadata = params.get("billing_details"), params.get("metadata")
    if kind == "card":
        details = params.get("card")
        if details is None:
            raise missing_param("card")
        if "token" in details:
            return make_from_token(world, details["token"], billing, metadata)
        card, month, year, cvc = read_card_details(world, details)
        return make_card_method(world, card, exp_month=month, exp_year=year, cvc_given=cvc, billing=billing, metadata=metadata)
    if kind in ("us_bank_account", "sepa_debit"):
        if not (billing or {}).get("name"):
            raise missing_param("billing_details[name]")
        field = "iban" if kind == "sepa_debit" else "account_number"
        account = params.get(kind) or {}
        if field not in account:
            raise missing_param(f"{kind}[{field}]")
        return make_bank_method(
            world,
            kind,
            account[field],
            billing=billing,
            metadata=metadata,
            holder=account.get("account_holder_type", "individual"),
            account=account.get("account_type", "checking"),
        )
    raise invalid(
        f'The payment method type "{kind}" is invalid. Please ensure the provided type is activated in your dashboard '
        "(https://dashboard.stripe.com/account/payments/settings) and your account is enabled for any preview features that "
        "you are trying to use. See https://stripe.com/docs/payments/payment-methods/integration-options for supported payment "
        "method, currency, and country combinations.",
        "type",
    )


def make_from_token(world: World, token: str, billing: JsonObject | None, metadata: JsonObject | None) -> JsonObject:
    """`tok_visa` and its kin stand for the same cards as `pm_card_visa`."""
    wanted = "pm_card_" + token.removeprefix("tok_")
    card = next((c for c in CARDS if c.token and c.token.lower() == wanted.lower()), None)
    if card is None:
        raise StripeError(f"No such token: '{token}'", code="resource_missing", param="card[token]")
    expiry_year = datetime.fromtimestamp(world.clock.now(), UTC).year + FIXTURE_EXPIRY_YEARS
    return make_card_method(world, card, exp_month=12, exp_year=expiry_year, cvc_given=True, billing=billing, metadata=metadata)


def attach_method(world: World, method: JsonObject, customer: str) -> JsonObject:
    """Save it for the customer and tell it. A card that declines here is refused by the callers."""
    method["customer"] = customer
    if method["type"] == "card" and method["card"]["checks"]["cvc_check"] == "unchecked":
        method["card"]["checks"]["cvc_check"] = card_of(world, method).cvc_check
    world.store.put(method)
    emit(world, "payment_method.attached", method)
    return method


def refuse_attachment(card: Card) -> Decline | None:
    """The decline a card answers to being saved (docs.stripe.com/testing#declined-payments), or None."""
    if card.attaches:
        return None
    return card.decline or Decline("card_declined", "generic_decline", DECLINED)


def bank_failure(world: World, method: JsonObject) -> Decline | None:
    """How a test account refuses its debit, or None."""
    outcome = BANK_OUTCOMES[world.store.get_private(method["id"])["number"]]
    return Decline(outcome[0], None, outcome[1]) if outcome else None
