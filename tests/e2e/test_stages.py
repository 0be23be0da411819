"""The life of one invoice in a browser: finalised, credited, compared, void, brought back, deleted; numbers and their proof."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from invoice_app import routes
from invoice_app.domain.access import Actor
from invoice_app.services import collecting, converting, drafting, finalising, setting_invoices
from invoice_app.services.payment_views import ManualPaymentForm
from tests.e2e.conftest import OrderAtHand

ITEMS = (("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00"))


@pytest.fixture
def make_standalone(owner: Actor, make_order: Callable[..., OrderAtHand]) -> Callable[..., OrderAtHand]:
    """An order whose invoice is standalone."""

    def make(**facts: Any) -> OrderAtHand:
        order = make_order(**{"items": ITEMS, **facts})
        converting.separate_invoice(owner, order.invoice_id)
        return order

    return make


def open_order(page: Page, order: OrderAtHand) -> Locator:
    """The order's page; answers Order Details."""
    page.goto(routes.order(order.number))
    details = page.get_by_role("region", name="Order Details")
    expect(details.get_by_role("button", name="Actions", exact=True)).to_be_visible()
    return details


def choose(page: Page, action: str) -> Locator:
    """Press an entry of the actions menu; answers the dialog it opens."""
    page.get_by_role("region", name="Order Details").get_by_role("button", name="Actions", exact=True).click()
    page.get_by_role("menuitem", name=action).click()
    return page.get_by_role("dialog")


def read_number(details: Locator) -> str:
    text = details.locator("dl.definition").inner_text()
    found = re.search(r"NL-\d{4}-\d{5}", text)
    assert found is not None, text
    return found.group()


def test_a_finalised_invoice_takes_its_number_and_refuses_changes_on_every_open_page(
    make_standalone: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_standalone()
    guest = customer(share_order(order))
    page, colleague = staff("owner"), staff("staff")
    open_order(colleague, order).get_by_role("button", name="Change Invoice").click()
    drawer = colleague.get_by_role("dialog", name="Invoice")
    drawer.get_by_label("Unit price").first.fill("1.00")
    expect(drawer.get_by_text("Unsaved changes.")).to_be_visible()
    details = open_order(page, order)
    dialog = choose(page, "Finalise")
    expect(dialog.get_by_text("Lines, amounts and taxes can no longer change.")).to_be_visible()
    dialog.get_by_role("button", name="Finalise").click()
    expect(dialog).to_have_count(0)
    number = read_number(details)
    expect(details.get_by_text("Finalised", exact=True)).to_be_visible()
    expect(guest.get_by_role("heading", name=f"Invoice {number}")).to_be_visible()
    expect(drawer.get_by_text("This invoice is finalised. Correct it with a credit note.")).to_be_visible()
    expect(drawer.get_by_role("button", name="Save Invoice")).to_have_count(0)
    price = drawer.get_by_label("Unit price").first
    expect(price).not_to_be_editable()
    expect(price).to_have_css("border-top-color", "rgba(0, 0, 0, 0)")


def test_a_paid_invoice_is_not_voided_and_the_menu_says_why(
    owner: Actor, make_standalone: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_standalone()
    finalising.finalise_invoice(owner, order.invoice_id)
    form = ManualPaymentForm(method="cash", amount="10.00", received_on="2026-01-02")
    collecting.record_manual_payment(owner, order.invoice_id, form)
    page = staff("owner")
    open_order(page, order).get_by_role("button", name="Actions", exact=True).click()
    refused = page.get_by_role("menuitem", name=re.compile("^Void"))
    expect(refused).to_contain_text("Payments were made on this invoice. Refund them before you void it.")
    expect(refused).to_have_attribute("aria-disabled", "true")
    refused.dispatch_event("click")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_void_invoice_shows_void_to_the_customer_and_can_be_brought_back_where_allowed(
    owner: Actor,
    make_standalone: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_standalone()
    guest = customer(share_order(order))
    expect(guest.get_by_role("button", name=re.compile("Pay"))).to_be_visible()
    page = staff("owner")
    details = open_order(page, order)
    dialog = choose(page, "Void")
    dialog.get_by_role("button", name="Void").click()
    expect(dialog.get_by_text("Say why.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Void")).to_have_attribute("aria-busy", "false")
    dialog.get_by_label("Reason").fill("Billed twice")
    dialog.get_by_role("button", name="Void").click()
    expect(dialog).to_have_count(0)
    expect(details.get_by_text("Void").first).to_be_visible()
    expect(guest.get_by_text("This invoice was cancelled by Northlight Studio.")).to_be_visible()
    expect(guest.locator(".badge", has_text="Void")).to_be_visible()
    expect(guest.get_by_role("button", name=re.compile("Pay"))).to_have_count(0)
    assert "standalone" not in guest.content().lower()
    details.get_by_role("button", name="Actions", exact=True).click()
    expect(page.get_by_role("menuitem", name="Bring back")).to_contain_text("An administrator can allow it")
    page.keyboard.press("Escape")
    saved = setting_invoices.open_invoice_settings(owner).wording
    setting_invoices.save_wording(owner, setting_invoices.WordingForm(**{**vars(saved), "allow_unvoid": True}))
    try:
        dialog = choose(page, "Bring back")
        dialog.get_by_role("button", name="Bring back").click()
        expect(guest.get_by_role("button", name=re.compile("Pay"))).to_be_visible()
    finally:
        setting_invoices.save_wording(owner, saved)


def test_deleting_asks_what_becomes_of_the_items_of_a_connected_invoice(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order(items=ITEMS)
    page = staff("owner")
    open_order(page, order)
    dialog = choose(page, "Delete")
    dialog.get_by_label("stay on the booking and its events").check()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Invoice deleted")).to_be_visible()
    expect(page.get_by_text("There is no invoice to pay.")).to_be_visible()
    expect(page.get_by_text("Twilight shoot")).to_be_visible()


def test_a_credit_note_by_line_shows_its_effect_first_and_reaches_customer_and_timeline(
    owner: Actor,
    make_standalone: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_standalone()
    link = share_order(order)
    finalising.finalise_invoice(owner, order.invoice_id)
    guest = customer(link)
    page = staff("owner")
    details = open_order(page, order)
    dialog = choose(page, "Credit note")
    dialog.get_by_role("tab", name="Single lines").click()
    dialog.get_by_label("Drone photos").check()
    amount = dialog.get_by_label("Amount of Drone photos without tax")
    amount.fill("300")
    expect(dialog.get_by_text("This is more than is left to credit on the invoice.")).to_be_visible()
    amount.fill("100.00")
    effect = dialog.locator("#credit-effect")
    expect(effect).to_contain_text("$105.50 USD")
    expect(effect).to_contain_text("633.00 → 527.50")
    dialog.get_by_label("Reason").fill("One shot was dark")
    dialog.get_by_role("button", name="Issue credit note").click()
    expect(dialog).to_have_count(0)
    expect(details.locator(".panel__due")).to_have_text("$527.50 USD")
    credit = guest.get_by_role("link", name=re.compile(r"Credit note NLC-\d{4}-\d{5}"))
    expect(credit).to_be_visible()
    with guest.expect_download() as download:
        credit.click()
    assert re.fullmatch(r"NLC-\d{4}-\d{5}\.pdf", download.value.suggested_filename)
    details.get_by_role("button", name="Payment details").click()
    drawer = page.get_by_role("dialog", name="Payment details")
    expect(drawer.get_by_text(re.compile(r"NLC-\d{4}-\d{5}")).first).to_be_visible()
    expect(drawer.get_by_text("One shot was dark")).to_be_visible()


def test_any_two_revisions_stand_side_by_side_with_their_pdfs(
    owner: Actor, make_standalone: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_standalone()
    line = drafting.open_draft(owner, order.invoice_id).lines[0]
    drafting.edit_line(owner, order.invoice_id, line.key, "unit_price", "300.00")
    drafting.save_invoice(owner, order.invoice_id)
    page = staff("read_only")
    open_order(page, order)
    dialog = choose(page, "What changed")
    table = dialog.get_by_role("table", name="What changed")
    price = table.get_by_role("row", name=re.compile("Unit price"))
    expect(price).to_contain_text("240.00")
    expect(price).to_contain_text("300.00")
    expect(table.get_by_role("row", name=re.compile("Drone photos"))).to_contain_text("Changed")
    expect(table.get_by_role("row", name=re.compile("Twilight shoot"))).not_to_contain_text("Changed")
    dialog.get_by_label("From").select_option("1")
    expect(table.get_by_role("row", name=re.compile("Twilight shoot"))).to_contain_text("Added")
    with page.expect_download() as download:
        dialog.get_by_role("link", name="PDF of revision 2").click()
    assert download.value.suggested_filename.endswith("revision 2.pdf")


def test_numbering_is_previewed_while_typed_and_every_number_is_proven(
    owner: Actor, make_standalone: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_standalone()
    number = finalising.finalise_invoice(owner, order.invoice_id)
    page = staff("admin")
    page.goto(routes.settings_section("numbering"))
    section = page.get_by_role("region", name="Numbering")
    preview = section.locator("#number-preview")
    expect(preview).to_contain_text(re.compile(r"NL-\d{4}-\d{5}"))
    section.get_by_label("Pattern").fill("{prefix}/{sequence}")
    expect(preview).to_contain_text("NL/00001")
    section.get_by_label("Digits").fill("3")
    expect(section.get_by_text("Use 5 to 12 digits.").first).to_be_visible()
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_label("Digits")).to_have_attribute("aria-invalid", "true")
    expect(section.get_by_label("Pattern")).to_have_value("{prefix}/{sequence}")
    section.get_by_role("link", name="Every number and its document").click()
    expect(page.get_by_text("No gaps.")).to_be_visible()
    row = page.get_by_role("row", name=re.compile(number))
    expect(row).to_contain_text("Issued")
    row.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"/orders/{order.number}"))


def test_staff_without_the_right_look_at_invoice_settings(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.settings_section("invoices"))
    section = page.get_by_role("region", name="Invoices")
    expect(section.get_by_label("Payment terms")).to_be_disabled()
    expect(section.get_by_role("button", name="Save")).to_have_count(0)


def test_a_customer_is_edited_with_their_contact_person(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order(customer="Harbour & Hill")
    page = staff("staff")
    page.goto(f"{routes.CUSTOMERS}?search=Harbour")
    page.get_by_role("button", name=f"Edit {order.customer}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("no address")
    dialog.get_by_label("Contact person").fill("Vera Lindt")
    dialog.get_by_role("button", name="Save customer").click()
    expect(dialog.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("Contact person")).to_have_value("Vera Lindt")
    dialog.get_by_label("E-mail").fill("desk@harbour.example")
    save = dialog.get_by_role("button", name="Save customer")
    expect(save).to_have_attribute("aria-busy", "false")
    save.click()
    expect(page.get_by_role("row", name=re.compile("Harbour & Hill"))).to_contain_text("desk@harbour.example")


# What is dark differs in its colours alone.
@pytest.mark.parametrize(
    ("scheme", "width", "rules"),
    [("light", 1440, {}), ("light", 390, {}), ("dark", 1440, {"runOnly": ["color-contrast"]})],
)
def test_axe_finds_nothing_in_the_dialogs_of_an_invoices_life_and_nothing_is_wider_than_the_screen(
    owner: Actor,
    make_standalone: Callable[..., OrderAtHand],
    staff: Callable[..., Page],
    scheme: str,
    width: int,
    rules: dict[str, Any],
) -> None:
    order = make_standalone()
    page = staff("owner", color_scheme=scheme, viewport={"width": width, "height": 900})

    def check(where: str) -> None:
        page.wait_for_timeout(250)
        found = Axe().run(page, options=rules).response["violations"]
        assert [(where, rule["id"], rule["nodes"][0]["target"]) for rule in found] == []
        assert (where, page.evaluate("document.documentElement.scrollWidth")) == (where, width)

    def check_dialog(action: str) -> None:
        dialog = choose(page, action)
        expect(dialog).to_be_visible()
        check(action)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)

    details = open_order(page, order)
    details.get_by_role("button", name="Actions", exact=True).click()
    expect(page.get_by_role("menuitem", name="Void")).to_be_visible()
    check("the menu")
    page.keyboard.press("Escape")
    for action in ("Finalise", "Void", "Delete", "Terms and note", "What changed"):
        check_dialog(action)
    finalising.finalise_invoice(owner, order.invoice_id)
    check_dialog("Credit note")
    for address in (routes.settings_section("invoices"), routes.settings_section("numbering"), routes.NUMBERS):
        page.goto(address)
        expect(page.locator(".card:not(:has(.skeleton))").first).to_be_visible()
        check(address)
