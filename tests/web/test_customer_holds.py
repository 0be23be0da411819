"""At their link the customer lets an amount be held, and reads what went back (A6, D34)."""

import re

import pytest
from httpx import Client

from invoice_app.gateways import limiting
from invoice_app.services.payment_views import RefundForm
from invoice_app.services.refunding import refund_payment
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, share_order
from tests.services.returning_steps import holds, pay


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Limits count by address, and every test calls from the same one."""
    limiting.forget_counts()


def test_the_customer_lets_the_amount_be_held_and_reads_until_when(visitor: Client, local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    shown = visitor.get(f"/i/{ready.token}").text
    assert "Hold $720.00 USD on my card" in shown
    form = {"revision": str(ready.invoice().revision), "amount": str(TOTAL)}
    page = visitor.post(f"/i/{ready.token}/hold", data=form).headers["location"]
    local_stripe.pay(page)
    back = visitor.get(f"/i/{ready.token}/return", params={"hold_session_id": session_of(page)})
    assert back.headers["location"].endswith("?note=held")
    assert [row.status for row in holds()] == ["held"]
    after = visitor.get(f"/i/{ready.token}").text
    assert re.search(r"\$720\.00 USD is held on your Visa ··4242 until .*\. Nothing is taken yet\.", after)
    assert "on my card" not in after
    assert "Pay $720.00 USD" in after


def test_a_flow_that_holds_no_card_offers_no_hold(visitor: Client, local_stripe: LocalStripe) -> None:
    ready = share_order()
    assert "on my card" not in visitor.get(f"/i/{ready.token}").text


def test_an_amount_no_longer_true_is_asked_anew_and_nothing_is_held(visitor: Client, local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    form = {"revision": str(ready.invoice().revision), "amount": str(TOTAL - 1)}
    answer = visitor.post(f"/i/{ready.token}/hold", data=form)
    assert answer.status_code == 409
    assert "The invoice changed while you were looking at it." in answer.text
    assert holds() == []


def test_a_refund_is_a_negative_payment_on_the_page(visitor: Client, local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    refund_payment(ready.actor, payment_id, RefundForm(amount="100", left=str(TOTAL)))
    shown = re.sub(r"<[^>]+>|\s+", " ", visitor.get(f"/i/{ready.token}").text)
    assert re.search(r"Paid [A-Z][a-z]+ \d+, \d+ +Visa ··4242 +−720\.00", shown)
    assert re.search(r"Paid back [A-Z][a-z]+ \d+, \d+ +Refund to Visa ··4242 +100\.00", shown)
    assert "−−" not in shown
