"""Refunds, in every state Stripe gives them. Source: docs.stripe.com/refunds."""

from .amounts import check_steps, format_amount
from .charges import make_balance_transaction
from .description import start_object
from .errors import JsonObject, StripeError, invalid
from .events import emit
from .identifiers import new_id
from .instruments import card_of
from .world import World

REFUND_LATER_SECONDS = 1.0
LIVE = ("succeeded", "pending", "requires_action")


def refunded_so_far(world: World, charge: JsonObject) -> int:
    """Minor units given back or under way; failed and canceled refunds do not count."""
    refunds = world.store.list("refund", "charge = ?", (charge["id"],), limit=1000)
    return sum(refund["amount"] for refund in refunds if refund["status"] in LIVE)


def make_refund(world: World, charge: JsonObject, amount: int | None, **values: object) -> JsonObject:
    """Give back `amount` minor units, or all that is left.

    Raises:
        StripeError: already refunded, disputed, not captured, or more than is left.
    """
    if charge["disputed"] and not is_refundable(world, charge):
        raise invalid(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            "charge",
            "charge_disputed",
        )
    left = charge["amount_captured"] - refunded_so_far(world, charge)
    if left <= 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", None, "charge_already_refunded")
    if amount is not None and amount > left:
        whole = left == charge["amount_captured"]
        bound = "charge amount" if whole else "unrefunded amount on charge"
        currency = charge["currency"]
        raise invalid(
            f"Refund amount ({format_amount(amount, currency)}) is greater than {bound} ({format_amount(left, currency)})",
            "amount",
        )
    asked = left if amount is None else amount
    check_steps(asked, charge["currency"])
    behaviour = refund_behaviour(world, charge)
    refund = start_object(
        "refund",
        id=new_id("re"),
        object="refund",
        amount=asked,
        charge=charge["id"],
        created=world.clock.now(),
        currency=charge["currency"],
        metadata=values.pop("metadata", {}),
        payment_intent=charge["payment_intent"],
        status="pending" if behaviour in ("pending", "debit") else "succeeded",
        **values,
    )
    for name in (
        "description",
        "failure_balance_transaction",
        "failure_reason",
        "instructions_email",
        "next_action",
        "pending_reason",
    ):
        refund.pop(name, None)
    if charge["payment_method_details"]["type"] == "card":
        refund["destination_details"] = {
            "card": {
                "reference": new_id("ref", 12)[4:],
                "reference_status": "available",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        }
    if refund["status"] == "pending":
        refund["pending_reason"] = "processing"
    transaction = make_balance_transaction(
        world, refund, amount=-asked, fee=0, kind="refund", description="REFUND FOR CHARGE", at_once=True
    )
    refund["balance_transaction"] = transaction["id"]
    world.store.put(refund)
    if behaviour == "fail":
        world.plan("fail_refund", refund["id"], REFUND_LATER_SECONDS)
    elif refund["status"] == "pending":
        world.plan("finish_refund", refund["id"], REFUND_LATER_SECONDS)
    apply_to_charge(world, charge)
    emit(world, "refund.created", refund)
    emit(world, "charge.refunded", charge)
    return refund


def is_refundable(world: World, charge: JsonObject) -> bool:
    """An inquiry, or a dispute that was won, leaves the charge refundable (docs.stripe.com/disputes/api)."""
    disputes = world.store.list("dispute", "charge = ?", (charge["id"],))
    return all(dispute["is_charge_refundable"] or dispute["status"] == "won" for dispute in disputes)


def refund_behaviour(world: World, charge: JsonObject) -> str | None:
    """`pending` or `fail` for the test cards that do so, `debit` for bank debits, else None."""
    if charge["payment_method_details"]["type"] != "card":
        return "debit"
    method = world.store.get(charge["payment_method"], "payment_method")
    return card_of(world, method).refund if method else None


def apply_to_charge(world: World, charge: JsonObject) -> None:
    """Bring the charge's refunded amount up to date."""
    charge["amount_refunded"] = refunded_so_far(world, charge)
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    world.store.put(charge)


def finish_refund(world: World, refund: JsonObject) -> None:
    """A pending refund arrives."""
    if refund["status"] != "pending":
        return
    refund["status"] = "succeeded"
    refund.pop("pending_reason", None)
    world.store.put(refund)
    emit(world, "refund.updated", refund, {"status": "pending"})
    emit(world, "charge.refund.updated", refund, {"status": "pending"})


def fail_refund(world: World, refund: JsonObject) -> None:
    """A refund that had succeeded, or was pending, comes back (docs.stripe.com/refunds#failed-refunds)."""
    if refund["status"] not in LIVE:
        return
    end_refund(world, refund, "failed", failure_reason="expired_or_canceled_card")
    emit(world, "refund.failed", refund)


def cancel_refund(world: World, refund: JsonObject) -> None:
    """Only one that waits for the customer can be canceled (docs.stripe.com/api/refunds/cancel).

    Raises:
        StripeError: 400 in any other state.
    """
    if refund["status"] != "requires_action":
        raise StripeError(f"Refund {refund['id']} cannot be canceled because it has a status of {refund['status']}.")
    end_refund(world, refund, "canceled")


def end_refund(world: World, refund: JsonObject, status: str, **values: str) -> None:
    """The money comes back to the balance, the charge is refundable again."""
    before = refund["status"]
    refund["status"] = status
    refund |= values
    back = make_balance_transaction(
        world,
        refund,
        amount=refund["amount"],
        fee=0,
        kind="refund_failure",
        description="REFUND FAILURE",
        at_once=True,
    )
    refund["failure_balance_transaction"] = back["id"]
    world.store.put(refund)
    charge = world.need(refund["charge"], "charge", "charge", "charge")
    apply_to_charge(world, charge)
    emit(world, "refund.updated", refund, {"status": before})
    emit(world, "charge.refund.updated", refund, {"status": before})


def set_refund_status(world: World, refund: JsonObject, status: str) -> None:
    """Bring a refund to any state Stripe can bring it to, with its events.

    Raises:
        ValueError: no such state, or the refund has ended.
    """
    if refund["status"] not in LIVE:
        raise ValueError(f"the refund has ended: {refund['status']}")
    if status == "failed":
        fail_refund(world, refund)
    elif status == "canceled":
        end_refund(world, refund, "canceled")
    elif status in LIVE:
        before = refund["status"]
        refund["status"] = status
        refund.pop("pending_reason", None)
        world.store.put(refund)
        emit(world, "refund.updated", refund, {"status": before})
        emit(world, "charge.refund.updated", refund, {"status": before})
    else:
        raise ValueError(f"no such refund status: {status}")
