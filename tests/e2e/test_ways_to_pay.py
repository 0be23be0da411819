"""Part payments, fees by method, schedules and the self-check in a real browser."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from invoice_app import routes
from invoice_app.clock import utc_now
from tests.e2e.conftest import OrderAtHand
from tests.e2e.steps import VISA, fill_card, open_details, press_pay

MakeOrder = Callable[..., OrderAtHand]
ShareOrder = Callable[[OrderAtHand], str]
OpenPage = Callable[..., Page]


@pytest.mark.usefixtures("choices")
def test_the_customer_pays_a_part_with_the_fee_of_a_card(
    make_order: MakeOrder, share_order: ShareOrder, customer: OpenPage
) -> None:
    page = customer(share_order(make_order()))
    page.get_by_label("Amount to pay").fill("200.00")
    expect(page.locator("#pay")).to_have_text("Pay $206.28 USD")
    page.locator("#by-bank").check()
    expect(page.locator("#pay")).to_have_text("Pay $205.00 USD")
    page.locator("#by-card").check()
    expect(page.locator("#pay")).to_have_text("Pay $206.28 USD")
    expect(page.locator("#pay")).to_be_enabled()
    page.locator("#pay").click()
    expect(page.locator(".amount")).to_contain_text("$206.28")
    fill_card(page, VISA)
    expect(page.get_by_text("Thank you. Your payment was received.")).to_be_visible()
    expect(page.locator(".totals")).to_contain_text("Card fee")
    expect(page.locator(".badge").first).to_contain_text("Partly paid")


@pytest.mark.usefixtures("choices")
def test_a_refund_gives_the_fee_back_with_the_payment(
    make_order: MakeOrder, share_order: ShareOrder, staff: OpenPage, customer: OpenPage
) -> None:
    order = make_order()
    shared = customer(share_order(order))
    due = shared.locator("#due").inner_text()
    shared.locator("#pay").click()
    fill_card(shared, VISA)
    expect(shared.locator(".totals")).to_contain_text("Card fee")
    page = staff("owner")
    details = open_details(page, order)
    details.get_by_role("button", name="Refund…", exact=True).click()
    dialog = page.get_by_role("dialog", name="Refund a payment", exact=True)
    expect(dialog).to_contain_text(re.compile("The card fee of .* goes off the invoice with it"))
    dialog.locator("#refund-payment").click()
    expect(details.locator(".sums")).to_contain_text(due)
    expect(shared.locator("#due")).to_have_text(due)
    expect(shared.locator(".totals del")).to_contain_text(["Card fee"])
    expect(shared.get_by_text("Thank you. Your payment was received.")).to_have_count(0)


@pytest.mark.usefixtures("choices")
def test_without_javascript_the_choice_is_a_form(make_order: MakeOrder, share_order: ShareOrder, customer: OpenPage) -> None:
    page = customer(share_order(make_order()), java_script_enabled=False)
    page.locator("#pay-part").check()
    page.get_by_label("Amount to pay").fill("100.00")
    page.locator("#by-bank").check()
    page.get_by_role("button", name="Update").click()
    expect(page.locator("#pay")).to_have_text("Pay $105.00 USD")


def test_staff_agree_on_a_deposit_and_the_customer_pays_it(
    make_order: MakeOrder, share_order: ShareOrder, staff: OpenPage, customer: OpenPage
) -> None:
    order = make_order()
    link = share_order(order)
    page = staff("owner")
    page.goto(routes.order(order.number))
    page.locator("#payment-schedule-button").click()
    dialog = page.locator("#payment-schedule")
    expect(dialog.locator("#remaining")).to_contain_text("$0.00")
    later = (utc_now().date() + timedelta(days=40)).isoformat()
    dialog.locator("#value-0").fill("30")
    expect(dialog.locator("#remaining")).not_to_contain_text("$0.00")
    expect(dialog.locator("#save-schedule")).to_be_disabled()
    dialog.locator("#value-1").fill("70")
    dialog.locator("#due_on-1").fill(later)
    expect(dialog.locator("#remaining")).to_contain_text("$0.00")
    dialog.locator("#save-schedule").click()
    expect(dialog).to_have_count(0)
    shared = customer(link)
    expect(shared.locator("#schedule")).to_contain_text("Deposit")
    schedule = page.get_by_role("list", name="Payment schedule", exact=True)
    expect(schedule.locator("li")).to_contain_text(["Deposit", "Balance"])
    expect(schedule.locator(".badge")).to_have_text(["Due", "Upcoming"])
    deposit = shared.locator("#pay").inner_text()
    shared.locator("#pay-all").check()
    expect(shared.locator("#pay")).not_to_have_text(deposit)
    shared.locator("#pay-next").check()
    expect(shared.locator("#pay")).to_have_text(deposit)
    press_pay(shared)
    fill_card(shared, VISA)
    expect(shared.get_by_text("Thank you. Your payment was received.")).to_be_visible()
    expect(shared.locator("#schedule .badge")).to_have_text(["Paid"])
    expect(schedule.locator(".badge")).to_have_text(["Paid", "Upcoming"])


def test_the_self_check_of_the_sample_studio_says_zero(staff: OpenPage) -> None:
    page = staff("owner")
    page.goto(routes.SELF_CHECK)
    expect(page.locator("#books-verdict")).to_contain_text("0 problems.")
    page.locator("#compare-books").click()
    expect(page.locator("#compared-verdict")).to_contain_text("0 problems.")
