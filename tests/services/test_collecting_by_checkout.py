"""The customer pays on the hosted page: exactly what they saw, once, whoever learns of it first (A22, A23)."""

import threading
from dataclasses import replace

import pytest
from sqlmodel import select

from invoice_app.db import reading, transaction
from invoice_app.domain.errors import (
    AttemptInProgress,
    InvoiceIsVoid,
    NotFound,
    NothingToPay,
    PaymentsSwitchedOff,
    StaleRevision,
)
from invoice_app.models import Account, Allocation, OutgoingEmail
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.services import configuring, drafting, itemising, receiving, sharing
from invoice_app.services.checking_out import finish_checkout, start_checkout
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.order_views import ItemForm
from tests.factories import VAT_20, invoice_of, make_order
from tests.local_stripe import DECLINED, MASTERCARD, NO_FUNDS, LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, share_order

pytestmark = pytest.mark.usefixtures("local_stripe")


def add_extra(ready: Ready) -> None:
    """Staff add 100.00 and its tax: the total becomes 840.00."""
    form = ItemForm(description="Extra evening", quantity="1", unit_price="100", tax_id=VAT_20)
    itemising.add_item(ready.actor, ready.order.id or 0, form)


def test_paying_posts_one_payment_for_exactly_the_amount_shown(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    (payment,) = ready.payments()
    assert (payment.amount, payment.currency, payment.method_label) == (TOTAL, "USD", "Visa ··4242")
    with reading() as session:
        (allocation,) = session.exec(select(Allocation)).all()
    assert (allocation.payment_id, allocation.invoice_id, allocation.amount) == (payment.id, ready.invoice_id, TOTAL)
    invoice = ready.invoice()
    assert (invoice.paid, invoice.in_flight) == (TOTAL, False)
    (attempt,) = ready.attempts()
    assert (attempt.status, attempt.payment_id, attempt.revision) == ("succeeded", payment.id, invoice.revision)


def test_the_first_payment_gives_the_invoice_its_number_and_the_customer_a_receipt(local_stripe: LocalStripe) -> None:
    ready = share_order()
    assert ready.invoice().number is None
    page = ready.start()
    local_stripe.pay(page)
    finish_checkout(ready.token, session_of(page))
    number = ready.invoice().number
    assert number is not None and number.startswith("INV-") and number.endswith("-00001")
    with reading() as session:
        (receipt,) = session.exec(select(OutgoingEmail)).all()
    assert receipt.recipient == "vera@lindt.example"
    assert receipt.subject == f"Receipt from Northlight Studio: $720.00 USD for invoice {number}"
    assert "Visa ··4242" in receipt.text


def test_learning_of_a_payment_again_changes_nothing(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    receiving.sweep_gateway()
    assert [payment.amount for payment in ready.payments()] == [TOTAL]
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    receiving.sweep_gateway()
    assert [payment.amount for payment in ready.payments()] == [TOTAL]
    assert [attempt.status for attempt in ready.attempts()] == ["succeeded"]
    assert ready.invoice().paid == TOTAL


def test_an_amount_no_longer_true_moves_no_money(local_stripe: LocalStripe) -> None:
    ready = share_order()
    seen = ready.invoice().revision
    add_extra(ready)
    with pytest.raises(StaleRevision) as refused:
        start_checkout(ready.token, revision=seen, amount=TOTAL, keep_card=False)
    assert (refused.value.expected, refused.value.actual) == (seen, seen + 1)
    assert ready.attempts() == []
    assert local_stripe.count_intents(ready.account().stripe_customer_id or "") == 0


@pytest.mark.parametrize("email", ["a@b", "a@e.com\r\nBcc: x@y.example"])
def test_a_stored_address_that_stripe_refuses_keeps_nobody_from_paying(local_stripe: LocalStripe, email: str) -> None:
    ready = share_order()
    with transaction() as session:
        account = session.get(Account, ready.account().id)
        assert account is not None
        account.email = email
    assert ready.start().startswith(f"{local_stripe.url}/c/pay/cs_")
    assert (ready.account().stripe_customer_id or "").startswith("cus_")
    assert [attempt.status for attempt in ready.attempts()] == ["open"]


def test_the_right_revision_with_another_amount_is_refused_too() -> None:
    ready = share_order()
    with pytest.raises(StaleRevision):
        ready.start(amount=TOTAL - 1)
    assert ready.attempts() == []


def test_saving_a_new_amount_closes_the_open_page_first(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    add_extra(ready)
    assert [attempt.status for attempt in ready.attempts()] == ["expired"]
    answer = local_stripe.pay(page)
    assert answer.status_code != 303
    assert ready.payments() == []
    assert ready.invoice().total == 84_000


def test_a_save_that_loses_the_race_posts_the_payment_at_the_old_amount_and_stops(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    with pytest.raises(AttemptInProgress, match=r"just paid \$720\.00 USD on revision"):
        add_extra(ready)
    invoice = ready.invoice()
    assert (invoice.total, invoice.paid) == (TOTAL, TOTAL)
    assert [payment.amount for payment in ready.payments()] == [TOTAL]
    add_extra(ready)
    invoice = ready.invoice()
    assert (invoice.total, invoice.paid) == (84_000, TOTAL)


def test_the_same_page_is_answered_again_while_it_is_open() -> None:
    ready = share_order()
    first = ready.start()
    assert ready.start() == first
    assert len(ready.attempts()) == 1


def test_asking_to_keep_the_card_after_all_opens_another_page_and_closes_the_first(local_stripe: LocalStripe) -> None:
    ready = share_order()
    first = ready.start()
    second = ready.start(keep_card=True)
    assert first != second
    assert [attempt.status for attempt in ready.attempts()] == ["expired", "open"]
    assert local_stripe.pay(first).status_code != 303


def test_twenty_clicks_at_once_open_one_page() -> None:
    ready = share_order()
    barrier = threading.Barrier(20)
    urls: list[str] = []
    revision = ready.invoice().revision

    def click() -> None:
        barrier.wait()
        urls.append(start_checkout(ready.token, revision=revision, amount=TOTAL, keep_card=False))

    threads = [threading.Thread(target=click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(urls) == 20
    assert len(set(urls)) == 1
    assert [attempt.status for attempt in ready.attempts()] == ["open"]


def test_a_decline_adds_one_failed_attempt_and_the_next_card_pays(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page, number=NO_FUNDS)
    receiving.sweep_gateway()
    receiving.sweep_gateway()
    opened, declined = ready.attempts()
    assert (opened.status, declined.status) == ("open", "failed")
    assert (declined.decline_code, declined.amount, declined.method_label) == ("insufficient_funds", TOTAL, "Visa ··9995")
    assert ready.payments() == []
    local_stripe.pay(page, number=MASTERCARD)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    assert [attempt.status for attempt in ready.attempts()] == ["succeeded", "failed"]
    assert [payment.method_label for payment in ready.payments()] == ["Mastercard ··4444"]


def test_two_declines_on_one_page_are_two_failed_attempts(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page, number=NO_FUNDS)
    local_stripe.pay(page, number=DECLINED)
    receiving.sweep_gateway()
    codes = [attempt.decline_code for attempt in ready.attempts() if attempt.status == "failed"]
    assert codes == ["insufficient_funds", "generic_decline"]


def test_a_card_is_kept_only_with_consent(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start(keep_card=True)
    local_stripe.pay(page)
    finish_checkout(ready.token, session_of(page))
    (card,) = ready.cards()
    assert (card.brand, card.last4, card.exp_month, card.exp_year, card.source) == ("visa", "4242", 12, 2034, "kept")
    assert card.account_id == ready.invoice().account_id


def test_without_consent_no_card_is_kept(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    finish_checkout(ready.token, session_of(page))
    assert ready.cards() == []


def test_a_page_of_another_invoice_tells_this_link_nothing(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    other = make_order(actor=ready.actor, customer="Somebody Else", email="else@example.com")
    link = sharing.create_link(ready.actor, invoice_of(other).id or 0)
    assert finish_checkout(link.url.rpartition("/")[2], session_of(page)) == ""
    assert ready.payments() == []


def test_a_paid_invoice_cannot_be_paid_again(local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    finish_checkout(ready.token, session_of(page))
    with pytest.raises(NothingToPay):
        start_checkout(ready.token, revision=ready.invoice().revision, amount=TOTAL, keep_card=False)


def test_payments_switched_off_refuse_the_hosted_page() -> None:
    ready = share_order()
    configuring.set_account_payments(ready.actor, False)
    with pytest.raises(PaymentsSwitchedOff, match="payments for the whole account"):
        ready.start()
    assert ready.attempts() == []


def test_a_void_invoice_cannot_be_paid() -> None:
    ready = share_order()
    with transaction() as session:
        lock_invoice(session, ready.invoice_id).stage = "void"
    with pytest.raises(InvoiceIsVoid):
        ready.start()


def test_an_unknown_link_opens_nothing() -> None:
    share_order()
    with pytest.raises(NotFound):
        start_checkout("A" * 43, revision=1, amount=TOTAL, keep_card=False)


def test_closing_without_an_open_page_does_nothing() -> None:
    ready = share_order()
    assert close_open_checkout(ready.invoice_id) is False
    assert ready.attempts() == []


def test_a_save_tells_whether_it_closed_the_page_the_customer_was_paying_on() -> None:
    ready = share_order()
    ready.start()
    line = drafting.open_draft(ready.actor, ready.invoice_id).lines[0]
    drafting.edit_line(ready.actor, ready.invoice_id, line.key, "quantity", "2")
    assert drafting.save_invoice(ready.actor, ready.invoice_id).closed_checkout is True
    drafting.edit_line(ready.actor, ready.invoice_id, line.key, "quantity", "3")
    assert drafting.save_invoice(ready.actor, ready.invoice_id).closed_checkout is False


def test_saving_an_item_tells_whether_it_closed_the_page_the_customer_was_paying_on() -> None:
    ready = share_order()
    form = ItemForm(description="Extra evening", quantity="1", unit_price="100", tax_id=VAT_20)
    actor, order_id = ready.actor, ready.order.id or 0
    ready.start()
    added = itemising.add_item(actor, order_id, form)
    assert added.closed_checkout is True
    assert itemising.edit_item(actor, added.key, replace(form, unit_price="50")).closed_checkout is False
    ready.start(amount=78_000)
    assert itemising.edit_item(actor, added.key, form).closed_checkout is True
    ready.start(amount=84_000)
    removed = itemising.remove_item(actor, added.key)
    assert removed.closed_checkout is True
    ready.start()
    assert itemising.restore_item(actor, removed).closed_checkout is True
