"""Pages in a real browser: what they weigh, when they can be read, and how fast a save reaches fifty open pages."""

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import CDPSession, Page, expect

from tests.benchmarks.report import report
from tests.e2e.conftest import (
    OrderAtHand,
    console_errors,
    customer,
    desk,
    make_order,
    open_context,
    owner,
    session_cookies,
    settings_of_the_desk,
    share_order,
    staff,
)

# The fixtures of the browser tests, for this module only.
__all__ = [
    "console_errors",
    "customer",
    "desk",
    "make_order",
    "open_context",
    "owner",
    "session_cookies",
    "settings_of_the_desk",
    "share_order",
    "staff",
]

LOADS = 5
SAVES = 15
OTHER_PAGES = 49
# Chromium's presets: "Slow 4G" and a phone four times slower than this machine.
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_375}
SLOWER_CPU = 4

LOADED = """() => {
  const [page] = performance.getEntriesByType('navigation');
  const files = [page, ...performance.getEntriesByType('resource')];
  const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime;
  const weigh = entries => entries.reduce((sum, entry) => sum + entry.transferSize, 0) / 1000;
  return { paint, before: weigh(files.filter(file => file.responseEnd <= paint)), all: weigh(files) };
}"""


def load(page: Page, address: str) -> dict[str, float]:
    """Load a page afresh; answers its first contentful paint (ms) and its weight before it and in all (kB, as transferred)."""
    page.goto(address)
    page.wait_for_timeout(2000)
    found: dict[str, float] = page.evaluate(LOADED)
    return found


def slow_down(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    return session


def test_the_customers_page(
    make_order: Callable[..., OrderAtHand], share_order: Callable[[OrderAtHand], str], open_context: Callable[..., Any]
) -> None:
    link = share_order(make_order())
    loads = [load(open_context().new_page(), link) for _ in range(LOADS)]
    report("customer's page readable", statistics.median(one["paint"] for one in loads), 250, "ms")
    report("customer's page before it can be read", loads[0]["before"], 25, "kB")
    report("customer's page in all", loads[0]["all"], 250, "kB")
    phone = open_context(viewport={"width": 390, "height": 844}).new_page()
    slow_down(phone)
    report("customer's page readable on a slow phone", load(phone, link)["paint"], 1500, "ms")


def test_the_staff_pages(make_order: Callable[..., OrderAtHand], staff: Callable[..., Page]) -> None:
    order = make_order()
    for name, address in (("orders", "/orders"), ("order", f"/orders/{order.number}")):
        report(f"staff page {name}", load(staff(), address)["all"], 400, "kB")


def test_from_save_to_the_customers_page(
    make_order: Callable[..., OrderAtHand],
    share_order: Callable[[OrderAtHand], str],
    staff: Callable[..., Page],
    customer: Callable[..., Page],
) -> None:
    order = make_order()
    link = share_order(order)
    editor, reader = staff(), customer(link)
    editor.goto(f"/orders/{order.number}")
    editor.get_by_role("button", name="Change Invoice", exact=True).click()
    quantity = editor.get_by_label("Quantity of Drone photos")
    expect(quantity).to_be_visible()
    save = editor.get_by_role("button", name="Save Invoice", exact=True)
    editor.evaluate("addEventListener('click', () => { window.clicked = performance.timeOrigin + performance.now() }, true)")
    reader.evaluate(
        """() => {
          window.shown = document.querySelector('#due').textContent;
          new MutationObserver(() => {
            const due = document.querySelector('#due')?.textContent;
            if (due && due !== window.shown) {
              window.shown = due;
              window.changed = performance.timeOrigin + performance.now();
            }
          }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });
        }"""
    )
    took: list[float] = []
    with other_readers(link):
        for count in range(SAVES):
            quantity.fill(str(2 + count % 2))
            expect(save).to_be_enabled()
            reader.evaluate("window.changed = 0")
            save.click()
            # The page's content security policy forbids what wait_for_function does.
            while not (changed := reader.evaluate("window.changed")):
                reader.wait_for_timeout(20)
            took.append(changed - editor.evaluate("window.clicked"))
            expect(save).to_be_disabled()
    report("click on Save to the customer's page, 50 pages open", statistics.median(took), 100, "ms")


@contextmanager
def other_readers(link: str) -> Iterator[None]:
    """Forty-nine more open pages: each keeps its live line, which brings every change."""
    command = [sys.executable, "-m", "tests.benchmarks.following", link, str(OTHER_PAGES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        assert following.stdout.readline() == "ready\n"
        try:
            yield
            assert following.poll() is None
        finally:
            following.kill()
