"""What a customer pays beyond the due is their credit, and pays another invoice: never more than is due, never twice (E23)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import col, select

from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.errors import AppError, NothingToPay, PermissionDenied, ValidationFailed
from invoice_app.models import Allocation, OutgoingEmail
from invoice_app.repositories.bookkeeping import sum_of_invoice
from invoice_app.repositories.credits import list_free_money, read_credit
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.printing import print_invoice
from invoice_app.sandbox.control import Control
from invoice_app.services import adding_invoices, collecting, itemising, sharing
from invoice_app.services.booking_views import InvoiceForm
from invoice_app.services.checking_books import find_broken
from invoice_app.services.checking_out import start_checkout
from invoice_app.services.crediting import apply_credit
from invoice_app.services.listing import list_accounts
from invoice_app.services.ordering import open_order
from invoice_app.services.payment_views import ManualPaymentForm
from invoice_app.services.showing_shared import open_shared_invoice
from invoice_app.services.telling_money import open_money
from tests.booking_steps import add_standalone
from tests.factories import make_actor
from tests.local_stripe import LocalStripe
from tests.services.collecting_steps import TOTAL, Ready, second_invoice, share_order
from tests.services.returning_steps import hear, pay, refund, refunds


def pay_cash(ready: Ready, amount: str, *, keep_rest: bool = True) -> None:
    form = ManualPaymentForm(method="cash", amount=amount, received_on="2026-01-02", keep_rest=keep_rest)
    collecting.record_manual_payment(ready.actor, ready.invoice_id, form)


def credit_of(ready: Ready) -> int:
    with reading() as session:
        return read_credit(session, ready.invoice().account_id)


def test_more_than_is_due_is_taken_only_when_the_rest_may_become_credit(data_dir: Path) -> None:
    ready = share_order()
    with pytest.raises(ValidationFailed, match="more than is due"):
        pay_cash(ready, "800.00", keep_rest=False)
    pay_cash(ready, "800.00")
    assert (ready.invoice().paid, credit_of(ready)) == (TOTAL, 8_000)
    (payment,) = ready.payments()
    with reading() as session:
        assert list_free_money(session, payment.account_id) == [(payment.id, 8_000)]


def test_credit_is_shown_at_the_order_and_in_the_customers_list(data_dir: Path) -> None:
    ready = share_order()
    assert open_order(ready.actor, ready.order.number).panel.credit == ""
    pay_cash(ready, "800.00")
    assert open_order(ready.actor, ready.order.number).panel.credit == "$80.00 USD"
    (row,) = list_accounts(ready.actor).rows
    assert row.credit == "80.00"


def test_credit_pays_another_invoice_as_far_as_it_goes(data_dir: Path) -> None:
    ready = share_order()
    pay_cash(ready, "800.00")
    other = second_invoice(ready)
    assert apply_credit(ready.actor, other) == 8_000
    with reading() as session:
        invoice = read_invoice(session, other)
        assert (invoice.total, invoice.paid) == (10_000, 8_000)
        assert sum_of_invoice(session, other, Book.RECEIVABLE) == 2_000
        assert invoice.number is not None
        amounts = [(row.invoice_id, row.amount) for row in session.exec(select(Allocation))]
    assert amounts == [(ready.invoice_id, TOTAL), (other, 8_000)]
    assert credit_of(ready) == 0
    details = collecting.open_payment_details(ready.actor, other)
    assert [(row.method, row.amount) for row in details.attempts] == [("Account credit", "$80.00 USD")]


def test_credit_from_several_payments_is_used_oldest_first(data_dir: Path) -> None:
    ready = share_order()
    pay_cash(ready, "750.00")
    other = second_invoice(ready, "10.00")
    form = ManualPaymentForm(method="check", amount="40.00", received_on="2026-01-03", keep_rest=True)
    collecting.record_manual_payment(ready.actor, other, form)
    third = second_invoice(ready, "45.00")
    apply_credit(ready.actor, third, "45.00")
    with reading() as session:
        rows = session.exec(select(Allocation).where(Allocation.invoice_id == third)).all()
    first, second = ready.payments()
    assert [(row.payment_id, row.amount) for row in rows] == [(first.id, 3_000), (second.id, 1_500)]
    assert credit_of(ready) == 1_500


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("90.00", r"more than the customer's credit: \$80.00 USD"),
        ("100.01", r"more than is due: \$100.00 USD"),
        ("0", "above 0"),
        ("-5", "above 0"),
        ("abc", "Enter a number"),
    ],
)
def test_never_more_than_the_credit_or_the_due(data_dir: Path, amount: str, message: str) -> None:
    ready = share_order()
    pay_cash(ready, "800.00")
    other = second_invoice(ready)
    with pytest.raises(ValidationFailed, match=message) as refused:
        apply_credit(ready.actor, other, amount)
    assert refused.value.field == "amount"
    assert credit_of(ready) == 8_000


def test_without_credit_or_without_a_due_nothing_is_applied(data_dir: Path) -> None:
    ready = share_order()
    with pytest.raises(ValidationFailed, match="no credit"):
        apply_credit(ready.actor, ready.invoice_id)
    pay_cash(ready, "800.00")
    with pytest.raises(NothingToPay):
        apply_credit(ready.actor, ready.invoice_id)


def test_an_edit_below_what_was_paid_gives_the_difference_back_as_credit(data_dir: Path) -> None:
    ready = share_order()
    pay_cash(ready, "720.00")
    (key,) = [item.key for item in open_order(ready.actor, ready.order.number).items if item.description == "Drone photos"]
    itemising.remove_item(ready.actor, key)
    invoice = ready.invoice()
    assert (invoice.total, invoice.paid, credit_of(ready)) == (43_200, 43_200, 28_800)
    with reading() as session:
        assert [row.amount for row in session.exec(select(Allocation))] == [TOTAL, -28_800]
        assert sum_of_invoice(session, ready.invoice_id, Book.RECEIVABLE) == 0


def test_credit_given_back_by_an_edit_can_pay_the_same_invoice_again(data_dir: Path) -> None:
    ready = share_order()
    pay_cash(ready, "720.00")
    (key,) = [item.key for item in open_order(ready.actor, ready.order.number).items if item.description == "Drone photos"]
    removed = itemising.remove_item(ready.actor, key)
    itemising.restore_item(ready.actor, removed)
    assert (ready.invoice().total, ready.invoice().paid) == (TOTAL, 43_200)
    assert apply_credit(ready.actor, ready.invoice_id) == 28_800
    assert (ready.invoice().paid, credit_of(ready)) == (TOTAL, 0)


def test_a_refund_that_comes_back_to_an_invoice_paid_anew_becomes_credit(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    refund(ready, payment_id, "20.00")
    pay_cash(ready, "20.00")
    (made,) = refunds()
    Control(local_stripe.url).set_refund(made.refund_id or "", "failed")
    hear(local_stripe)
    assert refunds()[0].status == "failed"
    assert (ready.invoice().paid, ready.invoice().total, credit_of(ready)) == (TOTAL, TOTAL, 2_000)
    with reading() as session:
        assert find_broken(session) == {}


def test_a_refund_that_comes_back_pays_the_invoice_again_that_its_credit_had_paid(local_stripe: LocalStripe) -> None:
    ready = share_order()
    payment_id = pay(ready, local_stripe)
    (key,) = [item.key for item in open_order(ready.actor, ready.order.number).items if item.description == "Drone photos"]
    itemising.remove_item(ready.actor, key)
    other = second_invoice(ready, "288.00")
    assert apply_credit(ready.actor, other) == 28_800
    refund(ready, payment_id, "720.00")
    (made,) = refunds()
    with reading() as session:
        assert (read_invoice(session, other).paid, ready.invoice().paid) == (0, 0)
    Control(local_stripe.url).set_refund(made.refund_id or "", "failed")
    hear(local_stripe)
    with reading() as session:
        assert (read_invoice(session, other).paid, ready.invoice().paid, credit_of(ready)) == (28_800, 43_200, 0)
        assert find_broken(session) == {}


def test_two_members_of_staff_at_once_spend_the_credit_once(data_dir: Path) -> None:
    ready = share_order()
    pay_cash(ready, "800.00")
    invoices = [second_invoice(ready), second_invoice(ready)]
    barrier = threading.Barrier(2)
    done: list[object] = []

    def spend(invoice_id: int) -> None:
        barrier.wait()
        try:
            done.append(apply_credit(ready.actor, invoice_id))
        except AppError as refusal:
            done.append(refusal.message)

    threads = [threading.Thread(target=spend, args=(invoice_id,)) for invoice_id in invoices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, done)) == ["8000", "The customer has no credit."]
    assert credit_of(ready) == 0


def test_credit_is_spent_while_another_adds_invoices_to_the_same_order(migrated_url: str) -> None:
    ready = share_order()
    pay_cash(ready, "800.00")
    spending = [add_standalone(ready.actor, ready.order, price="10.00") for _ in range(4)]
    barrier = threading.Barrier(2)

    def spend() -> list[int]:
        barrier.wait()
        return [apply_credit(ready.actor, invoice_id) for invoice_id in spending]

    def add() -> list[int]:
        barrier.wait()
        return [adding_invoices.add_invoice(ready.actor, ready.order.id or 0, InvoiceForm(kind="standalone")) for _ in range(8)]

    with ThreadPoolExecutor(2) as threads:
        spent, added = threads.submit(spend), threads.submit(add)
        assert spent.result(60) == [1_200] * 4
        assert len(set(added.result(60))) == 8
    with reading() as session:
        assert find_broken(session) == {}


def test_applying_credit_closes_the_customers_open_page_first(local_stripe: LocalStripe) -> None:
    ready = share_order()
    pay_cash(ready, "800.00")
    target = second_invoice(ready)
    token = sharing.create_link(ready.actor, target).url.rpartition("/")[2]
    with reading() as session:
        revision = read_invoice(session, target).revision
    page = start_checkout(token, revision=revision, amount=10_000, keep_card=False)
    apply_credit(ready.actor, target)
    assert local_stripe.pay(page).status_code != 303
    with reading() as session:
        assert read_invoice(session, target).paid == 8_000


def test_read_only_staff_apply_no_credit(data_dir: Path) -> None:
    ready = share_order()
    pay_cash(ready, "800.00")
    with pytest.raises(PermissionDenied):
        apply_credit(make_actor(role=Role.READ_ONLY, name="Rea Donly"), second_invoice(ready))


def test_credit_used_from_one_opening_of_the_form_is_used_once(data_dir: Path) -> None:
    ready = share_order()
    pay_cash(ready, "800.00")
    other = second_invoice(ready)
    assert [apply_credit(ready.actor, other, "30.00", key="a" * 32) for _ in range(2)] == [3_000, 3_000]
    with reading() as session:
        assert read_invoice(session, other).paid == 3_000
    assert credit_of(ready) == 5_000


def test_what_was_paid_beyond_the_due_is_named_to_staff_and_to_the_customer_until_it_is_used(data_dir: Path) -> None:
    ready = share_order()
    pay_cash(ready, "800.00")
    money = open_money(ready.actor, ready.invoice_id)
    assert money.payments[0].credit == "$80.00 USD of it is the customer's credit."
    assert money.ledger[0].words == "Paid $800.00 USD by Cash; $80.00 USD of it is the customer's credit"
    assert (
        open_shared_invoice(ready.token).credit
        == "You paid $80.00 USD more than was due. Northlight Studio keeps it as your credit."
    )
    with reading() as session:
        (receipt,) = session.exec(select(OutgoingEmail.text).where(col(OutgoingEmail.subject).startswith("Receipt"))).all()
    assert "Kept as your credit: $80.00 USD" in receipt
    apply_credit(ready.actor, second_invoice(ready))
    assert open_money(ready.actor, ready.invoice_id).payments[0].credit == "$80.00 USD of it paid other invoices as credit."
    assert open_shared_invoice(ready.token).credit == ""


def test_credit_is_called_so_where_it_pays_and_is_refunded_where_it_was_received(data_dir: Path) -> None:
    ready = share_order()
    pay_cash(ready, "800.00")
    other = second_invoice(ready)
    apply_credit(ready.actor, other)
    (here,) = open_money(ready.actor, other).payments
    assert (here.method, here.amount, here.can_refund) == ("Account credit", "$80.00 USD", False)
    assert here.home == ready.invoice().number
    (there,) = open_money(ready.actor, ready.invoice_id).payments
    assert (there.can_refund, there.credit) == (True, "$80.00 USD of it paid other invoices as credit.")
    with reading() as session:
        printed = [print_invoice(session, read_invoice(session, one)).payments for one in (other, ready.invoice_id)]
    assert [[(one.method, one.amount) for one in each] for each in printed] == [
        [("Account credit", "80.00")],
        [("Cash", "720.00")],
    ]


def test_each_invoice_names_what_is_left_of_its_own_payments_alone(data_dir: Path) -> None:
    ready = share_order()
    pay_cash(ready, "800.00")
    other = second_invoice(ready)
    token = sharing.create_link(ready.actor, other).url.rpartition("/")[2]
    form = ManualPaymentForm(method="cash", amount="200.00", received_on="2026-01-03", keep_rest=True)
    collecting.record_manual_payment(ready.actor, other, form)
    apply_credit(ready.actor, second_invoice(ready))
    assert open_shared_invoice(ready.token).credit == ""
    assert (
        open_shared_invoice(token).credit == "You paid $80.00 USD more than was due. Northlight Studio keeps it as your credit."
    )
