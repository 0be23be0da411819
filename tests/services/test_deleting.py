"""Deleting: what nobody was asked to keep goes with all that belongs to it; everything else stays on record."""

import pytest
from sqlmodel import col, func, select

from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.errors import ActionRefused, NotFound, PermissionDenied
from invoice_app.domain.stages import Kind
from invoice_app.models import EventLog, Invoice, InvoiceRevision, Item, LedgerEntry, LedgerTransaction, ShareLink
from invoice_app.repositories.coupons import count_redemptions, find_coupon
from invoice_app.services import adding_invoices, adjusting, drafting, ordering
from invoice_app.services.booking_views import InvoiceForm
from invoice_app.services.checking_out import start_checkout
from invoice_app.services.deleting import delete_invoice, preview_deletion
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.showing_shared import open_shared_invoice
from tests.factories import make_actor, make_coupon
from tests.local_stripe import LocalStripe
from tests.services.stage_steps import Case, assert_healthy, open_case

pytestmark = pytest.mark.usefixtures("data_dir")


def count(kind: type[Invoice] | type[InvoiceRevision] | type[ShareLink]) -> int:
    with reading() as session:
        return session.exec(select(func.count()).select_from(kind)).one()


def items_of(case: Case) -> list[tuple[str, int | None]]:
    with reading() as session:
        query = select(Item.description, Item.invoice_id).where(Item.order_id == case.order.id).order_by(col(Item.id))
        return [(description, invoice_id) for description, invoice_id in session.exec(query)]


def test_a_standalone_invoice_goes_with_its_lines_and_links() -> None:
    case = open_case()
    token = case.share()
    delete_invoice(case.actor, case.invoice_id, keep_items=True)
    assert (count(Invoice), count(InvoiceRevision), count(ShareLink), items_of(case)) == (0, 0, 0, [])
    with pytest.raises(NotFound):
        open_shared_invoice(token)
    assert case.events()[-1] == "deleted the invoice"
    assert_healthy()


@pytest.mark.parametrize(("keep", "left"), [(True, [("Drone photos", None), ("Twilight shoot", None)]), (False, [])])
def test_items_of_a_connected_invoice_stay_or_leave_as_chosen(keep: bool, left: list[tuple[str, int | None]]) -> None:
    case = open_case(kind=Kind.CONNECTED)
    delete_invoice(case.actor, case.invoice_id, keep_items=keep)
    assert items_of(case) == left
    assert ordering.open_order(case.actor, case.order.number).panel.invoice_id == 0
    assert_healthy()


def test_the_ledger_keeps_what_was_charged_and_that_it_was_taken_back() -> None:
    case = open_case()
    delete_invoice(case.actor, case.invoice_id, keep_items=False)
    with reading() as session:
        kinds = [
            (row.kind, row.invoice_id) for row in session.exec(select(LedgerTransaction).order_by(col(LedgerTransaction.id)))
        ]
        receivable = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.book == Book.RECEIVABLE)
        assert session.exec(receivable).one() == 0
    assert kinds[-1] == ("delete", None)
    assert {invoice_id for _, invoice_id in kinds} == {None}


def test_the_id_of_a_deleted_invoice_is_never_given_again() -> None:
    case = open_case()
    delete_invoice(case.actor, case.invoice_id, keep_items=False)
    again = adding_invoices.add_invoice(case.actor, case.order.id or 0, InvoiceForm(kind="standalone"))
    assert again > case.invoice_id
    assert_healthy()


def test_a_coupon_on_it_can_be_used_again() -> None:
    case = open_case()
    make_coupon(actor=case.actor, code="ONCE", total_limit="1")
    adjusting.add_adjustment(case.actor, case.invoice_id, AdjustmentForm(kind="coupon", coupon_code="ONCE"))
    drafting.save_invoice(case.actor, case.invoice_id)
    delete_invoice(case.actor, case.invoice_id, keep_items=False)
    with reading() as session:
        assert count_redemptions(session, find_coupon(session, "ONCE").id or 0) == 0
    assert_healthy()


def test_what_is_numbered_finalised_or_paid_is_not_deleted() -> None:
    case = open_case()
    case.pay("10.00")
    with pytest.raises(ActionRefused, match="with a number cannot be deleted"):
        delete_invoice(case.actor, case.invoice_id, keep_items=False)
    finalise_invoice(case.actor, case.invoice_id)
    with pytest.raises(ActionRefused, match="Void it instead"):
        delete_invoice(case.actor, case.invoice_id, keep_items=False)
    assert count(Invoice) == 1


def test_an_invoice_somebody_tried_to_pay_is_not_deleted(local_stripe: LocalStripe) -> None:
    case = open_case()
    start_checkout(case.share(), revision=case.invoice.revision, amount=72_000, keep_card=False)
    with pytest.raises(ActionRefused, match="Somebody tried to pay"):
        delete_invoice(case.actor, case.invoice_id, keep_items=False)
    assert count(Invoice) == 1


def test_without_the_right_nothing_is_deleted() -> None:
    case = open_case()
    with pytest.raises(PermissionDenied):
        delete_invoice(make_actor(role=Role.READ_ONLY, name="Rea Donly"), case.invoice_id, keep_items=False)
    assert count(Invoice) == 1


def test_the_dialog_asks_about_items_of_a_connected_invoice_alone() -> None:
    connected = open_case(kind=Kind.CONNECTED)
    told = preview_deletion(connected.actor, connected.invoice_id)
    assert (told.asks, told.refusal, told.effects) == (True, "", ("This cannot be undone.",))
    standalone = adding_invoices.add_invoice(connected.actor, connected.order.id or 0, InvoiceForm(kind="standalone"))
    assert preview_deletion(connected.actor, standalone).asks is False
    connected.pay("10.00")
    assert preview_deletion(connected.actor, connected.invoice_id).refusal.startswith("An invoice with a number")


def test_the_event_log_says_what_became_of_the_items() -> None:
    case = open_case(kind=Kind.CONNECTED)
    delete_invoice(case.actor, case.invoice_id, keep_items=True)
    with reading() as session:
        query = select(EventLog).where(EventLog.action == "deleted the invoice", EventLog.subject == f"order:{case.order.id}")
        event = session.exec(query).one()
    assert (event.before or {})["total"] == 72_000
    assert event.after == {"items": 2, "items_stay": True}
