"""An open customer page stays true: shows what staff saved, marked, without a jump; says when it cannot (A20, A22)."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import OrderAtHand

MakeOrder = Callable[..., OrderAtHand]
ShareOrder = Callable[[OrderAtHand], str]
OpenCustomer = Callable[..., Page]
OpenStaff = Callable[..., Page]


def open_order(page: Page, order: OrderAtHand) -> None:
    """The order's page, live."""
    page.goto(f"/orders/{order.number}")
    expect(page.get_by_role("heading", name="Order Details")).to_be_visible()


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
    make_order: MakeOrder, share_order: ShareOrder, open_context: Callable[..., BrowserContext], console_errors: Any
) -> None:
    console_errors.expect("ERR_INTERNET_DISCONNECTED")
    context = open_context()
    page = context.new_page()
    page.goto(share_order(make_order()))
    expect(page.locator("#live")).to_have_text("Live: changes appear by themselves")
    context.set_offline(True)
    expect(page.locator("#live")).to_contain_text("You are offline. Showing the invoice of")
    context.set_offline(False)
    expect(page.locator("#live")).to_have_text("Live: changes appear by themselves", timeout=15_000)
