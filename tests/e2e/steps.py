"""What a customer and staff do in a browser, said once for all the tests that do it."""

import re

from playwright.sync_api import Locator, Page, expect

from invoice_app import routes
from tests.e2e.conftest import OrderAtHand

VISA = "4242 4242 4242 4242"


def press_pay(page: Page) -> str:
    """Press Pay; answers the amount it promised to take."""
    promised = page.locator("#pay").inner_text().removeprefix("Pay ")
    page.locator("#pay").click()
    expect(page.locator(".amount")).to_contain_text(promised.removesuffix(" USD"))
    return promised


def fill_card(page: Page, number: str) -> None:
    """Fill in the hosted page and send it."""
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("CVC").fill("123")
    page.get_by_label("Name on card").fill("Vera Lindt")
    page.locator("form.payment button[type=submit]").click()


def leave_card(page: Page, number: str) -> None:
    """The customer's link asks for a card first, where the flow holds one."""
    page.get_by_role("button", name=re.compile("card", re.IGNORECASE)).first.click()
    fill_card(page, number)
    page.wait_for_url("**/i/**")


def open_drawer(page: Page, order: OrderAtHand) -> Locator:
    """Sign-in is done; go to the order and press Change Invoice."""
    page.goto(routes.order(order.number))
    page.get_by_role("button", name="Change Invoice", exact=True).click()
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    expect(drawer).to_be_visible()
    return drawer


def start_adding(page: Page, tab: str) -> Locator:
    page.get_by_role("button", name="+ Add item", exact=True).click()
    dialog = page.get_by_role("dialog", name="Add item", exact=True)
    dialog.get_by_role("tab", name=tab, exact=True).click()
    return dialog


def total_of(drawer: Locator) -> Locator:
    return drawer.locator(".totals__row").filter(has=drawer.page.get_by_text("Total", exact=True)).locator(".money")


def save_quantity(staff_page: Page, order: OrderAtHand, line: str, quantity: str) -> None:
    """Staff change one quantity in the drawer and save."""
    staff_page.goto(routes.order(order.number))
    staff_page.get_by_role("button", name="Change Invoice", exact=True).click()
    drawer = staff_page.get_by_role("dialog", name="Invoice", exact=True)
    drawer.get_by_label(f"Quantity of {line}").fill(quantity)
    expect(drawer.get_by_text("Unsaved changes.")).to_be_visible()
    staff_page.get_by_role("button", name="Save Invoice", exact=True).click()


def open_details(page: Page, order: OrderAtHand) -> Locator:
    page.goto(routes.order(order.number))
    page.get_by_role("button", name="Payment details", exact=True).click()
    drawer = page.get_by_role("dialog", name="Payment details", exact=True)
    expect(drawer).to_be_visible()
    return drawer


def make_payment(page: Page) -> Locator:
    page.get_by_role("button", name="Make Payment", exact=True).click()
    dialog = page.get_by_role("dialog", name="Make Payment", exact=True)
    expect(dialog).to_be_visible()
    return dialog
