"""Charges and what they leave on the balance. Sources: docs.stripe.com/api/charges/object,
docs.stripe.com/reports/balance-transaction-types.
"""

from .amounts import compute_fee
from .cards import Decline
from .description import start_object
from .errors import JsonObject
from .events import emit
from .identifiers import new_id
from .instruments import card_of
from .world import World

DAY = 86_400
HOLD_SECONDS = 7 * DAY
HOLD_SECONDS_VISA_MERCHANT = 4 * DAY + 18 * 3600
"""Visa shortens merchant-initiated holds (docs.stripe.com/payments/place-a-hold-on-a-payment-method)."""
AVAILABLE_AFTER = 2 * DAY


def compute_hold_seconds(method: JsonObject, off_session: bool) -> float:
    """How long an authorisation lasts before it expires by itself."""
    visa = method["card"]["brand"] == "visa"
    return HOLD_SECONDS_VISA_MERCHANT if visa and off_session else HOLD_SECONDS


def make_charge(
    world: World,
    intent: JsonObject,
    method: JsonObject,
    *,
    status: str,
    captured: bool = False,
    decline: Decline | None = None,
    blocked: bool = False,
    off_session: bool = False,
    authenticated: bool = False,
) -> JsonObject:
    """A charge of the intent's whole amount, stored by the caller."""
    charge_id, paid = new_id("ch"), status == "succeeded"
    amount = intent["amount"]
    suffix, merchant = intent["statement_descriptor_suffix"], world.settings.merchant.upper()
    charge = start_object(
        "charge",
        id=charge_id,
        object="charge",
        amount=amount,
        amount_captured=amount if captured and status != "failed" else 0,
        amount_refunded=0,
        billing_details=method["billing_details"],
        calculated_statement_descriptor=(f"{merchant[:10]}* {suffix.upper()}" if suffix else merchant)[:22],
        captured=captured,
        created=world.clock.now(),
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        fraud_details={},
        livemode=False,
        metadata=intent["metadata"],
        outcome=make_outcome(world, method, decline, blocked),
        paid=paid,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=make_details(world, intent, method, paid and not captured, off_session, authenticated),
        radar_options={},
        receipt_email=intent["receipt_email"],
        receipt_url=f"{world.settings.origin}/receipts/{charge_id}" if paid else None,
        refunded=False,
        shipping=intent["shipping"],
        statement_descriptor_suffix=suffix,
        status=status,
    )
    charge.pop("refunds")  # included on request only, since 2022-11-15
    if decline:
        charge["failure_code"], charge["failure_message"] = decline.code, decline.message
    return charge


def make_outcome(world: World, method: JsonObject, decline: Decline | None, blocked: bool) -> JsonObject:
    """What network and risk check said (docs.stripe.com/declines)."""
    card = card_of(world, method) if method["type"] == "card" else None
    level = card.risk if card else "not_assessed"
    outcome = start_object("charge_outcome", network_status="approved_by_network", type="authorized", risk_level=level)
    outcome["seller_message"] = "Payment complete."
    if card:
        outcome["risk_score"] = {"normal": 20, "elevated": 70, "highest": 95}[level]
    if blocked:
        outcome |= {
            "network_status": "not_sent_to_network",
            "type": "blocked",
            "reason": "highest_risk_level",
        }
        outcome["seller_message"] = "Stripe blocked this payment as too risky."
    elif decline:
        outcome |= {
            "network_status": "declined_by_network",
            "type": "issuer_declined",
            "reason": decline.decline_code,
        }
        outcome["advice_code"], outcome["network_decline_code"] = (
            decline.advice_code,
            decline.network_decline_code,
        )
        outcome["seller_message"] = "The bank did not return any further details with this decline."
    return outcome


def make_details(
    world: World, intent: JsonObject, method: JsonObject, held: bool, off_session: bool, authenticated: bool
) -> JsonObject:
    """The method as it was at the time of the charge; `capture_before` only while it is held."""
    kind = method["type"]
    if kind != "card":
        shared = {
            k: v for k, v in method[kind].items() if k in ("account_holder_type", "account_type", "bank_name", "bank_code")
        }
        shared |= {k: method[kind].get(k) for k in ("fingerprint", "last4")}
        return {"type": kind, kind: start_object(f"payment_method_details_{kind}", **shared)}
    card, shown = card_of(world, method), method["card"]
    details = start_object(
        "payment_method_details_card",
        amount_authorized=intent["amount"],
        brand=shown["brand"],
        checks=shown["checks"] | {"cvc_check": card.cvc_check if world.store.get_private(method["id"]).get("cvc") else None},
        country=shown["country"],
        exp_month=shown["exp_month"],
        exp_year=shown["exp_year"],
        extended_authorization={"status": "disabled"},
        fingerprint=shown["fingerprint"],
        funding=shown["funding"],
        incremental_authorization={"status": "unavailable"},
        last4=shown["last4"],
        multicapture={"status": "unavailable"},
        network=shown["brand"],
        network_token={"used": False},
        overcapture={"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        regulated_status="unregulated",
    )
    if held:
        details["capture_before"] = int(world.clock.now() + compute_hold_seconds(method, off_session))
    else:
        details.pop("capture_before", None)
    if authenticated:
        details["three_d_secure"] = {
            "authentication_flow": "challenge", "electronic_commerce_indicator": "05", "exemption_indicator": None,
            "result": "authenticated", "result_reason": None, "transaction_id": new_id("3ds"), "version": "2.2.0",
        }  # fmt: skip
    return {"type": "card", "card": details}


def make_balance_transaction(
    world: World,
    source: JsonObject,
    *,
    amount: int,
    fee: int,
    kind: str,
    description: str | None,
    at_once: bool = False,
) -> JsonObject:
    """Store one movement of the balance; `amount` and `fee` in minor units, `amount` negative when money leaves."""
    now = world.clock.now()
    category = {"payment": "charge", "adjustment": "dispute"}.get(kind, kind)
    transaction = {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now if at_once else now + AVAILABLE_AFTER,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [
            {
                "amount": fee,
                "application": None,
                "currency": source["currency"],
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        if fee
        else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "available" if at_once else "pending",
        "type": kind,
    }
    world.store.put(transaction)
    if not at_once:
        world.plan("release_balance", transaction["id"], AVAILABLE_AFTER)
    return transaction


def settle_charge(world: World, charge: JsonObject) -> None:
    """Fee and net become known; tell it with `charge.updated`
    (docs.stripe.com/payments/payment-intents/asynchronous-capture).
    """
    if charge["balance_transaction"]:
        return
    at_once = False
    paid_with = charge["payment_method_details"]["type"]
    if paid_with == "card":
        method = world.store.get(charge["payment_method"], "payment_method")
        at_once = bool(method and card_of(world, method).available_at_once)
    amount = charge["amount_captured"]
    transaction = make_balance_transaction(
        world,
        charge,
        amount=amount,
        fee=compute_fee(amount, charge["currency"]),
        kind="charge" if paid_with == "card" else "payment",
        description=charge["description"],
        at_once=at_once,
    )
    charge["balance_transaction"] = transaction["id"]
    world.store.put(charge)
    emit(world, "charge.updated", charge, {"balance_transaction": None})
