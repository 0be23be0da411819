"""An open customer page stays true: shows what staff saved, marked, without a jump; says when it cannot (A20, A22)."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Route, expect

from invoice_app import routes
from tests.e2e.conftest import ConsoleErrors, OrderAtHand
from tests.e2e.steps import VISA, fill_card, save_quantity

ITEMS = (("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00"))

MakeOrder = Callable[..., OrderAtHand]
ShareOrder = Callable[[OrderAtHand], str]
OpenCustomer = Callable[..., Page]
OpenStaff = Callable[..., Page]


def start_paying_a_part(page: Page) -> None:
    """Choose 200.00 of what is due and go to Stripe's page, which takes the card's fee with it."""
    page.get_by_label("Amount to pay").fill("200.00")
    expect(page.locator("#pay")).to_have_text("Pay $206.28 USD")
    page.locator("#pay").click()


def hold_answer(page: Page, address: str) -> list[Route]:
    """Keep the next request to an address from being answered; it stands in the list once it was made."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep, times=1)
    return held


def test_a_saved_change_is_marked_with_before_and_after_and_pay_takes_the_new_amount(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=ITEMS)
    theirs = customer(share_order(order))
    expect(theirs.locator("#pay")).to_have_text("Pay $633.00 USD")
    save_quantity(staff("staff"), order, "Twilight shoot", "3")
    expect(theirs.locator("#pay")).to_have_text("Pay $822.90 USD")
    expect(theirs.locator("#banner")).to_contain_text("Updated just now: 633.00 → 822.90")
    row = theirs.locator("tbody tr").filter(has_text="Twilight shoot")
    expect(row.locator("td del")).to_have_text(["was 2", "was 2", "was 360.00"])
    expect(row.locator("td ins").last).to_have_text("now 540.00")
    expect(theirs.locator("tbody tr").filter(has_text="Drone photos").locator("ins")).to_have_count(0)
    theirs.get_by_role("button", name="Got it").press("Enter")
    expect(theirs.locator("#banner")).to_have_count(0)
    expect(theirs.locator("ins")).to_have_count(0)
    expect(theirs.get_by_role("heading", level=1)).to_be_focused()
    theirs.locator("#pay").click()
    expect(theirs.locator(".amount")).to_contain_text("$822.90")


def test_a_change_moves_neither_the_reader_nor_what_they_ticked(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    items = tuple((f"Photograph {number}", "1", "12.00") for number in range(40))
    order = make_order(items=items)
    theirs = customer(share_order(order), viewport={"width": 820, "height": 700})
    theirs.get_by_label("Keep my card").check()
    theirs.get_by_label("Keep my card").focus()
    line = theirs.locator("tbody tr").filter(has_text="Photograph 20")
    line.scroll_into_view_if_needed()
    before = line.bounding_box()
    save_quantity(staff("staff"), order, "Photograph 39", "2")
    expect(theirs.locator("#total ins")).to_be_attached()
    after = line.bounding_box()
    assert before is not None and after is not None
    assert after["y"] == pytest.approx(before["y"], abs=2)
    expect(theirs.get_by_label("Keep my card")).to_be_checked()
    expect(theirs.get_by_label("Keep my card")).to_be_focused()


def test_a_change_leaves_the_keyboard_where_it_was(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=ITEMS)
    theirs = customer(share_order(order))
    download = theirs.get_by_role("link", name="Download the invoice as PDF")
    download.focus()
    save_quantity(staff("staff"), order, "Twilight shoot", "3")
    expect(theirs.locator("#pay")).to_have_text("Pay $822.90 USD")
    expect(download).to_be_focused()


def test_nothing_moves_under_a_finger_that_was_just_lifted_and_set_down_again(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=ITEMS)
    link = share_order(order)
    theirs, others = customer(link), customer(link)
    theirs.mouse.move(5, 5)
    theirs.mouse.down()
    theirs.mouse.up()
    theirs.mouse.down()
    save_quantity(staff("staff"), order, "Twilight shoot", "3")
    expect(others.locator("#pay")).to_have_text("Pay $822.90 USD")
    theirs.wait_for_timeout(300)
    expect(theirs.locator("#pay")).to_have_text("Pay $633.00 USD")
    theirs.mouse.up()
    expect(theirs.locator("#pay")).to_have_text("Pay $822.90 USD")


@pytest.mark.usefixtures("choices")
def test_an_answer_that_comes_late_does_not_undo_what_was_typed_since(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer
) -> None:
    page = customer(share_order(make_order(items=ITEMS)))
    late = hold_answer(page, "**/body?*part=60&*")
    with page.expect_request("**/body?*part=60&*"):
        page.get_by_label("Amount to pay").fill("60")
    page.get_by_label("Amount to pay").press_sequentially("0")
    late[0].continue_()
    expect(page.locator("#pay")).to_have_text("Pay $618.23 USD")
    expect(page.get_by_label("Amount to pay")).to_have_value("600")


@pytest.mark.usefixtures("choices")
def test_an_answer_that_comes_late_does_not_bring_back_what_was_understood(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=ITEMS)
    page = customer(share_order(order))
    save_quantity(staff("staff"), order, "Twilight shoot", "3")
    expect(page.locator("#banner")).to_be_visible()
    late = hold_answer(page, "**/body?*by=bank*")
    with page.expect_request("**/body?*by=bank*"):
        page.locator("#by-bank").check()
    page.get_by_role("button", name="Got it").click()
    late[0].continue_()
    expect(page.locator("#pay")).to_have_text("Pay $827.90 USD")
    expect(page.locator("#banner")).to_have_count(0)


@pytest.mark.usefixtures("choices")
def test_the_thanks_stay_while_staff_change_the_rest(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=ITEMS)
    page = customer(share_order(order))
    start_paying_a_part(page)
    fill_card(page, VISA)
    expect(page.get_by_text("Thank you. Your payment was received.")).to_be_visible()
    save_quantity(staff("staff"), order, "Twilight shoot", "3")
    expect(page.locator("#banner")).to_be_visible()
    expect(page.get_by_text("Thank you. Your payment was received.")).to_be_visible()


@pytest.mark.usefixtures("choices")
def test_the_browsers_way_back_from_paying_brings_the_choice_and_what_it_costs(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=ITEMS)
    page = customer(share_order(order))
    start_paying_a_part(page)
    expect(page.locator(".amount")).to_contain_text("$206.28")
    page.go_back()
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.locator("#pay-part")).to_be_checked()
    expect(page.locator("#pay")).to_have_text("Pay $206.28 USD")
    save_quantity(staff("staff"), order, "Twilight shoot", "3")
    expect(page.locator("#due")).to_have_text("$822.90 USD")
    expect(page.locator("#pay")).to_have_text("Pay $206.28 USD")


@pytest.mark.usefixtures("choices")
def test_another_choice_does_not_make_a_change_new_again(
    make_order: MakeOrder, share_order: ShareOrder, open_context: Callable[..., BrowserContext], staff: OpenStaff
) -> None:
    order = make_order(items=ITEMS)
    page = open_context().new_page()
    page.clock.install()
    page.goto(share_order(order))
    save_quantity(staff("staff"), order, "Twilight shoot", "3")
    expect(page.locator("#updated")).to_have_text("Updated just now")
    page.clock.fast_forward("01:30")
    expect(page.locator("#updated")).to_contain_text("Updated at")
    page.locator("#by-bank").check()
    expect(page.locator("#pay")).to_have_text("Pay $827.90 USD")
    expect(page.locator("#updated")).to_contain_text("Updated at")


def test_unsaved_changes_are_invisible_to_the_customer(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=ITEMS)
    theirs = customer(share_order(order))
    page = staff("staff")
    page.goto(routes.order(order.number))
    page.get_by_role("button", name="Change Invoice", exact=True).click()
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    drawer.get_by_label("Quantity of Twilight shoot").fill("3")
    expect(drawer.get_by_text("Unsaved changes.")).to_be_visible()
    theirs.reload()
    expect(theirs.locator("#pay")).to_have_text("Pay $633.00 USD")
    expect(theirs.locator("ins")).to_have_count(0)


def test_cash_recorded_at_the_desk_turns_the_open_page_into_the_receipt(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, staff: OpenStaff
) -> None:
    order = make_order(items=ITEMS)
    theirs = customer(share_order(order))
    page = staff("staff")
    page.goto(routes.order(order.number))
    page.get_by_role("button", name="Payment details").click()
    page.get_by_role("button", name="Make Payment", exact=True).click()
    page.get_by_role("button", name="Record payment", exact=True).click()
    expect(theirs.locator(".badge")).to_contain_text("Paid")
    expect(theirs.locator("#pay")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_axe_finds_nothing_on_the_customers_page(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenCustomer, scheme: str, width: int
) -> None:
    page = customer(share_order(make_order()), color_scheme=scheme, viewport={"width": width, "height": 900})
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_lost_connection_is_told_and_found_again(
    make_order: MakeOrder, share_order: ShareOrder, open_context: Callable[..., BrowserContext], console_errors: ConsoleErrors
) -> None:
    console_errors.expect("ERR_INTERNET_DISCONNECTED")
    context = open_context()
    page = context.new_page()
    page.goto(share_order(make_order()))
    expect(page.locator("#live")).to_have_text("Live: changes appear by themselves")
    context.set_offline(True)
    expect(page.locator("#live")).to_contain_text("You are offline. Showing the invoice of")
    context.set_offline(False)
    expect(page.locator("#live")).to_have_text("Live: changes appear by themselves")
