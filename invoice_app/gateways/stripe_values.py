"""What the Stripe gateway takes and answers: plain values, read once from Stripe's wire format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from invoice_app.domain.charging import from_charge_amount, round_charge_amount

BANK_DEBITS = {"EUR": "sepa_debit", "USD": "us_bank_account"}
"""The bank debit a hosted page offers in each currency, by Stripe's name."""

METHOD_NAMES = {"us_bank_account": "US bank account", "sepa_debit": "SEPA Direct Debit"}
BRANDS = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """A hosted page to open. `amount` in minor units; without an amount the page only keeps a card.

    `method` "card" or "bank" leaves the customer no other way to pay, because the amount holds that method's fee.
    """

    customer_id: str
    currency: str
    success_url: str
    cancel_url: str
    metadata: Mapping[str, str]
    amount: int = 0
    description: str = ""
    keep_card: bool = False
    method: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """A hosted page: `status` open | complete | expired, `payment_status` paid | unpaid | no_payment_required."""

    id: str
    url: str
    status: str
    payment_status: str
    payment_intent_id: str | None
    setup_intent_id: str | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A payment method that can be charged again; `label` is "Visa ··4242"."""

    payment_method_id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    label: str


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """A charge without the customer present. `amount` in minor units of `currency`."""

    customer_id: str
    payment_method_id: str
    amount: int
    currency: str
    description: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IntentOutcome:
    """Where a payment stands. `amount_received` in minor units of `currency`; `card` only when it is a card.

    `status` is Stripe's: succeeded, processing, requires_action, requires_payment_method, requires_capture, canceled. A hold
    has `amount_capturable` until `capture_before`. `fee` is what the processor kept; None while it is not known.
    """

    id: str
    status: str
    amount_received: int
    currency: str
    charge_id: str | None = None
    method_label: str = ""
    card: CardFacts | None = None
    keeps_card: bool = False
    error_code: str = ""
    decline_code: str = ""
    error_message: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    amount_capturable: int = 0
    capture_before: datetime | None = None
    ended_by_itself: bool = False
    fee: int | None = None


@dataclass(frozen=True, slots=True)
class SetupOutcome:
    """Where keeping a card stands: `status` succeeded, canceled, requires_…"""

    id: str
    status: str
    card: CardFacts | None


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """Something happened at Stripe; `object_id` is what to fetch anew, `payload` the event as received."""

    id: str
    type: str
    object_id: str
    created_at: datetime
    payload: dict[str, Any]


def read_page(data: Mapping[str, Any]) -> CheckoutPage:
    """A Checkout Session."""
    return CheckoutPage(
        id=data["id"],
        url=data.get("url") or "",
        status=data.get("status") or "",
        payment_status=data.get("payment_status") or "",
        payment_intent_id=identify(data.get("payment_intent")),
        setup_intent_id=identify(data.get("setup_intent")),
        metadata=data.get("metadata") or {},
    )


def read_intent_outcome(data: Mapping[str, Any]) -> IntentOutcome:
    """A PaymentIntent, its payment method and latest charge expanded where Stripe knows them."""
    currency = str(data["currency"]).upper()
    error = data.get("last_payment_error") or {}
    charge = data.get("latest_charge")
    method = _mapping(data.get("payment_method")) or _mapping(error.get("payment_method"))
    return IntentOutcome(
        id=data["id"],
        status=data["status"],
        amount_received=from_charge_amount(data.get("amount_received") or 0, currency),
        currency=currency,
        charge_id=identify(charge),
        method_label=_label(method) or _label_of_charge(_mapping(charge)),
        card=read_card(method),
        keeps_card=data.get("setup_future_usage") == "off_session",
        error_code=error.get("code") or "",
        decline_code=error.get("decline_code") or "",
        error_message=error.get("message") or "",
        metadata=data.get("metadata") or {},
        amount_capturable=from_charge_amount(data.get("amount_capturable") or 0, currency),
        capture_before=_read_capture_before(_mapping(charge)),
        ended_by_itself=data.get("cancellation_reason") in ("automatic", "expired"),
        fee=read_fee(_mapping(charge), currency),
    )


def read_fee(charge: Mapping[str, Any] | None, currency: str) -> int | None:
    """What the processor kept of a charge, in minor units of `currency`.

    None while its balance transaction is not known or not expanded, and where the balance is kept in another currency.
    """
    movement = _mapping(charge.get("balance_transaction")) if charge else None
    if movement is None or str(movement["currency"]).upper() != currency:
        return None
    return round_charge_amount(movement["fee"], currency)


def _read_capture_before(charge: Mapping[str, Any] | None) -> datetime | None:
    details = _mapping(charge.get("payment_method_details")) if charge else None
    card = _mapping(details.get("card")) if details else None
    return read_instant(card.get("capture_before")) if card else None


def read_instant(seconds: Any) -> datetime | None:
    """An instant as Stripe writes it, in seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None


def read_setup_outcome(data: Mapping[str, Any]) -> SetupOutcome:
    """A SetupIntent with its payment method expanded."""
    return SetupOutcome(id=data["id"], status=data["status"], card=read_card(_mapping(data.get("payment_method"))))


def read_card(method: Mapping[str, Any] | None) -> CardFacts | None:
    """The card of a payment method; None for any other kind."""
    card = _mapping(method.get("card")) if method else None
    if method is None or card is None:
        return None
    return CardFacts(
        payment_method_id=method["id"],
        brand=card.get("brand") or "",
        last4=card.get("last4") or "",
        exp_month=card.get("exp_month") or 0,
        exp_year=card.get("exp_year") or 0,
        label=label_card(card.get("brand") or "", card.get("last4") or ""),
    )


def label_card(brand: str, last4: str) -> str:
    """A card as people know it: "Visa ··4242"."""
    return f"{BRANDS.get(brand, 'Card')} ··{last4}"


def read_gateway_event(data: object) -> GatewayEvent:
    """An event; what it says about its object is never trusted, only the object's id.

    Raises ValueError for anything that is not of an event's shape.
    """
    event = _mapping(data) or {}
    name, kind, created = event.get("id"), event.get("type"), event.get("created")
    if event.get("object") != "event" or not (isinstance(name, str) and isinstance(kind, str) and isinstance(created, int)):
        raise ValueError("not an event")
    content = _mapping(event.get("data")) or {}
    object_id = identify(content.get("object")) or ""
    if not (name + kind + object_id).isascii() or not (name + kind + object_id).isprintable():
        raise ValueError("not an id")
    try:
        created_at = datetime.fromtimestamp(created, UTC)
    except (OverflowError, OSError):
        raise ValueError("not an instant") from None
    return GatewayEvent(name, kind, object_id, created_at, dict(event))


def _label(method: Mapping[str, Any] | None) -> str:
    if method is None:
        return ""
    card = read_card(method)
    kind = str(method.get("type", ""))
    return card.label if card else METHOD_NAMES.get(kind, kind.replace("_", " ").capitalize())


def _label_of_charge(charge: Mapping[str, Any] | None) -> str:
    details = _mapping(charge.get("payment_method_details")) if charge else None
    card = _mapping(details.get("card")) if details else None
    return label_card(card.get("brand") or "", card.get("last4") or "") if card else ""


def identify(value: Any) -> str | None:
    """The id of an object, expanded or not."""
    identifier = value.get("id") if isinstance(value, Mapping) else value
    return identifier if isinstance(identifier, str) else None


def _mapping(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, Mapping) else None
