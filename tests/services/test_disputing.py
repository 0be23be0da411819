"""A customer's bank asks for the money back: flagged at once, booked where it lies, settled as the bank rules."""

import itertools
import shutil
from pathlib import Path

import pytest
from sqlmodel import select

from invoice_app import db
from invoice_app.db import reading
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.errors import ValidationFailed
from invoice_app.models import OutgoingEmail
from invoice_app.repositories.orders import are_files_unlocked
from invoice_app.repositories.printing import print_invoice
from invoice_app.sandbox.control import Control
from invoice_app.services import receiving
from invoice_app.services.badges import describe_settlement
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, share_order
from tests.services.returning_steps import (
    DISPUTED,
    INQUIRED,
    ask,
    assert_books_agree,
    disputes,
    hear,
    ledger,
    pay,
    refund,
    refunds,
    rule_dispute,
    tell,
)
from tests.webhooks import accept_event, list_events, sign

pytestmark = pytest.mark.usefixtures("local_stripe")

FEE_OF_720 = 2_118
DISPUTE_FEE = 1_500


def dispute_payment(local: LocalStripe, *, number: str = DISPUTED) -> Ready:
    ready = share_order()
    pay(ready, local, number=number)
    hear(local)
    return ready


def tell_staff() -> list[str]:
    with reading() as session:
        mails = session.exec(select(OutgoingEmail).where(OutgoingEmail.recipient == "desk@northlight.example"))
        return [mail.subject for mail in mails.all()]


def test_a_dispute_is_flagged_with_reason_and_day_and_the_money_stands_apart(local_stripe: LocalStripe) -> None:
    ready = dispute_payment(local_stripe)
    (row,) = disputes()
    assert (row.amount, row.currency, row.reason, row.status, row.funds_withdrawn) == (
        TOTAL,
        "USD",
        "fraudulent",
        "needs_response",
        True,
    )
    assert row.due_by is not None and (row.due_by - row.opened_at).days == 9
    invoice = ready.invoice()
    assert (invoice.paid, invoice.disputed) == (TOTAL, TOTAL)
    assert ledger(ready, Book.DISPUTED) == TOTAL
    assert ledger(ready, Book.CARD) == -FEE_OF_720 - DISPUTE_FEE
    assert_books_agree(local_stripe, ready)
    with reading() as session:
        mails = session.exec(select(OutgoingEmail).where(OutgoingEmail.recipient == "desk@northlight.example")).all()
    assert [mail.subject for mail in mails] == ["A payment of $720.00 USD is disputed"]
    assert "The customer says they did not make this payment." in mails[0].text


def test_a_dispute_that_is_won_gives_money_and_fee_back(local_stripe: LocalStripe) -> None:
    ready = dispute_payment(local_stripe)
    rule_dispute(local_stripe, "winning_evidence")
    (row,) = disputes()
    assert (row.status, row.funds_withdrawn, row.closed_at is not None) == ("won", False, True)
    assert tell_staff() == ["A payment of $720.00 USD is disputed", "The dispute over $720.00 USD was won"]
    invoice = ready.invoice()
    assert (invoice.paid, invoice.disputed, invoice.refunded) == (TOTAL, 0, 0)
    assert (ledger(ready, Book.DISPUTED), ledger(ready, Book.PROCESSING_FEES)) == (0, FEE_OF_720)
    assert ledger(ready, Book.CARD) == TOTAL - FEE_OF_720
    assert_books_agree(local_stripe, ready)


def test_a_dispute_that_is_lost_makes_the_invoice_owed_again(local_stripe: LocalStripe) -> None:
    ready = dispute_payment(local_stripe)
    rule_dispute(local_stripe, "losing_evidence")
    (row,) = disputes()
    assert (row.status, row.funds_withdrawn) == ("lost", True)
    invoice = ready.invoice()
    assert (invoice.paid, invoice.disputed) == (0, 0)
    # Nobody refunded anything: it is owed again, and said so.
    assert (invoice.refunded, describe_settlement(invoice).word) == (0, "Unpaid")
    assert tell_staff()[-1] == "The dispute over $720.00 USD was lost"
    assert (ledger(ready, Book.DISPUTED), ledger(ready, Book.RECEIVABLE)) == (0, TOTAL)
    assert ledger(ready, Book.CARD) == -FEE_OF_720 - DISPUTE_FEE
    assert_books_agree(local_stripe, ready)
    with reading() as session:
        printed = print_invoice(session, invoice)
        # What the customer had is not taken from them by their bank's ruling; a setting may say otherwise.
        assert are_files_unlocked(session, ready.order.id or 0)
    assert [(one.method, one.amount) for one in printed.payments] == [
        ("Visa ··0259", "720.00"),
        ("Taken back by the bank of Visa ··0259", "−720.00"),
    ]


def test_nothing_is_left_to_refund_of_a_lost_payment(local_stripe: LocalStripe) -> None:
    ready = dispute_payment(local_stripe)
    rule_dispute(local_stripe, "losing_evidence")
    with pytest.raises(ValidationFailed, match="more than is left"):
        refund(ready, ready.payments()[0].id or 0, "1", left=0)
    assert refunds() == []


def test_a_dispute_nobody_answers_is_lost_at_its_day(local_stripe: LocalStripe) -> None:
    ready = dispute_payment(local_stripe)
    Control(local_stripe.url).advance(days=10)
    hear(local_stripe)
    assert disputes()[0].status == "lost"
    assert ready.invoice().paid == 0
    assert_books_agree(local_stripe, ready)


def test_an_inquiry_moves_no_money_and_closes_by_itself(local_stripe: LocalStripe) -> None:
    ready = dispute_payment(local_stripe, number=INQUIRED)
    (row,) = disputes()
    assert (row.status, row.funds_withdrawn) == ("warning_needs_response", False)
    assert ledger(ready, Book.DISPUTED) == 0
    assert refund(ready, ready.payments()[0].id or 0, "20").outcome == "succeeded"
    rule_dispute(local_stripe, "winning_evidence")
    assert disputes()[0].status == "warning_closed"
    assert (ready.invoice().paid, ready.invoice().disputed) == (TOTAL - 2_000, 0)
    assert_books_agree(local_stripe, ready)


@pytest.mark.parametrize("ruling", ["won", "lost"])
def test_dispute_events_in_any_order_and_repeated_end_in_one_state(
    local_stripe: LocalStripe, data_dir: Path, ruling: str
) -> None:
    """Nothing was posted before; even the payment's own event comes in any place."""
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page, number=DISPUTED)
    assert session_of(page)
    Control(local_stripe.url).settle()
    intent = ask(local_stripe, "payment_intents", customer=ready.account().stripe_customer_id or "")["data"][0]["id"]
    dispute_id = ask(local_stripe, "disputes", payment_intent=intent)["data"][0]["id"]
    evidence = "winning_evidence" if ruling == "won" else "losing_evidence"
    tell(local_stripe, f"disputes/{dispute_id}", **{"evidence[uncategorized_text]": evidence})
    Control(local_stripe.url).advance(seconds=5)
    Control(local_stripe.url).settle()
    kinds = ["created", "funds_withdrawn", "updated", "closed"] + (["funds_reinstated"] if ruling == "won" else [])
    wanted = ["payment_intent.succeeded", *(f"charge.dispute.{kind}" for kind in kinds)]
    about = [event for event in list_events(local_stripe) if intent in str(event["data"])]
    events = [event for event in about if event["type"] in wanted]
    assert sorted(event["type"] for event in events) == sorted(wanted)
    fee = next(event for event in about if event["type"] == "charge.updated")
    database, before = data_dir / "invoices.db", data_dir / "before.db"
    db.engine().dispose()
    shutil.copy(database, before)
    for order in list(itertools.permutations(events))[:: 5 if ruling == "lost" else 37]:
        db.engine().dispose()
        for leftover in ("-wal", "-shm"):
            Path(f"{database}{leftover}").unlink(missing_ok=True)
        shutil.copy(before, database)
        for event in (*order, *order, fee):
            accept_event(*sign(event))
        receiving.apply_pending_events()
        assert [row.status for row in disputes()] == [ruling]
        assert ready.invoice().paid == (TOTAL if ruling == "won" else 0)
        assert_books_agree(local_stripe, ready)
