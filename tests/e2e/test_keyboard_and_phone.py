"""The staff interface without a mouse, on a phone, and for screen readers."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from invoice_app import routes
from tests.e2e.conftest import OrderAtHand

ITEMS = (("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00"))
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def tab_to(page: Page, name: str, *, most: int = 60) -> None:
    """Press Tab until the control with this accessible name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(() => { const at = document.activeElement; return at.getAttribute('aria-label') || at.textContent.trim(); })()"
        )
        if focused == name:
            return
    raise AssertionError(f"Tab never reached {name}")


# What ends beyond the right edge of the window, hidden or not.
# What a cell cuts off with an ellipsis reaches out of nothing that can be seen.
REACHING_OUT = """(() => {
  const right = (one) => one.getBoundingClientRect().right;
  const isCut = (one) => {
    for (let around = one.parentElement; around; around = around.parentElement)
      if (getComputedStyle(around).overflowX !== "visible" && right(around) <= innerWidth + 0.5) return true;
    return false;
  };
  return [...document.querySelectorAll("main *")]
    .filter((one) => right(one) > innerWidth + 0.5 && !isCut(one))
    .map((one) => one.outerHTML.slice(0, 80));
})()"""


def test_a_fee_is_added_and_saved_by_keyboard_alone(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(routes.order(make_order(items=ITEMS).number))
    expect(page.locator(".panel__due")).to_have_text("$633.00 USD")
    tab_to(page, "Change Invoice")
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    expect(drawer).to_be_visible()
    tab_to(page, "+ Add item")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Add item", exact=True)
    expect(dialog).to_be_visible()
    page.get_by_role("tab", name="Coupons").focus()
    page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_role("tab", name="Fees")).to_have_attribute("aria-selected", "true")
    dialog.get_by_role("textbox", name="Name", exact=True).focus()
    page.keyboard.type("Travel")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("#add-item")).to_be_focused()
    page.keyboard.press("Control+s")
    expect(drawer.get_by_text(re.compile(r"^Revision \d+ is saved\."))).to_be_visible()
    expect(page.locator("#draft-due")).to_have_text("$664.65 USD")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(page.locator("#change-invoice")).to_be_focused()


def open_unit_price(page: Page, order: OrderAtHand) -> Locator:
    """The field of the first line's price, in the drawer, with the focus."""
    page.goto(routes.order(order.number, show="invoice"))
    price = page.get_by_role("textbox", name="Unit price of Drone photos", exact=True)
    price.focus()
    expect(price).to_have_value("240.00")
    return price


def test_the_shortcut_saves_what_was_typed_the_moment_before(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    price = open_unit_price(page, make_order(items=ITEMS))
    # In one breath: nothing of it has reached the server, so Save Invoice cannot be pressed yet.
    price.evaluate(
        """field => {
          field.select();
          document.execCommand("insertText", false, "300");
          field.dispatchEvent(new KeyboardEvent("keydown", { key: "s", ctrlKey: true, bubbles: true }));
        }"""
    )
    expect(page.get_by_text(re.compile(r"^Revision \d+ is saved\."))).to_be_visible()
    expect(page.locator("#draft-due")).to_have_text("$696.30 USD")


def test_the_shortcut_saves_nothing_that_is_typed_after_it(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    price = open_unit_price(page, make_order(items=ITEMS))
    page.keyboard.press("Control+s")
    price.fill("250")
    expect(page.get_by_text("Unsaved changes. Nothing was sent yet.")).to_be_visible()
    page.wait_for_timeout(3_500)  # longer than the shortcut waits
    expect(page.get_by_text("Unsaved changes. Nothing was sent yet.")).to_be_visible()


def test_the_shortcut_saves_nothing_that_comes_from_another_tab(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff")
    order = make_order(items=ITEMS)
    open_unit_price(page, order)
    other = page.context.new_page()
    elsewhere = open_unit_price(other, order)
    page.wait_for_timeout(2_500)  # longer ago than what the shortcut waits for
    page.keyboard.press("Control+s")
    elsewhere.fill("777")
    for tab in (page, other):
        expect(tab.get_by_text("Unsaved changes. Nothing was sent yet.")).to_be_visible()
    page.wait_for_timeout(3_500)
    expect(page.get_by_text("Unsaved changes. Nothing was sent yet.")).to_be_visible()


def test_escape_closes_only_the_topmost_overlay(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(f"{routes.order(make_order(items=ITEMS).number)}?open=invoice")
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    page.get_by_role("button", name="+ Add item", exact=True).click()
    dialog = page.get_by_role("dialog", name="Add item", exact=True)
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(drawer).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def test_rows_of_a_list_are_walked_by_arrows_and_opened_by_enter(staff: Callable[..., Page]) -> None:
    page = staff("staff")
    page.goto(f"{routes.ORDERS}?sort=number")
    first = page.locator("tbody tr").first.get_by_role("link")
    expect(first).to_have_text("32 Vesper Street")
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("tbody tr").nth(1).get_by_role("link")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="32 Vesper Street")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_names_of_two_hundred_unbroken_characters_wrap(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    width: int,
) -> None:
    order = make_order(items=ITEMS, title="T" * 200, customer="C" * 200)
    page = staff("staff", viewport={"width": width, "height": 844})
    lists = [
        f"{path}?search={name * 200}" for path, name in ((routes.ORDERS, "T"), (routes.INVOICES, "C"), (routes.CUSTOMERS, "C"))
    ]
    for address in (*lists, routes.order(order.number), share_order(order)):
        page.goto(address)
        expect(page.get_by_text(re.compile("T{200}|C{200}")).first).to_be_visible()
        assert (address, page.evaluate("document.documentElement.scrollWidth")) == (address, width)


def test_on_a_phone_nothing_is_wider_than_the_screen(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("staff", **PHONE)
    order = make_order(items=ITEMS)
    row, panel = page.locator(f'a[href="{routes.order(order.number)}"]'), page.locator(".panel__due")
    for address, content in ((routes.ORDERS, row), (routes.order(order.number), panel)):
        page.goto(address)
        expect(content).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate(REACHING_OUT) == []
    page.get_by_role("button", name="Change Invoice", exact=True).click()
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    box = drawer.bounding_box()
    assert box is not None and (box["width"], box["height"]) == (390, 844)
    assert drawer.locator(".overlay__body").evaluate("body => body.scrollWidth <= body.clientWidth")
    drawer.get_by_label("Quantity of Drone photos").fill("2")
    page.get_by_role("button", name="Save Invoice", exact=True).click()
    expect(page.locator("#draft-due")).to_have_text("$886.20 USD")
    expect(drawer.get_by_text(re.compile(r"^Revision \d+ is saved\."))).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_on_the_orders_pages(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], scheme: str, width: int
) -> None:
    page = staff("staff", color_scheme=scheme, viewport={"width": width, "height": 900})
    order = make_order(items=ITEMS)

    def check(where: str) -> None:
        page.wait_for_timeout(250)
        found = Axe().run(page).response["violations"]
        assert [(where, rule["id"], rule["nodes"][0]["target"]) for rule in found] == []

    page.goto(routes.ORDERS)
    expect(page.locator("tbody tr").first).to_be_visible()
    check("orders")
    page.goto(routes.order(order.number))
    expect(page.locator(".panel__due")).to_be_visible()
    check("order")
    page.get_by_role("button", name="Change Invoice", exact=True).click()
    page.get_by_label("Quantity of Drone photos").fill("x")
    expect(page.locator(".line .field__error")).to_be_visible()
    check("drawer with an error")
    page.get_by_role("button", name="+ Add item", exact=True).click()
    for tab in ("Coupons", "Discounts", "Fees"):
        page.get_by_role("tab", name=tab, exact=True).click()
        check(tab)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Send link", exact=True).click()
    expect(page.get_by_role("dialog", name="Send link", exact=True)).to_be_visible()
    check("send link")
    page.goto(f"{routes.order(order.number)}?open=payments")
    page.get_by_role("button", name="Make Payment", exact=True).click()
    expect(page.get_by_role("dialog", name="Make Payment", exact=True)).to_be_visible()
    check("make payment")
