"""Settings: a switch is felt on the open order, people are let in and out, what is typed wrong is kept, others only look."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from invoice_app import routes
from invoice_app.demo.studio import Flow
from tests.e2e.conftest import OrderAtHand


def test_switching_a_flows_payments_off_shows_on_the_open_order_and_leads_back_here(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    settings = staff("admin")
    settings.goto(routes.settings_section("flows"))
    settings.get_by_role("button", name="Add a flow").click()
    name = settings.get_by_role("textbox", name="Name of the new flow")
    expect(name).to_be_focused()
    name.fill("Real estate listing")
    name.press("Enter")
    expect(settings.get_by_text("Another flow has this name.")).to_be_visible()
    name.fill("Weddings")
    name.press("Enter")
    payment = settings.get_by_role("switch", name="Payment for Weddings")
    expect(payment).to_be_checked()
    expect(settings.get_by_role("switch", name="Hold Credit Card for Weddings")).not_to_be_checked()

    order = make_order(flow=Flow("Weddings", payments_enabled=True, hold_card=False))
    page = staff("staff")
    page.goto(routes.order(order.number))
    expect(page.get_by_role("button", name="Change Invoice", exact=True)).to_be_enabled()
    payment.click()
    expect(settings.get_by_text("Payments are off for Weddings")).to_be_visible()
    expect(page.get_by_text("Payments are off for the booking flow “Weddings”.")).to_be_visible()
    page.get_by_role("link", name="Open booking flows").click()
    expect(page).to_have_url(re.compile(r"/settings/?#flows$"))
    expect(page.get_by_role("heading", name="Booking flows")).to_be_in_viewport()
    expect(page.get_by_text("An owner or admin of your organisation can change them.")).to_be_attached()
    expect(page.get_by_role("switch", name="Payment for Weddings")).not_to_be_checked()
    expect(page.get_by_role("switch", name="Payment for Weddings")).to_be_disabled()
    payment.click()
    expect(page.get_by_role("switch", name="Payment for Weddings")).to_be_checked()
    page.go_back()
    expect(page.get_by_role("button", name="Change Invoice", exact=True)).to_be_enabled()


def test_an_admin_makes_a_user_who_signs_in_and_is_let_out_again(
    staff: Callable[..., Page], open_context: Callable[..., BrowserContext]
) -> None:
    settings = staff("admin")
    settings.goto(routes.settings_section("users"))
    settings.get_by_role("button", name="Add a user").click()
    dialog = settings.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Noor Haddad")
    dialog.get_by_label("E-mail").fill("noor@northlight.example")
    dialog.get_by_label("Role").select_option("Staff")
    dialog.get_by_label("Password").fill("too short")
    assert "Owner" not in dialog.get_by_label("Role").inner_text()
    dialog.get_by_role("button", name="Add user").click()
    expect(dialog.get_by_text("Use 10 to 200 characters.")).to_be_visible()
    expect(dialog.get_by_label("Name")).to_have_value("Noor Haddad")
    dialog.get_by_label("Password").fill("ten or more of them")
    dialog.get_by_label("Password").press("Enter")
    expect(settings.get_by_text("noor@northlight.example")).to_be_visible()
    expect(settings.get_by_role("button", name="Edit Ingrid Solberg")).to_have_count(0)

    page = open_context().new_page()
    sign_in(page, "noor@northlight.example", "ten or more of them")
    page.goto(routes.settings_section("password"))
    page.get_by_label("Present password").fill("ten or more of those")
    page.get_by_label("New password").fill("another long password")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("That is not your present password.")).to_be_visible()
    page.get_by_label("Present password").fill("ten or more of them")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    sign_in(page, "noor@northlight.example", "another long password")

    settings.get_by_role("button", name="Edit Noor Haddad").click()
    dialog.get_by_role("switch", name="May sign in").click()
    dialog.get_by_role("button", name="Save user").click()
    expect(settings.get_by_text("Cannot sign in")).to_be_visible()
    page.goto(routes.INVOICES)
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def sign_in(page: Page, email: str, password: str) -> None:
    """Through the form, as people do."""
    page.goto(routes.SIGN_IN)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("table", name="Orders")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main").get_by_text("Noor Haddad")).to_be_visible()


def test_a_refused_settings_form_keeps_everything_typed_and_goes_to_the_error(staff: Callable[..., Page]) -> None:
    page = staff("owner")
    page.goto(routes.SETTINGS)
    form = page.get_by_role("region", name="Invoices")
    terms, days = form.get_by_label("Terms on the invoice"), form.get_by_label("Payment terms")
    before = terms.input_value()
    terms.fill("Payable at once, please.")
    days.fill("soon")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_have_text("Enter 0 to 365 days.")
    expect(days).to_be_focused()
    expect(days).to_be_in_viewport()
    expect(terms).to_have_value("Payable at once, please.")
    days.fill(" 21 ")
    days.press("Enter")
    expect(page.get_by_text("Invoice settings saved")).to_be_visible()
    expect(days).to_have_value("21")
    page.reload()
    expect(terms).to_have_value("Payable at once, please.")
    expect(page.get_by_role("region", name="Organisation").get_by_label("Currency")).to_be_disabled()
    terms.fill(before)
    days.fill("14")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Invoice settings saved")).to_be_visible()


def test_a_tax_is_added_and_made_the_one_new_items_start_with(staff: Callable[..., Page]) -> None:
    page = staff("admin")
    page.goto(routes.settings_section("taxes"))
    page.get_by_role("button", name="Add a tax").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("VAT 120 %")
    dialog.get_by_label("Rate").fill("120")
    dialog.get_by_role("button", name="Add tax").click()
    expect(dialog.get_by_text("A tax rate is between 0 and 100 %.")).to_be_visible()
    dialog.get_by_label("Name").fill("Lodging tax")
    dialog.get_by_label("Rate").fill("9.25")
    dialog.get_by_role("button", name="Add tax").click()
    row = page.get_by_role("listitem").filter(has_text="Lodging tax")
    expect(row).to_contain_text("9.25% · Standard rate")
    choose(page, "Lodging tax", "Make default")
    expect(row.get_by_text("Default", exact=True)).to_be_visible()
    expect(row.get_by_role("switch")).to_be_disabled()
    choose(page, "Maine sales tax 5.5%", "Make default")
    expect(row.get_by_text("Default", exact=True)).to_have_count(0)
    row.get_by_role("switch").click()
    expect(page.get_by_text("Lodging tax is off")).to_be_visible()


def choose(page: Page, tax: str, action: str) -> None:
    """By the keyboard: open the tax's menu, walk to the action."""
    page.get_by_role("button", name=f"Actions for {tax}").press("Enter")
    item: Any = page.get_by_role("menuitem", name=action)
    expect(page.get_by_role("menuitem", name="Edit").and_(page.locator(":focus"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(item).to_be_focused()
    page.keyboard.press("Enter")


def test_the_read_only_see_the_pages_and_can_change_nothing(staff: Callable[..., Page]) -> None:
    page = staff("read_only")
    page.goto(routes.SETTINGS)
    expect(page.get_by_text("You can look at the settings.")).to_be_visible()
    expect(page.get_by_role("region", name="Organisation").get_by_label("Name")).to_be_disabled()
    controls = page.get_by_role("main").locator("button, input[role=switch]").and_(page.locator(":enabled"))
    expect(controls).to_have_text(["Change password"])
    page.goto(routes.COUPONS)
    expect(page.get_by_text("You can look at the coupons.")).to_be_visible()
    expect(page.get_by_role("switch", name="AUTUMN10 is on")).to_be_disabled()
    expect(page.get_by_role("button", name="New coupon")).to_have_count(0)
    page.goto(routes.MAILBOX)
    page.get_by_role("list", name="Messages").get_by_role("link").first.click()
    expect(page.get_by_text("This message stays closed")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    page.get_by_role("link", name="All messages").click()
    expect(page.get_by_text("Choose a message")).to_be_visible()
