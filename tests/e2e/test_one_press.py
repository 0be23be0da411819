"""One press, one effect: two presses that both reach the server while a dialog is open do what one does.

`button.click()` from a script carries no count of clicks, so the page lets both through: what holds then holds at the server.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from invoice_app import routes
from tests.e2e.conftest import OrderAtHand
from tests.e2e.desk import Desk
from tests.e2e.steps import make_payment, open_details, open_drawer, start_adding, total_of

ITEMS = (("Drone photos", "1", "240.00"),)


def press_twice(button: Locator) -> None:
    button.evaluate("button => { button.click(); button.click(); }")


def count(desk: Desk, question: str, *values: object) -> int:
    with sqlite3.connect(f"file:{Path(desk.environment['DATA_DIR']) / 'invoices.db'}?mode=ro", uri=True) as database:
        return int(database.execute(question, values).fetchone()[0])


def settle(page: Page) -> None:
    """Wait for the answer to whatever the page has sent: a tab's events are handled one after the other."""
    page.wait_for_timeout(700)


def test_money_is_recorded_once(desk: Desk, make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    order = make_order(items=ITEMS)
    page = staff("staff", reduced_motion="no-preference")
    details = open_details(page, order)
    dialog = make_payment(page)
    dialog.get_by_role("textbox", name="Amount", exact=True).fill("100")
    press_twice(dialog.get_by_role("button", name="Record payment", exact=True))
    expect(dialog).to_have_count(0)
    settle(page)
    expect(details.locator(".attempt")).to_have_count(1)
    expect(details.locator(".sums")).to_contain_text("$153.20 USD")

    dialog = make_payment(page)
    dialog.get_by_role("textbox", name="Amount", exact=True).fill("53.20")
    dialog.get_by_role("button", name="Record payment", exact=True).dblclick()
    expect(dialog).to_have_count(0)
    settle(page)
    expect(details.locator(".attempt")).to_have_count(2)
    assert count(desk, "SELECT count(*) FROM allocation WHERE invoice_id = ?", order.invoice_id) == 2


def test_a_refused_form_takes_another_press(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    page = staff("staff", reduced_motion="no-preference")
    details = open_details(page, make_order(items=ITEMS))
    dialog = make_payment(page)
    amount = dialog.get_by_role("textbox", name="Amount", exact=True)
    amount.fill("nothing")
    press_twice(dialog.get_by_role("button", name="Record payment", exact=True))
    expect(dialog.locator("#amount-error")).not_to_be_empty()
    amount.fill("20")
    dialog.get_by_role("button", name="Record payment", exact=True).click()
    expect(details.locator(".attempt")).to_have_count(1)


def test_a_fee_is_added_once(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    page = staff("staff", reduced_motion="no-preference")
    drawer = open_drawer(page, make_order(items=ITEMS))
    dialog = start_adding(page, "Fees")
    dialog.get_by_role("textbox", name="Name", exact=True).fill("Travel")
    dialog.get_by_role("textbox", name="Fee", exact=True).fill("30")
    expect(page.locator("#effect")).to_contain_text("+31.65")
    press_twice(dialog.get_by_role("button", name="Add fee", exact=True))
    expect(dialog).to_have_count(0)
    settle(page)
    expect(total_of(drawer)).to_have_text("284.85")
    dialog = start_adding(page, "Fees")
    dialog.get_by_role("textbox", name="Name", exact=True).fill("Ferry")
    dialog.get_by_role("textbox", name="Fee", exact=True).fill("10")
    dialog.get_by_role("button", name="Add fee", exact=True).dblclick()
    expect(dialog).to_have_count(0)
    settle(page)
    expect(total_of(drawer)).to_have_text("295.40")


def test_an_order_is_created_once(desk: Desk, staff: Callable[..., Page]) -> None:
    page = staff("staff", reduced_motion="no-preference")
    for title, press in (("Pressed by hand", Locator.dblclick), ("Pressed by script", press_twice)):
        page.goto(routes.ORDERS)
        page.get_by_role("button", name="New order", exact=True).click()
        dialog = page.get_by_role("dialog", name="New order")
        dialog.get_by_label("Customer's name").fill("Doris Twice")
        dialog.get_by_label("Customer's e-mail").fill("doris@twice.example")
        dialog.get_by_label("Title").fill(title)
        press(dialog.get_by_role("button", name="Create order", exact=True))
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        settle(page)
        assert count(desk, "SELECT count(*) FROM sales_order WHERE title = ?", title) == 1


def test_an_item_is_added_once_and_a_link_is_sent_once(
    desk: Desk, make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order(items=ITEMS)
    page = staff("staff", reduced_motion="no-preference")
    page.goto(routes.order(order.number))
    page.locator("#add-order-item").click()
    dialog = page.get_by_role("dialog", name="Add an item")
    dialog.get_by_label("Description").fill("Prints")
    dialog.get_by_label("Unit price").fill("12")
    press_twice(dialog.get_by_role("button", name="Add to order", exact=True))
    expect(dialog).to_have_count(0)
    settle(page)
    assert count(desk, "SELECT count(*) FROM item WHERE order_id = ? AND description = 'Prints'", order.id) == 1

    open_drawer(page, order)
    page.get_by_role("button", name="Send link", exact=True).click()
    dialog = page.get_by_role("dialog", name="Send link", exact=True)
    dialog.get_by_role("textbox", name="To", exact=True).fill("once@example.com")
    press_twice(dialog.get_by_role("button", name="Send", exact=True))
    expect(dialog).to_have_count(0)
    settle(page)
    assert count(desk, "SELECT count(*) FROM outgoingemail WHERE recipient = 'once@example.com'") == 1
