"""Payment details say in plain words what money did: payments, refunds, disputes, holds, and a ledger that adds up."""

import pytest
import time_machine

from invoice_app.domain.access import Role
from invoice_app.sandbox.control import Control
from invoice_app.services.placing_holds import place_hold
from invoice_app.services.telling_money import open_money
from tests.factories import make_actor
from tests.local_stripe import LocalStripe
from tests.services.collecting_steps import leave_card, share_order
from tests.services.returning_steps import DISPUTED, REFUND_FAILS, hear, holds, pay, pay_by_hand, refund

pytestmark = pytest.mark.usefixtures("local_stripe")


def test_a_payment_shows_fee_refunds_and_what_is_left(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    refund(ready, payment_id, "100")
    hear(local_stripe)
    money = open_money(ready.actor, ready.invoice_id)
    (payment,) = money.payments
    assert (payment.amount, payment.method, payment.net) == (
        "$720.00 USD",
        "Visa ··4242",
        "$698.82 USD after a processing fee of $21.18 USD",
    )
    assert (payment.left_label, payment.left, payment.can_refund) == ("$620.00 USD", "62000", True)
    assert [(one.status.word, one.amount, one.reason) for one in payment.refunds] == [
        ("Refunded", "−$100.00 USD", "One shot was dark")
    ]
    assert money.settlement.word == "Partly paid"


def test_the_ledger_is_a_timeline_whose_last_balance_is_what_is_owed(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe, number=REFUND_FAILS)
    refund(ready, payment_id, "100")
    Control(local_stripe.url).advance(seconds=5)
    hear(local_stripe)
    pay_back = refund(ready, payment_id, "20.50")
    assert pay_back.outcome == "succeeded"
    lines = [(line.words, line.change, line.balance) for line in open_money(ready.actor, ready.invoice_id).ledger]
    told = {words: (change, balance) for words, change, balance in lines}
    assert told["Paid $720.00 USD by Visa ··5126"] == ("−720.00", "0.00")
    assert told["Refunded $100.00 USD to Visa ··5126"] == ("100.00", "100.00")
    assert told["The refund of $100.00 USD to Visa ··5126 came back"] == ("−100.00", "0.00")
    assert told["The card service kept a fee of $21.18 USD"][0] == ""
    assert lines[0] == ("Refunded $20.50 USD to Visa ··5126", "20.50", "20.50")


def test_a_dispute_says_why_until_when_and_where_the_money_lies(local_stripe: LocalStripe) -> None:
    ready = share_order()
    pay(ready, local_stripe, number=DISPUTED)
    hear(local_stripe)
    money = open_money(ready.actor, ready.invoice_id)
    (dispute,) = money.payments[0].disputes
    assert (dispute.status.word, dispute.amount, dispute.reason, dispute.funds) == (
        "Disputed",
        "$720.00 USD",
        "The customer says they did not make this payment.",
        "The bank has withdrawn the money.",
    )
    assert dispute.due.startswith("Answer by ")
    assert (money.settlement.word, money.payments[0].can_refund) == ("Disputed", False)


def test_a_hold_counts_down_and_warns_two_days_before_it_ends(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    assert open_money(ready.actor, ready.invoice_id).can_hold is True
    place_hold(ready.actor, ready.invoice_id, card_id, "720", revision=ready.invoice().revision)
    (hold,) = open_money(ready.actor, ready.invoice_id).holds
    assert (hold.status.word, hold.urgent, hold.can_act, hold.most_label) == ("Held", False, True, "$720.00 USD")
    assert hold.countdown.startswith("Stands until ")
    until = holds()[0].capture_before
    assert until is not None
    with time_machine.travel(until.timestamp() - 3 * 3600, tick=False):
        (hold,) = open_money(ready.actor, ready.invoice_id).holds
    assert (hold.urgent, hold.countdown.endswith("in 3 hours.")) == (True, True)
    assert open_money(ready.actor, ready.invoice_id).can_hold is False


def test_staff_who_may_not_refund_are_offered_none(local_stripe: LocalStripe) -> None:
    ready = share_order()
    pay_by_hand(ready, "720")
    desk = make_actor(role=Role.STAFF, name="Sam Desk")
    (payment,) = open_money(desk, ready.invoice_id).payments
    assert (payment.by_hand, payment.can_refund, payment.net) == (True, False, "")
