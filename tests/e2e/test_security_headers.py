"""Every answer is guarded, and every page works under its policy: what that forbids stands in the console, failing the test."""

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from invoice_app import routes
from invoice_app.invoice_app import STAFF_PAGES
from tests.e2e.conftest import ConsoleErrors, OrderAtHand
from tests.e2e.desk import Desk


def ask(desk: Desk, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(desk.url).netloc, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.mark.parametrize("path", ["/orders/", "/sign-in/", "/nowhere", "/ui.js", "/ping", "/_event/?EIO=4&transport=polling"])
def test_every_answer_carries_the_headers(desk: Desk, path: str) -> None:
    headers = ask(desk, path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers.get_all("X-Frame-Options") == ["DENY"]


def test_staff_pages_are_kept_by_no_cache_and_allow_no_inline_script_but_their_own(desk: Desk) -> None:
    headers = ask(desk, "/orders/").headers
    scripts = next(part for part in headers["Content-Security-Policy"].split("; ") if part.startswith("script-src"))
    assert headers["Cache-Control"] == "no-store"
    assert "'unsafe-inline'" not in scripts
    assert scripts.count("'sha256-") > 5


def test_the_customers_page_keeps_its_stricter_policy(desk: Desk) -> None:
    assert "unsafe" not in ask(desk, f"/i/{'A' * 43}").headers["Content-Security-Policy"]


def test_a_missing_slash_is_added_without_repeating_the_callers_host(desk: Desk) -> None:
    answer = ask(desk, "/orders?page=2", Host="evil.example")
    assert (answer.status, answer.headers["Location"]) == (307, "/orders/?page=2")


def test_every_page_works_under_the_policy(
    staff: Callable[..., Page],
    customer: Callable[..., Page],
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
) -> None:
    order = make_order()
    page = staff("owner")
    for _, path, _, _ in STAFF_PAGES:
        page.goto(path.replace("[order_number]", str(order.number)))
        page.get_by_role("heading").first.wait_for()
        page.wait_for_load_state("networkidle")
    page.goto(routes.order(order.number) + "?open=payments")
    page.get_by_role("dialog", name="Payment details", exact=True).wait_for()
    customer(share_order(order)).locator("#due").wait_for()


def test_a_script_smuggled_into_a_page_does_not_run(staff: Callable[..., Page], console_errors: ConsoleErrors) -> None:
    console_errors.expect("Content Security Policy")
    page = staff("staff")
    page.goto(routes.ORDERS)
    page.get_by_role("table", name="Orders").wait_for()
    smuggle = "() => { const s = document.createElement('script'); s.text = 'window.smuggled = 1'; document.body.append(s); }"
    page.evaluate(smuggle)
    assert page.evaluate("() => window.smuggled ?? 0") == 0
