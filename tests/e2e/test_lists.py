"""Invoices, payments, customers, coupons and the mailbox: found, filtered, opened; and pages that do not exist."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from invoice_app import routes
from invoice_app.domain.access import Actor
from invoice_app.services import sharing
from tests.e2e.conftest import ConsoleErrors, OrderAtHand

LISTS = (routes.INVOICES, routes.PAYMENTS, routes.CUSTOMERS, routes.COUPONS, routes.SETTINGS, routes.MAILBOX)


def test_filters_of_invoices_survive_reload_and_back_undoes_them(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.INVOICES)
    rows, search = page.locator("tbody tr"), page.get_by_role("searchbox", name="Search invoices and customers")
    expect(rows).to_have_count(25)
    page.get_by_label("Status").select_option("Overdue")
    expect(page).to_have_url(re.compile(r"/invoices/?\?status=overdue$"))
    expect(rows.first.locator(".badge")).to_have_text("Overdue")
    assert set(rows.locator(".badge").all_inner_texts()) == {"Overdue"}
    overdue = rows.count()
    search.fill("Daniel")
    expect(page).to_have_url(re.compile(r"search=Daniel&status=overdue$"))
    expect(rows).to_have_count(1)
    page.reload()
    expect(rows).to_have_count(1)
    expect(search).to_have_value("Daniel")
    expect(page.get_by_label("Status")).to_have_value("overdue")
    search.fill("nobody by this name")
    expect(page.get_by_text("No invoices match these filters")).to_be_visible()
    page.get_by_role("button", name="Clear filters").last.click()
    expect(rows).to_have_count(25)
    expect(search).to_have_value("")
    page.go_back()
    page.go_back()
    expect(search).to_have_value("")
    expect(rows).to_have_count(25)
    assert overdue >= 1


def test_pages_of_a_list_are_turned_and_one_past_the_last_shows_the_last(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.INVOICES)
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text(re.compile(r"Page 2 of \d+"))).to_be_visible()
    page.goto(f"{routes.INVOICES}?page=99")
    expect(page.get_by_text(re.compile(r"Page (\d+) of \1$"))).to_be_visible()
    expect(page.locator("tbody tr .row-link").first).to_be_visible()


def test_a_failed_payment_says_why_and_opens_its_payment_details(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(f"{routes.PAYMENTS}?status=failed&search=Daniel")
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("Failed")
    expect(row.locator(".list__note")).not_to_be_empty()
    row.get_by_role("link").press("Enter")
    expect(page).to_have_url(re.compile(r"/orders/1030/?\?open=payments$"))
    expect(page.get_by_role("dialog").get_by_text("Visa ··0002")).to_be_visible()


def test_a_customers_row_lists_their_orders(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(f"{routes.CUSTOMERS}?search=okafor")
    page.get_by_role("link", name="Okafor & Lund Architects").click()
    expect(page.locator(".orders__customer").first).to_have_text("Okafor & Lund Architects")
    assert set(page.locator(".orders__customer").all_inner_texts()) == {"Okafor & Lund Architects"}


def test_an_open_list_shows_a_new_invoice_by_itself(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    order = make_order(customer="Lively Lists Ltd")
    page, editor = staff("staff"), staff("admin")
    page.goto(f"{routes.INVOICES}?search=Lively")
    balance = page.locator("tbody tr .list__amount")
    expect(balance).to_have_text("633.00")
    editor.goto(routes.order(order.number))
    editor.get_by_role("button", name="Actions for Drone photos").click()
    editor.get_by_role("menuitem", name="Edit").click()
    editor.get_by_role("dialog").get_by_label("Quantity").fill("2")
    editor.get_by_role("dialog").get_by_label("Quantity").press("Enter")
    expect(balance).to_have_text("886.20")


def test_a_coupon_typed_wrong_is_corrected_created_switched_off_and_back_on(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.COUPONS)
    page.get_by_role("button", name="New coupon").click()
    dialog = page.get_by_role("dialog", name="New coupon")
    expect(dialog.get_by_label("Code")).to_be_focused()
    page.keyboard.type("winter 25")
    dialog.get_by_label("Value").fill("250")
    dialog.get_by_label("Minimum").fill("400")
    dialog.get_by_label("Uses in all").fill("10")
    dialog.get_by_label("Customer", exact=True).select_option("Vera Lindt")
    dialog.get_by_label("Starts on").fill("2026-12-01")
    dialog.get_by_label("Ends on").fill("2026-11-01")
    dialog.get_by_role("button", name="Create coupon").click()
    expect(dialog.get_by_text("A percentage is above 0 and at most 100.")).to_be_visible()
    dialog.get_by_label("Value").fill("25")
    dialog.get_by_role("button", name="Create coupon").click()
    expect(dialog.get_by_text("The coupon ends before it starts.")).to_be_visible()
    expect(dialog.get_by_label("Code")).to_have_value("winter 25")
    dialog.get_by_label("Ends on").fill("2099-11-01")
    dialog.get_by_label("Ends on").press("Enter")
    expect(dialog).to_have_count(0)
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("WINTER25")
    expect(row).to_contain_text("Vera Lindt")
    expect(row).to_contain_text("0 of 10")
    switch = page.get_by_role("switch", name="WINTER25 is on")
    switch.press("Space")
    expect(switch).not_to_be_checked()
    expect(row.locator(".badge")).to_have_text("Off")
    page.get_by_role("button", name="Undo").click()
    expect(switch).to_be_checked()


def test_the_mailbox_shows_what_a_customer_got_and_its_link_works(
    make_order: Callable[..., OrderAtHand], owner: Actor, staff: Callable[..., Page]
) -> None:
    order = make_order(customer="Mabel Reader")
    sharing.send_link(owner, order.invoice_id, recipient="mabel@example.com", message="Thank you, Mabel.")
    page = staff("staff")
    page.goto(routes.MAILBOX)
    page.get_by_role("link", name=re.compile("mabel@example.com")).click()
    expect(page).to_have_url(re.compile(r"message=\d+$"))
    message = page.frame_locator("iframe")
    expect(message.get_by_text("Thank you, Mabel.")).to_be_visible()
    page.get_by_role("tab", name="Message").press("ArrowRight")
    expect(page.locator("pre")).to_contain_text("$633.00 USD")
    page.get_by_role("tab", name="Message").click()
    with page.expect_popup() as opened:
        message.get_by_role("link", name=re.compile("View and pay")).click()
    expect(opened.value).to_have_url(re.compile(r"/i/[\w-]{43}$"))
    expect(opened.value.get_by_text("$633.00").first).to_be_visible()
    assert page.locator("iframe").get_attribute("sandbox") == "allow-popups allow-popups-to-escape-sandbox"


def test_an_address_that_is_no_page_says_so_and_the_front_door_leads_to_orders(
    staff: Callable[..., Page], console_errors: ConsoleErrors
) -> None:
    console_errors.expect("404")
    page = staff("read_only")
    answer = page.goto("/no-such-page")
    assert answer is not None and answer.status == 404
    expect(page.get_by_text("There is no page at this address")).to_be_visible()
    page.get_by_role("link", name="Go to orders").click()
    expect(page.get_by_role("table", name="Orders")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("table", name="Orders")).to_be_visible()


def test_on_a_phone_no_list_is_wider_than_the_screen(staff: Callable[..., Page]) -> None:
    page = staff("owner", viewport={"width": 390, "height": 844}, has_touch=True)
    for address in LISTS:
        page.goto(address)
        expect(page.locator(".card:not(:has(.skeleton))").first).to_be_visible()
        assert (address, page.evaluate("document.documentElement.scrollWidth")) == (address, 390)


# What is dark differs in its colours alone.
@pytest.mark.parametrize(("scheme", "rules"), [("light", {}), ("dark", {"runOnly": ["color-contrast"]})])
def test_axe_finds_nothing_on_the_other_staff_pages(
    staff: Callable[..., Page], console_errors: ConsoleErrors, scheme: str, rules: dict[str, Any]
) -> None:
    console_errors.expect("404")
    page = staff("owner", color_scheme=scheme)

    def check(where: str) -> None:
        page.wait_for_timeout(200)
        found = Axe().run(page, options=rules).response["violations"]
        assert [(where, rule["id"], rule["nodes"][0]["target"]) for rule in found] == []

    for address in (*LISTS, f"{routes.MAILBOX}?message=1", f"{routes.INVOICES}?search=nothing", "/no-such-page"):
        page.goto(address)
        expect(page.locator(":is(.card, .sign-in):not(:has(.skeleton))").first).to_be_visible()
        check(address)
    page.goto(routes.COUPONS)
    page.get_by_role("button", name="New coupon").click()
    page.get_by_role("button", name="Create coupon").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    check("new coupon with an error")
    page.goto(routes.SETTINGS)
    page.get_by_role("button", name="Add a flow").click()
    expect(page.get_by_role("textbox", name="Name of the new flow")).to_be_visible()
    page.get_by_role("button", name="Add a user").click()
    expect(page.get_by_role("dialog", name="Add a user")).to_be_visible()
    check("new user")
