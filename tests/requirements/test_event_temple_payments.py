"""Paying the invoices of a booking, requirement by requirement (product.md, section D)."""

from dataclasses import replace

import pytest
from sqlmodel import select

from invoice_app.db import reading
from invoice_app.domain.access import Actor, Role
from invoice_app.domain.errors import ActionRefused, PermissionDenied, ValidationFailed
from invoice_app.models import Notice, OutgoingEmail
from invoice_app.services import (
    checking_out,
    itemising,
    noticing,
    ordering,
    refunding,
    scheduling_payments,
    showing_shared,
    switching_online,
)
from invoice_app.services.order_views import OrderForm
from invoice_app.services.payment_views import RefundForm
from invoice_app.services.scheduling_payments import InstalmentForm
from tests.booking_steps import TOTAL, add_standalone, item_form, open_page, pay_in_cash, read, share, told
from tests.factories import invoice_of, make_actor, make_booking
from tests.local_stripe import LocalStripe, session_of

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.mark.usefixtures("local_stripe")
def test_D30_online_payment_is_on_for_each_invoice_and_can_be_unticked(ada: Actor, local_stripe: LocalStripe) -> None:
    order = make_booking(actor=ada)
    first, second = invoice_of(order).id or 0, add_standalone(ada, order)
    tokens = [share(ada, one) for one in (first, second)]
    assert [showing_shared.open_shared_invoice(token).state for token in tokens] == ["payable", "payable"]
    page = checking_out.start_checkout(tokens[0], revision=read(first).revision, amount=TOTAL, keep_card=False)
    switching_online.switch_online_payment(ada, first, False)
    local_stripe.pay(page)
    assert (checking_out.finish_checkout(tokens[0], session_of(page)), read(first).paid) == ("expired", 0)
    shown = [showing_shared.open_shared_invoice(token) for token in tokens]
    assert [(one.state, one.refusal) for one in shown] == [
        ("not_payable", "Online payment is not available for this invoice."),
        ("payable", ""),
    ]
    with pytest.raises(ActionRefused, match="Online payment is not available"):
        checking_out.start_checkout(tokens[0], revision=read(first).revision, amount=TOTAL, keep_card=False)
    assert ordering.open_order(ada, order.number, first).panel.can_switch_online
    pay_in_cash(ada, first)
    assert read(first).due == 0
    assert not ordering.open_order(ada, order.number, first).panel.can_switch_online
    with pytest.raises(PermissionDenied):
        switching_online.switch_online_payment(make_actor(role=Role.READ_ONLY, name="Rosa Lund"), second, False)


@pytest.mark.usefixtures("local_stripe")
def test_D31_a_guests_payment_is_told_to_the_assignee_and_posted_to_booking_invoice_and_event(
    ada: Actor, local_stripe: LocalStripe
) -> None:
    mara = make_actor(role=Role.STAFF, name="Mara Keane")
    order = make_booking(actor=ada, items=(("Three-course menu", "40", "65.00"),))
    page = open_page(ada, order)
    form = OrderForm(title=page.title, flow_id=page.flow_id, assignee_id=str(mara.user_id), ordered_on=page.ordered_on)
    ordering.edit_order(ada, order.id or 0, form)
    assert open_page(ada, order).assignee == "Mara Keane"
    invoice = invoice_of(order)
    token = share(ada, invoice.id or 0)
    checkout = checking_out.start_checkout(token, revision=invoice.revision, amount=invoice.total, keep_card=False)
    local_stripe.pay(checkout)
    checking_out.finish_checkout(token, session_of(checkout))
    (notice,) = noticing.list_notices(mara)
    assert notice.text == f"Vera Lindt paid $3,120.00 USD on {read(invoice.id or 0).number}"
    assert (notice.order_number, notice.unread) == (order.number, True)
    assert noticing.list_notices(ada) == ()
    with reading() as session:
        mails = session.exec(select(OutgoingEmail).where(OutgoingEmail.recipient == mara.email)).all()
        assert [mail.subject for mail in mails] == ["Vera Lindt paid $3,120.00 USD"]
    dinner, brunch = page.events
    for subject in (f"order:{order.id}", f"invoice:{invoice.id}", f"event:{dinner.value}"):
        assert told(subject)[-1] == "payment received"
    assert "payment received" not in told(f"event:{brunch.value}")
    noticing.read_notices(mara)
    assert [one.unread for one in noticing.list_notices(mara)] == [False]


def test_D31_money_taken_at_the_desk_is_no_news_to_the_assignee(ada: Actor) -> None:
    order = make_booking(actor=ada)
    page = open_page(ada, order)
    form = OrderForm(title=page.title, flow_id=page.flow_id, assignee_id=str(ada.user_id), ordered_on=page.ordered_on)
    ordering.edit_order(ada, order.id or 0, form)
    pay_in_cash(ada, page.panel.invoice_id)
    with reading() as session:
        assert session.exec(select(Notice)).all() == []


def test_D32_a_schedule_takes_fixed_rows_first_then_percentages_of_the_rest_and_follows_the_total(ada: Actor) -> None:
    order = make_booking(actor=ada, items=(("Hall", "1", "1000.00"),))
    invoice_id = invoice_of(order).id or 0
    rows = (
        InstalmentForm("Deposit", "fixed", "200.00", "2026-12-01"),
        InstalmentForm("First half", "percent", "50", "2026-12-10"),
        InstalmentForm("Second half", "percent", "50", "2026-12-20"),
    )
    short = (rows[0], rows[1], replace(rows[2], value="40"))
    assert scheduling_payments.preview_schedule(ada, invoice_id, short).remaining == "$100.00 USD"
    with pytest.raises(ValidationFailed, match=r"The percentages of the remainder must come to 100 %\."):
        scheduling_payments.save_schedule(ada, invoice_id, short)
    scheduling_payments.save_schedule(ada, invoice_id, rows)
    saved = scheduling_payments.open_schedule(ada, invoice_id)
    assert [row.amount for row in saved.rows] == ["200.00", "500.00", "500.00"]
    assert saved.remaining == "$0.00 USD"
    itemising.add_item(ada, order.id or 0, item_form("Late bar", "300.00"))
    followed = scheduling_payments.open_schedule(ada, invoice_id)
    assert [row.amount for row in followed.rows] == ["200.00", "680.00", "680.00"]


@pytest.mark.usefixtures("local_stripe")
def test_D33_a_past_due_date_does_not_stop_payment(ada: Actor, local_stripe: LocalStripe) -> None:
    order = make_booking(actor=ada)
    invoice_id = invoice_of(order).id or 0
    rows = (InstalmentForm("All of it", "percent", "100", "2020-01-31"),)
    scheduling_payments.save_schedule(ada, invoice_id, rows)
    token = share(ada, invoice_id)
    shown = showing_shared.open_shared_invoice(token)
    assert (shown.state, shown.is_overdue) == ("payable", True)
    page = checking_out.start_checkout(token, revision=read(invoice_id).revision, amount=TOTAL, keep_card=False)
    local_stripe.pay(page)
    assert checking_out.finish_checkout(token, session_of(page)) == "succeeded"
    assert read(invoice_id).due == 0


def test_D34_a_refund_is_a_negative_payment(ada: Actor) -> None:
    order = make_booking(actor=ada)
    invoice_id = invoice_of(order).id or 0
    token = share(ada, invoice_id)
    pay_in_cash(ada, invoice_id)
    with reading() as session:
        payment_id = session.connection().exec_driver_sql("SELECT id FROM payment").scalar_one()
    refunding.refund_payment(ada, payment_id, RefundForm(amount="464.00", reason="Fewer guests", left=str(TOTAL)))
    printed = showing_shared.open_shared_invoice(token).printed
    assert [payment.amount for payment in printed.payments] == ["4,464.00", "−464.00"]
    assert (printed.due_amount, read(invoice_id).paid) == ("464.00", 400_000)
