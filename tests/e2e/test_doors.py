"""Every State handler and every HTTP route is a public door: the anonymous and the read-only get nothing through any of them.

The events are sent as an attacker would send them: over the page's own websocket, by name, with arguments that would work for
somebody who may. What must hold: no row changes, and the anonymous receive nothing that stands in the database.
"""

import inspect
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from playwright.sync_api import Page, WebSocket
from starlette.routing import Mount, Route

import invoice_app.invoice_app  # noqa: F401  (registers every State)
from invoice_app import routes
from invoice_app.web.app import http_app
from tests.e2e.conftest import OrderAtHand
from tests.e2e.desk import Desk

# Lets the test write to the socket the page opened.
KEEP_SOCKETS = """
window.sockets = [];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain { constructor(...given) { super(...given); window.sockets.push(this); } };
"""
SEND = """([name, payload]) => {
  const open = window.sockets.filter(socket => socket.readyState === 1 && socket.url.includes('_event'));
  open[open.length - 1].send('42/_event,' + JSON.stringify(['event', {name, payload, router_data: {
    pathname: location.pathname, query: {}, asPath: location.pathname}}]));
}"""
# Rows that the product itself moves on, whoever looks.
BACKGROUND = {"outgoingemail", "receivedevent", "alembic_version"}


def list_states(parent: type[rx.State] = rx.State) -> Iterator[type[rx.State]]:
    for state in parent.__subclasses__():
        if state.__module__.startswith("invoice_app."):
            yield state
        yield from list_states(state)


def list_handlers() -> list[tuple[str, dict[str, Any]]]:
    """Every handler with the kind of each argument."""
    found = []
    for state in list_states():
        for name, handler in state.event_handlers.items():
            kinds = {
                parameter.name: parameter.annotation
                for parameter in list(inspect.signature(handler.fn).parameters.values())[1:]
            }
            found.append((f"{state.get_full_name()}.{name}", kinds))
    return found


def make_arguments(kinds: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Arguments that work: real ids where the name asks for one, else something of the right type."""
    form = {
        "title": "Taken over",
        "description": "Taken over",
        "quantity": "1",
        "unit_price": "1.00",
        "amount": "1.00",
        "name": "Mallory",
    }
    by_kind = {"int": 1, "str": "1", "bool": True}
    return {
        name: form if "dict" in str(kind) else known.get(name, by_kind.get(getattr(kind, "__name__", str(kind)), "1"))
        for name, kind in kinds.items()
    }


def read_rows(desk: Desk) -> dict[str, list[Any]]:
    """Every row of every table that only people change."""
    with sqlite3.connect(f"file:{Path(desk.environment['DATA_DIR']) / 'invoices.db'}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: database.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()
            for name in tables
            if name not in BACKGROUND and not name.startswith("sqlite_")
        }


def knock_on_every_door(page: Page, desk: Desk, order: OrderAtHand) -> None:
    """Send every event once and wait until the server has answered a last, harmless one."""
    first_item = next(row for row in read_rows(desk)["item"] if order.id in row)
    known = {
        "invoice_id": order.invoice_id,
        "order_id": order.id,
        "key": next(value for value in first_item if isinstance(value, str) and len(value) == 32),
        "field": "quantity",
        "kind": "discount",
        "customer_id": "1",
        "category": "S",
    }
    for name, kinds in list_handlers():
        page.evaluate(SEND, [name, make_arguments(kinds, known)])
    page.wait_for_timeout(2_000)


def hear(page: Page) -> list[str]:
    """Everything the server sends over the page's websockets from now on."""
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: frames.append(str(payload)))

    page.on("websocket", listen)
    return frames


def test_every_state_is_found() -> None:
    assert len(list_handlers()) > 60
    assert all("._" not in name.rpartition("State")[2] for name, _ in list_handlers())


def test_the_anonymous_change_nothing_and_learn_nothing_by_events(
    desk: Desk, open_context: Callable[..., Any], console_errors: Any, make_order: Callable[..., OrderAtHand]
) -> None:
    order = make_order(customer="Persephone Quill")
    page = open_context().new_page()
    page.add_init_script(KEEP_SOCKETS)
    frames = hear(page)
    page.goto(routes.SIGN_IN)
    page.get_by_role("button", name="Sign in").wait_for()
    page.wait_for_function("window.sockets.some(socket => socket.readyState === 1)")
    before = read_rows(desk)
    # A redirect to the sign-in page would end the socket under test.
    page.evaluate("() => { window.ui = new Proxy(window.ui ?? {}, {get: () => () => undefined}); }")
    knock_on_every_door(page, desk, order)
    assert read_rows(desk) == before
    told = " ".join(frames)
    assert len(frames) > 10
    accounts = [
        value for row in before["account"] for value in row if isinstance(value, str) and len(value) > 6 and "\n" not in value
    ]
    titles = [
        value
        for row in before["sales_order"]
        for value in row
        if isinstance(value, str) and len(value) > 12 and ":" not in value
    ]
    leaked = [value for value in {*accounts, *titles, "Persephone"} if value in told]
    assert leaked == []


def test_the_read_only_change_nothing_by_events(
    desk: Desk, staff: Callable[..., Page], make_order: Callable[..., OrderAtHand]
) -> None:
    order = make_order()
    page = staff("read_only")
    page.add_init_script(KEEP_SOCKETS)
    page.goto(routes.order(order.number))
    page.get_by_role("heading", name="Order Details").wait_for()
    before = read_rows(desk)
    knock_on_every_door(page, desk, order)
    assert read_rows(desk) == before


def test_events_and_frames_no_page_sends_leave_neither_cookie_nor_traceback_in_the_log(
    desk: Desk, staff: Callable[..., Page], session_cookies: dict[str, str]
) -> None:
    page = staff("staff")
    page.add_init_script(KEEP_SOCKETS)
    page.goto(routes.ORDERS)
    page.get_by_role("table", name="Orders").wait_for()
    written = len(desk.log.read_bytes())
    for name in ("reflex___state____state.nope", 5, "a" * 100_000):
        for _ in range(20):
            page.evaluate(SEND, [name, {}])
    page.evaluate(
        """() => {
            const socket = window.sockets[window.sockets.length - 1];
            for (const frame of ['["event",null]', '["event",{"name":5}]', '["event",' + '['.repeat(50_000)]) {
                for (let times = 0; times < 20; times += 1) socket.send('42/_event,' + frame);
            }
        }"""
    )
    page.wait_for_timeout(1_500)
    told = desk.log.read_bytes()[written:].decode()
    assert "An event that no page sends was ignored." in told
    assert session_cookies["staff"] not in told
    assert "session=" not in told
    assert told.count("Traceback") <= 10
    assert len(told) < 100_000
    page.goto(routes.ORDERS)
    page.get_by_role("table", name="Orders").wait_for()


def list_routes() -> list[tuple[str, str]]:
    """Every HTTP route of the product with each of its methods, its parameters filled in."""
    found = []
    values = {"token": "A" * 43, "invoice_id": "1", "file_id": "1", "order_id": "1", "email_id": "1"}
    for route in http_app().routes:
        if isinstance(route, Mount) or not isinstance(route, Route):
            continue
        path = route.path
        for name in route.param_convertors:
            path = path.replace("{" + name + "}", values.get(name, "1")).replace("{" + name + ":int}", values.get(name, "1"))
        found += [(method, path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return found


OPEN_TO_ALL = {("GET", routes.HEALTH), ("POST", "/session"), ("POST", routes.SIGN_OUT)}


@pytest.mark.parametrize(("method", "path"), [door for door in list_routes() if door not in OPEN_TO_ALL])
def test_the_anonymous_get_nothing_from_any_route(desk: Desk, method: str, path: str) -> None:
    before = read_rows(desk)
    request = urllib.request.Request(desk.url + path, method=method, data=b"x=1" if method == "POST" else None)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            status, body = answer.status, answer.read(2_000)
    except urllib.error.HTTPError as refused:
        status, body = refused.code, refused.read(2_000)
    assert status in (400, 401, 403, 404, 405, 413, 422), (status, body)
    assert read_rows(desk) == before


def test_a_foreign_site_cannot_open_the_event_socket(desk: Desk) -> None:
    handshake = f"{desk.url}/_event/?EIO=4&transport=websocket&token={'0' * 8}"
    request = urllib.request.Request(
        handshake,
        headers={
            "Origin": "https://evil.example",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
        },
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code in (400, 403)
    assert json.dumps({"sid": ""})[:5] not in refused.value.read().decode(errors="replace")
