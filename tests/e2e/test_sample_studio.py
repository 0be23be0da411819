"""The sample studio as it comes up: what a newcomer sees in the first minute."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OrderAtHand
from tests.e2e.desk import Desk


@pytest.mark.parametrize("role", ["owner", "admin", "staff", "read_only"])
def test_every_colleague_finds_the_newest_orders(staff: Callable[..., Page], role: str) -> None:
    page = staff(role)

    page.goto("/orders?search=Cover")

    expect(page.get_by_text("Cover, winter issue")).to_be_visible()
    expect(page.get_by_text("#1046")).to_be_visible()


def test_the_link_of_the_start_opens_the_invoice_of_vera_lindt(desk: Desk, customer: Callable[..., Page]) -> None:
    link = re.search(r"http\S+/i/\S+", desk.log.read_text())
    assert link is not None

    page = customer(link.group())

    expect(page.get_by_text("Vera Lindt").first).to_be_visible()
    expect(page.get_by_text("$462.65 USD").first).to_be_visible()


def test_an_order_made_by_a_test_is_there_for_staff_and_customer(
    staff: Callable[..., Page],
    customer: Callable[..., Page],
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
) -> None:
    order = make_order(items=(("Drone photos", "1", "240.00"),))
    link = share_order(order)

    desk_page = staff()
    desk_page.goto(f"/orders/{order.number}")
    guest_page = customer(link)

    # 240.00 and 5.5 % sales tax.
    expect(desk_page.get_by_text("$253.20 USD").first).to_be_visible()
    expect(guest_page.get_by_text("$253.20 USD").first).to_be_visible()
