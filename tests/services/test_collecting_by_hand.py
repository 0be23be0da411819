"""Cash and check: the whole or a part, never more than is due; what settles the invoice unlocks the files (A7, A8)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from time_machine import travel

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Role
from invoice_app.domain.errors import (
    AppError,
    AttemptInProgress,
    InvoiceIsVoid,
    NotSignedIn,
    PaymentsSwitchedOff,
    PermissionDenied,
    ValidationFailed,
)
from invoice_app.models import EventLog, OutgoingEmail, Redemption
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.orders import are_files_unlocked
from invoice_app.services import adjusting, collecting, configuring, drafting, receiving
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.payment_views import ManualPaymentForm, PaymentDetailsView
from tests.factories import make_actor, make_coupon
from tests.local_stripe import LocalStripe
from tests.services.collecting_steps import TOTAL, Ready, share_order

pytestmark = pytest.mark.usefixtures("data_dir")

TODAY = utc_now().date().isoformat()


def record(ready: Ready, amount: str, *, method: str = "cash", on: str = TODAY, reference: str = "") -> PaymentDetailsView:
    form = ManualPaymentForm(method=method, amount=amount, reference=reference, received_on=on)
    return collecting.record_manual_payment(ready.actor, ready.invoice_id, form)


def is_unlocked(ready: Ready) -> bool:
    with reading() as session:
        return are_files_unlocked(session, ready.order.id or 0)


@pytest.mark.parametrize("method", ["cash", "check"])
def test_recording_all_that_is_due_settles_the_invoice_and_unlocks_the_files(method: str) -> None:
    ready = share_order()
    details = record(ready, "720.00", method=method)
    assert (details.settled, details.paid, details.due_label) == (True, "720.00", "$0.00 USD")
    assert is_unlocked(ready)
    (payment,) = ready.payments()
    assert (payment.method, payment.amount, payment.recorded_by) == (method, TOTAL, "Ada Voss")
    (attempt,) = ready.attempts()
    assert (attempt.status, attempt.payment_id, attempt.who) == ("succeeded", payment.id, "Ada Voss")


def test_a_part_leaves_the_rest_due_and_the_files_locked() -> None:
    ready = share_order()
    details = record(ready, "200")
    assert (details.settled, details.paid, details.due, details.due_plain) == (False, "200.00", "520.00", "520.00")
    assert not is_unlocked(ready)
    assert ready.invoice().number is not None
    assert record(ready, "520.00").settled
    assert [payment.amount for payment in ready.payments()] == [20_000, 52_000]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("720.01", "This is more than is due: $720.00 USD."),
        ("0", "Enter an amount above 0."),
        ("-5", "Enter an amount above 0."),
        ("", "Enter a number."),
        ("1.234", "USD amounts have at most 2 decimals."),
        ("lots", "Enter a number such as 1234.50, with a point before the decimals."),
    ],
)
def test_a_wrong_amount_is_said_at_the_field_and_nothing_is_recorded(amount: str, said: str) -> None:
    ready = share_order()
    with pytest.raises(ValidationFailed) as refused:
        record(ready, amount)
    assert refused.value.field == "amount"
    assert refused.value.message == said
    assert (ready.payments(), ready.attempts(), ready.invoice().paid) == ([], [], 0)


@pytest.mark.parametrize("on", ["", "tomorrow", "2026-02-30", "2026-03-05", "1999-01-01"])
def test_a_wrong_day_is_said_at_the_field_and_nothing_is_recorded(on: str) -> None:
    with travel(datetime(2026, 3, 4, 23, 30, tzinfo=UTC)):
        ready = share_order()
        with pytest.raises(ValidationFailed) as refused:
            record(ready, "720", on=on)
    assert refused.value.field == "received_on"
    assert (ready.payments(), ready.invoice().paid) == ([], 0)


def test_an_earlier_day_and_a_reference_are_kept() -> None:
    ready = share_order()
    day = (utc_now() - timedelta(days=3)).date()
    record(ready, "720", method="check", on=day.isoformat(), reference=" No. 1180 ")
    (payment,) = ready.payments()
    assert (payment.reference, payment.method_label, payment.received_at.date()) == ("No. 1180", "Check No. 1180", day)


def test_a_card_cannot_be_recorded_by_hand() -> None:
    ready = share_order()
    with pytest.raises(ValidationFailed) as refused:
        record(ready, "720", method="card")
    assert refused.value.field == "method"


def test_a_void_invoice_takes_no_money() -> None:
    ready = share_order()
    with transaction() as session:
        lock_invoice(session, ready.invoice_id).stage = "void"
    with pytest.raises(InvoiceIsVoid):
        record(ready, "720")
    assert ready.payments() == []


def test_switched_off_payments_take_no_money_and_the_details_say_which_switch() -> None:
    ready = share_order()
    configuring.set_account_payments(ready.actor, False)
    with pytest.raises(PaymentsSwitchedOff):
        record(ready, "720")
    details = collecting.open_payment_details(ready.actor, ready.invoice_id)
    assert not details.can_take_payment
    assert "payments for the whole account" in details.refusal


def test_the_customer_gets_a_receipt_and_the_log_says_who_took_the_money() -> None:
    ready = share_order()
    record(ready, "200")
    with reading() as session:
        (mail,) = session.exec(select(OutgoingEmail)).all()
        entry = session.exec(select(EventLog).where(EventLog.action == "payment received")).one()
    assert mail.subject == f"Receipt from Northlight Studio: $200.00 USD for invoice {ready.invoice().number}"
    assert "$520.00 USD" in mail.text
    before, after = entry.before or {}, entry.after or {}
    assert (entry.actor_name, before["paid"], before["number"], after["paid"]) == ("Ada Voss", 0, None, 20_000)


def test_a_payment_uses_the_coupon_up() -> None:
    ready = share_order()
    make_coupon(actor=ready.actor, total_limit="1")
    drafting.open_draft(ready.actor, ready.invoice_id)
    adjusting.add_adjustment(ready.actor, ready.invoice_id, AdjustmentForm(kind="coupon", coupon_code="AUTUMN10"))
    drafting.save_invoice(ready.actor, ready.invoice_id)
    record(ready, "648.00")
    with reading() as session:
        (redemption,) = session.exec(select(Redemption)).all()
    assert redemption.state == "committed"


def test_cash_closes_the_page_the_customer_has_open(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    record(ready, "100")
    assert [attempt.status for attempt in ready.attempts()] == ["expired", "succeeded"]
    assert local_stripe.pay(page).status_code != 303
    assert [payment.amount for payment in ready.payments()] == [10_000]


def test_cash_after_the_customer_has_just_paid_is_stopped(local_stripe: LocalStripe) -> None:
    ready = share_order()
    local_stripe.pay(ready.start())
    with pytest.raises(AttemptInProgress, match=r"has just paid \$720\.00 USD"):
        record(ready, "720")
    assert [payment.method for payment in ready.payments()] == ["card"]


@pytest.mark.parametrize(("role", "error"), [(Role.READ_ONLY, PermissionDenied), (None, NotSignedIn)])
def test_only_those_who_may_take_payments_record_one(role: Role | None, error: type[AppError]) -> None:
    ready = share_order()
    actor = make_actor(role=role, name="Rea Only") if role else None
    with pytest.raises(error):
        collecting.record_manual_payment(actor, ready.invoice_id, ManualPaymentForm(amount="720", received_on=TODAY))
    assert ready.payments() == []


def test_payment_details_list_every_attempt_newest_first_and_explain_failures(local_stripe: LocalStripe) -> None:
    ready = share_order()
    local_stripe.pay(ready.start(), number="4000000000009995")
    receiving.sweep_gateway()
    record(ready, "100")
    views = collecting.open_payment_details(ready.actor, ready.invoice_id).attempts
    assert [view.outcome.word for view in views] == ["Succeeded", "Expired", "Failed"]
    cash, expired, failed = views
    assert (cash.amount, cash.method, cash.who) == ("$100.00 USD", "Cash", "Ada Voss")
    assert (failed.amount, failed.method) == ("$720.00 USD", "Visa ··9995")
    assert failed.reason == "The bank declined it: not enough funds."
    assert failed.next_step == "Ask for another card, or try again after payday."
    assert ("Decline code", "insufficient_funds") in [(code.value, code.label) for code in failed.technical]
    assert expired.reason == "The payment page was closed before anything was paid. Nothing was charged."
    assert failed.revision == expired.revision == ready.invoice().revision


def test_money_typed_into_one_opening_of_the_form_is_recorded_once() -> None:
    ready = share_order()
    form = ManualPaymentForm(method="cash", amount="200", received_on=TODAY, key="a" * 32)
    first = collecting.record_manual_payment(ready.actor, ready.invoice_id, form)
    again = collecting.record_manual_payment(ready.actor, ready.invoice_id, form)
    assert (first.paid, again.paid, len(ready.payments()), len(ready.attempts())) == ("200.00", "200.00", 1, 1)
    rest = ManualPaymentForm(method="cash", amount="520", received_on=TODAY, key="b" * 32)
    assert collecting.record_manual_payment(ready.actor, ready.invoice_id, rest).settled
    # The repeat of what settled it is answered too, not refused because nothing is due.
    assert collecting.record_manual_payment(ready.actor, ready.invoice_id, rest).settled
    assert len(ready.payments()) == 2
