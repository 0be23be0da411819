"""The actions menu inside the invoice drawer: what it opens stands over the drawer, and the drawer shows what came of it."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from invoice_app import routes
from tests.e2e.conftest import OrderAtHand

ITEMS = (("Drone photos", "1", "240.00"), ("Twilight shoot", "2", "180.00"))


def open_drawer(page: Page, order: OrderAtHand) -> Locator:
    page.goto(f"{routes.order(order.number)}?open=invoice")
    drawer = page.locator("#invoice-drawer")
    expect(drawer.get_by_role("button", name="Actions", exact=True)).to_be_visible()
    return drawer


def choose(drawer: Locator, action: str) -> None:
    drawer.get_by_role("button", name="Actions", exact=True).click()
    drawer.get_by_role("menuitem", name=re.compile(f"^{action}")).click()


def expect_topmost(dialog: Locator) -> None:
    """Nothing stands between the dialog and whoever presses its buttons."""
    expect(dialog).to_be_visible()
    button = dialog.get_by_role("button").last
    assert button.evaluate(
        "it => { const b = it.getBoundingClientRect();"
        " return it.contains(document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)); }"
    )


def test_an_invoice_is_made_standalone_and_finalised_from_its_drawer_which_shows_it_by_itself(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("owner")
    drawer = open_drawer(page, make_order(items=ITEMS))
    choose(drawer, "Make standalone")
    expect_topmost(page.locator("#convert-invoice"))
    page.locator("#convert-invoice").get_by_role("button", name="Make standalone").click()
    expect(page.locator("#convert-invoice")).to_have_count(0)
    choose(drawer, "Finalise")
    asking = page.locator("#finalise-invoice")
    expect_topmost(asking)
    asking.get_by_role("button", name="Finalise", exact=True).click()
    expect(asking).to_have_count(0)
    expect(drawer.get_by_text("Finalised", exact=True)).to_be_visible()
    expect(drawer.get_by_text("This invoice is finalised. Correct it with a credit note.")).to_be_visible()
    expect(drawer.locator(".overlay__head")).to_contain_text(re.compile(r"NL-\d{4}-\d{5}"))
    expect(drawer.get_by_role("button", name="Save Invoice")).to_have_count(0)
    expect(drawer.get_by_role("button", name="Actions", exact=True)).to_be_focused()


def test_every_dialog_of_the_menu_opens_over_the_drawer_and_gives_the_focus_back(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("owner")
    drawer = open_drawer(page, make_order(items=ITEMS))
    for action in ("Due date, terms and note", "Make standalone", "Delete", "What changed", "History"):
        choose(drawer, action)
        over = page.locator("dialog[open]:not(#invoice-drawer)")
        expect_topmost(over)
        page.keyboard.press("Escape")
        expect(over).to_have_count(0)
        expect(drawer.get_by_role("button", name="Actions", exact=True)).to_be_focused()


def test_the_drawer_of_an_invoice_made_void_says_so_and_the_one_of_a_deleted_invoice_closes(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    page = staff("owner")
    drawer = open_drawer(page, make_order(items=ITEMS))
    choose(drawer, "Make standalone")
    page.locator("#convert-invoice").get_by_role("button", name="Make standalone").click()
    expect(page.locator("#convert-invoice")).to_have_count(0)
    choose(drawer, "Void")
    page.get_by_label("Reason").fill("Billed twice")
    page.locator("#void-invoice").get_by_role("button", name="Void", exact=True).click()
    expect(drawer.locator(".overlay__head .badge")).to_have_text("Void")
    expect(drawer.get_by_role("button", name="Save Invoice")).to_have_count(0)

    drawer = open_drawer(page, make_order(items=ITEMS))
    choose(drawer, "Delete")
    page.locator("#delete-invoice").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Invoice deleted")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("There is no invoice to pay.")).to_be_visible()
    expect(page).not_to_have_url(re.compile("open="))
    page.get_by_role("button", name="Add invoice").first.click()
    expect(page.get_by_role("dialog", name="Add an invoice")).to_be_visible()


def test_a_drawer_whose_invoice_a_colleague_deletes_closes_and_does_not_open_for_the_next_one(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order(items=ITEMS)
    page, colleague = staff("staff"), staff("owner")
    drawer = open_drawer(page, order)
    choose(open_drawer(colleague, order), "Delete")
    colleague.locator("#delete-invoice").get_by_role("button", name="Delete", exact=True).click()
    expect(drawer).to_have_count(0)
    colleague.get_by_role("region", name="Order Details").get_by_role("button", name="Add invoice").click()
    colleague.get_by_role("dialog", name="Add an invoice").get_by_role("button", name="Add invoice").click()
    expect(page.get_by_role("button", name="Change Invoice")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_foot_of_the_drawer_holds_every_button_and_axe_finds_nothing(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], width: int, scheme: str
) -> None:
    page = staff("owner", viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce")
    drawer = open_drawer(page, make_order(items=ITEMS))
    foot = drawer.locator(".overlay__foot")
    expect(foot.get_by_role("button", name="Save Invoice")).to_be_visible()
    # Without motion too, a drawer stands beside its place for its first frame.
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    shown = drawer.bounding_box()
    assert shown is not None
    for control in foot.locator("> .button").all():
        box = control.bounding_box()
        assert box is not None
        assert (shown["x"] <= box["x"], box["x"] + box["width"] <= width) == (True, True)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    drawer.get_by_role("button", name="Actions", exact=True).click()
    expect(drawer.get_by_role("menuitem", name="Delete")).to_be_visible()
    page.wait_for_timeout(250)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["target"]) for rule in found] == []
