"""Void: only where nothing is paid or moving; nothing is owed, coupons are free, the number stays; back only where allowed."""

import threading

import pytest

from invoice_app.db import reading, transaction
from invoice_app.domain.access import Role
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.errors import (
    ActionRefused,
    AttemptInProgress,
    CouponRefused,
    InvoiceIsVoid,
    NotFound,
    PermissionDenied,
    ValidationFailed,
)
from invoice_app.domain.stages import Kind
from invoice_app.repositories.bookkeeping import sum_of_invoice
from invoice_app.repositories.coupons import count_redemptions, find_coupon
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.services import adjusting, drafting, sharing
from invoice_app.services.checking_out import start_checkout
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.explaining import explain_amount
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.showing_shared import VOID, open_shared_invoice
from invoice_app.services.telling_money import open_money
from invoice_app.services.voiding import PageStillOpen, unvoid_invoice, void_in, void_invoice
from tests.factories import make_actor, make_coupon
from tests.local_stripe import LocalStripe
from tests.services.stage_steps import Case, add_case, assert_healthy, kinds_booked, open_case, set_up

pytestmark = pytest.mark.usefixtures("data_dir")


def receivable(case: Case) -> int:
    with reading() as session:
        return sum_of_invoice(session, case.invoice_id, Book.RECEIVABLE)


def uses_of(code: str) -> int:
    with reading() as session:
        return count_redemptions(session, find_coupon(session, code).id or 0)


def test_a_void_invoice_owes_nothing_and_keeps_its_number() -> None:
    case = open_case()
    number = finalise_invoice(case.actor, case.invoice_id)
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    invoice = case.invoice
    assert (invoice.stage, invoice.number, invoice.total, invoice.due) == ("void", number, 72_000, 0)
    assert (invoice.void_reason, invoice.stage_before_void) == ("Billed twice", "finalized")
    assert receivable(case) == 0
    assert drafting.open_draft(case.actor, case.invoice_id).due_label == "$0.00 USD"
    due = explain_amount(case.actor, case.invoice_id, "due")
    assert [(step.label, step.amount) for step in due.steps] == [("Total", "720.00"), ("Void", "−720.00")]
    assert due.amount == "$0.00 USD"
    assert open_money(case.actor, case.invoice_id).settlement.word == "Void"
    assert case.events()[-1] == "voided the invoice"
    assert_healthy()


def test_the_customers_open_page_becomes_void() -> None:
    case = open_case()
    token = case.share()
    before = open_shared_invoice(token)
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    after = open_shared_invoice(token)
    assert (before.state, after.state, after.printed.stamp) == ("payable", VOID, "Void")
    assert after.offer is None
    assert after.version != before.version


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_voiding_asks_for_a_reason(reason: str) -> None:
    case = open_case()
    with pytest.raises(ValidationFailed) as refused:
        void_invoice(case.actor, case.invoice_id, reason)
    assert refused.value.field == "reason"
    assert case.invoice.stage == "draft"


def test_what_is_paid_is_not_voided() -> None:
    case = open_case()
    case.pay("100.00")
    with pytest.raises(ActionRefused, match="Refund them"):
        void_invoice(case.actor, case.invoice_id, "Billed twice")
    assert case.invoice.stage == "draft"
    assert_healthy()


def test_a_void_invoice_is_not_voided_again_and_read_only_staff_void_nothing() -> None:
    case = open_case()
    with pytest.raises(PermissionDenied):
        void_invoice(make_actor(role=Role.READ_ONLY, name="Rea Donly"), case.invoice_id, "Billed twice")
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    with pytest.raises(InvoiceIsVoid, match="already void"):
        void_invoice(case.actor, case.invoice_id, "Billed twice")
    with pytest.raises(NotFound):
        void_invoice(case.actor, 999, "Billed twice")


def test_voiding_closes_the_payment_page_the_customer_has_open(local_stripe: LocalStripe) -> None:
    case = open_case()
    token = case.share()
    page = start_checkout(token, revision=case.invoice.revision, amount=72_000, keep_card=False)
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    assert local_stripe.pay(page).status_code != 303
    assert (case.invoice.stage, case.invoice.paid) == ("void", 0)
    assert_healthy()


def test_a_payment_that_was_quicker_stops_the_voiding(local_stripe: LocalStripe) -> None:
    case = open_case()
    token = case.share()
    local_stripe.pay(start_checkout(token, revision=case.invoice.revision, amount=72_000, keep_card=False))
    with pytest.raises(AttemptInProgress, match="has just paid"):
        void_invoice(case.actor, case.invoice_id, "Billed twice")
    assert (case.invoice.stage, case.invoice.paid) == ("sent", 72_000)
    assert_healthy()


def test_inside_a_transaction_an_open_page_is_told_instead_of_closed(local_stripe: LocalStripe) -> None:
    case = open_case()
    start_checkout(case.share(), revision=case.invoice.revision, amount=72_000, keep_card=False)
    with pytest.raises(PageStillOpen), transaction() as session:
        void_in(session, lock_invoice(session, case.invoice_id), case.actor, "The booking is lost")
    assert case.invoice.stage == "sent"


def test_a_void_invoice_frees_its_coupon() -> None:
    case = open_case()
    make_coupon(actor=case.actor, code="ONCE", total_limit="1")
    adjusting.add_adjustment(case.actor, case.invoice_id, AdjustmentForm(kind="coupon", coupon_code="ONCE"))
    drafting.save_invoice(case.actor, case.invoice_id)
    assert uses_of("ONCE") == 1
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    assert uses_of("ONCE") == 0
    other = add_case(case.actor)
    adjusting.add_adjustment(case.actor, other.invoice_id, AdjustmentForm(kind="coupon", coupon_code="ONCE"))
    drafting.save_invoice(case.actor, other.invoice_id)
    set_up(allow_unvoid=True)
    with pytest.raises(CouponRefused):
        unvoid_invoice(case.actor, case.invoice_id)
    assert case.invoice.stage == "void"
    assert_healthy()


def test_un_voiding_is_off_until_the_organisation_allows_it() -> None:
    case = open_case()
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    with pytest.raises(ActionRefused, match="An administrator can allow it"):
        unvoid_invoice(case.actor, case.invoice_id)
    assert case.invoice.stage == "void"


@pytest.mark.parametrize("stage", ["draft", "sent", "finalized"])
def test_un_voiding_returns_to_the_former_stage_with_the_same_number(stage: str) -> None:
    case = open_case()
    set_up(allow_unvoid=True)
    if stage != "draft":
        case.share()
    if stage == "finalized":
        finalise_invoice(case.actor, case.invoice_id)
    number = case.invoice.number
    for _ in range(2):
        void_invoice(case.actor, case.invoice_id, "Billed twice")
        unvoid_invoice(case.actor, case.invoice_id)
    invoice = case.invoice
    assert (invoice.stage, invoice.number, invoice.due, invoice.void_reason) == (stage, number, 72_000, "")
    assert receivable(case) == 72_000
    assert kinds_booked(case.invoice_id)[-4:] == ["void", "unvoid", "void", "unvoid"]
    assert_healthy()


def test_a_connected_invoice_is_made_standalone_first() -> None:
    case = open_case(kind=Kind.CONNECTED)
    with pytest.raises(ActionRefused, match="Make it standalone"):
        void_invoice(case.actor, case.invoice_id, "Billed twice")
    assert case.invoice.stage == "draft"


def test_two_at_once_void_it_once() -> None:
    case = open_case()
    barrier, told = threading.Barrier(2), []

    def void() -> None:
        barrier.wait()
        try:
            void_invoice(case.actor, case.invoice_id, "Billed twice")
            told.append("voided")
        except InvoiceIsVoid as refusal:
            told.append(refusal.message)

    threads = [threading.Thread(target=void) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["This invoice is already void.", "voided"]
    assert kinds_booked(case.invoice_id).count("void") == 1
    assert_healthy()


def test_a_link_to_a_void_invoice_can_not_be_sent() -> None:
    case = open_case()
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    with pytest.raises(InvoiceIsVoid):
        sharing.create_link(case.actor, case.invoice_id)
