"""Bookings with several invoices, requirement by requirement (product.md, section D)."""

from dataclasses import replace

import pytest
from sqlmodel import select

from invoice_app.db import reading
from invoice_app.domain.access import Actor
from invoice_app.domain.errors import ActionRefused, NotFound
from invoice_app.models import OutgoingEmail
from invoice_app.services import (
    adding_invoices,
    adding_lines,
    adjusting,
    checking_out,
    converting,
    drafting,
    itemising,
    listing,
    losing,
    ordering,
    sharing,
    showing_shared,
)
from invoice_app.services.adding_lines import LineForm
from invoice_app.services.booking_views import InvoiceForm
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.order_views import OrderForm, OrderQuery
from tests.booking_steps import TOTAL, add_standalone, item_form, open_page, pay_in_cash, read, rows_of, share, told
from tests.factories import VAT_20, invoice_of, make_booking, make_order
from tests.local_stripe import LocalStripe, session_of

pytestmark = pytest.mark.usefixtures("data_dir")


def test_D01_items_of_a_standalone_invoice_and_of_its_booking_change_independently(ada: Actor) -> None:
    order = make_booking(actor=ada)
    page = open_page(ada, order)
    keys = tuple(item.key for item in page.items)
    copied = adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="standalone", item_keys=keys))
    lines = drafting.open_draft(ada, copied).lines
    assert [line.description for line in lines] == ["Three-course menu", "Brunch buffet"]
    assert {line.key for line in lines}.isdisjoint(keys)

    drafting.edit_line(ada, copied, lines[0].key, "quantity", "50")
    drafting.remove_line(ada, copied, lines[1].key)
    drafting.save_invoice(ada, copied)
    assert open_page(ada, order).items == page.items
    assert (read(copied).total, invoice_of(order).total) == (390_000, TOTAL)

    itemising.edit_item(ada, keys[0], item_form("Four-course menu", "80.00", quantity="40"))
    itemising.remove_item(ada, keys[1])
    assert [line.description for line in drafting.open_draft(ada, copied).lines] == ["Three-course menu"]
    assert (read(copied).total, read(copied).revision) == (390_000, 2)


def test_D02_guestrooms_go_on_standalone_invoices_and_never_on_connected_ones(ada: Actor) -> None:
    order = make_booking(actor=ada)
    standalone, connected = add_standalone(ada, order), invoice_of(order).id or 0
    room = adding_lines.add_guestroom(ada, standalone).lines[-1].key
    for field, text in (("description", "Sea view room"), ("quantity", "2"), ("unit_price", "180.00")):
        drafting.edit_line(ada, standalone, room, field, text)
    drafting.edit_line(ada, standalone, room, "starts_on", "2026-12-05")
    drafting.edit_line(ada, standalone, room, "ends_on", "2026-12-06")
    drafting.save_invoice(ada, standalone)
    assert read(standalone).total == 103_200
    printed = showing_shared.open_shared_invoice(share(ada, standalone)).printed
    assert printed.lines[-1].description == "Sea view room · Dec 5, 2026 to Dec 6, 2026"

    refusal = "Guestrooms can be added to a standalone invoice only."
    with pytest.raises(ActionRefused, match=refusal):
        adding_lines.add_guestroom(ada, connected)
    with pytest.raises(ActionRefused, match=refusal):
        itemising.add_item(ada, order.id or 0, item_form("Room", "90", kind="guestroom", invoice_id=str(connected)))
    waiting = itemising.add_item(ada, order.id or 0, item_form("Room", "90", kind="guestroom")).key
    with pytest.raises(ActionRefused, match=refusal):
        adding_lines.add_booking_items(ada, connected, [waiting])
    with pytest.raises(ActionRefused, match=refusal):
        adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="connected", item_keys=(waiting,)))
    with pytest.raises(ActionRefused, match=refusal):
        converting.connect_invoice(ada, standalone)
    assert read(connected).total == TOTAL
    adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="standalone", item_keys=(waiting,)))


def test_D03_the_amount_due_is_the_items_with_taxes_and_fees_less_the_discount_percent(ada: Actor) -> None:
    order = make_booking(actor=ada)
    invoice_id = add_standalone(ada, order, price="1000.00")
    fee = AdjustmentForm(kind="fee", method="fixed", value="50.00", label="Service", tax_id=VAT_20)
    adjusting.add_adjustment(ada, invoice_id, fee)
    discount = AdjustmentForm(kind="discount", method="percent", value="10", label="Discount")
    adjusting.add_adjustment(ada, invoice_id, discount)
    view = drafting.save_invoice(ada, invoice_id)
    # 1,000.00 less 10 % is 900.00; the fee of 50.00 comes on top; both carry 20 % tax.
    assert [(row.label, row.amount) for row in view.adjustments] == [("Service", "50.00"), ("Discount", "−100.00")]
    assert (view.total.amount, view.due_label) == ("1,140.00", "$1,140.00 USD")


def test_D05_a_change_of_a_connected_item_is_the_same_change_on_booking_and_invoice(ada: Actor) -> None:
    order = make_booking(actor=ada)
    page = open_page(ada, order)
    menu, brunch = page.items
    itemising.edit_item(
        ada, menu.key, item_form("Three-course menu", "70.00", quantity="40", kind="menu", event_id=menu.event_id)
    )
    draft = drafting.open_draft(ada, page.panel.invoice_id)
    assert [(line.key, line.unit_price) for line in draft.lines] == [(menu.key, "70.00"), (brunch.key, "28.00")]
    assert draft.revision == page.panel.revision + 1

    drafting.edit_line(ada, page.panel.invoice_id, brunch.key, "quantity", "38")
    new = drafting.add_line(ada, page.panel.invoice_id).lines[-1].key
    drafting.edit_line(ada, page.panel.invoice_id, new, "description", "Flowers")
    drafting.edit_line(ada, page.panel.invoice_id, new, "unit_price", "300")
    drafting.save_invoice(ada, page.panel.invoice_id)
    groups = open_page(ada, order).groups
    assert [(group.name, [(item.description, item.quantity) for item in group.rows]) for group in groups] == [
        ("Dinner", [("Three-course menu", "40")]),
        ("Brunch", [("Brunch buffet", "38")]),
        ("The whole booking", [("Flowers", "1")]),
    ]
    drafting.remove_line(ada, page.panel.invoice_id, menu.key)
    drafting.save_invoice(ada, page.panel.invoice_id)
    assert [item.description for item in open_page(ada, order).items] == ["Brunch buffet", "Flowers"]


@pytest.mark.usefixtures("local_stripe")
@pytest.mark.parametrize("kind", ["connected", "standalone"])
def test_D06_guests_pay_an_invoice_of_any_type_by_card(ada: Actor, local_stripe: LocalStripe, kind: str) -> None:
    order = make_booking(actor=ada)
    invoice_id = add_standalone(ada, order) if kind == "standalone" else invoice_of(order).id or 0
    token, invoice = share(ada, invoice_id), read(invoice_id)
    page = checking_out.start_checkout(token, revision=invoice.revision, amount=invoice.total, keep_card=False)
    local_stripe.pay(page)
    assert checking_out.finish_checkout(token, session_of(page)) == "succeeded"
    paid = read(invoice_id)
    assert (paid.paid, paid.due, paid.kind) == (invoice.total, 0, kind)


def test_D16_a_lost_booking_voids_its_invoices_without_payments_and_leaves_the_others(ada: Actor) -> None:
    order = make_booking(actor=ada)
    unpaid, connected = add_standalone(ada, order), invoice_of(order).id or 0
    paid = add_standalone(ada, order, description="Deposit")
    pay_in_cash(ada, paid, "100.00")
    before = drafting.open_draft(ada, connected).lines
    preview = losing.preview_loss(ada, order.id or 0)
    done = losing.lose_order(ada, order.id or 0)
    assert preview == done
    assert [(step.effect, step.stays) for step in done.steps] == [
        ("frozen as a standalone snapshot, then void", False),
        ("void", False),
        ("stays. Payments were made on this invoice. Refund them before you void it.", True),
    ]
    stages = [(read(one).kind, read(one).stage) for one in (connected, unpaid, paid)]
    assert stages == [("standalone", "void"), ("standalone", "void"), ("standalone", "draft")]
    # The snapshot keeps its lines, and the booking what was planned.
    assert drafting.open_draft(ada, connected).lines == before
    page = open_page(ada, order)
    assert [(group.name, [item.description for item in group.rows]) for group in page.groups] == [
        ("Dinner", ["Three-course menu"]),
        ("Brunch", ["Brunch buffet"]),
    ]
    assert {item.invoice for item in page.items} == {""}
    assert (page.status.word, page.is_lost, page.can_add_invoice) == ("Lost", True, False)
    assert told(f"invoice:{connected}")[-2:] == ["froze the invoice as a standalone snapshot", "voided the invoice"]
    assert told(f"invoice:{unpaid}")[-1] == "voided the invoice"
    assert told(f"order:{order.id}")[-1] == "lost the booking"
    again = losing.lose_order(ada, order.id or 0)
    assert again.steps == ()


def test_D16_losing_a_booking_by_its_form_does_the_same(ada: Actor) -> None:
    order = make_booking(actor=ada)
    page = open_page(ada, order)
    form = OrderForm(title=page.title, flow_id=page.flow_id, status="lost", ordered_on=page.ordered_on)
    ordering.edit_order(ada, order.id or 0, form)
    assert (read(page.panel.invoice_id).stage, open_page(ada, order).status.word) == ("void", "Lost")


def test_D20_no_invoice_without_a_booking_and_many_on_one(ada: Actor) -> None:
    for kind in ("connected", "standalone"):
        with pytest.raises(NotFound):
            adding_invoices.add_invoice(ada, 77, InvoiceForm(kind=kind))
    order = make_booking(actor=ada)
    for kind, label in (("connected", "Brunch"), ("standalone", "Rooms"), ("standalone", "Extras")):
        adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind=kind, label=label))
    page = open_page(ada, order)
    assert [(row.reference, row.label, row.kind_word) for row in page.invoices] == [
        (f"Order #{order.number}", "", "Connected"),
        (f"Order #{order.number}-2", "Brunch", "Connected"),
        (f"Order #{order.number}-3", "Rooms", "Standalone"),
        (f"Order #{order.number}-4", "Extras", "Standalone"),
    ]
    assert [row.is_selected for row in open_page(ada, order, page.invoices[2].id).invoices] == [False, False, True, False]


def test_D21_converting_a_standalone_invoice_shares_its_items_with_the_booking(ada: Actor) -> None:
    order = make_booking(actor=ada)
    invoice_id = add_standalone(ada, order)
    before = read(invoice_id)
    assert [item.description for item in open_page(ada, order).items] == ["Three-course menu", "Brunch buffet"]
    converting.connect_invoice(ada, invoice_id)
    after = read(invoice_id)
    assert (after.kind, after.total, after.revision) == ("connected", before.total, before.revision)
    shared = open_page(ada, order).items[-1]
    assert (shared.description, shared.invoice_id, shared.event_id) == ("Band", str(invoice_id), "")
    itemising.edit_item(ada, shared.key, item_form("Band", "650.00"))
    assert read(invoice_id).total == 78_000


def test_D22_converting_back_takes_the_items_off_booking_and_events_and_again_to_the_booking_only(ada: Actor) -> None:
    order = make_booking(actor=ada)
    invoice_id = invoice_of(order).id or 0
    preview = converting.preview_conversion(ada, invoice_id)
    assert (preview.title, preview.refusal) == (f"Make Order #{order.number} standalone?", "")
    assert preview.effects[:2] == (
        "Its 2 items will leave the booking and stay on this invoice alone.",
        "They also leave “Dinner” and “Brunch”. Connecting the invoice again brings them back to the booking only.",
    )
    converting.separate_invoice(ada, invoice_id)
    page = open_page(ada, order)
    assert (page.items, len(page.events)) == ((), 2)
    assert (read(invoice_id).kind, read(invoice_id).total) == ("standalone", TOTAL)
    converting.connect_invoice(ada, invoice_id)
    page = open_page(ada, order)
    assert [(group.name, len(group.rows)) for group in page.groups] == [("Dinner", 0), ("Brunch", 0), ("The whole booking", 2)]
    log = told(f"invoice:{invoice_id}")
    assert log[-2:] == ["made the invoice standalone", "connected the invoice to the booking"]


def test_D25_customers_see_the_same_page_and_mail_for_both_types(ada: Actor) -> None:
    order = make_booking(actor=ada)
    invoice_id = invoice_of(order).id or 0
    token = share(ada, invoice_id)
    connected = showing_shared.open_shared_invoice(token)
    converting.separate_invoice(ada, invoice_id)
    standalone = showing_shared.open_shared_invoice(token)
    assert standalone.printed == connected.printed
    assert replace(standalone, version="") == replace(connected, version="")
    sharing.send_link(ada, invoice_id, recipient="guest@example.com", message="")
    with reading() as session:
        mail = session.exec(select(OutgoingEmail)).one()
    words = f"{standalone.printed} {mail.subject} {mail.text} {mail.html}".lower()
    assert "standalone" not in words and "connected" not in words


def test_D29_adding_offers_an_item_several_or_picked_booking_items(ada: Actor) -> None:
    order = make_booking(actor=ada)
    connected = adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="connected"))
    waiting = itemising.add_item(ada, order.id or 0, item_form("Flowers", "300.00", invoice_id="none")).key
    assert [(one.description, one.refusal) for one in adding_lines.list_pickable_for(ada, connected)] == [
        ("Three-course menu", "It is on another connected invoice."),
        ("Brunch buffet", "It is on another connected invoice."),
        ("Flowers", ""),
    ]
    drafting.add_line(ada, connected)
    several = [LineForm("Candles", "20", "4.50"), LineForm(), LineForm("Cake", "1", "420.00")]
    adding_lines.add_several_lines(ada, connected, several)
    draft = adding_lines.add_booking_items(ada, connected, [waiting])
    assert [line.description for line in draft.lines] == ["", "Candles", "Cake", "Flowers"]
    drafting.remove_line(ada, connected, draft.lines[0].key)
    assert drafting.save_invoice(ada, connected).total.amount == "972.00"
    flowers = next(item for item in open_page(ada, order).items if item.key == waiting)
    assert flowers.invoice_id == str(connected)
    standalone = adding_invoices.add_invoice(ada, order.id or 0, InvoiceForm(kind="standalone"))
    assert len(adding_lines.list_pickable_for(ada, standalone)) == 5
    adding_lines.add_booking_items(ada, standalone, [waiting])
    assert drafting.save_invoice(ada, standalone).total.amount == "360.00"
    assert rows_of(order)[-1] == ("Flowers", False, standalone, None)


def test_an_order_with_several_invoices_is_one_row_with_their_sums_and_the_worst_badge(ada: Actor) -> None:
    order = make_booking(actor=ada)
    sent = add_standalone(ada, order)
    share(ada, sent)
    pay_in_cash(ada, add_standalone(ada, order, price="100.00"))
    make_order(actor=ada)
    rows = {row.number: row for row in ordering.list_orders(ada, OrderQuery()).rows}
    assert len(rows) == 2
    row = rows[order.number]
    assert (row.total, row.balance, row.billing.word) == ("5,184.00", "5,064.00", "Upcoming")
    found = [
        (billing, ordering.list_orders(ada, OrderQuery(billing=billing)).count)
        for billing in ("overdue", "upcoming", "pending", "paid", "open")
    ]
    assert found == [("overdue", 0), ("upcoming", 1), ("pending", 1), ("paid", 0), ("open", 1)]
    by_balance = ordering.list_orders(ada, OrderQuery(sort="-balance")).rows
    assert [row.balance for row in by_balance] == ["5,064.00", "720.00"]
    assert listing.list_invoices(ada).count == 4
