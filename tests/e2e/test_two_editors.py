"""Two people in one invoice drawer: each sees the other and the field; different fields both survive; the same field asks."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from invoice_app import routes
from invoice_app.gateways.presence import FORGOTTEN_AFTER_S
from tests.e2e.conftest import OrderAtHand

OWNER, STAFF, READER = "Ingrid Solberg", "Miles Keane", "Petra Lang"


def open_drawer(page: Page, order: OrderAtHand) -> Locator:
    """The drawer of an order's invoice, whatever the person may do in it."""
    page.goto(routes.order(order.number, show="invoice"))
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    expect(drawer).to_be_visible()
    expect(drawer.get_by_role("list", name="Lines")).to_contain_text("×")
    return drawer


def others_in(drawer: Locator) -> Locator:
    return drawer.get_by_role("list", name="Also in this invoice").get_by_role("listitem")


def type_into(drawer: Locator, label: str, text: str) -> None:
    """Type and go on, as people do; the pause is the one after which the text is sent."""
    box = drawer.get_by_label(label, exact=True)
    box.fill(text)
    box.blur()
    expect(drawer.get_by_role("status").filter(has_text="Unsaved changes")).to_be_visible()


def save(drawer: Locator) -> None:
    drawer.get_by_role("button", name="Save Invoice", exact=True).click()
    expect(drawer.get_by_text("is saved.")).to_be_visible()


def test_each_sees_who_else_is_in_the_drawer_and_in_which_field_until_they_leave(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order()
    hers = open_drawer(staff("owner"), order)
    expect(others_in(hers)).to_have_count(0)
    his = open_drawer(staff("staff"), order)
    expect(others_in(hers)).to_have_text([re.compile(f"{STAFF}$")])
    expect(others_in(his)).to_have_text([re.compile(f"{OWNER}$")])
    expect(hers.get_by_role("status").filter(has_text=f"{STAFF} has this invoice open too.")).to_have_count(1)

    his.get_by_label("Quantity of Drone photos", exact=True).focus()
    box = hers.get_by_label("Quantity of Drone photos", exact=True)
    expect(box).to_have_accessible_description(STAFF)
    expect(others_in(hers)).to_have_text([re.compile(f"{STAFF}, in Quantity of Drone photos$")])
    his.get_by_label("Unit price of Twilight shoot", exact=True).focus()
    expect(box).to_have_accessible_description("")
    expect(hers.get_by_label("Unit price of Twilight shoot", exact=True)).to_have_accessible_description(STAFF)

    his.get_by_role("button", name="Send link", exact=True).focus()
    expect(hers.locator(".attended--here")).to_have_count(0)

    his.get_by_role("button", name="Close", exact=True).click()
    expect(others_in(hers)).to_have_count(0)
    expect(hers.get_by_role("status").filter(has_text=f"{STAFF} has left.")).to_have_count(1)


def test_one_whose_browser_is_gone_is_forgotten_after_a_while(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order()
    hers = open_drawer(staff("owner"), order)
    theirs = staff("staff")
    open_drawer(theirs, order)
    expect(others_in(hers)).to_have_count(1)
    theirs.context.close()
    expect(others_in(hers)).to_have_count(0, timeout=(FORGOTTEN_AFTER_S + 8) * 1000)


def test_ones_own_second_tab_is_nobody_else_and_who_may_only_read_is_seen_too(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order()
    page = staff("owner")
    first = open_drawer(page, order)
    second = open_drawer(page.context.new_page(), order)
    reading = open_drawer(staff("read_only"), order)
    expect(others_in(first)).to_have_text([re.compile(f"{READER}$")])
    expect(others_in(second)).to_have_text([re.compile(f"{READER}$")])
    expect(others_in(reading)).to_have_text([re.compile(f"{OWNER}$")])


def test_different_fields_both_survive_and_nobody_loses_a_letter(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]
) -> None:
    order = make_order()
    hers, his = open_drawer(staff("owner"), order), open_drawer(staff("staff"), order)
    box = hers.get_by_label("Description of Drone photos", exact=True)
    box.fill("Aerial pho")
    expect(hers.get_by_role("status").filter(has_text="Unsaved changes")).to_be_visible()
    type_into(his, "Unit price of Twilight shoot", "200")
    save(his)
    # Her price follows his save, while the field she types in keeps focus and text.
    expect(hers.get_by_label("Unit price of Twilight shoot", exact=True)).to_have_value("200.00")
    focused = hers.get_by_label("Description of Aerial pho", exact=True)
    expect(focused).to_be_focused()
    focused.press_sequentially("tos")
    expect(hers.get_by_label("Description of Aerial photos", exact=True)).to_have_value("Aerial photos")
    save(hers)
    expect(his.get_by_label("Description of Aerial photos", exact=True)).to_have_value("Aerial photos")
    expect(his.get_by_label("Unit price of Twilight shoot", exact=True)).to_have_value("200.00")


@pytest.mark.parametrize(("choice", "kept"), [("Keep mine", "2"), ("Take theirs", "5")])
def test_the_same_field_shows_both_values_and_asks(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], choice: str, kept: str
) -> None:
    order = make_order()
    hers, his = open_drawer(staff("owner"), order), open_drawer(staff("staff"), order)
    type_into(hers, "Quantity of Drone photos", "2")
    type_into(his, "Quantity of Drone photos", "5")
    save(his)
    asked = hers.get_by_role("alert").filter(has_text=f"{STAFF} saved revision")
    both = asked.get_by_role("group", name="Quantity of Drone photos").get_by_role("button")
    expect(both).to_have_text(["Keep mine2", "Take theirs5"])
    asked.get_by_role("button", name=choice).click()
    expect(asked).to_have_count(0)
    expect(hers.get_by_label("Quantity of Drone photos", exact=True)).to_have_value(kept)
    if choice == "Keep mine":
        save(hers)
    expect(his.get_by_label("Quantity of Drone photos", exact=True)).to_have_value(kept)


def test_several_fields_are_chosen_one_by_one(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    order = make_order()
    hers, his = open_drawer(staff("owner"), order), open_drawer(staff("staff"), order)
    for drawer, quantity, price in ((hers, "2", "250"), (his, "5", "260")):
        type_into(drawer, "Quantity of Drone photos", quantity)
        type_into(drawer, "Unit price of Drone photos", price)
    save(his)
    asked = hers.get_by_role("alert").filter(has_text="Nothing is overwritten")
    mine = asked.get_by_role("group", name="Quantity of Drone photos").get_by_role("button", name="Keep mine")
    mine.click()
    expect(mine).to_have_attribute("aria-pressed", "true")
    asked.get_by_role("group", name="Unit price of Drone photos").get_by_role("button", name="Take theirs").click()
    expect(asked).to_have_count(0)
    expect(hers.get_by_label("Quantity of Drone photos", exact=True)).to_have_value("2")
    expect(hers.get_by_label("Unit price of Drone photos", exact=True)).to_have_value("260.00")
    save(hers)
    expect(his.get_by_label("Quantity of Drone photos", exact=True)).to_have_value("2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_presence_and_the_question_are_accessible_and_fit(
    make_order: Callable[..., OrderAtHand], staff: Callable[..., Page], width: int, scheme: str
) -> None:
    order = make_order()
    page = staff("owner", viewport={"width": width, "height": 900}, color_scheme=scheme)
    hers, his = open_drawer(page, order), open_drawer(staff("staff"), order)
    type_into(hers, "Quantity of Drone photos", "2")
    type_into(his, "Quantity of Drone photos", "5")
    save(his)
    his.get_by_label("Discount on Twilight shoot", exact=True).focus()
    expect(hers.locator(".attended--here")).to_have_count(1)
    expect(hers.get_by_role("alert").filter(has_text="Nothing is overwritten")).to_be_visible()
    drawer_wide = hers.evaluate("drawer => drawer.scrollWidth <= drawer.clientWidth")
    assert (page.evaluate("document.documentElement.scrollWidth"), drawer_wide) == (width, True)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
