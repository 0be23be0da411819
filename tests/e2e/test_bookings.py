"""Bookings in a browser: events, several invoices of both kinds, converting, Lost, the calendar, news of payments."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from invoice_app import routes
from invoice_app.domain.access import Actor
from invoice_app.services import itemising, ordering, planning
from invoice_app.services.booking_views import EventForm
from invoice_app.services.order_views import ItemForm
from tests.e2e.conftest import OrderAtHand
from tests.e2e.steps import fill_card, press_pay
from tests.local_stripe import VISA

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

MakeOrder = Callable[..., OrderAtHand]
ShareOrder = Callable[[OrderAtHand], str]
OpenCustomer = Callable[..., Page]
OpenStaff = Callable[..., Page]


@pytest.fixture
def make_booking(owner: Actor, make_order: MakeOrder) -> Callable[..., OrderAtHand]:
    """A booking with a dinner of 2,000.00 and a brunch of 500.00 on its connected invoice; with 5.5 % tax 2,637.50."""

    def make(**facts: str) -> OrderAtHand:
        order = make_order(items=(), **facts)
        tax = ordering.list_tax_choices(owner)[0].value
        for name, day, price in (("Dinner", "2027-03-05", "50.00"), ("Brunch", "2027-03-06", "12.50")):
            form = EventForm(name, day, "18:00", "", "23:00", "Great hall", "40")
            event_id = planning.add_event(owner, order.id, form)
            menu = ItemForm(f"{name} menu", "40", price, tax_id=tax, kind="menu", event_id=str(event_id))
            itemising.add_item(owner, order.id, menu)
        return order

    return make


def open_menu(page: Page, of: str, choose: str) -> None:
    page.get_by_role("button", name=f"Actions for {of}", exact=True).click()
    page.get_by_role("menuitem", name=choose, exact=True).click()


def item_names(page: Page) -> Locator:
    return page.get_by_role("table", name="Items").locator(".items__name > span:first-child")


def bills(page: Page) -> Locator:
    return page.get_by_role("table", name="Invoices").locator("tbody tr")


def test_an_item_changed_on_the_booking_shows_in_an_open_drawer_and_on_the_customers_page(
    make_booking: MakeOrder, share_order: ShareOrder, staff: OpenStaff, customer: OpenCustomer
) -> None:
    order = make_booking()
    theirs = customer(share_order(order))
    expect(theirs.locator("#pay")).to_have_text("Pay $2,637.50 USD")
    colleague = staff("admin")
    colleague.goto(f"{routes.order(order.number)}?open=invoice")
    drawer = colleague.get_by_role("dialog", name="Invoice", exact=True)
    expect(drawer.get_by_label("Unit price of Brunch menu")).to_have_value("12.50")
    page = staff("staff")
    page.goto(routes.order(order.number))
    open_menu(page, "Brunch menu", "Edit")
    dialog = page.get_by_role("dialog", name="Edit item")
    dialog.get_by_label("Unit price").fill("15")
    dialog.get_by_role("button", name="Save item", exact=True).click()
    expect(drawer.get_by_label("Unit price of Brunch menu")).to_have_value("15.00")
    expect(colleague.locator("#draft-due")).to_have_text("$2,743.00 USD")
    expect(theirs.locator("#pay")).to_have_text("Pay $2,743.00 USD")
    # And the other way: a line saved in the drawer is the item on the booking's page.
    drawer.get_by_label("Quantity of Dinner menu").fill("42")
    expect(drawer.get_by_text("Unsaved changes.")).to_be_visible()
    colleague.get_by_role("button", name="Save Invoice", exact=True).click()
    dinner = page.get_by_role("table", name="Items").locator("tr").filter(has_text="Dinner menu")
    expect(dinner.locator(".items__quantity")).to_have_text("42")


def test_a_booking_is_made_with_its_first_event_and_its_events_are_planned(staff: OpenStaff) -> None:
    page = staff("staff")
    page.goto(routes.BOOKINGS)
    page.get_by_role("button", name="New booking", exact=True).click()
    dialog = page.get_by_role("dialog", name="New booking")
    dialog.get_by_label("Title").fill("Harbor jubilee")
    dialog.get_by_label("Customer's name").fill("Juno Hale")
    dialog.get_by_role("button", name="Create booking", exact=True).click()
    expect(dialog.locator("#event_name-error")).to_have_text("Give the event a name.")
    dialog.get_by_label("Event", exact=True).fill("Gala")
    dialog.locator("#event_starts_on").fill("2027-05-08")
    dialog.locator("#event_starts").fill("19:00")
    dialog.locator("#event_ends").fill("01:30")
    dialog.get_by_label("Space").fill("Wharf Street loft")
    dialog.get_by_label("Guests").fill("80")
    dialog.get_by_role("button", name="Create booking", exact=True).click()
    expect(page.get_by_role("heading", name="Harbor jubilee")).to_be_visible()
    trail = page.get_by_role("navigation", name="Breadcrumb").get_by_role("link")
    expect(trail).to_have_text("Bookings")
    expect(trail).to_have_attribute("href", routes.BOOKINGS)
    expect(page.locator(".nav [aria-current=page]")).to_have_text("Bookings")
    heads = page.locator(".items__event > span:first-child")
    expect(heads).to_have_text(["Gala"])
    expect(page.locator(".items__event")).to_contain_text("May 8, 2027, 19:00 to 01:30 · Wharf Street loft, 80 guests")

    page.get_by_role("button", name="Add event", exact=True).click()
    form = page.get_by_role("dialog", name="Add an event")
    expect(form.locator("#event_starts_on")).to_have_value("2027-05-08")
    form.get_by_label("Event", exact=True).fill("Breakfast")
    form.locator("#event_starts_on").fill("2027-05-09")
    form.locator("#event_starts").fill("09:00")
    form.locator("#event_ends").fill("08:00")
    form.locator("#event_ends_on").fill("2027-05-09")
    form.get_by_role("button", name="Add event", exact=True).click()
    expect(form.locator("#event_ends_on-error")).to_have_text("It must end after it starts.")
    form.locator("#event_ends").fill("11:00")
    form.get_by_role("button", name="Add event", exact=True).click()
    expect(heads).to_have_text(["Gala", "Breakfast"])
    expect(page.locator(".order__facts")).to_contain_text("May 8, 2027 to May 9, 2027")

    open_menu(page, "Breakfast", "Move up")
    expect(heads).to_have_text(["Breakfast", "Gala"])
    open_menu(page, "Gala", "Add an item here")
    dialog = page.get_by_role("dialog", name="Add an item")
    dialog.get_by_label("Description").fill("Band")
    dialog.get_by_label("Unit price").fill("900")
    dialog.get_by_role("button", name="Add to booking", exact=True).click()
    expect(page.locator("tbody").filter(has_text="Gala").locator(".items__name > span:first-child")).to_have_text(["Band"])
    open_menu(page, "Gala", "Remove event")
    expect(page.get_by_text("Event removed; its 1 item stays on the booking")).to_be_visible()
    expect(heads).to_have_text(["Breakfast", "The whole booking"])


def test_invoices_are_added_shown_and_kept_in_the_address(make_booking: MakeOrder, staff: OpenStaff) -> None:
    order = make_booking()
    page = staff("staff")
    page.goto(routes.order(order.number))
    page.get_by_role("button", name="Add invoice", exact=True).click()
    dialog = page.get_by_role("dialog", name="Add an invoice")
    dialog.get_by_role("tab", name="Connected").click()
    expect(dialog.get_by_text("It is on another connected invoice.")).to_have_count(2)
    dialog.get_by_role("tab", name="Standalone").click()
    dialog.get_by_label("Brunch menu").check()
    dialog.get_by_label("Name").fill("Brunch apart")
    dialog.get_by_role("button", name="Add invoice", exact=True).click()
    expect(bills(page)).to_have_count(2)
    expect(bills(page).last).to_contain_text("Standalone · Brunch apart")
    panel = page.get_by_role("region", name="Order Details")
    expect(panel.locator(".panel__due")).to_have_text("$527.50 USD")
    expect(panel).to_contain_text(f"Order #{order.number}-2 · Brunch apart")
    page.reload()
    expect(panel.locator(".panel__due")).to_have_text("$527.50 USD")
    page.get_by_role("button", name=f"Order #{order.number}", exact=True).click()
    expect(panel.locator(".panel__due")).to_have_text("$2,637.50 USD")

    page.get_by_role("button", name=f"Order #{order.number}-2", exact=True).click()
    page.get_by_role("button", name="Change Invoice", exact=True).click()
    drawer = page.get_by_role("dialog", name="Invoice", exact=True)
    expect(drawer.get_by_label("Description of Brunch menu")).to_have_value("Brunch menu")
    page.get_by_role("button", name="More to add").click()
    page.get_by_role("menuitem", name="Guestroom", exact=True).click()
    drawer.get_by_label("Description of new line").fill("Sea view room")
    drawer.get_by_label("Unit price of Sea view room").fill("165")
    drawer.get_by_label("First day of Sea view room").fill("2027-03-05")
    page.get_by_role("button", name="More to add").click()
    page.get_by_role("menuitem", name="Several items…", exact=True).click()
    several = page.get_by_role("dialog", name="Several items")
    several.get_by_label("Description 1", exact=True).fill("Late checkout")
    several.get_by_label("Unit price 1", exact=True).fill("35")
    several.get_by_label("Description 2", exact=True).fill("Parking")
    several.get_by_label("Unit price 2", exact=True).fill("20")
    several.get_by_role("button", name="Add to invoice", exact=True).click()
    # 500.00 + 165.00 + 35.00 + 20.00, and 5.5 % tax.
    expect(page.locator("#draft-due")).to_have_text("$759.60 USD")
    page.get_by_role("button", name="Save Invoice", exact=True).click()
    expect(drawer.get_by_text(re.compile(r"^Revision 2 is saved\."))).to_be_visible()
    page.keyboard.press("Escape")
    expect(item_names(page)).to_have_text(["Dinner menu", "Brunch menu"])


def test_a_connected_invoice_becomes_standalone_and_connected_again(make_booking: MakeOrder, staff: OpenStaff) -> None:
    order = make_booking()
    page, other = staff("staff"), staff("admin")
    other.goto(routes.order(order.number))
    page.goto(routes.order(order.number))
    open_menu(page, f"Order #{order.number}", "Make standalone…")
    dialog = page.get_by_role("dialog", name=f"Make Order #{order.number} standalone?")
    expect(dialog.locator(".effects__row")).to_have_count(3)
    expect(dialog).to_contain_text("They also leave “Dinner” and “Brunch”.")
    dialog.get_by_role("button", name="Make standalone", exact=True).click()
    expect(bills(page)).to_contain_text("Standalone")
    expect(item_names(page)).to_have_count(0)
    expect(item_names(other)).to_have_count(0)
    expect(page.locator(".panel__due")).to_have_text("$2,637.50 USD")
    open_menu(page, f"Order #{order.number}", "Connect to the booking…")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(bills(page)).to_contain_text("Connected")
    whole = page.locator("tbody").filter(has_text="The whole booking")
    expect(whole.locator(".items__name > span:first-child")).to_have_text(["Dinner menu", "Brunch menu"])


def test_a_lost_booking_ends_its_invoices_in_front_of_staff_and_customer(
    make_booking: MakeOrder, share_order: ShareOrder, staff: OpenStaff, customer: OpenCustomer
) -> None:
    order = make_booking()
    theirs = customer(share_order(order))
    expect(theirs.locator("#pay")).to_be_visible()
    page = staff("staff")
    page.goto(routes.order(order.number))
    page.get_by_role("button", name="Status: Definite", exact=True).click()
    page.get_by_role("menuitem", name="Lost…", exact=True).click()
    dialog = page.get_by_role("dialog", name="Mark as lost?")
    expect(dialog.locator(".effects__row")).to_have_text([f"Order #{order.number} frozen as a standalone snapshot, then void"])
    dialog.get_by_role("button", name="Mark as lost", exact=True).click()
    expect(page.get_by_role("button", name="Status: Lost", exact=True)).to_be_visible()
    expect(bills(page)).to_contain_text("Standalone")
    expect(bills(page).locator(".badge")).to_have_text("Void")
    expect(item_names(page)).to_have_text(["Dinner menu", "Brunch menu"])
    expect(page.locator(".items__facts").first).to_have_text("On no connected invoice")
    expect(page.get_by_role("button", name="Add invoice", exact=True)).to_have_count(0)
    expect(theirs.locator(".badge")).to_contain_text("Void")
    expect(theirs.locator("#pay")).to_have_count(0)
    expect(theirs.get_by_text(re.compile("standalone|connected", re.IGNORECASE))).to_have_count(0)


def test_a_guests_payment_rings_the_assignees_bell_at_once(
    make_booking: MakeOrder, share_order: ShareOrder, staff: OpenStaff, customer: OpenCustomer
) -> None:
    order = make_booking(customer="Nora Bell")
    page = staff("staff")
    page.goto(routes.order(order.number))
    expect(page.get_by_role("button", name="Notices", exact=True)).to_be_visible()
    page.get_by_role("button", name="Edit booking", exact=True).click()
    dialog = page.get_by_role("dialog", name="Edit booking")
    dialog.get_by_label("Looked after by").select_option("Miles Keane")
    dialog.get_by_role("button", name="Save booking", exact=True).click()
    expect(page.locator(".order__facts")).to_contain_text("Looked after by Miles Keane")
    theirs = customer(share_order(order))
    press_pay(theirs)
    fill_card(theirs, VISA)
    bell = page.get_by_role("button", name="Notices, 1 new", exact=True)
    expect(bell).to_be_visible()
    bell.click()
    notice = page.get_by_role("dialog", name="Notices").get_by_role("link").first
    expect(notice).to_contain_text(re.compile(r"^Nora Bell paid \$2,637\.50 USD on NL-\d{4}-\d+"))
    expect(page.get_by_role("button", name="Notices", exact=True)).to_be_visible()


def test_online_payment_is_unticked_for_one_invoice(
    make_booking: MakeOrder, share_order: ShareOrder, staff: OpenStaff, customer: OpenCustomer
) -> None:
    order = make_booking()
    theirs = customer(share_order(order))
    expect(theirs.locator("#pay")).to_be_visible()
    page = staff("staff")
    page.goto(routes.order(order.number))
    page.get_by_role("switch", name="Online payment").click()
    expect(page.get_by_text("The customer is told to pay otherwise.")).to_be_visible()
    expect(theirs.locator("#pay")).to_have_count(0)
    expect(theirs.get_by_text("Online payment is not available for this invoice.")).to_be_visible()


def test_the_calendar_is_walked_by_keyboard_and_leads_to_the_booking(make_booking: MakeOrder, staff: OpenStaff) -> None:
    order = make_booking(title="Harbor spring ball")
    page = staff("staff")
    page.goto(f"{routes.BOOKINGS}?view=calendar&month=2027-03")
    expect(page.get_by_role("heading", name="March 2027")).to_be_visible()
    day = page.locator('[data-day="2027-03-05"]')
    expect(day).to_have_attribute("aria-label", re.compile(r"^Friday, March 5, 2027, [1-9]"))
    page.locator('[data-day="2027-03-01"]').focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(day).to_be_focused()
    mine = day.get_by_role("link").filter(has_text="Harbor spring ball")
    expect(mine).to_contain_text("18:00")
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="April 2027")).to_be_visible()
    expect(page).to_have_url(re.compile(r"month=2027-04"))
    page.go_back()
    mine.press("Enter")
    expect(page.get_by_role("heading", name="Harbor spring ball")).to_be_visible()
    assert page.url.rstrip("/").endswith(routes.order(order.number))


def test_the_list_of_bookings_is_filtered_by_time_and_status(staff: OpenStaff) -> None:
    page = staff("staff")
    page.goto(routes.BOOKINGS)
    titles = page.locator("tbody .row-link")
    expect(titles.filter(has_text="Lindt and Hale wedding")).to_be_visible()
    expect(titles.filter(has_text="Harbor light workshop")).to_have_count(0)
    page.get_by_label("When").select_option("Past")
    expect(titles).to_have_text(["Harbor light workshop"])
    page.get_by_label("When").select_option("All")
    page.get_by_label("Status").select_option("Lost")
    expect(titles.filter(has_text="Topping-out party")).to_be_visible()
    expect(page).to_have_url(re.compile(r"status=lost&when=all"))


def test_read_only_staff_see_a_booking_and_can_change_nothing(make_booking: MakeOrder, staff: OpenStaff) -> None:
    order = make_booking()
    page = staff("read_only")
    page.goto(routes.order(order.number))
    expect(item_names(page)).to_have_text(["Dinner menu", "Brunch menu"])
    for name in ("Add event", "Add an item", "Add invoice", "Edit booking", "Actions for Dinner", "Actions for Dinner menu"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Status: Definite", exact=True)).to_have_count(0)
    expect(page.get_by_role("switch", name="Online payment")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_axe_finds_nothing_on_the_pages_of_bookings_and_nothing_is_wider_than_the_screen(
    make_booking: MakeOrder, staff: OpenStaff, scheme: str, width: int
) -> None:
    order = make_booking()
    page = staff("staff", color_scheme=scheme, viewport={"width": width, "height": 900})

    def check(where: str) -> None:
        page.wait_for_timeout(250)
        found = Axe().run(page).response["violations"]
        assert [(where, rule["id"], rule["nodes"][0]["target"]) for rule in found] == []
        assert (where, page.evaluate("document.documentElement.scrollWidth")) == (where, width)

    page.goto(routes.BOOKINGS)
    expect(page.locator("tbody .row-link").first).to_be_visible()
    check("list")
    page.goto(f"{routes.BOOKINGS}?view=calendar&month=2027-03")
    expect(page.locator(".calendar__event").first).to_be_visible()
    check("calendar")
    page.goto(routes.order(order.number))
    expect(bills(page)).to_have_count(1)
    for name in ("stage", "total"):
        expect(page.locator(f"tbody .bills__{name}")).to_be_visible(visible=width == 1440)
    edge = page.locator(".items tbody:nth-of-type(2) tr:first-child .items__actions")
    expect(edge).to_have_css("border-top-width", "1px" if width == 1440 else "0px")
    check("booking")
    dialogs = (("Add event", "Add an event"), ("Add an item", "Add an item"), ("Add invoice", "Add an invoice"))
    for button, dialog in dialogs:
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("dialog", name=dialog)).to_be_visible()
        check(dialog)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog", name=dialog)).to_have_count(0)
    open_menu(page, f"Order #{order.number}", "Make standalone…")
    expect(page.locator("#convert-invoice")).to_be_visible()
    check("convert")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Status: Definite", exact=True).click()
    page.get_by_role("menuitem", name="Lost…", exact=True).click()
    expect(page.locator("#lose-booking")).to_be_visible()
    check("lost")
