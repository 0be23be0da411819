"""Instalments: fixed first, then percentages of the rest, saved only when nothing remains; Pay takes the next one (D32)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from sqlmodel import col, select

from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.errors import PermissionDenied, StaleRevision, ValidationFailed
from invoice_app.models import OutgoingEmail
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.printing import print_invoice
from invoice_app.repositories.schedules import read_schedule
from invoice_app.services import collecting, itemising, ordering, sharing
from invoice_app.services.checking_out import finish_checkout, start_checkout
from invoice_app.services.offering import PaymentChoice, PaymentOffer
from invoice_app.services.order_views import ItemForm
from invoice_app.services.ordering import open_order
from invoice_app.services.payment_views import ManualPaymentForm
from invoice_app.services.scheduling_payments import (
    InstalmentForm,
    ScheduleView,
    open_schedule,
    preview_schedule,
    save_schedule,
)
from invoice_app.services.setting_collection import CollectionForm, save_collection
from invoice_app.services.showing_shared import open_shared_invoice
from tests.factories import NO_TAX, make_actor
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, share_order

DEPOSIT = InstalmentForm("Deposit", "fixed", "200.00", "2026-03-01")
HALVES = (InstalmentForm("On the day", "percent", "50", "2026-04-01"), InstalmentForm("Rest", "percent", "50", "2026-05-01"))


@pytest.fixture(autouse=True)
def clock(data_dir: Path) -> Iterator[time_machine.Traveller]:
    """It is a day in February."""
    with time_machine.travel("2026-02-20T10:00:00Z", tick=True) as traveller:
        yield traveller


@pytest.fixture
def scheduled() -> Ready:
    """720.00 as a deposit of 200.00 and two halves of the rest: 260.00 each."""
    ready = share_order()
    save_schedule(ready.actor, ready.invoice_id, (DEPOSIT, *HALVES))
    return ready


def amounts(ready: Ready) -> list[tuple[int, int]]:
    """What each instalment comes to and what is paid of it."""
    with reading() as session:
        return [(due.amount, due.paid) for due in read_schedule(session, read_invoice(session, ready.invoice_id))]


def pay_cash(ready: Ready, amount: str) -> None:
    form = ManualPaymentForm(method="cash", amount=amount, received_on="2026-02-20")
    collecting.record_manual_payment(ready.actor, ready.invoice_id, form)


def offer_of(ready: Ready, **choice: str) -> PaymentOffer:
    offer = open_shared_invoice(ready.token, PaymentChoice(**choice)).offer
    assert offer is not None
    return offer


def said(view: ScheduleView) -> list[str]:
    return [row.amount for row in view.rows]


def test_fixed_parts_come_first_and_percentages_share_the_rest(scheduled: Ready) -> None:
    assert amounts(scheduled) == [(20_000, 0), (26_000, 0), (26_000, 0)]
    view = open_schedule(scheduled.actor, scheduled.invoice_id)
    assert (said(view), view.remaining, view.can_save, view.exists) == (["200.00", "260.00", "260.00"], "$0.00 USD", True, True)


def test_the_editor_tells_live_what_remains() -> None:
    ready = share_order()
    view = preview_schedule(ready.actor, ready.invoice_id, (DEPOSIT,))
    assert (view.remaining, view.can_save, view.error) == ("$520.00 USD", False, "The instalments do not cover the total.")
    view = preview_schedule(ready.actor, ready.invoice_id, (HALVES[0], DEPOSIT))
    assert (said(view), view.remaining) == (["200.00", "260.00"], "$260.00 USD")
    assert view.error == "The percentages of the remainder must come to 100 %."
    view = preview_schedule(ready.actor, ready.invoice_id, (DEPOSIT, *HALVES))
    assert (view.remaining, view.can_save, view.error) == ("$0.00 USD", True, "")
    assert open_schedule(ready.actor, ready.invoice_id).exists is False


@pytest.mark.parametrize(
    ("forms", "message"),
    [
        ((DEPOSIT,), "do not cover the total"),
        ((InstalmentForm("", "fixed", "720.01", "2026-03-01"),), "more than the total"),
        ((DEPOSIT, HALVES[0]), "come to 100 %"),
        ((InstalmentForm("", "fixed", "0", "2026-03-01"),), "above zero"),
        ((InstalmentForm("", "percent", "100", "soon"),), "YYYY-MM-DD"),
        ((InstalmentForm("", "percent", "100", "9999-12-31"),), "between 2000 and 2100"),
        ((InstalmentForm("", "percent", "50", "2026-04-01"), InstalmentForm("", "percent", "50", "2026-03-01")), "on or after"),
        ((InstalmentForm("", "gift", "100", "2026-04-01"),), "amount or a percentage"),
    ],
)
def test_a_schedule_is_saved_only_when_nothing_remains(forms: tuple[InstalmentForm, ...], message: str) -> None:
    ready = share_order()
    with pytest.raises(ValidationFailed, match=message):
        save_schedule(ready.actor, ready.invoice_id, forms)
    assert amounts(ready) == []


def test_a_new_total_is_shared_out_anew(scheduled: Ready) -> None:
    item = ItemForm(description="Extra evening", quantity="1", unit_price="100.01", tax_id=NO_TAX)
    itemising.add_item(scheduled.actor, scheduled.order.id or 0, item)
    assert amounts(scheduled) == [(20_000, 0), (31_001, 0), (31_000, 0)]


def test_a_total_below_the_fixed_part_cuts_it(scheduled: Ready) -> None:
    for item in ordering.open_order(scheduled.actor, scheduled.order.number).items:
        itemising.remove_item(scheduled.actor, item.key)
    small = ItemForm(description="Small job", quantity="1", unit_price="150", tax_id=NO_TAX)
    itemising.add_item(scheduled.actor, scheduled.order.id or 0, small)
    assert amounts(scheduled) == [(15_000, 0), (0, 0), (0, 0)]


def test_pay_takes_the_next_instalment_by_default_or_all(scheduled: Ready, local_stripe: LocalStripe) -> None:
    offer = offer_of(scheduled)
    assert [(option.value, option.label, option.amount, option.chosen) for option in offer.amounts] == [
        ("next", "Deposit, due Mar 1, 2026", "$200.00 USD", True),
        ("all", "All that is due", "$720.00 USD", False),
    ]
    assert offer.charge_label == "$200.00 USD"
    page = scheduled.start(amount=20_000)
    local_stripe.pay(page)
    assert finish_checkout(scheduled.token, session_of(page)) == "succeeded"
    assert amounts(scheduled) == [(20_000, 20_000), (26_000, 0), (26_000, 0)]
    assert offer_of(scheduled).charge_label == "$260.00 USD"
    assert offer_of(scheduled, what="all").charge_label == "$520.00 USD"


def test_the_customer_reads_how_much_is_due_by_the_next_day(scheduled: Ready) -> None:
    deposit = "Mar 1, 2026 (in 9 days): $200.00 USD. The rest follows as scheduled below."
    assert open_shared_invoice(scheduled.token).due_text == deposit
    pay_cash(scheduled, "460.00")
    assert open_shared_invoice(scheduled.token).due_text == "May 1, 2026 (in 70 days)"


def test_an_amount_that_is_no_instalment_is_refused_where_parts_are_off(scheduled: Ready, local_stripe: LocalStripe) -> None:
    with pytest.raises(StaleRevision):
        scheduled.start(amount=26_000)


def test_instalments_that_have_come_due_are_asked_together(scheduled: Ready, clock: time_machine.Traveller) -> None:
    clock.move_to("2026-04-01T10:00:00Z")
    offer = offer_of(scheduled)
    assert (offer.amounts[0].label, offer.amount) == ("The 2 instalments due now", 46_000)


def test_the_invoice_is_due_when_its_next_instalment_is(scheduled: Ready) -> None:
    assert scheduled.invoice().due_on == date(2026, 3, 1)
    pay_cash(scheduled, "200.00")
    assert scheduled.invoice().due_on == date(2026, 4, 1)
    pay_cash(scheduled, "100.00")
    assert scheduled.invoice().due_on == date(2026, 4, 1)
    assert amounts(scheduled) == [(20_000, 20_000), (26_000, 10_000), (26_000, 0)]
    assert offer_of(scheduled).charge_label == "$160.00 USD"
    pay_cash(scheduled, "420.00")
    assert scheduled.invoice().due_on == date(2026, 5, 1)


def test_taking_the_schedule_away_restores_the_payment_terms(scheduled: Ready) -> None:
    view = save_schedule(scheduled.actor, scheduled.invoice_id, ())
    assert (view.exists, scheduled.invoice().due_on) == (False, date(2026, 3, 6))
    assert offer_of(scheduled).amounts == ()


def test_page_and_pdf_print_each_instalment_with_its_state(scheduled: Ready, clock: time_machine.Traveller) -> None:
    pay_cash(scheduled, "300.00")
    clock.move_to("2026-05-01T10:00:00Z")
    with reading() as session:
        printed = print_invoice(session, read_invoice(session, scheduled.invoice_id)).instalments
    assert [(part.label, part.due, part.amount, part.state) for part in printed] == [
        ("Deposit", "Mar 1, 2026", "200.00", "Paid"),
        ("On the day", "Apr 1, 2026", "260.00", "Overdue"),
        ("Rest", "May 1, 2026", "260.00", "Due"),
    ]


def test_a_payment_fee_leaves_the_other_instalments_as_they_were(scheduled: Ready, local_stripe: LocalStripe) -> None:
    fees = CollectionForm(method_fees=True, fee_covers_itself=True, card_rate="2.9", card_fixed="0.30")
    save_collection(scheduled.actor, fees)
    offer = offer_of(scheduled, method="card")
    assert (offer.amount, offer.fee, offer.charge) == (20_000, 628, 20_628)
    page = start_checkout(
        scheduled.token,
        revision=scheduled.invoice().revision,
        amount=offer.amount,
        keep_card=False,
        method=offer.method,
        charge=offer.charge,
    )
    local_stripe.pay(page)
    finish_checkout(scheduled.token, session_of(page))
    assert amounts(scheduled) == [(20_000, 20_000), (26_000, 0), (26_000, 0)]
    assert scheduled.invoice().total == TOTAL + 628


def test_read_only_staff_agree_on_no_schedule(scheduled: Ready) -> None:
    reader = make_actor(role=Role.READ_ONLY, name="Rea Donly")
    assert open_schedule(reader, scheduled.invoice_id).can_edit is False
    with pytest.raises(PermissionDenied):
        save_schedule(reader, scheduled.invoice_id, (DEPOSIT, *HALVES))


def test_staff_see_the_schedule_beside_the_invoice_and_how_far_it_is_paid(
    scheduled: Ready, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-02-27T10:00:00Z")
    panel = open_order(scheduled.actor, scheduled.order.number).panel
    assert panel.due_text == "$200.00 USD due in 2 days"
    pay_cash(scheduled, "300")
    panel = open_order(scheduled.actor, scheduled.order.number).panel
    assert [(one.label, one.amount, one.state.word) for one in panel.schedule] == [
        ("Deposit", "200.00", "Paid"),
        ("On the day", "260.00", "Partly paid"),
        ("Rest", "260.00", "Upcoming"),
    ]
    assert panel.due_text == "$160.00 USD due in 33 days"
    assert [row.state for row in open_schedule(scheduled.actor, scheduled.invoice_id).rows] == ["Paid", "Partly paid", ""]


def test_the_mail_tells_the_instalments_and_asks_for_nothing_else(scheduled: Ready) -> None:
    pay_cash(scheduled, "200.00")
    sharing.send_link(scheduled.actor, scheduled.invoice_id, recipient="vera@lindt.example", message="")
    with reading() as session:
        mail = session.exec(select(OutgoingEmail).order_by(col(OutgoingEmail.id).desc())).first()
    assert mail is not None
    assert mail.subject.endswith(": $520.00 USD, in instalments")
    assert "Deposit: 200.00, paid\n" in mail.text
    assert "On the day: 260.00, due Apr 1, 2026" in mail.text
