"""The orders list and what an order holds: filters in the address, items with Undo, files, live rows."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from invoice_app import routes
from tests.e2e.conftest import ConsoleErrors, OrderAtHand
from tests.e2e.desk import Desk

ITEMS = (("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00"))


def test_signing_in_leads_to_where_one_wanted_to_go(
    desk: Desk, open_context: Callable[..., Any], session_cookies: dict[str, str]
) -> None:
    page = open_context().new_page()
    page.goto(f"{routes.ORDERS}?search=Vera")
    expect(page).to_have_url(f"{desk.url}/sign-in/?next=%2Forders%2F%3Fsearch%3DVera")
    page.get_by_label("E-mail").fill("books@northlight.example")
    page.get_by_label("Password").fill("northlight-books")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("table", name="Orders").get_by_text("Vera Lindt").first).to_be_visible()
    page.get_by_role("button", name="Account", exact=True).click()
    session_cookies.pop("read_only", None)  # signing out ends every session of this colleague
    page.get_by_role("menuitem", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in to your invoicing desk")).to_be_visible()
    page.goto(routes.ORDERS)
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_a_wrong_password_is_said_without_saying_which(open_context: Callable[..., Any]) -> None:
    page = open_context().new_page()
    page.goto(routes.SIGN_IN)
    page.get_by_label("E-mail").fill("nobody@northlight.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("That e-mail and password do not match. Check both and try again.")


def test_filters_stand_in_the_address_and_back_undoes_them(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.ORDERS)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(25)
    page.get_by_label("Invoice", exact=True).select_option("overdue")
    expect(page).to_have_url(re.compile(r"/orders\?billing=overdue$"))
    expect(page.locator(".orders__billing").first).to_have_text("Overdue")
    assert set(page.locator(".orders__billing").all_inner_texts()) == {"Overdue"}
    customers = page.locator(".orders__customer")
    unsorted = customers.all_inner_texts()
    page.get_by_role("button", name="Customer", exact=True).click()
    expect(page.get_by_role("columnheader", name="Customer")).to_have_attribute("aria-sort", "descending")
    expect(customers).not_to_have_text(unsorted)
    names = customers.all_inner_texts()
    assert names == sorted(names, key=str.lower, reverse=True)
    page.go_back()
    page.go_back()
    expect(rows).to_have_count(25)
    expect(page.get_by_label("Invoice", exact=True)).to_have_value("")


def test_search_finds_by_customer_and_says_when_there_is_nothing(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.ORDERS)
    page.get_by_role("searchbox", name="Search orders").fill("juniper")
    expect(page.locator(".orders__customer").first).to_have_text("Juniper & Salt")
    page.get_by_role("searchbox", name="Search orders").fill("no such thing")
    expect(page.get_by_text("No orders match these filters")).to_be_visible()


def test_two_filters_chosen_at_once_both_count(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.ORDERS)
    expect(page.locator("tbody tr")).to_have_count(25)
    page.evaluate(
        """() => {
            for (const [name, value] of [["status", "completed"], ["billing", "paid"]]) {
                const select = document.getElementById(name);
                select.value = value;
                select.dispatchEvent(new Event("change", { bubbles: true }));
            }
        }"""
    )
    expect(page).to_have_url(re.compile(r"/orders\?status=completed&billing=paid$"))
    expect(page.get_by_label("Status", exact=True)).to_have_value("completed")
    expect(page.get_by_label("Invoice", exact=True)).to_have_value("paid")
    expect(page.locator(".orders__status").first).to_have_text("Completed")
    assert set(page.locator(".orders__billing").all_inner_texts()) == {"Paid"}


def test_the_search_field_says_what_is_searched_for_after_back_and_clear(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(f"{routes.ORDERS}?search=juniper")
    search, rows = page.get_by_role("searchbox", name="Search orders"), page.locator("tbody tr")
    expect(search).to_have_value("juniper")
    page.get_by_role("button", name="Clear filters").click()
    expect(search).to_have_value("")
    expect(rows).to_have_count(25)
    page.go_back()
    expect(search).to_have_value("juniper")
    expect(page.locator(".orders__customer").first).to_have_text("Juniper & Salt")


def test_a_page_past_the_last_shows_the_last(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(f"{routes.ORDERS}?page=99")
    expect(page.get_by_text(re.compile(r"^Page (\d+) of \1$"))).to_be_visible()
    expect(page.locator("tbody tr .row-link").first).to_be_visible()


def test_a_form_left_with_its_page_is_not_open_when_one_returns(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.BOOKINGS)
    page.get_by_role("link", name="Orders", exact=True).first.click()
    page.get_by_role("button", name="New order", exact=True).click()
    expect(page.get_by_role("dialog", name="New order")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Bookings")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_forward()
    expect(page.locator("tbody tr")).to_have_count(25)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="New order", exact=True).click()
    expect(page.get_by_role("dialog", name="New order")).to_be_visible()
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(25)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_new_order_opens_with_its_customer(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.ORDERS)
    page.get_by_role("button", name="New order", exact=True).click()
    dialog = page.get_by_role("dialog", name="New order")
    dialog.get_by_role("button", name="Create order", exact=True).click()
    expect(dialog.locator("#title-error")).to_have_text("Give it a title.")
    expect(dialog.locator("#customer_name-error")).to_have_text("Choose a customer, or give the new one a name.")
    dialog.get_by_label("Customer's name").fill("Nora Field")
    dialog.get_by_label("Title").fill("Lighthouse at dawn")
    dialog.get_by_label("Customer's e-mail").fill("nora@field.example")
    dialog.get_by_role("button", name="Create order", exact=True).click()
    expect(page.get_by_role("heading", name="Lighthouse at dawn")).to_be_visible()
    expect(page.get_by_role("region", name="Order Details")).to_contain_text("Nora Field")
    expect(page.get_by_text("Nothing on this order yet")).to_be_visible()


def test_items_are_added_edited_moved_removed_and_put_back(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    page.goto(routes.order(make_order(items=ITEMS).number))
    items = page.get_by_role("table", name="Items")
    names = items.locator(".items__name > span:first-child")
    page.get_by_role("button", name="Add an item", exact=True).click()
    dialog = page.get_by_role("dialog", name="Add an item")
    dialog.get_by_label("Description").fill("Floor plan")
    dialog.get_by_label("Unit price").fill("95")
    dialog.get_by_label("Discount").fill("10%")
    dialog.get_by_role("button", name="Add to order", exact=True).click()
    expect(names).to_have_text(["Drone photos", "Twilight shoot", "Floor plan"])
    expect(items.locator("tfoot .amount")).to_have_text("685.50")

    page.get_by_role("button", name="Actions for Floor plan").click()
    page.get_by_role("menuitem", name="Move up", exact=True).click()
    expect(names).to_have_text(["Drone photos", "Floor plan", "Twilight shoot"])

    page.get_by_role("button", name="Actions for Drone photos").click()
    page.get_by_role("menuitem", name="Edit", exact=True).click()
    dialog = page.get_by_role("dialog", name="Edit item")
    dialog.get_by_label("Quantity").fill("2")
    dialog.get_by_role("button", name="Save item", exact=True).click()
    expect(items.locator("tfoot .amount")).to_have_text("925.50")

    page.get_by_role("button", name="Actions for Drone photos").click()
    page.get_by_role("menuitem", name="Remove", exact=True).click()
    expect(names).to_have_text(["Floor plan", "Twilight shoot"])
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(names).to_have_text(["Drone photos", "Floor plan", "Twilight shoot"])
    expect(items.locator("tfoot .amount")).to_have_text("925.50")


def test_another_colleague_sees_the_change_without_reloading(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order(items=ITEMS)
    page, other = staff("staff"), staff("admin")
    other.goto(routes.order(order.number))
    expect(other.locator(".panel__due")).to_have_text("$633.00 USD")
    listed = staff("owner")
    listed.goto(f"{routes.ORDERS}?search={order.number}")
    expect(listed.locator(".orders__balance")).to_have_text("633.00")
    page.goto(routes.order(order.number))
    page.get_by_role("button", name="Actions for Twilight shoot").click()
    page.get_by_role("menuitem", name="Remove", exact=True).click()
    expect(other.locator(".panel__due")).to_have_text("$253.20 USD")
    expect(listed.locator(".orders__balance")).to_have_text("253.20")


def test_a_refused_upload_says_why_at_its_place(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], console_errors: ConsoleErrors, tmp_path: Any
) -> None:
    console_errors.expect("/files")
    page = staff("staff")
    page.goto(routes.order(make_order(items=ITEMS).number))
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ" + bytes(100))
    page.locator("input[type=file]").set_input_files(program)
    expect(page.locator("#upload-refusal")).to_be_visible()
    expect(page.locator("#upload-refusal")).to_contain_text("setup.exe")
    expect(page.locator(".files__row")).to_have_count(0)


def test_an_order_that_does_not_exist_says_so(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.order(999999))
    expect(page.get_by_text("No such order")).to_be_visible()


def test_search_over_everything_goes_to_an_order_by_keyboard(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order(items=ITEMS, title="Needle in the haystack")
    page = staff("staff")
    page.goto(routes.ORDERS)
    expect(page.locator("tbody tr").first).to_be_visible()
    page.keyboard.press("Control+k")
    search = page.get_by_role("dialog", name="Search").get_by_role("textbox", name="Search")
    expect(search).to_be_focused()
    page.keyboard.type("needle")
    expect(page.locator(".palette__option").first).to_contain_text("Needle in the haystack")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(routes.order(order.number) + "$"))
    expect(page.get_by_role("heading", name="Needle in the haystack")).to_be_visible()
