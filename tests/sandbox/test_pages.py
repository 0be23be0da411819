"""The hosted pages in a real browser: paid, declined and paid, challenged, saved; by keyboard, on a
phone, without axe findings.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.sandbox.acts import make_customer, open_checkout, pay
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess

VISA, DECLINED, CHALLENGED = "4242424242424242", "4000000000000002", "4000002760003184"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def v1(shared_sandbox: SandboxProcess) -> Any:
    return connect(shared_sandbox.url)


@pytest.fixture
def back(shared_sandbox: SandboxProcess) -> str:
    """Somewhere to come back to that answers: the sandbox's own health page."""
    return f"{shared_sandbox.url}/_health"


def checkout(v1: Any, back: str, **params: Any) -> Any:
    if "customer" not in params:
        params["customer"] = make_customer(v1).id
    return open_checkout(v1, success_url=f"{back}?paid={{CHECKOUT_SESSION_ID}}", cancel_url=f"{back}?back", **params)


def fill_card(page: Page, number: str, *, expiry: str = "12/34", cvc: str = "123") -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill(expiry)
    page.get_by_label("CVC").fill(cvc)
    page.get_by_label("Name on card").fill("Jenny Rosen")


def test_customer_pays_and_comes_back_with_the_session(page: Page, v1: Any, back: str) -> None:
    session = checkout(v1, back, payment_intent_data={"metadata": {"invoice": "42"}, "statement_descriptor_suffix": "INV 42"})
    page.goto(session.url)
    expect(page.get_by_role("heading", name="Sample Studio")).to_be_visible()
    expect(page.get_by_text("Invoice INV-0042")).to_be_visible()
    expect(page.get_by_text("Test page")).to_be_visible()
    fill_card(page, VISA)
    page.get_by_role("button", name="Pay $12.00").click()
    page.wait_for_url(f"{back}?paid={session.id}")
    paid = v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert (paid.payment_intent.amount_received, paid.payment_intent.metadata.to_dict()) == (1200, {"invoice": "42"})
    assert paid.customer_details.name == "Jenny Rosen"


def test_declined_card_is_followed_by_another_in_place(page: Page, v1: Any, back: str) -> None:
    session = checkout(v1, back)
    page.goto(session.url)
    fill_card(page, DECLINED)
    page.get_by_role("button", name="Pay $12.00").click()
    expect(page.get_by_role("alert")).to_contain_text("Your card was declined.")
    fill_card(page, VISA)
    page.get_by_role("button", name="Pay $12.00").click()
    page.wait_for_url(re.compile("paid="))
    intent = v1.payment_intents.retrieve(v1.checkout.sessions.retrieve(session.id).payment_intent)
    assert intent.status == "succeeded"
    assert [charge.status for charge in v1.charges.list({"payment_intent": intent.id}).data] == ["succeeded", "failed"]


def test_failed_challenge_leads_back_and_a_passed_one_pays(page: Page, v1: Any, back: str) -> None:
    session = checkout(v1, back)
    page.goto(session.url)
    fill_card(page, CHALLENGED)
    page.get_by_role("button", name="Pay $12.00").click()
    page.get_by_role("button", name="Fail authentication").click()
    expect(page.get_by_role("alert")).to_contain_text("unable to authenticate your payment method")
    assert v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    fill_card(page, CHALLENGED)
    page.get_by_role("button", name="Pay $12.00").click()
    page.get_by_role("button", name="Complete authentication").click()
    page.wait_for_url(re.compile("paid="))
    assert v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_card_set_up_with_a_challenge_is_charged_off_session(page: Page, v1: Any, back: str) -> None:
    customer = make_customer(v1).id
    session = v1.checkout.sessions.create(
        {"mode": "setup", "currency": "usd", "success_url": f"{back}?saved", "customer": customer}
    )
    page.goto(session.url)
    fill_card(page, "4000002500003155")
    page.get_by_role("button", name="Save card").click()
    page.get_by_role("button", name="Complete authentication").click()
    page.wait_for_url(f"{back}?saved")
    assert v1.checkout.sessions.retrieve(session.id).status == "complete"
    method = v1.payment_methods.list({"customer": customer}).data[0]
    assert pay(v1, method.id, customer=customer, off_session=True).status == "succeeded"


@pytest.mark.parametrize(
    ("number", "expiry", "cvc", "message"),
    [
        ("4242424242424241", "12/34", "123", "Your card number is incorrect."),
        ("4242424242424242", "13/34", "123", "Your card's expiration month is invalid."),
        ("4242424242424242", "12/20", "123", "Your card's expiration year is invalid."),
        ("4242424242424242", "12/34", "12", "Your card's security code is invalid."),
        ("378282246310005", "12/34", "123", "Your card's security code is invalid."),
        ("4012888888881881", "12/34", "123", "used a non test card"),
        ("", "12/34", "123", "Enter your card number."),
    ],
)
def test_field_says_what_is_wrong_with_it(
    page: Page, v1: Any, back: str, number: str, expiry: str, cvc: str, message: str
) -> None:
    session = checkout(v1, back)
    page.goto(session.url)
    fill_card(page, number, expiry=expiry, cvc=cvc)
    page.get_by_role("button", name="Pay $12.00").click()
    expect(page.get_by_role("alert")).to_contain_text(message)
    assert v1.checkout.sessions.retrieve(session.id).payment_intent is None


def test_back_link_leads_to_the_merchant_without_a_charge(page: Page, v1: Any, back: str) -> None:
    session = checkout(v1, back)
    page.goto(session.url)
    page.get_by_role("link", name="Back to Sample Studio").click()
    page.wait_for_url(f"{back}?back")
    assert v1.checkout.sessions.retrieve(session.id).status == "open"


def test_consent_is_asked_for_and_kept(page: Page, v1: Any, back: str) -> None:
    session = checkout(v1, back, consent_collection={"terms_of_service": "required"})
    page.goto(session.url)
    fill_card(page, VISA)
    page.get_by_role("button", name="Pay $12.00").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the box")
    page.get_by_label(re.compile("I agree")).check()
    fill_card(page, VISA)
    page.get_by_role("button", name="Pay $12.00").click()
    page.wait_for_url(re.compile("paid="))
    assert v1.checkout.sessions.retrieve(session.id).consent.terms_of_service == "accepted"


@pytest.mark.parametrize("ticked", [True, False])
def test_card_is_kept_only_if_the_customer_ticks(page: Page, v1: Any, back: str, ticked: bool) -> None:
    customer = make_customer(v1).id
    session = checkout(v1, back, customer=customer, saved_payment_method_options={"payment_method_save": "enabled"})
    page.goto(session.url)
    fill_card(page, VISA)
    page.get_by_label(re.compile("Save my card")).set_checked(ticked)
    page.get_by_role("button", name="Pay $12.00").click()
    page.wait_for_url(re.compile("paid="))
    assert [m.card.last4 for m in v1.payment_methods.list({"customer": customer}).data] == (["4242"] if ticked else [])


def test_guest_gives_an_email_and_becomes_a_customer_when_asked(page: Page, v1: Any, back: str) -> None:
    session = open_checkout(v1, success_url=f"{back}?paid", customer_creation="always")
    page.goto(session.url)
    page.get_by_label("Email").fill("guest@example.com")
    fill_card(page, VISA)
    page.get_by_role("button", name="Pay $12.00").click()
    page.wait_for_url(f"{back}?paid")
    customer = v1.customers.retrieve(v1.checkout.sessions.retrieve(session.id).customer)
    assert (customer.email, customer.name) == ("guest@example.com", "Jenny Rosen")


def test_paid_and_expired_pages_take_no_second_payment(page: Page, v1: Any, back: str) -> None:
    session = checkout(v1, back)
    page.goto(session.url)
    v1.checkout.sessions.expire(session.id)
    fill_card(page, VISA)
    page.get_by_role("button", name="Pay $12.00").click()
    expect(page.get_by_role("heading", name="This page has expired")).to_be_visible()
    assert v1.checkout.sessions.retrieve(session.id).payment_intent is None


def test_whole_way_by_keyboard(page: Page, v1: Any, back: str) -> None:
    session = checkout(v1, back, excluded_payment_method_types=["us_bank_account"])
    page.goto(session.url)
    page.get_by_label("Card number").focus()
    for text in (VISA, "1234", "123", "Jenny Rosen"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("paid="))
    assert v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_phone_shows_everything_without_sideways_scrolling(browser: Browser, v1: Any, back: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    price = {"currency": "usd", "unit_amount": 99_999_999, "product_data": {"name": "W" * 60}}
    page.goto(checkout(v1, back, line_items=[{"price_data": price, "quantity": 1}]).url)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.get_by_role("button", name="Pay $999,999.99").bounding_box()["height"] >= 44
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    browser: Browser, shared_sandbox: SandboxProcess, v1: Any, back: str, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page, axe = context.new_page(), Axe()
    findings: dict[str, str] = {}

    def look(name: str) -> None:
        results = axe.run(page)
        if results.violations_count:
            findings[name] = results.generate_report()

    offers = {"saved_payment_method_options": {"payment_method_save": "enabled"}}
    session = checkout(v1, back, consent_collection={"terms_of_service": "required"}, **offers)
    page.goto(session.url)
    look("checkout")
    page.get_by_label("US bank account").check()
    look("bank")
    page.get_by_label("Card", exact=True).check()
    fill_card(page, "4242424242424241")
    page.get_by_label(re.compile("I agree")).check()
    page.get_by_role("button", name="Pay $12.00").click()
    look("wrong number")
    fill_card(page, DECLINED)
    page.get_by_role("button", name="Pay $12.00").click()
    look("declined")
    fill_card(page, CHALLENGED)
    page.get_by_role("button", name="Pay $12.00").click()
    look("challenge")
    page.get_by_role("button", name="Complete authentication").click()
    page.goto(session.url or "")
    look("complete")
    customer = make_customer(v1)
    for path in (
        "",
        "/objects",
        f"/objects/{customer.id}",
        "/requests",
        "/events",
        "/objects/nothing",
        f"/requests/{customer.last_response.headers['request-id']}",
    ):
        page.goto(f"{shared_sandbox.url}/_console{path}")
        look(f"console{path}")
    context.close()
    assert findings == {}


def test_console_shows_a_request_its_object_and_its_events(page: Page, shared_sandbox: SandboxProcess, v1: Any) -> None:
    customer = make_customer(v1, name="Shown In Console")
    page.goto(f"{shared_sandbox.url}/_console/requests/{customer.last_response.headers['request-id']}")
    expect(page.get_by_role("cell", name="Shown In Console")).to_be_visible()
    page.get_by_role("link", name="customer.created").click()
    expect(page.get_by_role("heading", name="event")).to_be_visible()
    page.goto(f"{shared_sandbox.url}/_console/objects?kind=customer")
    page.get_by_role("link", name=customer.id).click()
    expect(page.locator("pre")).to_contain_text("Shown In Console")


def test_pages_load_nothing_from_elsewhere(page: Page, shared_sandbox: SandboxProcess, v1: Any, back: str) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(checkout(v1, back).url)
    page.goto(f"{shared_sandbox.url}/_console")
    assert requested and all(url.startswith(shared_sandbox.url) for url in requested)


def test_refusal_has_the_focus_so_that_it_is_read_out(page: Page, v1: Any, back: str) -> None:
    session = checkout(v1, back)
    page.goto(session.url)
    fill_card(page, DECLINED)
    page.get_by_role("button", name="Pay $12.00").click()
    expect(page.get_by_role("alert")).to_be_focused()


def test_name_is_asked_for_as_the_method_calls_it(page: Page, v1: Any, back: str) -> None:
    page.goto(checkout(v1, back).url)
    expect(page.get_by_label("Name on card")).to_be_visible()
    page.get_by_label("US bank account").check()
    expect(page.get_by_role("textbox", name="Account holder name", exact=True)).to_be_visible()
    expect(page.get_by_text("000123456789 succeeds")).to_be_visible()
