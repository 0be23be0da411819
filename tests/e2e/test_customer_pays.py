"""The customer's side in a real browser: from the link to the paid invoice and its files (A6, A8, A22, A23)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from invoice_app import routes
from invoice_app.demo.studio import EXEMPT, INTERIORS
from invoice_app.domain.access import Actor
from invoice_app.services import delivering, itemising, ordering, sharing
from invoice_app.services.order_views import ItemForm
from tests.e2e.conftest import ConsoleErrors, OrderAtHand
from tests.e2e.desk import Desk
from tests.e2e.steps import VISA, fill_card, press_pay, save_quantity

MASTERCARD = "5555 5555 5555 4444"
NO_FUNDS = "4000 0000 0000 9995"
ASKS_BANK = "4000 0000 0000 3220"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64

MakeOrder = Callable[..., OrderAtHand]
ShareOrder = Callable[[OrderAtHand], str]
OpenCustomer = Callable[..., Page]
OpenStaff = Callable[..., Page]


def expect_paid(page: Page, method: str) -> None:
    """The page says thank you, paid, by which card, and asks for nothing more."""
    expect(page.get_by_text("Thank you. Your payment was received.")).to_be_visible()
    expect(page.locator(".badge")).to_contain_text("Paid")
    expect(page.get_by_text(method)).to_be_visible()
    expect(page.locator("#pay")).to_have_count(0)


def test_paying_by_card_ends_on_the_paid_invoice(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer
) -> None:
    page = customer(share_order(make_order()))
    promised = press_pay(page)
    fill_card(page, VISA)
    expect_paid(page, "Visa ··4242")
    expect(page.locator("#due")).to_have_text(promised)
    expect(page.locator("h1")).to_have_text(re.compile(r"^Invoice NL-\d{4}-\d{5}$"))


def test_after_a_decline_another_card_pays(make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer) -> None:
    page = customer(share_order(make_order()))
    press_pay(page)
    fill_card(page, NO_FUNDS)
    expect(page.get_by_role("alert")).to_contain_text("The payment did not go through.")
    fill_card(page, MASTERCARD)
    expect_paid(page, "Mastercard ··4444")


def test_a_bank_that_asks_is_answered_and_the_payment_arrives(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer
) -> None:
    page = customer(share_order(make_order()))
    press_pay(page)
    fill_card(page, ASKS_BANK)
    page.get_by_role("button", name=re.compile("complete", re.IGNORECASE)).click()
    expect_paid(page, "Visa ··3220")


def test_a_failed_bank_confirmation_takes_nothing_and_can_be_tried_again(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer
) -> None:
    page = customer(share_order(make_order()))
    press_pay(page)
    fill_card(page, ASKS_BANK)
    page.get_by_role("button", name=re.compile("fail", re.IGNORECASE)).click()
    expect(page.get_by_role("alert")).to_contain_text("The payment did not go through.")
    fill_card(page, VISA)
    expect_paid(page, "Visa ··4242")


def test_coming_back_without_paying_charges_nothing(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer
) -> None:
    page = customer(share_order(make_order()))
    promised = press_pay(page)
    page.locator("a.back").click()
    expect(page.get_by_text("Nothing was charged. You can pay whenever you are ready.")).to_be_visible()
    expect(page.locator("#pay")).to_have_text(f"Pay {promised}")


def test_an_old_amount_is_never_taken_and_the_new_one_is_asked_for(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, owner: Actor, console_errors: ConsoleErrors
) -> None:
    console_errors.expect("409 (Conflict)")
    untaxed = next(choice.value for choice in ordering.list_tax_choices(owner) if choice.label == EXEMPT.name)
    order = make_order(items=(("Drone photos", "1", "100.00"),), tax=untaxed)
    # Without JavaScript the page cannot follow, so the customer presses a Pay button that is out of date.
    page = customer(share_order(order), java_script_enabled=False)
    expect(page.locator("#pay")).to_have_text("Pay $100.00 USD")
    itemising.add_item(owner, order.id, ItemForm(description="Travel", quantity="1", unit_price="20", tax_id=untaxed))
    page.locator("#pay").click()
    expect(page.get_by_text("The invoice changed while you were looking at it. Nothing was charged.")).to_be_visible()
    expect(page.locator("#banner")).to_contain_text("100.00 → 120.00")
    expect(page.locator("ins").filter(has_text="Travel")).to_be_visible()
    page.get_by_role("button", name="Pay $120.00 USD").click()
    fill_card(page, VISA)
    expect_paid(page, "Visa ··4242")


def test_whoever_was_paying_while_the_invoice_changed_is_told_so_on_their_way_back(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=(("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00")))
    page = customer(share_order(order))
    assert press_pay(page) == "$633.00 USD"
    expect(page.locator("h1")).to_have_text("Northlight Studio")
    theirs = staff("staff")
    save_quantity(theirs, order, "Twilight shoot", "3")
    expect(theirs.get_by_text("The customer had the payment page open; it was closed")).to_be_visible()
    fill_card(page, VISA)
    expect(page.get_by_role("heading", name="This page has expired")).to_be_visible()
    page.get_by_role("link", name="Back to Northlight Studio").click()
    told = "The invoice changed while you were paying: 633.00 → 822.90. Nothing was charged."
    expect(page.locator("#banner span")).to_have_text(told)
    row = page.locator("tbody tr").filter(has_text="Twilight shoot")
    expect(row.locator("td ins").last).to_have_text("now 540.00")
    assert press_pay(page) == "$822.90 USD"
    fill_card(page, VISA)
    expect_paid(page, "Visa ··4242")


def test_staff_who_save_an_item_while_the_customer_pays_are_told_that_it_closed_the_page(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=(("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00")))
    link = share_order(order)
    page = customer(link)
    press_pay(page)
    expect(page.locator("h1")).to_have_text("Northlight Studio")
    theirs = staff("staff")
    theirs.goto(routes.order(order.number))
    theirs.get_by_role("button", name="Actions for Twilight shoot").click()
    theirs.get_by_role("menuitem", name="Edit", exact=True).click()
    dialog = theirs.get_by_role("dialog", name="Edit item")
    dialog.get_by_label("Quantity").fill("3")
    dialog.get_by_role("button", name="Save item", exact=True).click()
    told = "The customer had the payment page open; it was closed, and their invoice shows the new amount."
    expect(theirs.get_by_text(told, exact=True)).to_be_visible()
    page.goto(link)
    press_pay(page)
    expect(page.locator("h1")).to_have_text("Northlight Studio")
    theirs.get_by_role("button", name="Actions for Twilight shoot").click()
    theirs.get_by_role("menuitem", name="Remove", exact=True).click()
    expect(theirs.get_by_text(f"Item removed. {told}")).to_be_visible()


def test_the_browsers_own_way_back_marks_what_changed_as_well(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=(("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00")))
    page = customer(share_order(order))
    press_pay(page)
    save_quantity(staff("staff"), order, "Twilight shoot", "3")
    page.go_back()
    expect(page.locator("#banner")).to_contain_text("633.00 → 822.90")
    expect(page.locator("#pay")).to_have_text("Pay $822.90 USD")


def test_files_are_locked_until_paid_and_then_come_down_from_the_same_link(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, owner: Actor
) -> None:
    order = make_order()
    delivering.add_file(owner, order.id, "loft-01.png", PNG)
    page = customer(share_order(order))
    link = page.url
    expect(page.get_by_text("loft-01.png")).to_be_visible()
    expect(page.get_by_role("link", name="loft-01.png")).to_have_count(0)
    expect(page.get_by_text("Locked.")).to_be_visible()
    press_pay(page)
    fill_card(page, VISA)
    expect_paid(page, "Visa ··4242")
    assert page.url.split("?")[0] == link
    with page.expect_download() as download:
        page.get_by_role("link", name="loft-01.png").click()
    assert download.value.suggested_filename == "loft-01.png"
    assert Path(download.value.path()).read_bytes() == PNG


def test_the_link_first_asks_for_a_card_where_the_flow_holds_one(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer
) -> None:
    page = customer(share_order(make_order(flow=INTERIORS)))
    asked = "asks you to leave a card, and may then charge what is due on this order to it. Nothing is charged now."
    expect(page.get_by_text(asked)).to_be_visible()
    expect(page.locator("button:visible:not(.quiet)")).to_have_text(["Leave a card"])
    expect(page.locator("button.quiet:visible")).to_have_text([re.compile("^Pay ")])
    expect(page.get_by_label("Keep my card")).to_have_count(0)
    page.get_by_role("button", name="Leave a card").click()
    fill_card(page, VISA)
    expect(page.get_by_text("Thank you. Your card was saved; nothing was charged.")).to_be_visible()
    expect(page.get_by_text("keeps your card Visa ··4242 for this order")).to_be_visible()
    expect(page.get_by_role("button", name="Leave a card")).to_have_count(0)
    expect(page.locator("#pay")).to_be_visible()


def test_a_revoked_link_and_an_unknown_one_look_the_same(
    make_order: MakeOrder, customer: OpenCustomer, owner: Actor, desk: Desk, console_errors: ConsoleErrors
) -> None:
    console_errors.expect("404")
    link = sharing.create_link(owner, make_order().invoice_id)
    sharing.revoke_link(owner, link.id)
    revoked = customer(link.url)
    unknown = customer(f"{desk.url}/i/{'A' * 43}")
    expect(revoked.locator("h1")).to_have_text("This link does not open anything")
    assert revoked.locator("main").inner_text() == unknown.locator("main").inner_text()


def test_on_a_phone_pay_stays_at_the_bottom_and_nothing_scrolls_sideways(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer
) -> None:
    phone = {"viewport": {"width": 390, "height": 700}, "is_mobile": True, "has_touch": True}
    items = tuple((f"Photograph {number} of the harbour at dusk", "1", "12.00") for number in range(20))
    page = customer(share_order(make_order(items=items)), **phone)
    box = page.locator("#pay").bounding_box()
    assert box is not None and box["y"] + box["height"] <= 700 and box["y"] > 600
    page.mouse.wheel(0, 600)
    scrolled = page.locator("#pay").bounding_box()
    assert scrolled is not None and scrolled["y"] == pytest.approx(box["y"], abs=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator("td .narrow").first).to_be_visible()


def test_the_whole_invoice_is_there_without_javascript(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer
) -> None:
    page = customer(share_order(make_order()), java_script_enabled=False)
    for text in ("Drone photos", "Twilight shoot", "600.00", "Harbour Loft shoot", "Billed to"):
        expect(page.get_by_text(text).first).to_be_visible()
    press_pay(page)


def test_on_paper_there_is_the_invoice_and_no_button(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer
) -> None:
    page = customer(share_order(make_order()))
    page.emulate_media(media="print")
    expect(page.locator("#total")).to_be_visible()
    expect(page.locator("#pay")).to_be_hidden()
    expect(page.locator("#live")).to_be_hidden()
    expect(page.get_by_text("Due").last).to_be_visible()
