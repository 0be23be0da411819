"""Steps that tests of refunds, disputes and holds share: pay, hear from Stripe, compare the ledger with Stripe's balance."""

from typing import Any

import httpx
from sqlmodel import col, func, select

from invoice_app.db import reading
from invoice_app.domain.bookkeeping import Book
from invoice_app.models import Dispute, Hold, Invoice, LedgerEntry, LedgerTransaction, Refund
from invoice_app.repositories.bookkeeping import sum_of_invoice
from invoice_app.sandbox.control import Control
from invoice_app.services import collecting, receiving, refunding
from invoice_app.services.checking_out import finish_checkout
from invoice_app.services.payment_views import ManualPaymentForm, RefundForm, RefundResult
from tests.local_stripe import VISA, LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready

DISPUTED = "4000000000000259"
INQUIRED = "4000000000001976"
REFUND_PENDING = "4000000000007726"
REFUND_FAILS = "4000000000005126"


def pay(ready: Ready, local: LocalStripe, *, number: str = VISA, amount: int = TOTAL) -> int:
    """The customer pays by card; answers the payment's id."""
    page = ready.start(amount=amount)
    local.pay(page, number=number)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    return ready.payments()[-1].id or 0


def pay_by_hand(ready: Ready, amount: str, *, method: str = "cash") -> int:
    """Staff record cash or a check; answers the payment's id."""
    form = ManualPaymentForm(method=method, amount=amount, received_on="2026-11-20")
    collecting.record_manual_payment(ready.actor, ready.invoice_id, form)
    return ready.payments()[-1].id or 0


def refund(ready: Ready, payment_id: int, amount: str, *, left: int = TOTAL, reason: str = "One shot was dark") -> RefundResult:
    return refunding.refund_payment(ready.actor, payment_id, RefundForm(amount=amount, reason=reason, left=str(left)))


def refunds() -> list[Refund]:
    with reading() as session:
        return list(session.exec(select(Refund).order_by(col(Refund.id))))


def disputes() -> list[Dispute]:
    with reading() as session:
        return list(session.exec(select(Dispute).order_by(col(Dispute.id))))


def holds() -> list[Hold]:
    with reading() as session:
        return list(session.exec(select(Hold).order_by(col(Hold.id))))


def hear(local: LocalStripe) -> None:
    """Everything Stripe has to tell arrives and is applied."""
    Control(local.url).settle()
    receiving.sweep_gateway()


def ask(local: LocalStripe, path: str, **params: str) -> dict[str, Any]:
    """Ask the local Stripe directly, as its dashboard would."""
    answer = httpx.get(f"{local.url}/v1/{path}", params=params, headers={"Authorization": "Bearer sk_test_local"})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def tell(local: LocalStripe, path: str, **params: str) -> dict[str, Any]:
    """Do something in Stripe's dashboard, past the application."""
    answer = httpx.post(f"{local.url}/v1/{path}", data=params, headers={"Authorization": "Bearer sk_test_local"})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def rule_dispute(local: LocalStripe, evidence: str) -> None:
    """The studio answers in Stripe's dashboard, and the bank rules."""
    tell(local, f"disputes/{disputes()[0].dispute_id}", **{"evidence[uncategorized_text]": evidence})
    Control(local.url).advance(seconds=5)
    hear(local)


def balance_at_stripe(local: LocalStripe, ready: Ready) -> int:
    """What the customer's payments, refunds and disputes left on Stripe's balance, in Stripe's units."""
    net = 0
    for payment in ready.payments():
        intent = payment.payment_intent_id
        if intent is None:
            continue
        sources = [
            one for kind in ("charges", "refunds", "disputes") for one in ask(local, kind, payment_intent=intent)["data"]
        ]
        for source in sources:
            movements = ask(local, "balance_transactions", source=source["id"], limit="100")["data"]
            net += sum(movement["net"] for movement in movements)
    return net


def ledger(ready: Ready, book: Book) -> int:
    with reading() as session:
        return sum_of_invoice(session, ready.invoice_id, book)


def assert_books_agree(local: LocalStripe, ready: Ready) -> None:
    """Debits are credits; what is owed is total less paid; the card book is Stripe's balance (reliability.md)."""
    with reading() as session:
        sums = select(func.sum(LedgerEntry.amount)).group_by(col(LedgerEntry.transaction_id))
        assert set(session.exec(sums).all()) == {0}
        sources = session.exec(select(LedgerTransaction.source)).all()
        assert len(sources) == len(set(sources))
        invoice = session.get(Invoice, ready.invoice_id)
        assert invoice is not None
        assert ledger(ready, Book.RECEIVABLE) == invoice.total - invoice.paid
    assert ledger(ready, Book.CARD) == balance_at_stripe(local, ready)
