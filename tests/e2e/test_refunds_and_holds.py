"""Staff give money back and hold amounts from Payment details; the customer's page says what went back (D34, A6)."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from invoice_app import routes
from invoice_app.demo.studio import INTERIORS
from tests.e2e.conftest import OrderAtHand
from tests.e2e.steps import VISA, fill_card, leave_card, make_payment, open_details

ITEMS = (("Drone photos", "1", "240.00"),)


def test_a_payment_is_refunded_in_part_and_the_customer_reads_it_as_a_negative_payment(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_order(items=ITEMS)
    shared = customer(share_order(order))
    shared.get_by_role("button", name=re.compile("^Pay")).first.click()
    fill_card(shared, VISA)
    shared.wait_for_url("**/i/**")

    details = open_details(page := staff("owner"), order)
    details.get_by_role("button", name="Refund…").click()
    dialog = page.get_by_role("dialog", name="Refund a payment", exact=True)
    expect(dialog.get_by_role("textbox", name="Amount", exact=True)).to_have_value("253.20")
    dialog.get_by_role("textbox", name="Amount", exact=True).fill("253.21")
    dialog.get_by_role("button", name="Refund", exact=True).click()
    expect(dialog.locator("#refund_amount-error")).to_have_text("This is more than is left of the payment: $253.20 USD.")
    dialog.get_by_role("textbox", name="Amount", exact=True).fill("53.20")
    dialog.get_by_role("textbox", name=re.compile("Reason")).fill("One shot was dark")
    dialog.get_by_role("button", name="Refund", exact=True).click()
    expect(dialog).to_have_count(0)

    payments = details.get_by_role("region", name="Payments", exact=True)
    expect(payments).to_contain_text("−$53.20 USD")
    expect(payments).to_contain_text("One shot was dark")
    expect(payments).to_contain_text("$200.00 USD left")
    expect(details.locator(".sums")).to_contain_text("$53.20 USD")
    details.get_by_text("Ledger", exact=True).click()
    expect(details.locator("#ledger tbody tr").first).to_contain_text("Refunded $53.20 USD to Visa ··4242")
    expect(details.locator("#ledger tbody tr td").nth(2)).to_have_text("53.20")

    # The open page of the customer follows by itself: a refund is a payment with the sign turned.
    went_back = shared.locator("dl.totals > div", has_text="Refund to Visa ··4242")
    expect(went_back).to_contain_text("Paid back")
    expect(went_back.locator("dd")).to_have_text("53.20")
    expect(shared.locator("#due")).to_have_text("$53.20 USD")


def test_cash_is_given_back_by_hand(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    page = staff("owner")
    details = open_details(page, make_order(items=ITEMS))
    make_payment(page).get_by_role("button", name="Record payment", exact=True).click()
    details.get_by_role("button", name="Refund…").click()
    dialog = page.get_by_role("dialog", name="Refund a payment", exact=True)
    expect(dialog).to_contain_text("Recorded here only: hand the money back yourself.")
    dialog.get_by_role("button", name="Refund", exact=True).click()
    expect(details.locator(".overlay__head .badge")).to_have_text("Refunded")
    expect(details.get_by_role("button", name="Refund…")).to_have_count(0)
    expect(details.get_by_role("button", name="Make Payment")).to_be_visible()


def test_those_who_may_not_refund_see_no_button(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    page = staff("staff")
    details = open_details(page, make_order(items=ITEMS))
    make_payment(page).get_by_role("button", name="Record payment", exact=True).click()
    expect(details.get_by_role("region", name="Payments", exact=True)).to_contain_text("Cash")
    expect(details.get_by_role("button", name="Refund…")).to_have_count(0)


def test_an_amount_is_held_on_the_customers_card_and_taken_in_part(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_order(items=ITEMS, flow=INTERIORS)
    leave_card(customer(share_order(order)), VISA)
    page = staff("staff")
    details = open_details(page, order)
    details.get_by_role("button", name="Hold an amount").click()
    dialog = page.get_by_role("dialog", name="Hold an amount", exact=True)
    dialog.get_by_role("textbox", name="Amount", exact=True).fill("200")
    dialog.get_by_role("button", name="Hold", exact=True).click()
    holds = details.get_by_role("region", name="Holds", exact=True)
    expect(holds.locator(".badge")).to_have_text("Held")
    expect(holds).to_contain_text("$200.00 USD")
    expect(holds).to_contain_text("Stands until")
    expect(details.get_by_role("button", name="Hold an amount")).to_have_count(0)

    holds.get_by_role("button", name="Take…").click()
    dialog = page.get_by_role("dialog", name="Take a held amount", exact=True)
    dialog.get_by_role("textbox", name="Amount", exact=True).fill("150")
    dialog.get_by_role("button", name="Take", exact=True).click()
    expect(holds.locator(".badge")).to_have_text("Taken")
    expect(details.locator(".sums")).to_contain_text("$103.20 USD")
    expect(details.get_by_role("region", name="Payments", exact=True)).to_contain_text("$150.00 USD")


def test_a_hold_is_released_after_a_question(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_order(items=ITEMS, flow=INTERIORS)
    leave_card(customer(share_order(order)), VISA)
    page = staff("staff")
    details = open_details(page, order)
    details.get_by_role("button", name="Hold an amount").click()
    page.get_by_role("dialog", name="Hold an amount", exact=True).get_by_role("button", name="Hold", exact=True).click()
    holds = details.get_by_role("region", name="Holds", exact=True)
    holds.get_by_role("button", name="Release…").click()
    question = page.get_by_role("dialog", name="Release a hold", exact=True)
    expect(question).to_contain_text("Release $253.20 USD on Visa ··4242?")
    question.get_by_role("button", name="Release", exact=True).click()
    expect(holds.locator(".badge")).to_have_text("Released")
    expect(details.locator(".sums")).to_contain_text("$253.20 USD")
    assert page.url.startswith("http") and routes.order(order.number) in page.url
