"""Browser tests: one running product for each test process, people in browser contexts of their own, orders of one's own.

Orders made here go straight to the database, from another process than the web server's: make them before the page that
shows them is opened, and change them through the page.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from invoice_app import db
from invoice_app.config import settings
from invoice_app.demo.studio import COLLEAGUES, LISTING, SALES_TAX, Flow
from invoice_app.domain.access import Actor
from invoice_app.running.building import build_frontend
from invoice_app.services import ordering, sharing, signing_in
from invoice_app.services.setting_collection import CollectionForm, save_collection
from tests import factories
from tests.e2e.desk import Desk, make_template, open_desk
from tests.environment import read_settings_again


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Desk]:
    """The product with the sample data, running until the last test of this process."""
    build_frontend()
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    with open_desk(tmp_path_factory.mktemp("desk"), make_template(shared)) as running:
        yield running


@pytest.fixture(autouse=True)
def settings_of_the_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Services called by the test work on the desk's database."""
    for name in ("DATA_DIR", "PORT", "SANDBOX_PORT", "INVOICE_MODE"):
        monkeypatch.setenv(name, desk.environment[name])
    read_settings_again()
    yield
    db.engine().dispose()
    db.make_engine.cache_clear()
    settings.cache_clear()


# ── People ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class ConsoleErrors:
    """What pages complained about. A test that provokes a complaint names a part of it with `expect`."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._expected: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self._seen.append(f"{page.url}: {error}"))

    def expect(self, part: str) -> None:
        self._expected.append(part)

    def unexpected(self) -> list[str]:
        return [text for text in self._seen if not any(part in text for part in self._expected)]

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._seen.append(f"{message.location.get('url', '')}: {message.text}")


@pytest.fixture
def console_errors() -> Iterator[ConsoleErrors]:
    """Fails the test when a page wrote an error to the console."""
    errors = ConsoleErrors()
    yield errors
    assert errors.unexpected() == []


@pytest.fixture
def open_context(
    desk: Desk, browser: Browser, console_errors: ConsoleErrors, request: pytest.FixtureRequest
) -> Iterator[Callable[..., BrowserContext]]:
    """A browser context of its own, its pages watched, and photographed when the test fails."""
    contexts: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        # Motion drawn without a GPU doubles the time a test takes; tests of what is closing or opening ask for it.
        options.setdefault("reduced_motion", "reduce")
        context = browser.new_context(base_url=desk.url, **options)
        context.on("page", console_errors.watch)
        contexts.append(context)
        return context

    yield open_one
    if getattr(request.node, "failed", False):
        _photograph(contexts, request.node.name)
    for context in contexts:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know at teardown whether their test failed."""
    report = yield
    if report.when == "call" and report.failed:
        item.failed = True  # type: ignore[attr-defined]
    return report


def _photograph(contexts: list[BrowserContext], name: str) -> None:
    folder = Path("test-results")
    folder.mkdir(exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages, start=1):
        page.screenshot(path=folder / f"{name}-{number}.png", full_page=True)


@pytest.fixture(scope="session")
def session_cookies() -> dict[str, str]:
    """The cookies of those who have signed in; a password takes a tenth of a second to check."""
    return {}


@pytest.fixture
def staff(desk: Desk, open_context: Callable[..., BrowserContext], session_cookies: dict[str, str]) -> Callable[..., Page]:
    """`staff("admin", viewport=…)`: a page of a colleague who is signed in; roles owner, admin, staff, read_only."""

    def sign_in(role: str = "owner", **options: Any) -> Page:
        colleague = next(colleague for colleague in COLLEAGUES if colleague.role == role)
        if role not in session_cookies:
            session_cookies[role] = signing_in.sign_in(colleague.email, colleague.password, address="127.0.0.1")
        context = open_context(**options)
        context.add_cookies([{"name": signing_in.SESSION_COOKIE, "value": session_cookies[role], "url": desk.url}])
        return context.new_page()

    return sign_in


@pytest.fixture
def customer(open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """`customer(link)`: a page of a customer, who is nobody to us but the holder of the link."""

    def follow(link: str, **options: Any) -> Page:
        page = open_context(**options).new_page()
        page.goto(link)
        return page

    return follow


# ── Orders ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class OrderAtHand:
    """An order no other test touches."""

    id: int
    number: int
    invoice_id: int
    customer: str
    email: str


@pytest.fixture
def owner(session_cookies: dict[str, str], settings_of_the_desk: None) -> Actor:
    """The studio's owner, for services called by the test itself."""
    studio_owner = COLLEAGUES[0]
    if "owner" not in session_cookies:
        session_cookies["owner"] = signing_in.sign_in(studio_owner.email, studio_owner.password, address="127.0.0.1")
    actor = signing_in.resolve_actor(session_cookies["owner"])
    assert actor is not None
    return actor


@pytest.fixture
def make_order(owner: Actor, request: pytest.FixtureRequest) -> Callable[..., OrderAtHand]:
    """`make_order(items=(("Drone photos", "1", "240.00"),), flow=INTERIORS, …)`: an order, see factories.make_order."""
    made: list[OrderAtHand] = []

    def make(*, flow: Flow = LISTING, customer: str = "", **facts: Any) -> OrderAtHand:
        name = customer or f"{request.node.name[5:60].replace('_', ' ').capitalize()} {len(made) + 1}"
        email = f"customer{abs(hash((request.node.nodeid, len(made)))) % 10**9}@example.com"
        flows = {choice.label: choice.value for choice in ordering.list_flow_choices(owner)}
        taxes = {choice.label: choice.value for choice in ordering.list_tax_choices(owner)}
        facts = {"tax": taxes[SALES_TAX.name], **facts}
        order = factories.make_order(actor=owner, customer=name, email=email, flow_id=flows[flow.name], **facts)
        invoice = factories.invoice_of(order)
        assert order.id is not None and invoice.id is not None
        made.append(OrderAtHand(order.id, order.number, invoice.id, name, email))
        return made[-1]

    return make


@pytest.fixture
def share_order(owner: Actor) -> Callable[[OrderAtHand], str]:
    """`share_order(order)`: the address of the customer's page."""
    return lambda order: sharing.create_link(owner, order.invoice_id).url


@pytest.fixture
def choices(owner: Actor) -> Iterator[None]:
    """Parts can be paid, and a card costs another fee than the bank; afterwards there is nothing to choose."""
    form = CollectionForm(
        part_payments=True,
        part_minimum="50",
        method_fees=True,
        fee_covers_itself=True,
        card_rate="2.9",
        card_fixed="0.30",
        bank_fixed="5",
    )
    save_collection(owner, form)
    yield
    save_collection(owner, CollectionForm())
