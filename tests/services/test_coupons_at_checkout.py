"""Coupons are checked again before a customer pays, and the last redemption goes to one of two (invariant 15)."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import select

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.domain.errors import AppError, CouponRefused
from invoice_app.models import Coupon, Redemption
from invoice_app.services import adjusting, couponing, drafting, sharing
from invoice_app.services.checking_books import find_broken
from invoice_app.services.checking_out import finish_checkout, start_checkout
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.draft_views import AdjustmentForm
from tests.factories import invoice_of, make_coupon, make_order
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import Ready, share_order

pytestmark = pytest.mark.usefixtures("local_stripe")

# 720.00 less 10 %.
REDUCED = 64_800


def use_coupon(ready: Ready) -> Ready:
    adjusting.add_adjustment(ready.actor, ready.invoice_id, AdjustmentForm(kind="coupon", coupon_code="AUTUMN10"))
    drafting.save_invoice(ready.actor, ready.invoice_id)
    return ready


def share_another(ready: Ready) -> Ready:
    order = make_order(actor=ready.actor, customer="Otto Berg", email="otto@berg.example")
    invoice_id = invoice_of(order).id or 0
    link = sharing.create_link(ready.actor, invoice_id)
    return Ready(ready.actor, order, invoice_id, link.url.rpartition("/")[2])


def states() -> dict[int, str]:
    with reading() as session:
        return {row.invoice_id: row.state for row in session.exec(select(Redemption))}


def lapse_reservations() -> None:
    """Both invoices show the coupon, and neither holds a redemption: as after reservations were released."""
    with transaction() as session:
        for row in session.exec(select(Redemption)).all():
            session.delete(row)


@pytest.fixture
def two(local_stripe: LocalStripe) -> tuple[Ready, Ready]:
    """Two customers whose invoices both show a coupon that can be redeemed once."""
    first = share_order()
    make_coupon(actor=first.actor)
    second = share_another(first)
    use_coupon(first)
    use_coupon(second)
    lapse_reservations()
    with transaction() as session:
        coupon = session.exec(select(Coupon)).one()
        coupon.total_limit = 1
        session.add(coupon)
    return first, second


def test_a_coupon_that_expired_since_the_save_is_told_before_paying(local_stripe: LocalStripe) -> None:
    ready = share_order()
    ends = (utc_now() + timedelta(days=1)).date()
    make_coupon(actor=ready.actor, ends_on=ends.isoformat())
    use_coupon(ready)
    with time_machine.travel(utc_now() + timedelta(days=3)), pytest.raises(CouponRefused, match="Expired on") as refused:
        ready.start(amount=REDUCED)
    assert refused.value.coupon_code == "AUTUMN10"
    assert ready.attempts() == []
    assert local_stripe.count_intents(ready.account().stripe_customer_id or "") == 0


def test_a_coupon_switched_off_since_the_save_is_told_before_paying() -> None:
    ready = use_coupon_of(share_order())
    (coupon,) = couponing.list_coupons(ready.actor)
    couponing.set_coupon_active(ready.actor, coupon.id, False)
    with pytest.raises(CouponRefused, match="No longer active"):
        ready.start(amount=REDUCED)


def use_coupon_of(ready: Ready) -> Ready:
    make_coupon(actor=ready.actor)
    return use_coupon(ready)


def test_a_payment_commits_the_redemption(local_stripe: LocalStripe) -> None:
    ready = use_coupon_of(share_order())
    page = ready.start(amount=REDUCED)
    local_stripe.pay(page)
    finish_checkout(ready.token, session_of(page))
    assert states() == {ready.invoice_id: "committed"}


def test_a_checkout_reserves_the_last_redemption_and_the_other_customer_is_told(two: tuple[Ready, Ready]) -> None:
    first, second = two
    first.start(amount=REDUCED)
    assert states() == {first.invoice_id: "reserved"}
    with pytest.raises(CouponRefused, match="Already used once"):
        second.start(amount=REDUCED)
    assert second.attempts() == []


def test_an_expired_checkout_frees_what_was_reserved_for_it(two: tuple[Ready, Ready], local_stripe: LocalStripe) -> None:
    first, second = two
    page = first.start(amount=REDUCED)
    close_open_checkout(first.invoice_id)
    assert states() == {first.invoice_id: "released"}
    other = second.start(amount=REDUCED)
    with pytest.raises(CouponRefused):
        first.start(amount=REDUCED)
    assert local_stripe.pay(page).status_code != 303
    local_stripe.pay(other)
    assert finish_checkout(second.token, session_of(other)) == "succeeded"
    assert states() == {first.invoice_id: "released", second.invoice_id: "committed"}
    with reading() as session:
        assert find_broken(session) == {}


def test_what_staff_reserved_by_saving_outlives_an_expired_checkout() -> None:
    ready = use_coupon_of(share_order())
    ready.start(amount=REDUCED)
    close_open_checkout(ready.invoice_id)
    assert states() == {ready.invoice_id: "reserved"}


def test_of_two_customers_who_pay_at_once_one_gets_the_last_redemption(two: tuple[Ready, Ready]) -> None:
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def click(ready: Ready) -> None:
        revision = ready.invoice().revision
        barrier.wait()
        try:
            start_checkout(ready.token, revision=revision, amount=REDUCED, keep_card=False)
            outcomes.append("page")
        except AppError as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=click, args=(ready,)) for ready in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["coupon_refused", "page"]
    assert sorted(states().values()) == ["reserved"]


def test_of_two_members_of_staff_who_save_at_once_one_gets_the_last_redemption() -> None:
    first = share_order()
    make_coupon(actor=first.actor, total_limit="1")
    second = share_another(first)
    for ready in (first, second):
        adjusting.add_adjustment(ready.actor, ready.invoice_id, AdjustmentForm(kind="coupon", coupon_code="AUTUMN10"))
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def save(ready: Ready) -> None:
        barrier.wait()
        try:
            drafting.save_invoice(ready.actor, ready.invoice_id)
            outcomes.append("saved")
        except AppError as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=save, args=(ready,)) for ready in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["coupon_refused", "saved"]
    assert sorted(states().values()) == ["reserved"]
