"""Staff change an order's invoice: the drawer, + Add item, Save Invoice, and what the customer sees of it (A10–A22)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from invoice_app import routes
from invoice_app.domain.access import Actor
from invoice_app.services import drafting
from tests import factories
from tests.e2e.conftest import OrderAtHand
from tests.e2e.steps import open_drawer, start_adding, total_of

ITEMS = (("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00"))


def test_add_item_offers_exactly_coupons_discounts_and_fees(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    open_drawer(page, make_order(items=ITEMS))
    page.get_by_role("button", name="+ Add item", exact=True).click()
    tabs = page.get_by_role("dialog", name="Add item").get_by_role("tab")
    expect(tabs).to_have_text(["Coupons", "Discounts", "Fees"])


def test_coupon_discount_and_fee_come_to_the_cent(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_order(items=ITEMS)
    page = staff("staff")
    drawer = open_drawer(page, order)
    expect(total_of(drawer)).to_have_text("633.00")

    dialog = start_adding(page, "Coupons")
    dialog.get_by_role("button", name=re.compile("AUTUMN10")).click()
    expect(page.locator("#effect")).to_have_text("Total 633.00 → 569.70 (−63.30)")
    dialog.get_by_role("button", name="Add coupon", exact=True).click()
    expect(total_of(drawer)).to_have_text("569.70")

    dialog = start_adding(page, "Discounts")
    dialog.get_by_label("Kind").select_option("fixed")
    dialog.get_by_role("textbox", name="Discount", exact=True).fill("20")
    expect(page.locator("#effect")).to_have_text("Total 569.70 → 548.60 (−21.10)")
    dialog.get_by_role("button", name="Add discount", exact=True).click()
    expect(total_of(drawer)).to_have_text("548.60")

    dialog = start_adding(page, "Fees")
    dialog.get_by_role("textbox", name="Name", exact=True).fill("Travel")
    dialog.get_by_role("textbox", name="Fee", exact=True).fill("30")
    dialog.get_by_role("textbox", name="Description (optional)").fill("Ferry to the island")
    expect(page.locator("#effect")).to_have_text("Total 548.60 → 580.25 (+31.65)")
    dialog.get_by_role("button", name="Add fee", exact=True).click()
    expect(total_of(drawer)).to_have_text("580.25")
    expect(page.locator("#draft-due")).to_have_text("$580.25 USD")

    page.get_by_role("button", name="Save Invoice", exact=True).click()
    expect(drawer.get_by_text(re.compile(r"^Revision \d+ is saved\."))).to_be_visible()
    theirs = customer(share_order(order))
    expect(theirs.locator("#due")).to_have_text("$580.25 USD")
    expect(theirs.get_by_text("Ferry to the island")).to_be_visible()


@pytest.mark.parametrize(
    ("tab", "field", "typed", "said", "add"),
    [
        ("Discounts", "Discount", "120", "A percentage is between 0 and 100.", "Add discount"),
        ("Discounts", "Discount", "-5", "A percentage cannot be negative.", "Add discount"),
        ("Fees", "Fee", "-5", "Enter an amount above 0.", "Add fee"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_added(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], tab: str, field: str, typed: str, said: str, add: str
) -> None:
    page = staff("staff")
    drawer = open_drawer(page, make_order(items=ITEMS))
    dialog = start_adding(page, tab)
    if tab == "Fees":
        dialog.get_by_role("textbox", name="Name", exact=True).fill("Travel")
    box = dialog.get_by_role("textbox", name=field, exact=True)
    box.fill(typed)
    dialog.get_by_role("button", name=add, exact=True).click()
    expect(dialog.locator("#value-error")).to_have_text(said)
    expect(box).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    expect(drawer.get_by_role("list", name="Adjustments")).to_have_count(0)
    expect(total_of(drawer)).to_have_text("633.00")


def test_the_effect_shows_while_one_field_after_the_other_is_typed(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    open_drawer(page, make_order(items=ITEMS))
    dialog = start_adding(page, "Fees")
    dialog.get_by_label("Kind").select_option("transaction")
    expect(dialog.get_by_label("Plus, each time")).to_be_visible()
    dialog.get_by_role("textbox", name="Name", exact=True).press_sequentially("Card fee", delay=60)
    dialog.get_by_role("textbox", name="Fee", exact=True).press_sequentially("2.9", delay=60)
    page.keyboard.press("Tab")
    page.keyboard.type("0.30", delay=60)
    expect(page.locator("#effect")).to_have_text("Total 633.00 → 653.31 (+20.31)")


def test_an_emptied_field_is_refused_however_fast_the_button_is_pressed(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    drawer = open_drawer(page, make_order(items=ITEMS))
    dialog = start_adding(page, "Fees")
    dialog.get_by_role("button", name="Add fee", exact=True).click()
    expect(dialog.locator("#label-error")).to_have_text("Name the fee, for example Travel.")
    dialog.get_by_role("textbox", name="Name", exact=True).fill("Travel")
    box = dialog.get_by_role("textbox", name="Fee", exact=True)
    box.fill("30")
    expect(page.locator("#effect")).to_be_visible()
    box.fill("")
    dialog.get_by_role("button", name="Add fee", exact=True).click()
    expect(dialog.locator("#value-error")).to_have_text("Enter a number.")
    page.wait_for_timeout(400)
    expect(dialog.locator("#value-error")).to_have_text("Enter a number.")
    page.keyboard.press("Escape")
    expect(drawer.get_by_role("list", name="Adjustments")).to_have_count(0)


def test_a_coupon_that_cannot_be_used_says_why(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], owner: Actor
) -> None:
    code = factories.make_coupon(actor=owner, code="BIGONLY", minimum="5000.00")
    page = staff("staff")
    open_drawer(page, make_order(items=ITEMS))
    dialog = start_adding(page, "Coupons")
    dialog.get_by_label("Search coupons").fill(code)
    choice = dialog.get_by_role("button", name=re.compile(code))
    expect(choice.locator(".coupon__refusal")).to_have_text("Needs a subtotal of at least 5000.00")


def test_a_coupon_made_in_place_belongs_to_this_customer(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order(items=ITEMS)
    page = staff("staff")
    drawer = open_drawer(page, order)
    dialog = start_adding(page, "Coupons")
    dialog.get_by_role("button", name=f"New coupon for {order.customer}").click()
    dialog.get_by_role("textbox", name="Code", exact=True).fill(f"just{order.number}")
    dialog.get_by_role("textbox", name="Value", exact=True).fill("50")
    dialog.get_by_role("button", name="Create coupon", exact=True).click()
    expect(page.locator("#effect")).to_have_text("Total 633.00 → 316.50 (−316.50)")
    expect(dialog.get_by_role("button", name=re.compile(f"JUST{order.number}.*for this customer"))).to_be_visible()
    dialog.get_by_role("button", name="Add coupon", exact=True).click()
    expect(total_of(drawer)).to_have_text("316.50")


def test_a_new_coupon_is_good_for_the_lines_that_are_ticked(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order(items=ITEMS)
    page = staff("staff")
    open_drawer(page, order)
    dialog = start_adding(page, "Coupons")
    dialog.get_by_role("button", name=f"New coupon for {order.customer}").click()
    expect(dialog.get_by_role("heading", name=f"New coupon for {order.customer}")).to_be_visible()
    dialog.get_by_role("textbox", name="Code", exact=True).fill(f"tick{order.number}")
    dialog.get_by_role("textbox", name="Value", exact=True).fill("50")
    dialog.get_by_role("checkbox", name="Drone photos").check()
    dialog.get_by_role("button", name="Create coupon", exact=True).click()
    expect(page.locator("#effect")).to_have_text("Total 633.00 → 506.40 (−126.60)")


def test_unsaved_edits_stay_with_staff_and_survive_a_reload(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_order(items=ITEMS)
    link = share_order(order)
    theirs = customer(link)
    expect(theirs.locator("#due")).to_have_text("$633.00 USD")
    page = staff("staff")
    drawer = open_drawer(page, order)
    drawer.get_by_label("Quantity of Drone photos").fill("3")
    expect(total_of(drawer)).to_have_text("1,139.40")
    expect(drawer.get_by_text("Unsaved changes.")).to_be_visible()

    theirs.reload()
    expect(theirs.locator("#due")).to_have_text("$633.00 USD")
    page.reload()
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    expect(drawer.get_by_label("Quantity of Drone photos")).to_have_value("3")
    expect(total_of(drawer)).to_have_text("1,139.40")

    drawer.get_by_role("button", name="Discard", exact=True).click()
    expect(drawer.get_by_label("Quantity of Drone photos")).to_have_value("1")
    expect(total_of(drawer)).to_have_text("633.00")


def test_what_staff_save_reaches_the_open_page_of_the_customer(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_order(items=ITEMS)
    theirs = customer(share_order(order))
    page = staff("staff")
    drawer = open_drawer(page, order)
    drawer.get_by_label("Unit price of Drone photos").fill("300")
    expect(total_of(drawer)).to_have_text("696.30")
    page.get_by_role("button", name="Save Invoice", exact=True).click()
    expect(theirs.locator("#due")).to_have_text("$696.30 USD")
    expect(page.locator(".panel__due")).to_have_text("$696.30 USD")


def test_a_wrong_number_is_said_at_the_line_and_cannot_be_saved(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    drawer = open_drawer(page, make_order(items=ITEMS))
    box = drawer.get_by_label("Unit price of Drone photos")
    box.fill("a lot")
    expect(drawer.locator(".line").first.get_by_role("alert")).to_contain_text("Enter a number")
    expect(box).to_have_value("a lot")
    expect(page.get_by_role("button", name="Save Invoice", exact=True)).to_be_disabled()


def test_two_editors_of_the_same_field_choose_between_both_values(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], owner: Actor
) -> None:
    order = make_order(items=ITEMS)
    mine = staff("staff")
    drawer = open_drawer(mine, order)
    drawer.get_by_label("Quantity of Drone photos").fill("3")
    expect(total_of(drawer)).to_have_text("1,139.40")
    other = staff("admin")
    other_drawer = open_drawer(other, order)
    other_drawer.get_by_label("Quantity of Drone photos").fill("5")
    expect(total_of(other_drawer)).to_have_text("1,645.80")
    other.get_by_role("button", name="Save Invoice", exact=True).click()
    asked = drawer.get_by_role("alert").filter(has_text="Amara Voss saved revision")
    expect(asked).to_be_visible()
    asked.get_by_role("button", name="Keep mine 3", exact=True).click()
    mine.get_by_role("button", name="Save Invoice", exact=True).click()
    expect(drawer.get_by_text(re.compile(r"^Revision \d+ is saved\."))).to_be_visible()
    assert drafting.open_draft(owner, order.invoice_id).lines[0].quantity == "3"


def test_explain_shows_steps_that_sum_to_the_amount(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    page = staff("staff")
    drawer = open_drawer(page, make_order(items=ITEMS))
    drawer.get_by_role("button", name="Explain Total", exact=True).click()
    steps = page.get_by_role("dialog", name="Explanation")
    expect(steps.locator(".steps__row .money")).to_have_text(["600.00", "33.00"])
    expect(steps.locator(".steps__sum .money")).to_have_text("633.00")


def test_explain_shows_what_total_and_payments_leave_due(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    drawer = open_drawer(page, make_order(items=ITEMS))
    drawer.get_by_role("button", name="Explain Due", exact=True).click()
    expect(page.get_by_role("dialog", name="Explanation").locator(".steps__sum .money")).to_contain_text("633.00")


def test_total_and_due_stay_in_sight_above_the_buttons_however_many_lines_there_are(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff", viewport={"width": 390, "height": 844})
    drawer = open_drawer(page, make_order(items=tuple((f"Room {number}", "1", "10.00") for number in range(1, 13))))
    for shown in (total_of(drawer), page.locator("#draft-due")):
        expect(shown).to_be_in_viewport(ratio=1)
    buttons = page.locator("#save-invoice").bounding_box()
    due = page.locator("#draft-due").bounding_box()
    assert buttons is not None and due is not None and due["y"] + due["height"] <= buttons["y"]


def test_a_draft_says_that_the_customer_sees_nothing_of_it(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    order = make_order(items=ITEMS)
    drawer = open_drawer(page, order)
    expect(drawer.get_by_role("heading", name="Invoice draft")).to_be_visible()
    expect(drawer.get_by_text("Draft. The customer sees nothing until you send it.")).to_be_visible()


def test_the_last_line_cannot_move_down_nor_the_first_up(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    drawer = open_drawer(page, make_order(items=ITEMS))
    drawer.get_by_role("button", name="Actions for Drone photos").click()
    expect(page.locator(".menu:popover-open .menu__item")).to_have_text(
        ["Set its days", "Discount this line", "Move down", "Remove"]
    )
    page.keyboard.press("Escape")
    drawer.get_by_role("button", name="Actions for Twilight shoot").click()
    expect(page.locator(".menu:popover-open .menu__item")).to_have_text(
        ["Set its days", "Discount this line", "Move up", "Remove"]
    )


def test_unsaved_edits_are_saved_and_sent_in_one_step(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], owner: Actor
) -> None:
    order = make_order(items=ITEMS)
    page = staff("staff")
    drawer = open_drawer(page, order)
    drawer.get_by_label("Quantity of Drone photos").fill("3")
    expect(total_of(drawer)).to_have_text("1,139.40")
    drawer.get_by_role("button", name="Send link", exact=True).click()
    dialog = page.get_by_role("dialog", name="Send link", exact=True)
    dialog.get_by_role("button", name="Save and send", exact=True).click()
    expect(page.get_by_text(f"Link sent to {order.email}")).to_be_visible()
    draft = drafting.open_draft(owner, order.invoice_id)
    assert (draft.unsaved, draft.total.amount, draft.stage.word) == (False, "1,139.40", "Sent")


def test_unsaved_edits_can_stay_out_of_what_is_sent(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    order = make_order(items=ITEMS)
    page = staff("staff")
    drawer = open_drawer(page, order)
    drawer.get_by_label("Quantity of Drone photos").fill("3")
    expect(total_of(drawer)).to_have_text("1,139.40")
    drawer.get_by_role("button", name="Send link", exact=True).click()
    dialog = page.get_by_role("dialog", name="Send link", exact=True)
    dialog.get_by_role("switch", name="Save my changes first").uncheck()
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text(f"Link sent to {order.email}")).to_be_visible()
    expect(drawer.get_by_role("status").filter(has_text="Unsaved changes")).to_be_visible()
    expect(total_of(drawer)).to_have_text("1,139.40")


def test_the_invoice_downloads(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    page = staff("staff")
    drawer = open_drawer(page, make_order(items=ITEMS))
    with page.expect_download() as started:
        drawer.get_by_role("link", name="Download", exact=True).click()
    assert started.value.path().read_bytes()[:5] == b"%PDF-"


def test_the_customer_receives_a_link(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    order = make_order(items=ITEMS)
    page = staff("staff")
    drawer = open_drawer(page, order)
    drawer.get_by_role("button", name="Send link", exact=True).click()
    dialog = page.get_by_role("dialog", name="Send link", exact=True)
    expect(dialog.get_by_role("textbox", name="To", exact=True)).to_have_value(order.email)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text(f"Link sent to {order.email}")).to_be_visible()
    expect(drawer.locator(".overlay__head .badge")).to_have_text("Sent")


def test_read_only_staff_look_but_cannot_change(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    order = make_order(items=ITEMS)
    page = staff("read_only")
    page.goto(routes.order(order.number))
    page.get_by_role("button", name="View invoice", exact=True).click()
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    expect(drawer.get_by_text("You can look at invoices, but not change them.")).to_be_visible()
    expect(drawer.get_by_label("Quantity of Drone photos")).not_to_be_editable()
    expect(drawer.get_by_role("button", name="Save Invoice")).to_have_count(0)
    expect(drawer.get_by_role("button", name="+ Add item")).to_have_count(0)
