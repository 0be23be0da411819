"""The history of a record: a timeline that any page opens, with who, when, what, before and after."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from invoice_app import routes
from tests.e2e.conftest import OrderAtHand

ITEMS = (("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00"))


def open_history(page: Page) -> Locator:
    page.get_by_role("button", name="History", exact=True).click()
    dialog = page.get_by_role("dialog", name="History", exact=True)
    expect(dialog.get_by_role("list", name="History")).to_be_visible()
    return dialog


def test_a_saved_price_change_appears_with_both_amounts(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    page.goto(routes.order(make_order(items=ITEMS).number))
    page.get_by_role("button", name="Change Invoice", exact=True).click()
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    price = drawer.get_by_label("Unit price of Drone photos")
    price.fill("270.00")
    price.press("Tab")
    totals = drawer.locator(".totals__row").filter(has=page.get_by_text("Total", exact=True))
    expect(totals.locator(".money")).to_have_text("664.65")
    drawer.get_by_role("button", name="Save Invoice", exact=True).click()
    expect(drawer.get_by_text("Revision 4 is saved.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()

    dialog = open_history(page)
    entry = dialog.get_by_role("listitem").first
    expect(entry).to_contain_text("Saved the invoice")
    total = entry.locator("dl > div").filter(has_text="Total")
    expect(total.locator("del")).to_have_text("633.00")
    expect(total.locator("ins")).to_have_text("664.65")
    unit_price = entry.locator("dl > div").filter(has_text="Drone photos, unit price")
    expect(unit_price.locator("del")).to_have_text("240.00")
    expect(unit_price.locator("ins")).to_have_text("270.00")

    dialog.get_by_label("Kind of entries").select_option("Money")
    expect(dialog.get_by_text("Nothing to show")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(page.get_by_role("button", name="History", exact=True)).to_be_focused()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (820, "dark"), (1440, "light")])
def test_the_timeline_is_readable_for_everybody(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], width: int, scheme: str
) -> None:
    page = staff("staff", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(routes.order(make_order(items=ITEMS).number))
    dialog = open_history(page)
    expect(dialog.get_by_role("listitem").last).to_contain_text("Created the order")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(page).response["violations"] == []


def test_customers_coupons_and_settings_open_their_history(staff: Callable[..., Page]) -> None:
    page = staff("owner")
    page.goto(routes.COUPONS)
    page.get_by_role("button", name="History of AUTUMN10").click()
    dialog = page.get_by_role("dialog", name="History", exact=True)
    expect(dialog).to_contain_text("Coupon AUTUMN10")
    expect(dialog.get_by_role("listitem").last).to_contain_text("Created the coupon")
    page.goto(routes.CUSTOMERS)
    expect(dialog).not_to_be_visible()
    page.get_by_role("button", name="History of ").first.click()
    expect(dialog).to_be_visible()
    page.goto(routes.SETTINGS)
    open_history(page)
    dialog.get_by_label("Kind of entries").select_option("Sign-ins")
    expect(dialog.get_by_role("listitem").first).to_contain_text("Signed in")


def test_others_than_admins_see_no_history_of_the_settings(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.SETTINGS)
    expect(page.get_by_text("You can look at the settings.")).to_be_visible()
    expect(page.get_by_role("button", name="History", exact=True)).to_have_count(0)
