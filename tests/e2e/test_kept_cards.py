"""Staff look after a customer's kept cards: what was agreed, the default, letting one go (A23)."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from invoice_app.demo.studio import INTERIORS
from tests.e2e.conftest import OrderAtHand
from tests.e2e.steps import VISA, leave_card

ITEMS = (("Drone photos", "1", "240.00"),)


def test_a_kept_card_becomes_the_default_and_is_removed_after_a_question(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_order(items=ITEMS, flow=INTERIORS, customer="Ottoline Marsh")
    leave_card(customer(share_order(order)), VISA)
    page = staff("staff")
    page.goto("/customers?search=Ottoline")
    row = page.get_by_role("row", name=re.compile("Ottoline Marsh"))
    row.get_by_role("button", name="Visa ··4242").click()
    dialog = page.get_by_role("dialog", name="Kept cards", exact=True)
    expect(dialog).to_contain_text("Expires 12/2034")
    expect(dialog).to_contain_text("Agreed for an order on")
    dialog.get_by_role("button", name="Make default").click()
    expect(dialog.locator(".badge")).to_have_text("Default")
    expect(dialog.get_by_role("button", name="Make default")).to_have_count(0)
    dialog.get_by_role("button", name="Remove…").click()
    expect(dialog).to_contain_text("Remove Visa ··4242? It can then no longer be charged.")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(dialog).to_contain_text("No cards kept")
