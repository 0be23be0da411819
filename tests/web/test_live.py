"""The live line of a customer's page: what it says first, what it brings when something changed, how it ends."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
import time_machine
from httpx import Client

from invoice_app.clock import utc_now
from invoice_app.db import transaction
from invoice_app.models import Organisation
from invoice_app.repositories.sharing import read_link
from invoice_app.services import itemising, sharing
from invoice_app.services.order_views import ItemForm
from invoice_app.services.setting_collection import CollectionForm, save_collection
from invoice_app.services.showing_shared import glance_at_shared
from invoice_app.web import live
from tests.factories import VAT_20
from tests.services.collecting_steps import Ready, share_order

Events = Iterator[tuple[str, str]]


@contextmanager
def follow(visitor: Client, ready: Ready, **query: str | int) -> Iterator[Events]:
    """The events of a line as name and data; nothing for 10 seconds is an error, and so are 200 lines without the wanted."""
    with visitor.stream("GET", f"/i/{ready.token}/live", params=query, timeout=10) as line:
        assert line.headers["content-type"].startswith("text/event-stream")
        yield _read_events(islice(line.iter_lines(), 200))


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


def test_what_is_typed_arrives_as_text_whatever_it_looks_like(visitor: Client) -> None:
    ready = share_order()
    with follow(visitor, ready) as events:
        next(events)
        for description in ("<script>alert(1)</script>", "a\n\nevent: gone\ndata: 1\n\nb", "c\u2028d", "e\0f"):
            add_line(ready, description)
            name, data = next(events)
            assert name == "changed"
            shown = description.replace("<", "&lt;").replace(">", "&gt;").replace("\0", "")
            assert f"<td>{shown}" in json.loads(data)["body"]


def test_a_silent_line_tells_what_nobody_signals(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.1)
    ready = share_order()
    with follow(visitor, ready) as events:
        shown = next(events)
        assert next(events) == shown
        save_collection(ready.actor, CollectionForm(part_payments=True, part_minimum="50"))
        name, data = next(event for event in events if event != shown)
        assert (name, json.loads(data)["version"]) == ("changed", version_of(visitor.get(f"/i/{ready.token}").text))


def test_a_signal_that_changes_nothing_on_the_page_brings_no_body(visitor: Client) -> None:
    ready = share_order()
    with follow(visitor, ready) as events:
        shown = next(events)
        visitor.get(f"/i/{ready.token}")  # noted as a view, which staff pages show
        assert next(events) == shown


def test_a_line_whose_link_expires_says_that_it_is_gone(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.1)
    ready = share_order()
    with follow(visitor, ready) as events:
        next(events)
        with transaction() as session:
            for link in sharing.list_links(ready.actor, ready.invoice_id):
                read_link(session, link.id).expires_at = utc_now() - timedelta(seconds=1)
        assert next(name for name, _ in events if name != "version") == "gone"


@pytest.mark.usefixtures("data_dir")
def test_a_page_is_another_one_from_midnight_on_where_the_organisation_is() -> None:
    ready = share_order()
    with transaction() as session:
        organisation = session.get(Organisation, 1)
        assert organisation is not None
        organisation.time_zone = "America/Los_Angeles"
    versions = []
    midnight = datetime(2027, 7, 1, tzinfo=ZoneInfo("America/Los_Angeles"))
    # The last is a minute after midnight in UTC.
    for minutes in (-1, 1, 17 * 60 + 1):
        with time_machine.travel(midnight + timedelta(minutes=minutes), tick=False):
            versions.append(glance_at_shared(ready.token).version)
    assert versions[0] != versions[1] == versions[2]
