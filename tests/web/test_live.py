"""The live line of a customer's page: what it says first, what it brings when something changed, how it ends."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from httpx import Client

from invoice_app.services import itemising, sharing
from invoice_app.services.order_views import ItemForm
from tests.factories import VAT_20
from tests.services.collecting_steps import Ready, share_order

Events = Iterator[tuple[str, str]]


@contextmanager
def follow(visitor: Client, ready: Ready, **query: str | int) -> Iterator[Events]:
    """The events of a line as name and data; nothing for 10 seconds is an error."""
    with visitor.stream("GET", f"/i/{ready.token}/live", params=query, timeout=10) as line:
        assert line.headers["content-type"].startswith("text/event-stream")
        yield _read_events(line.iter_lines())


def _read_events(lines: Iterator[str]) -> Events:
    name = ""
    for text in lines:
        kind, _, value = text.partition(": ")
        if kind == "event":
            name = value
        elif kind == "data":
            yield name, value


def add_line(ready: Ready, description: str = "Extra evening") -> None:
    form = ItemForm(description=description, quantity="1", unit_price="100", tax_id=VAT_20)
    itemising.add_item(ready.actor, ready.order.id or 0, form)


def version_of(body: str) -> str:
    found = re.search(r'data-version="(\w+)"', body)
    assert found
    return found[1]


def test_the_first_word_is_the_version_that_the_page_shows(visitor: Client) -> None:
    ready = share_order()
    page = visitor.get(f"/i/{ready.token}").text
    with follow(visitor, ready) as events:
        assert next(events) == ("version", version_of(page))


def test_a_change_brings_the_body_marked_since_what_the_page_has_seen(visitor: Client) -> None:
    ready = share_order()
    seen = ready.invoice().revision
    with follow(visitor, ready, seen=seen) as events:
        next(events)
        add_line(ready)
        name, data = next(events)
        told = json.loads(data)
        assert name == "changed"
        assert '<ins><span class="vh">New: </span>Extra evening</ins>' in told["body"]
        assert '<input type="hidden" name="amount" value="84000">' in told["body"]
        assert f'data-seen="{seen}"' in told["body"]
        assert told["version"] == version_of(told["body"])
        assert told["body"] == visitor.get(f"/i/{ready.token}/body", params={"seen": seen}).text
        assert re.fullmatch(r"\d\d:\d\d", told["shown"])


def test_each_line_brings_the_page_of_its_own_reader(visitor: Client) -> None:
    ready = share_order()
    seen = ready.invoice().revision
    with follow(visitor, ready, seen=seen) as events, follow(visitor, ready) as others:
        next(events), next(others)
        add_line(ready)
        assert "Updated just now" in json.loads(next(events)[1])["body"]
        assert "Updated just now" not in json.loads(next(others)[1])["body"]


def test_a_line_whose_link_is_revoked_says_that_it_is_gone(visitor: Client) -> None:
    ready = share_order()
    with follow(visitor, ready) as events:
        next(events)
        for link in sharing.list_links(ready.actor, ready.invoice_id):
            sharing.revoke_link(ready.actor, link.id)
        assert next(events)[0] == "gone"
