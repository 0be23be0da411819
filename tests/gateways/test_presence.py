"""Presence: seconds long, seen by every worker through Redis, and by this one alone while Redis is away."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from invoice_app.clock import standing_still, utc_now
from invoice_app.gateways import presence
from tests.environment import ROOT
from tests.gateways.redis_server import RedisServer


@pytest.fixture(autouse=True)
def nobody_yet(data_dir: Path) -> None:
    presence._here.clear()
    presence._client.cache_clear()


def see(place: str, tab: str, field: str = "") -> bool:
    return presence.note_sighting(place, tab=tab, user_id=len(tab), name=tab.title(), field=field)


def tabs_at(place: str) -> list[tuple[str, str]]:
    return [(one.tab, one.field) for one in presence.list_sightings(place)]


def test_only_what_the_others_do_not_know_yet_is_news() -> None:
    assert [see("1", "ada"), see("1", "ada"), see("1", "ada", "line-a-quantity"), see("1", "mika"), see("2", "ada")] == [
        True,
        False,
        True,
        True,
        True,
    ]
    assert tabs_at("1") == [("ada", "line-a-quantity"), ("mika", "")]


def test_who_leaves_is_gone_and_leaving_twice_is_no_news() -> None:
    see("1", "ada")
    assert [presence.forget_sighting("1", "ada"), presence.forget_sighting("1", "ada")] == [True, False]
    assert tabs_at("1") == []


def test_who_falls_silent_is_forgotten_after_twenty_seconds_and_leaves_nothing_behind() -> None:
    now = utc_now()
    with standing_still(now):
        see("1", "ada")
    with standing_still(now + timedelta(seconds=19.9)):
        assert tabs_at("1") == [("ada", "")]
    with standing_still(now + timedelta(seconds=20)):
        assert tabs_at("1") == []
        assert presence._here == {}
        assert see("1", "ada")


def test_another_worker_sees_who_is_here_and_the_other_way_round(redis_server: RedisServer) -> None:
    see("1", "ada", "line-a-quantity")
    there = (
        "import json; from invoice_app.gateways import presence;"
        "presence.note_sighting('1', tab='mika', user_id=2, name='Mika', field='');"
        "print(json.dumps([one.tab for one in presence.list_sightings('1')]))"
    )
    told = subprocess.run(
        (sys.executable, "-c", there), cwd=ROOT, env=dict(os.environ), check=True, capture_output=True, text=True
    )
    assert sorted(json.loads(told.stdout)) == ["ada", "mika"]
    assert sorted(tabs_at("1")) == [("ada", "line-a-quantity"), ("mika", "")]
    assert presence.forget_sighting("1", "mika")
    assert tabs_at("1") == [("ada", "line-a-quantity")]


def test_while_redis_is_away_this_worker_still_sees_its_own(redis_server: RedisServer) -> None:
    see("1", "ada")
    redis_server.stop()
    assert see("1", "mika")
    assert tabs_at("1") == [("ada", ""), ("mika", "")]
