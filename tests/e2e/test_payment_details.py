"""Staff take payments: every attempt in plain words, cash and check, the held card (A3–A9)."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from invoice_app import routes
from invoice_app.demo.studio import EDITORIAL, INTERIORS
from invoice_app.domain.access import Actor
from invoice_app.services import itemising, ordering
from invoice_app.services.order_views import ItemForm, OrderForm
from tests.e2e.conftest import OrderAtHand
from tests.e2e.steps import VISA, leave_card, make_payment, open_details, save_quantity

ITEMS = (("Drone photos", "1", "240.00"),)
REFUSED_LATER = "4000 0000 0000 0341"


def draw_photo() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(kept, "PNG")
    return kept.getvalue()


@pytest.mark.parametrize("method", ["Cash", "Check"])
def test_cash_or_check_for_all_that_is_due_unlocks_the_files(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], tmp_path: Any, method: str
) -> None:
    order = make_order(items=ITEMS)
    page = staff("staff")
    page.goto(routes.order(order.number))
    photo = tmp_path / "loft.png"
    photo.write_bytes(draw_photo())
    page.locator("input[type=file]").set_input_files(photo)
    files = page.get_by_role("region", name="Files")
    expect(files.get_by_role("link", name="loft.png")).to_be_visible()
    expect(files.locator(".badge")).to_have_text("Locked")

    details = open_details(page, order)
    dialog = make_payment(page)
    dialog.get_by_role("tab", name=method, exact=True).click()
    dialog.get_by_role("textbox", name="Amount", exact=True).fill("100")
    dialog.get_by_role("button", name="Record payment", exact=True).click()
    expect(details.locator(".attempt")).to_have_count(1)
    expect(details.locator(".sums")).to_contain_text("$153.20 USD")
    expect(files.locator(".badge")).to_have_text("Locked")

    dialog = make_payment(page)
    dialog.get_by_role("tab", name=method, exact=True).click()
    expect(dialog.get_by_role("textbox", name="Amount", exact=True)).to_have_value("153.20")
    dialog.get_by_role("button", name="Record payment", exact=True).click()
    expect(details.locator(".attempt")).to_have_count(2)
    expect(details.locator(".attempt").first).to_contain_text(method)
    expect(details.get_by_role("button", name="Make Payment")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(files.locator(".badge")).to_have_text("Unlocked")
    expect(page.get_by_role("region", name="Order Details").locator(".card__head .badge")).to_have_text("Paid")


def test_more_than_is_due_is_refused_at_the_amount(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    page = staff("staff")
    details = open_details(page, make_order(items=ITEMS))
    dialog = make_payment(page)
    dialog.get_by_role("textbox", name="Amount", exact=True).fill("253.21")
    dialog.get_by_role("button", name="Record payment", exact=True).click()
    expect(dialog.locator("#amount-error")).to_have_text("This is more than is due: $253.20 USD.")
    page.keyboard.press("Escape")
    expect(details.locator(".attempt")).to_have_count(0)


def test_without_hold_credit_card_no_card_is_offered(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    open_details(page, make_order(items=ITEMS))
    dialog = make_payment(page)
    expect(dialog.get_by_role("tab")).to_have_text(["Cash", "Check"])


def test_the_held_card_is_charged_in_one_step(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_order(items=ITEMS, flow=INTERIORS)
    leave_card(customer(share_order(order)), VISA)
    page = staff("staff")
    details = open_details(page, order)
    dialog = make_payment(page)
    expect(dialog.get_by_role("radio", name=re.compile("Visa ··4242"))).to_be_checked()
    dialog.get_by_role("button", name="Charge $253.20 USD", exact=True).click()
    expect(details.locator(".attempt").first).to_contain_text("Succeeded")
    expect(details.locator(".attempt").first).to_contain_text("Visa ··4242")
    expect(details.locator(".sums")).to_contain_text("$0.00 USD")


def test_a_declined_held_card_leaves_one_failed_attempt_that_says_why(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_order(items=ITEMS, flow=INTERIORS)
    leave_card(customer(share_order(order)), REFUSED_LATER)
    page = staff("staff")
    details = open_details(page, order)
    dialog = make_payment(page)
    dialog.get_by_role("button", name="Charge $253.20 USD", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(dialog.locator(".button--primary")).to_have_text("Send link")
    expect(dialog.get_by_role("button", name="Try again: $253.20 USD", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(details.locator(".attempt")).to_have_count(1)
    attempt = details.locator(".attempt")
    expect(attempt.locator(".badge")).to_have_text("Failed")
    expect(attempt.locator(".attempt__reason")).to_contain_text("declined")
    expect(details.locator(".sums")).to_contain_text("$253.20 USD")


def test_charging_for_a_draft_the_customer_was_never_sent_is_asked_about(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
    owner: Actor,
) -> None:
    order = make_order(items=ITEMS, flow=INTERIORS)
    leave_card(customer(share_order(order)), VISA)
    first = ordering.open_order(owner, order.number)
    again = OrderForm(title="Second visit", customer_id=first.customer_id, flow_id=first.flow_id)
    second = ordering.open_order(owner, ordering.create_order(owner, again))
    itemising.add_item(owner, second.id, ItemForm("Drone photos", "1", "240.00", tax_id=first.items[0].tax_id))
    page = staff("staff")
    page.goto(routes.order(second.number))
    page.get_by_role("button", name="Payment details", exact=True).click()
    details = page.get_by_role("dialog", name="Payment details", exact=True)
    dialog = make_payment(page)
    charge = dialog.get_by_role("button", name="Charge $253.20 USD", exact=True)
    charge.click()
    expect(dialog.get_by_role("alert")).to_have_text("The customer was never sent this invoice. Charge the card all the same?")
    expect(details.locator(".attempt")).to_have_count(0)
    charge.click()
    expect(details.locator(".attempt").first).to_contain_text("Succeeded")


def test_a_flow_without_payments_names_the_missing_switch(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    page.goto(routes.order(make_order(items=ITEMS, flow=EDITORIAL).number))
    panel = page.get_by_role("region", name="Order Details")
    expect(panel.get_by_text(f"Payments are off for the booking flow “{EDITORIAL.name}”.")).to_be_visible()
    expect(panel.get_by_role("link", name="Open booking flows")).to_have_attribute("href", routes.settings_section("flows"))
    expect(panel.get_by_role("button", name="Change Invoice")).to_have_count(0)
    expect(panel.get_by_role("button", name="Payment details")).to_have_count(0)


def test_the_suggested_amount_follows_what_is_due_unless_somebody_typed_one(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order(items=ITEMS)
    page, colleague = staff("staff"), staff("admin")
    open_details(page, order)
    dialog = make_payment(page)
    amount = dialog.get_by_role("textbox", name="Amount", exact=True)
    expect(amount).to_have_value("253.20")
    save_quantity(colleague, order, "Drone photos", "2")
    expect(amount).to_have_value("506.40")
    amount.fill("20")
    save_quantity(colleague, order, "Drone photos", "3")
    expect(dialog).to_contain_text("$759.60 USD")
    expect(amount).to_have_value("20")
