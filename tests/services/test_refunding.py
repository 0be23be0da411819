"""Money that goes back: never more than came, booked once, undone when it fails, wherever it was started (D34)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import col, select

from invoice_app.clock import utc_now
from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.errors import ActionRefused, AppError, PermissionDenied, ValidationFailed
from invoice_app.models import Allocation, OutgoingEmail
from invoice_app.repositories.orders import are_files_unlocked
from invoice_app.repositories.printing import print_invoice
from invoice_app.sandbox.control import Control
from invoice_app.services import configuring, itemising, receiving, refunding
from invoice_app.services.checking_books import find_broken
from invoice_app.services.order_views import ItemForm
from invoice_app.services.payment_views import RefundForm
from invoice_app.services.refunding import LeftChanged
from tests.factories import VAT_20, make_actor
from tests.local_stripe import LocalStripe
from tests.services.collecting_steps import TOTAL, Ready, share_order
from tests.services.returning_steps import (
    DISPUTED,
    REFUND_FAILS,
    REFUND_PENDING,
    ask,
    assert_books_agree,
    hear,
    ledger,
    pay,
    pay_by_hand,
    refund,
    refunds,
    tell,
)
from tests.webhooks import accept_event, events_of, list_events, sign

pytestmark = pytest.mark.usefixtures("local_stripe")


def net_allocations(ready: Ready) -> list[int]:
    with reading() as session:
        return list(session.exec(select(Allocation.amount).order_by(col(Allocation.id))))


def is_unlocked(ready: Ready) -> bool:
    with reading() as session:
        return are_files_unlocked(session, ready.order.id or 0)


def mails_to(recipient: str) -> list[str]:
    with reading() as session:
        found = session.exec(select(OutgoingEmail).where(OutgoingEmail.recipient == recipient)).all()
        return [mail.subject for mail in found]


def mails_to_staff() -> list[str]:
    return mails_to("desk@northlight.example")


def refund_mails() -> list[str]:
    return [subject for subject in mails_to("vera@lindt.example") if subject.startswith("Refund")]


# ── By card ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_whole_refund_makes_the_invoice_owed_again_and_is_known_to_stripe_once(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    result = refund(ready, payment_id, "720.00")
    assert (result.outcome, result.title) == ("succeeded", "Refund is on its way")
    hear(local_stripe)
    (row,) = refunds()
    assert (row.amount, row.status, row.channel, row.reason, row.requested_by) == (
        TOTAL,
        "succeeded",
        "gateway",
        "One shot was dark",
        "Ada Voss",
    )
    assert (ready.invoice().paid, ready.invoice().refunded) == (0, TOTAL)
    assert net_allocations(ready) == [TOTAL, -TOTAL]
    assert ledger(ready, Book.RECEIVABLE) == TOTAL
    assert_books_agree(local_stripe, ready)


def test_several_partial_refunds_add_up_and_stop_at_what_came_in(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    assert refund(ready, payment_id, "100").outcome == "succeeded"
    assert refund(ready, payment_id, "250.50", left=62_000).outcome == "succeeded"
    with pytest.raises(ValidationFailed) as refused:
        refund(ready, payment_id, "369.51", left=36_950)
    assert (refused.value.field, refused.value.message) == ("amount", "This is more than is left of the payment: $369.50 USD.")
    assert refund(ready, payment_id, "369.50", left=36_950).outcome == "succeeded"
    hear(local_stripe)
    assert [row.amount for row in refunds()] == [10_000, 25_050, 36_950]
    assert ready.invoice().paid == 0
    assert_books_agree(local_stripe, ready)


@pytest.mark.parametrize("amount", ["0", "-5", "", "abc", "10.001", "720.01"])
def test_an_amount_that_cannot_go_back_is_said_at_its_field(local_stripe: LocalStripe, amount: str) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    with pytest.raises(ValidationFailed) as refused:
        refund(ready, payment_id, amount)
    assert refused.value.field == "amount"
    assert refunds() == []


def test_a_refund_on_what_somebody_else_already_gave_back_is_refused(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    refund(ready, payment_id, "100")
    with pytest.raises(LeftChanged):
        refund(ready, payment_id, "100")
    assert len(refunds()) == 1


def test_twenty_clicks_at_once_give_the_money_back_once(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    barrier = threading.Barrier(20)
    refused: list[str] = []

    def click() -> None:
        barrier.wait()
        try:
            refund(ready, payment_id, "100")
        except AppError as error:
            refused.append(type(error).__name__)

    with ThreadPoolExecutor(20) as people:
        for done in [people.submit(click) for _ in range(20)]:
            done.result()
    assert len(refused) == 19
    assert set(refused) <= {"LeftChanged", "ActionRefused"}
    intent = ready.payments()[0].payment_intent_id or ""
    assert [one["amount"] for one in ask(local_stripe, "refunds", payment_intent=intent)["data"]] == [10_000]
    assert ready.invoice().paid == TOTAL - 10_000


def test_only_those_who_may_refund_do(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    for role in (Role.STAFF, Role.READ_ONLY):
        with pytest.raises(PermissionDenied):
            refunding.refund_payment(
                make_actor(role=role, name="Sam Desk"), payment_id, RefundForm(amount="1", left=str(TOTAL))
            )
    assert refunds() == []


def test_a_pending_refund_is_off_our_balance_at_once_and_succeeds_later(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe, number=REFUND_PENDING)
    assert refund(ready, payment_id, "100").outcome == "pending"
    assert (refunds()[0].status, ready.invoice().paid) == ("pending", TOTAL - 10_000)
    Control(local_stripe.url).advance(seconds=5)
    hear(local_stripe)
    assert (refunds()[0].status, ready.invoice().paid) == ("succeeded", TOTAL - 10_000)
    # The customer is told once, when the money leaves.
    assert refund_mails() == [f"Refund from Northlight Studio: $100.00 USD for invoice {ready.invoice().number}"]
    assert_books_agree(local_stripe, ready)


def test_a_refund_that_fails_after_it_had_succeeded_is_undone_and_staff_are_told(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe, number=REFUND_FAILS)
    assert refund(ready, payment_id, "100").outcome == "succeeded"
    assert ready.invoice().paid == TOTAL - 10_000
    Control(local_stripe.url).advance(seconds=5)
    hear(local_stripe)
    hear(local_stripe)
    (row,) = refunds()
    assert (row.status, row.failure_reason) == ("failed", "expired_or_canceled_card")
    assert (ready.invoice().paid, ready.invoice().refunded) == (TOTAL, 0)
    assert net_allocations(ready) == [TOTAL, -10_000, 10_000]
    assert mails_to_staff() == ["A refund of $100.00 USD did not arrive"]
    told = f"The refund of $100.00 USD for invoice {ready.invoice().number} did not arrive"
    assert mails_to("vera@lindt.example")[-1] == told
    assert_books_agree(local_stripe, ready)
    assert refund(ready, payment_id, "720").outcome == "succeeded"


def test_the_first_look_for_missed_events_goes_back_as_far_as_stripe_remembers(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe, number=REFUND_FAILS)
    assert refund(ready, payment_id, "100").outcome == "succeeded"
    Control(local_stripe.url).advance(seconds=5)
    with time_machine.travel(utc_now() + timedelta(days=29)):
        hear(local_stripe)
    assert [row.status for row in refunds()] == ["failed"]
    assert_books_agree(local_stripe, ready)


def test_a_clock_that_was_a_day_ahead_hides_no_refund_made_after_it_was_set_right(local_stripe: LocalStripe) -> None:
    ready = share_order()
    with time_machine.travel(utc_now() + timedelta(days=1)):
        pay(ready, local_stripe)
        hear(local_stripe)
    tell(local_stripe, "refunds", payment_intent=ready.payments()[0].payment_intent_id or "", amount="5000")
    hear(local_stripe)
    assert [(row.amount, row.requested_by) for row in refunds()] == [(5_000, "Stripe dashboard")]
    assert_books_agree(local_stripe, ready)


@pytest.mark.parametrize("status", ["canceled", "failed"])
def test_a_refund_that_ends_without_arriving_is_undone(local_stripe: LocalStripe, status: str) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    refund(ready, payment_id, "100")
    Control(local_stripe.url).set_refund(refunds()[0].refund_id or "", status)
    hear(local_stripe)
    assert (refunds()[0].status, ready.invoice().paid) == (status, TOTAL)
    assert_books_agree(local_stripe, ready)


def test_a_refund_that_waits_for_the_customer_is_counted_as_gone(local_stripe: LocalStripe) -> None:
    ready = share_order()
    pay(ready, local_stripe)
    intent = ready.payments()[0].payment_intent_id or ""
    refund_id = tell(local_stripe, "refunds", payment_intent=intent, amount="10000")["id"]
    Control(local_stripe.url).set_refund(refund_id, "requires_action")
    hear(local_stripe)
    assert (refunds()[0].status, ready.invoice().paid) == ("requires_action", TOTAL - 10_000)
    assert_books_agree(local_stripe, ready)


def test_late_news_of_a_refund_never_replace_what_is_known(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    refund(ready, payment_id, "100")
    Control(local_stripe.url).set_refund(refunds()[0].refund_id or "", "pending")
    hear(local_stripe)
    assert (refunds()[0].status, ready.invoice().paid) == ("succeeded", TOTAL - 10_000)


def test_refunds_made_in_stripes_dashboard_appear_once(local_stripe: LocalStripe) -> None:
    ready = share_order()
    pay(ready, local_stripe)
    intent = ready.payments()[0].payment_intent_id or ""
    tell(local_stripe, "refunds", payment_intent=intent, amount="12000")
    tell(local_stripe, "refunds", payment_intent=intent, amount="8000")
    hear(local_stripe)
    hear(local_stripe)
    assert [(row.amount, row.requested_by, row.status) for row in refunds()] == [
        (12_000, "Stripe dashboard", "succeeded"),
        (8_000, "Stripe dashboard", "succeeded"),
    ]
    assert ready.invoice().paid == TOTAL - 20_000
    assert_books_agree(local_stripe, ready)


def test_a_second_refund_heard_of_before_the_first_has_failed_is_taken_off_what_comes_back(local_stripe: LocalStripe) -> None:
    """Stripe lets a payment be refunded again once its refund has failed; its events come in any order."""
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    refund(ready, payment_id, "720")
    (whole,) = refunds()
    heard = {event["id"] for event in list_events(local_stripe)}
    Control(local_stripe.url).set_refund(whole.refund_id or "", "failed")
    tell(local_stripe, "refunds", payment_intent=ready.payments()[0].payment_intent_id or "", amount="20000")
    new = [event for event in list_events(local_stripe) if event["id"] not in heard]
    for event in new:
        accept_event(*sign(event))
        receiving.apply_pending_events()
    assert [(row.amount, row.status) for row in refunds()] == [(TOTAL, "failed"), (20_000, "succeeded")]
    assert (ready.invoice().paid, ready.invoice().refunded) == (TOTAL - 20_000, 20_000)
    hear(local_stripe)
    assert_books_agree(local_stripe, ready)
    with reading() as session:
        assert find_broken(session) == {}


def test_a_refund_that_stripe_refuses_leaves_a_failed_one_and_moves_nothing(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    tell(local_stripe, "refunds", payment_intent=ready.payments()[0].payment_intent_id or "")
    result = refund(ready, payment_id, "100")
    assert (result.outcome, result.message) == (
        "failed",
        "All of this payment has already gone back. Its refunds appear here in a moment.",
    )
    assert [(row.status, row.failure_reason) for row in refunds()] == [("failed", "charge_already_refunded")]
    assert ready.invoice().paid == TOTAL
    hear(local_stripe)
    assert ready.invoice().paid == 0
    assert_books_agree(local_stripe, ready)


def test_a_disputed_payment_cannot_be_refunded(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe, number=DISPUTED)
    hear(local_stripe)
    with pytest.raises(ActionRefused, match="bank is deciding"):
        refund(ready, payment_id, "100")
    assert refunds() == []


# ── By hand ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("method", "book"), [("cash", Book.CASH), ("check", Book.CHECK)])
def test_cash_and_checks_are_given_back_by_hand(local_stripe: LocalStripe, method: str, book: Book) -> None:
    ready = share_order()
    payment_id = pay_by_hand(ready, "720", method=method)
    result = refund(ready, payment_id, "20.05")
    assert (result.outcome, result.message) == ("succeeded", "Hand $20.05 USD back to the customer if you have not yet.")
    (row,) = refunds()
    assert (row.channel, row.status, row.refund_id) == ("manual", "succeeded", None)
    assert ready.invoice().paid == TOTAL - 2_005
    assert ledger(ready, book) == TOTAL - 2_005
    assert_books_agree(local_stripe, ready)


# ── What follows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_files_once_unlocked_stay_so_after_a_refund_but_not_after_a_higher_total(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    assert is_unlocked(ready)
    refund(ready, payment_id, "100")
    assert is_unlocked(ready)
    itemising.add_item(
        ready.actor, ready.order.id or 0, ItemForm(description="Extra", quantity="1", unit_price="1", tax_id=VAT_20)
    )
    assert not is_unlocked(ready)


def test_files_never_unlocked_stay_locked_whatever_was_refunded(local_stripe: LocalStripe) -> None:
    ready = share_order()
    first = pay_by_hand(ready, "360")
    refund(ready, first, "360", left=36_000)
    pay_by_hand(ready, "360")
    assert (ready.invoice().paid, ready.invoice().refunded) == (36_000, 36_000)
    assert not is_unlocked(ready)


def test_with_the_setting_on_a_refund_locks_the_files_again(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    configuring.set_relock_files(ready.actor, True)
    refund(ready, payment_id, "0.01")
    assert not is_unlocked(ready)


def test_the_customer_reads_a_refund_as_a_negative_payment_and_a_failed_one_not_at_all(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe, number=REFUND_FAILS)
    refund(ready, payment_id, "100")
    with reading() as session:
        printed = print_invoice(session, ready.invoice())
    assert [(one.method, one.amount) for one in printed.payments] == [
        ("Visa ··5126", "720.00"),
        ("Refund to Visa ··5126", "−100.00"),
    ]
    assert (printed.paid, printed.due_label) == ("−620.00", "$100.00 USD")
    Control(local_stripe.url).advance(seconds=5)
    hear(local_stripe)
    with reading() as session:
        printed = print_invoice(session, ready.invoice())
    assert [(one.method, one.amount) for one in printed.payments] == [("Visa ··5126", "720.00")]


def test_what_is_refunded_can_be_paid_again(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    refund(ready, payment_id, "100")
    pay(ready, local_stripe, amount=10_000)
    hear(local_stripe)
    assert ready.invoice().paid == TOTAL
    assert_books_agree(local_stripe, ready)
    assert events_of(local_stripe, ready.account().stripe_customer_id)
