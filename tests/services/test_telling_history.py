"""The history of a record in plain words: who, when, what, before and after (D-line "Event log", invariant 21)."""

import pytest

from invoice_app.domain.access import Role
from invoice_app.domain.errors import NotFound, NotSignedIn, PermissionDenied
from invoice_app.services import (
    collecting,
    configuring,
    couponing,
    drafting,
    finalising,
    itemising,
    ordering,
    sharing,
    telling_history,
)
from invoice_app.services.history_words import ACTIONS
from invoice_app.services.order_views import ItemForm, OrderForm
from invoice_app.services.payment_views import ManualPaymentForm
from invoice_app.services.telling_history import HistoryChange, read_history
from tests.factories import VAT_20, invoice_of, make_actor, make_coupon, make_order, make_organisation
from tests.services.stage_steps import add_case

pytestmark = pytest.mark.usefixtures("data_dir")


def test_a_saved_price_change_shows_the_price_and_the_total_before_and_after() -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    invoice_id = invoice_of(order).id or 0
    key = drafting.open_draft(ada, invoice_id).lines[0].key
    drafting.edit_line(ada, invoice_id, key, "unit_price", "270.00")
    drafting.save_invoice(ada, invoice_id)
    entry = read_history(ada, f"invoice:{invoice_id}").rows[0]
    assert (entry.who, entry.what, entry.about) == ("Ada Voss", "Saved the invoice", "")
    assert entry.changes == (
        HistoryChange("Revision", "3", "4"),
        HistoryChange("Total", "720.00", "756.00"),
        HistoryChange("Drone photos, unit price", "240.00", "270.00"),
    )


def test_an_order_tells_its_own_changes_and_those_of_its_invoices() -> None:
    make_organisation()
    ada, ben = make_actor(), make_actor(name="Ben Ito", role=Role.STAFF)
    order = make_order(actor=ada)
    form = OrderForm(title="Harbour Loft, second day", status="completed", flow_id=str(order.flow_id), ordered_on="2026-03-04")
    ordering.edit_order(ben, order.id or 0, form)
    history = read_history(ada, f"order:{order.id}")
    first = history.rows[0]
    assert (history.title, first.who, first.what) == (f"Order #{order.number}", "Ben Ito", "Changed the order")
    assert HistoryChange("Title", "Harbour Loft shoot", "Harbour Loft, second day") in first.changes
    assert HistoryChange("Status", "Definite", "Completed") in first.changes
    assert history.rows[-1].what == "Created the order"
    assert [(entry.what, entry.about) for entry in history.rows[1:]] == [
        ("Added an item", f"Invoice of Order #{order.number}"),
        ("Added an item", f"Invoice of Order #{order.number}"),
        ("Created the order", ""),
    ]


def test_items_added_and_removed_tell_quantity_and_price() -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada, items=())
    form = ItemForm(description="Floor plan", quantity="2", unit_price="35.50", tax_id=VAT_20)
    key = itemising.add_item(ada, order.id or 0, form).key
    itemising.remove_item(ada, key)
    removed, added = read_history(ada, f"order:{order.id}", "changes").rows[:2]
    assert (added.what, added.changes[1:]) == (
        "Added an item",
        (HistoryChange("Total", "0.00", "85.20"), HistoryChange("Floor plan", "", "2 × 35.50")),
    )
    assert (removed.what, removed.changes[1:]) == (
        "Removed an item",
        (HistoryChange("Total", "85.20", "0.00"), HistoryChange("Floor plan", "2 × 35.50", "")),
    )


def test_the_kinds_part_the_entries() -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    invoice_id = invoice_of(order).id or 0
    sharing.create_link(ada, invoice_id)
    form = ManualPaymentForm(method="cash", amount="100.00", received_on="2026-01-02")
    collecting.record_manual_payment(ada, invoice_id, form)
    told = {kind: {entry.what for entry in read_history(ada, f"order:{order.id}", kind).rows} for kind in ("", *ACTIONS)}
    assert told["money"] == {"Payment received"}
    assert told["sending"] == {"Made a link", "Sent"}
    changes = {entry.what for entry in read_history(ada, f"order:{order.id}", "changes").rows}
    assert changes == told[""] - told["money"] - told["sending"]
    payment = read_history(ada, f"order:{order.id}", "money").rows[0]
    assert HistoryChange("Paid", "0.00", "100.00") in payment.changes


def test_customers_coupons_and_settings_have_a_history() -> None:
    make_organisation()
    ada = make_actor()
    make_coupon(actor=ada)
    coupon = couponing.list_coupons(ada)[0]
    couponing.set_coupon_active(ada, coupon.id, active=False)
    told = read_history(ada, f"coupon:{coupon.id}")
    assert (told.title, told.rows[0].what) == ("Coupon AUTUMN10", "Switched the coupon off")
    assert told.rows[0].changes == (HistoryChange("Active", "Yes", "No"),)
    configuring.set_account_payments(ada, enabled=False)
    settings = read_history(ada, "settings").rows[0]
    assert (settings.what, settings.changes) == ("Switched payments off", (HistoryChange("Payments enabled", "Yes", "No"),))


def test_only_those_who_set_things_see_the_history_of_the_settings() -> None:
    make_organisation()
    order = make_order(actor=make_actor())
    reader = make_actor(role=Role.READ_ONLY, name="Rea Donly")
    assert read_history(reader, f"order:{order.id}").rows
    with pytest.raises(PermissionDenied):
        read_history(reader, "settings")
    with pytest.raises(NotSignedIn):
        read_history(None, f"order:{order.id}")


@pytest.mark.parametrize(
    "subject", ["", "order", "order:0", "order:x", "order:99", "user:1", "invoice:-1", "coupon:7", "account:9"]
)
def test_there_is_no_history_of_what_does_not_exist(subject: str) -> None:
    make_organisation()
    with pytest.raises(NotFound):
        read_history(make_actor(), subject)


def test_older_entries_follow_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    monkeypatch.setattr(telling_history, "PAGE_SIZE", 2)
    first = read_history(ada, f"order:{order.id}")
    both = read_history(ada, f"order:{order.id}", pages=2)
    assert (len(first.rows), first.has_more) == (2, True)
    assert both.rows[:2] == first.rows and (len(both.rows), both.has_more) == (3, False)


def test_a_finalised_invoice_tells_its_stage_and_number() -> None:
    make_organisation()
    ada = make_actor()
    case = add_case(ada)
    number = finalising.finalise_invoice(ada, case.invoice_id)
    entry = read_history(ada, f"invoice:{case.invoice_id}").rows[0]
    assert entry.what == "Finalised the invoice"
    assert HistoryChange("Stage", "Draft", "Finalised") in entry.changes
    assert HistoryChange("Number", "", number) in entry.changes
