"""What stands open over one order never stands over another: a tab keeps its State over page loads."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from invoice_app import routes
from tests.e2e.conftest import OrderAtHand
from tests.e2e.steps import make_payment, open_details, open_drawer, start_adding

ITEMS = (("Drone photos", "1", "240.00"),)


@pytest.mark.parametrize("opened", ["the invoice", "payment details"])
def test_what_was_open_over_an_order_is_gone_on_the_page_of_the_next(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], opened: str
) -> None:
    first, second = make_order(items=ITEMS), make_order(items=ITEMS)
    page = staff("staff", reduced_motion="no-preference")
    if opened == "the invoice":
        open_drawer(page, first)
        start_adding(page, "Fees")
    else:
        open_details(page, first)
        make_payment(page)
    page.goto(routes.order(second.number))
    expect(page.locator(".order__facts")).to_contain_text(second.customer)
    expect(page.locator(".panel__due")).to_be_visible()
    page.wait_for_timeout(300)
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.goto(routes.order(first.number))
    expect(page.locator(".order__facts")).to_contain_text(first.customer)
    page.wait_for_timeout(300)
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_address_opens_the_overlay_of_its_own_order(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    first, second = make_order(items=ITEMS), make_order(items=(("Twilight shoot", "1", "180.00"),))
    page = staff("staff", reduced_motion="no-preference")
    open_drawer(page, first)
    page.goto(f"{routes.order(second.number)}?open=invoice")
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    expect(drawer.get_by_label("Quantity of Twilight shoot")).to_be_visible()
    expect(drawer.get_by_label("Quantity of Drone photos")).to_have_count(0)
