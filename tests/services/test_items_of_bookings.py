"""Items of bookings on their ways between invoices, and what is wrong with one."""

from dataclasses import replace

import pytest
from sqlmodel import col, select

from invoice_app.db import reading
from invoice_app.domain.access import Actor
from invoice_app.domain.errors import ActionRefused, Conflict, NotFound, ValidationFailed
from invoice_app.models import EventLog
from invoice_app.repositories.items import list_shared_items
from invoice_app.services import adding_invoices, adding_lines, converting, deleting, drafting, itemising, ordering, voiding
from invoice_app.services.booking_views import InvoiceForm
from invoice_app.services.order_views import ItemForm
from tests.booking_steps import assert_healthy
from tests.factories import VAT_20, invoice_of, make_booking, make_order


def test_an_item_goes_from_one_invoice_to_another_and_off_both(ada: Actor) -> None:
    order = make_booking(actor=ada)
    first = invoice_of(order).id or 0
    second = adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="connected"))
    menu = ordering.open_order(ada, order.number).items[0]
    form = replace(itemising.open_item(ada, menu.key), invoice_id=str(second))
    itemising.edit_item(ada, menu.key, form)
    totals = [ordering.open_order(ada, order.number, one).panel.total for one in (first, second)]
    assert totals == ["1,344.00", "3,120.00"]
    moved = ordering.open_order(ada, order.number).items[0]
    assert (moved.description, moved.event_id, moved.invoice) == (menu.description, menu.event_id, f"Order #{order.number}-2")
    itemising.edit_item(ada, menu.key, replace(form, invoice_id="none"))
    page = ordering.open_order(ada, order.number, second)
    assert (page.items[0].invoice, page.panel.total, page.panel.revision) == ("", "0.00", 3)
    itemising.edit_item(ada, menu.key, replace(form, invoice_id="", quantity="38"))
    assert ordering.open_order(ada, order.number).items[0].quantity == "38"
    assert_healthy()


def test_items_not_invoiced_are_added_edited_moved_removed_and_put_back(ada: Actor) -> None:
    order = make_order(actor=ada, items=())
    keys = [
        itemising.add_item(ada, order.id or 0, ItemForm(name, "1", "10", tax_id=VAT_20, invoice_id="none")).key
        for name in ("Chairs", "Tables", "Tent")
    ]

    def names() -> list[str]:
        return [item.description for item in ordering.open_order(ada, order.number).items]

    itemising.move_item(ada, keys[2], -2)
    assert names() == ["Tent", "Chairs", "Tables"]
    itemising.move_item(ada, keys[2], 9)
    assert names() == ["Chairs", "Tables", "Tent"]
    itemising.edit_item(ada, keys[1], ItemForm("Long tables", "2", "15", tax_id=VAT_20, starts_on="2026-12-05"))
    removed = itemising.remove_item(ada, keys[1])
    assert names() == ["Chairs", "Tent"]
    itemising.restore_item(ada, removed)
    itemising.restore_item(ada, removed)
    assert names() == ["Chairs", "Long tables", "Tent"]
    view = ordering.open_order(ada, order.number)
    assert (view.items[1].period, view.items_total, view.panel.revision) == ("Dec 5, 2026", "50.00", 1)
    assert_healthy()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"event_id": "99"}, "event_id"),
        ({"invoice_id": "99"}, "invoice_id"),
        ({"kind": "yacht"}, "kind"),
        ({"starts_on": "tomorrow"}, "starts_on"),
        ({"ends_on": "2026-12-05"}, "starts_on"),
        ({"starts_on": "2026-12-05", "ends_on": "2026-12-04"}, "ends_on"),
    ],
)
def test_what_is_wrong_with_an_item_is_said_at_its_field(ada: Actor, changes: dict[str, str], field: str) -> None:
    order = make_booking(actor=ada)
    with pytest.raises(ValidationFailed) as refused:
        itemising.add_item(ada, order.id or 0, ItemForm("Cake", "1", "1", tax_id=VAT_20, **changes))
    assert refused.value.field == field
    assert len(ordering.open_order(ada, order.number).items) == 2


def test_an_event_or_invoice_of_another_booking_is_no_place_for_an_item(ada: Actor) -> None:
    order, other = make_booking(actor=ada), make_booking(actor=ada)
    event, invoice = ordering.open_order(ada, other.number).events[0].value, str(invoice_of(other).id)
    for form in (
        ItemForm("Cake", "1", "1", tax_id=VAT_20, event_id=event),
        ItemForm("Cake", "1", "1", tax_id=VAT_20, invoice_id=invoice),
    ):
        with pytest.raises(ValidationFailed):
            itemising.add_item(ada, order.id or 0, form)
    foreign = ordering.open_order(ada, other.number).items[0].key
    with pytest.raises(NotFound):
        adding_lines.add_booking_items(ada, invoice_of(order).id or 0, [foreign])


def test_an_item_picked_by_two_drafts_goes_on_the_first_that_is_saved(ada: Actor) -> None:
    order = make_order(actor=ada, items=())
    waiting = itemising.add_item(ada, order.id or 0, ItemForm("Tent", "1", "100", tax_id=VAT_20, invoice_id="none")).key
    first = invoice_of(order).id or 0
    second = adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="connected"))
    for one in (first, second):
        adding_lines.add_booking_items(ada, one, [waiting])
    drafting.save_invoice(ada, first)
    with pytest.raises(Conflict, match="“Tent” is on another invoice by now"):
        drafting.save_invoice(ada, second)
    with reading() as session:
        assert [(item.key, item.invoice_id) for item in list_shared_items(session, order.id or 0)] == [(waiting, first)]
    assert_healthy()


def test_a_guestroom_comes_on_no_connected_invoice_by_any_way(ada: Actor) -> None:
    order = make_booking(actor=ada)
    key = ordering.open_order(ada, order.number).items[0].key
    form = itemising.open_item(ada, key)
    with pytest.raises(ActionRefused, match="standalone invoice only"):
        itemising.edit_item(ada, key, replace(form, kind="guestroom"))
    room = itemising.add_item(ada, order.id or 0, ItemForm("Room", "1", "90", tax_id=VAT_20, kind="guestroom")).key
    with pytest.raises(ValidationFailed, match="standalone invoice only"):
        itemising.edit_item(ada, room, replace(itemising.open_item(ada, room), invoice_id=str(invoice_of(order).id)))
    assert ordering.open_order(ada, order.number).items[-1].invoice == ""
    assert_healthy()


def test_an_item_that_may_not_come_on_another_invoice_stays_on_its_own(ada: Actor) -> None:
    order = make_booking(actor=ada)
    other = adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="connected"))
    menu = ordering.open_order(ada, order.number).items[0]
    form = replace(itemising.open_item(ada, menu.key), kind="guestroom", invoice_id=str(other))
    with pytest.raises(ValidationFailed, match="standalone invoice only"):
        itemising.edit_item(ada, menu.key, form)
    assert ordering.open_order(ada, order.number).items[0] == menu


@pytest.mark.parametrize("leaves", ["separated", "deleted"])
def test_an_item_put_back_after_its_invoice_left_the_booking_waits_to_be_invoiced(ada: Actor, leaves: str) -> None:
    order = make_booking(actor=ada)
    invoice_id = invoice_of(order).id or 0
    menu = ordering.open_order(ada, order.number).items[0]
    removed = itemising.remove_item(ada, menu.key)
    if leaves == "separated":
        converting.separate_invoice(ada, invoice_id)
    else:
        deleting.delete_invoice(ada, invoice_id, keep_items=False)
    itemising.restore_item(ada, removed)
    itemising.restore_item(ada, removed)
    [back] = ordering.open_order(ada, order.number).items
    assert (back.key, back.event_id, back.invoice) == (menu.key, menu.event_id, "")
    assert_healthy()


def test_an_item_put_at_another_event_changes_no_amount_and_is_told(ada: Actor) -> None:
    order = make_booking(actor=ada)
    page = ordering.open_order(ada, order.number)
    dinner, brunch = page.events
    itemising.edit_item(ada, page.items[0].key, replace(itemising.open_item(ada, page.items[0].key), event_id=brunch.value))
    after = ordering.open_order(ada, order.number)
    assert [(group.name, len(group.rows)) for group in after.groups] == [(dinner.label, 0), (brunch.label, 2)]
    assert after.panel.revision == page.panel.revision
    with reading() as session:
        last = session.exec(
            select(EventLog).where(EventLog.subject == f"order:{order.id}").order_by(col(EventLog.id).desc())
        ).first()
    assert last is not None
    assert (last.action, last.before, last.after) == (
        "put an item at an event",
        {"item": "Three-course menu", "event": "Dinner"},
        {"item": "Three-course menu", "event": "Brunch"},
    )


def test_the_picker_names_the_invoices_an_item_is_on_already_itself_or_as_a_copy(ada: Actor) -> None:
    order = make_booking(actor=ada)
    first = invoice_of(order).id or 0
    flowers = ItemForm("Flowers", "1", "300", tax_id=VAT_20, invoice_id="none")
    waiting = itemising.add_item(ada, order.id or 0, flowers).key

    def said() -> list[str]:
        return [one.invoiced for one in adding_lines.list_pickable(ada, order.id or 0, "standalone")]

    on_first = f"On Order #{order.number}"
    assert said() == [on_first, on_first, ""]
    standalone = adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="standalone", item_keys=(waiting,)))
    assert said() == [on_first, on_first, f"{on_first}-2"]
    drafting.save_invoice(ada, standalone)
    voiding.void_invoice(ada, standalone, "Twice")
    assert said() == [on_first, on_first, ""]
    converting.separate_invoice(ada, first)
    assert said() == [""]
