"""What Stripe's books say of a period, to hold against ours: payments taken and money given back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from invoice_app.domain.charging import from_charge_amount
from invoice_app.gateways.stripe_client import client, translated
from invoice_app.gateways.stripe_values import identify


@dataclass(frozen=True, slots=True)
class TakenFact:
    """A PaymentIntent that succeeded: `amount` received in minor units of `currency`, `key` the one we gave it."""

    id: str
    amount: int
    currency: str
    key: str


@dataclass(frozen=True, slots=True)
class ReturnedFact:
    """A refund: `amount` in minor units of `currency`."""

    id: str
    amount: int
    currency: str
    status: str
    payment_intent_id: str


def list_taken(since: datetime, until: datetime) -> list[TakenFact]:
    """Every payment that succeeded among those begun between two instants, newest first."""
    with translated():
        found = client().v1.payment_intents.list(_period(since, until)).auto_paging_iter()  # type: ignore[arg-type]
        intents = [intent.to_dict() for intent in found]
    return [_read_taken(data) for data in intents if data["status"] == "succeeded"]


def list_returned(since: datetime, until: datetime) -> list[ReturnedFact]:
    """Every refund begun between two instants, newest first."""
    with translated():
        found = client().v1.refunds.list(_period(since, until)).auto_paging_iter()  # type: ignore[arg-type]
        return [_read_returned(refund.to_dict()) for refund in found]


def _period(since: datetime, until: datetime) -> dict[str, Any]:
    return {"limit": 100, "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())}}


def _read_taken(data: Mapping[str, Any]) -> TakenFact:
    currency = str(data["currency"]).upper()
    amount = from_charge_amount(data.get("amount_received") or 0, currency)
    return TakenFact(data["id"], amount, currency, str((data.get("metadata") or {}).get("key", "")))


def _read_returned(data: Mapping[str, Any]) -> ReturnedFact:
    currency = str(data["currency"]).upper()
    amount = from_charge_amount(data["amount"], currency)
    return ReturnedFact(data["id"], amount, currency, data["status"], identify(data.get("payment_intent")) or "")
