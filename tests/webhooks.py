"""Webhooks that arrive, without a server in between."""

import json
from typing import Any

import httpx
import stripe
from sqlmodel import select

from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.db import reading
from invoice_app.models import ReceivedEvent
from invoice_app.services.receiving import check_event, store_events
from tests.local_stripe import LocalStripe

EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "customer.created",
    "created": 1_700_000_000,
    "data": {"object": {"id": "cus_1"}},
}


def list_events(local: LocalStripe) -> list[dict[str, Any]]:
    answer = httpx.get(f"{local.url}/v1/events", params={"limit": 100}, headers={"Authorization": "Bearer sk_test_local"})
    events: list[dict[str, Any]] = answer.json()["data"]
    return events


def events_of(local: LocalStripe, customer_id: str | None) -> list[dict[str, Any]]:
    return [event for event in list_events(local) if event["data"]["object"].get("customer") == customer_id]


def sign(event: dict[str, Any], *, secret: str = "", at: float | None = None) -> tuple[bytes, str]:
    body = json.dumps(event)
    key = secret or settings().stripe_webhook_secret.get_secret_value()
    header = stripe.WebhookSignature.generate_signature_header(body, key, int(at if at is not None else utc_now().timestamp()))
    return body.encode(), header


def received() -> list[ReceivedEvent]:
    with reading() as session:
        return list(session.exec(select(ReceivedEvent)))


def accept_event(raw_body: bytes, signature_header: str | None) -> bool:
    """Check and store one event as the route does; answers whether it is new. Raises SignatureRefused and EventRefused."""
    return store_events([check_event(raw_body, signature_header)])[0]
