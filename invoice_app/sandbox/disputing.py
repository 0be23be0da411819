"""Disputes: opened by test cards, answered with evidence, won or lost.

Source: docs.stripe.com/disputes/how-disputes-work; evidence words: docs.stripe.com/testing#evidence.
"""

from .cards import Card
from .charges import make_balance_transaction
from .description import start_object
from .errors import JsonObject, StripeError
from .events import emit
from .identifiers import new_id
from .instruments import card_of
from .world import World

DAY = 86_400
ANSWER_SECONDS = 9 * DAY
INQUIRY_SECONDS = 120 * DAY
RULING_SECONDS = 1.0
DISPUTE_FEE = 1500
"""$15, whatever the amount (stripe.com/pricing); taken in the charge's currency here."""
OPEN = ("needs_response", "warning_needs_response")
WINNING, LOSING = "winning_evidence", "losing_evidence"
NETWORK_REASONS = {"fraudulent": "10.4", "product_not_received": "13.1"}


def open_dispute(world: World, charge: JsonObject) -> None:
    """What the charge's test card brings about: a dispute, an inquiry, or an early fraud warning."""
    method = world.store.get(charge["payment_method"], "payment_method")
    card = card_of(world, method) if method else None
    if card is None or card.dispute is None or charge["disputed"]:
        return
    if card.dispute == "warning":
        emit(world, "radar.early_fraud_warning.created", make_warning(world, charge))
        return
    dispute = make_dispute(world, charge, card)
    inquiry = dispute["status"].startswith("warning")
    charge["disputed"] = True
    world.store.put(charge)
    if not inquiry:
        move_funds(world, dispute, -dispute["amount"], DISPUTE_FEE, f"Chargeback withdrawal for {charge['id']}")
    world.store.put(dispute)
    world.plan("end_dispute", dispute["id"], INQUIRY_SECONDS if inquiry else ANSWER_SECONDS)
    emit(world, "charge.dispute.created", dispute)
    if not inquiry:
        emit(world, "charge.dispute.funds_withdrawn", dispute)


def make_warning(world: World, charge: JsonObject) -> JsonObject:
    """An early fraud warning; it is only told, there is nothing to answer."""
    return {
        "id": new_id("issfr"), "object": "radar.early_fraud_warning", "actionable": True, "charge": charge["id"],
        "created": world.clock.now(), "fraud_type": "misc", "livemode": False, "payment_intent": charge["payment_intent"],
    }  # fmt: skip


def make_dispute(world: World, charge: JsonObject, card: Card) -> JsonObject:
    """A new dispute over the whole captured amount, stored by the caller."""
    kind, _, reason = (card.dispute or "").rpartition(":")
    inquiry = kind == "inquiry"
    now = world.clock.now()
    return start_object(
        "dispute",
        id=new_id("du"),
        object="dispute",
        amount=charge["amount_captured"],
        balance_transactions=[],
        charge=charge["id"],
        created=now,
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence=start_object("dispute_evidence", enhanced_evidence={}),
        evidence_details={
            "due_by": now + (INQUIRY_SECONDS if inquiry else ANSWER_SECONDS), "enhanced_eligibility": {}, "has_evidence": False,
            "past_due": False, "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        livemode=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network_reason_code": NETWORK_REASONS[reason],
            },
            "type": "card",
        },
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )  # fmt: skip


def move_funds(world: World, dispute: JsonObject, amount: int, fee: int, description: str) -> None:
    """One balance movement of the dispute, in minor units; negative is taken away."""
    transaction = make_balance_transaction(
        world, dispute, amount=amount, fee=fee, kind="adjustment", description=description, at_once=True
    )
    dispute["balance_transactions"] = [transaction, *dispute["balance_transactions"]]


def answer_dispute(world: World, dispute: JsonObject, evidence: JsonObject, *, submit: bool) -> None:
    """Keep the evidence; when submitted, the bank rules a little later.

    Raises:
        StripeError: 400 once the dispute is no longer open.
    """
    if dispute["status"] not in OPEN:
        raise StripeError("This dispute is already closed or has been submitted, so its evidence cannot be changed.")
    dispute["evidence"] |= evidence
    dispute["evidence_details"]["has_evidence"] = any(
        value for name, value in dispute["evidence"].items() if name != "enhanced_evidence"
    )
    if submit:
        inquiry = dispute["status"] == "warning_needs_response"
        dispute["status"] = "warning_under_review" if inquiry else "under_review"
        dispute["evidence_details"]["submission_count"] += 1
        world.plan("rule_dispute", dispute["id"], RULING_SECONDS)
    world.store.put(dispute)
    emit(world, "charge.dispute.updated", dispute)


def rule_dispute(world: World, dispute: JsonObject) -> None:
    """The bank decides by the words Stripe documents; anything else is decided against the merchant."""
    if dispute["status"] == "warning_under_review":
        close_dispute(world, dispute, "warning_closed")
    elif dispute["status"] == "under_review":
        won = dispute["evidence"]["uncategorized_text"] == WINNING
        close_dispute(world, dispute, "won" if won else "lost")


def end_dispute(world: World, dispute: JsonObject) -> None:
    """Nobody answered in time."""
    if dispute["status"] in OPEN:
        dispute["evidence_details"]["past_due"] = True
        close_dispute(world, dispute, "lost" if dispute["status"] == "needs_response" else "warning_closed")


def close_dispute(world: World, dispute: JsonObject, status: str) -> None:
    """Final; a won one gives the money and the fee back."""
    dispute["status"] = status
    if status == "won":
        move_funds(world, dispute, dispute["amount"], -DISPUTE_FEE, f"Chargeback reversal for {dispute['charge']}")
    world.store.put(dispute)
    emit(world, "charge.dispute.closed", dispute)
    if status == "won":
        emit(world, "charge.dispute.funds_reinstated", dispute)
