"""What Stripe knows of a charge after it succeeded: its fee, its refunds, its disputes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from invoice_app.domain.charging import from_charge_amount, round_charge_amount, to_charge_amount
from invoice_app.gateways.stripe_client import client, fetch, translated
from invoice_app.gateways.stripe_values import identify, read_fee, read_instant


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund as it stands: `status` pending, requires_action, succeeded, failed or canceled; `amount` in minor units."""

    id: str
    status: str
    amount: int
    currency: str
    payment_intent_id: str
    created_at: datetime
    failure_reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """A charge and, once Stripe knows it, what it kept of it: `fee` in minor units of the charge's currency."""

    id: str
    payment_intent_id: str
    currency: str
    fee: int | None


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement of our balance by a dispute, in minor units: `amount` negative when taken away, `fee` what it cost."""

    id: str
    amount: int
    fee: int


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A dispute as it stands; `amount` in minor units, `status` and `reason` in Stripe's words."""

    id: str
    payment_intent_id: str
    amount: int
    currency: str
    reason: str
    status: str
    opened_at: datetime
    due_by: datetime | None
    movements: tuple[Movement, ...]


def refund_intent(intent_id: str, *, amount: int, currency: str, metadata: Mapping[str, str], key: str) -> RefundFacts:
    """Give back `amount` (minor units) of a payment. The same key answers the same refund.

    Raises GatewayRefused when Stripe will not, GatewayUnavailable when it is unknown whether it did.
    """
    params: dict[str, Any] = {
        "payment_intent": intent_id,
        "amount": to_charge_amount(amount, currency),
        "metadata": dict(metadata),
    }
    with translated():
        return _read_refund(client().v1.refunds.create(params, {"idempotency_key": key}).to_dict())  # type: ignore[arg-type]


def read_refund(refund_id: str) -> RefundFacts:
    """A refund as it stands now."""
    return _read_refund(fetch("refunds", refund_id))


def list_intent_refunds(intent_id: str) -> list[RefundFacts]:
    """Every refund of a payment, newest first."""
    with translated():
        found = client().v1.refunds.list({"payment_intent": intent_id, "limit": 100})
        return [_read_refund(refund.to_dict()) for refund in found.auto_paging_iter()]


def read_charge(charge_id: str) -> ChargeFacts:
    """A charge with its fee; None while it is unknown, and where the balance is kept in another currency."""
    data = fetch("charges", charge_id, expand=["balance_transaction"])
    currency = str(data["currency"]).upper()
    return ChargeFacts(
        id=data["id"],
        payment_intent_id=identify(data.get("payment_intent")) or "",
        currency=currency,
        fee=read_fee(data, currency),
    )


def read_dispute(dispute_id: str) -> DisputeFacts:
    """A dispute as it stands now, with every movement of our balance it brought about."""
    data = fetch("disputes", dispute_id)
    currency = str(data["currency"]).upper()
    return DisputeFacts(
        id=data["id"],
        payment_intent_id=identify(data.get("payment_intent")) or "",
        amount=from_charge_amount(data["amount"], currency),
        currency=currency,
        reason=data.get("reason") or "",
        status=data["status"],
        opened_at=datetime.fromtimestamp(data["created"], UTC),
        due_by=read_instant((data.get("evidence_details") or {}).get("due_by")),
        movements=tuple(
            Movement(
                movement["id"],
                from_charge_amount(movement["amount"], currency),
                round_charge_amount(movement["fee"], currency),
            )
            for movement in data.get("balance_transactions") or ()
            if str(movement["currency"]).upper() == currency
        ),
    )


def _read_refund(data: Mapping[str, Any]) -> RefundFacts:
    currency = str(data["currency"]).upper()
    return RefundFacts(
        id=data["id"],
        status=data["status"],
        amount=from_charge_amount(data["amount"], currency),
        currency=currency,
        payment_intent_id=identify(data.get("payment_intent")) or "",
        created_at=datetime.fromtimestamp(data["created"], UTC),
        failure_reason=data.get("failure_reason") or "",
        metadata=data.get("metadata") or {},
    )
