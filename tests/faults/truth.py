"""The columns: what must hold after every fault."""

from datetime import timedelta
from typing import Any

import httpx

from invoice_app.clock import utc_now
from invoice_app.db import reading
from invoice_app.models import Account
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.payments import list_cards
from invoice_app.repositories.proofs.broken import Broken
from invoice_app.services.checking_books import find_broken
from invoice_app.services.comparing_books import find_differences
from invoice_app.services.showing_shared import open_shared_invoice
from tests.faults.flows import AUTHORIZED, Case
from tests.faults.table import Truth
from tests.local_stripe import WITHOUT_TLS

SINCE, UNTIL = timedelta(days=1), timedelta(hours=1)


def read_truth(case: Case) -> Truth:
    """What Stripe, our books and the customer's page say of a case now."""
    with reading() as session:
        invoice = read_invoice(session, case.invoice_id)
        customer_id = session.get_one(Account, invoice.account_id).stripe_customer_id
        cards = len(list_cards(session, invoice.account_id))
    intents = _ask(case, "payment_intents", customer=customer_id) if customer_id else []
    refunds = [refund for intent in intents for refund in _ask(case, "refunds", payment_intent=intent["id"])]
    shown = open_shared_invoice(case.token)
    return Truth(
        charged=tuple(one["amount_received"] for one in intents if one["status"] == "succeeded"),
        returned=tuple(one["amount"] for one in refunds if one["status"] == "succeeded"),
        blocked=tuple(one["amount_capturable"] for one in intents if one["status"] == "requires_capture"),
        cards=cards,
        paid=invoice.paid,
        page=shown.state,
        due=shown.printed.due_label,
    )


def find_faults() -> dict[str, list[Broken]]:
    """The rules of the self-check that are broken, and where our books are not Stripe's; empty when all is well."""
    with reading() as session:
        broken = find_broken(session)
    now = utc_now()
    differences = find_differences(now - SINCE, now + UNTIL, grace=timedelta(0))
    return broken | {rule: found for rule, found in differences.items() if found}


def _ask(case: Case, kind: str, **params: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{case.local.url}/v1/{kind}", params={"limit": "100", **params}, headers=AUTHORIZED, verify=WITHOUT_TLS)
    found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]
    return found
