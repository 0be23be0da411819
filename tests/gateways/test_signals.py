"""Signals reach every listener of every worker, and a Redis that is away stops nobody."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from invoice_app.gateways import signals
from tests.environment import ROOT
from tests.gateways.redis_server import RedisServer


def publish_from_another_process(topic: str) -> None:
    statement = f"from invoice_app.gateways import signals; signals.publish({topic!r})"
    subprocess.run((sys.executable, "-c", statement), cwd=ROOT, env=dict(os.environ), check=True)


async def until(condition: object, *, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def test_a_signal_of_another_thread_wakes_those_who_listen_to_its_topic(data_dir: Path) -> None:
    async def scenario() -> tuple[tuple[str, ...], tuple[str, ...]]:
        with signals.hear("invoice:1") as mine, signals.hear("invoice:2") as other:
            await asyncio.to_thread(signals.publish, "invoice:1")
            return await mine.wait(2), await other.wait(0.1)

    assert asyncio.run(scenario()) == (("invoice:1",), ())


def test_repeats_that_nobody_has_taken_yet_are_one(data_dir: Path) -> None:
    async def scenario() -> tuple[str, ...]:
        with signals.hear() as ear:
            signals.publish_all(["orders", "invoice:1", "orders", "orders"])
            await asyncio.sleep(0.05)
            return await ear.wait(2)

    assert asyncio.run(scenario()) == ("orders", "invoice:1")


def test_listening_yields_every_topic_as_it_comes(data_dir: Path) -> None:
    async def scenario() -> list[str]:
        heard: list[str] = []

        async def collect() -> None:
            async for topic in signals.listen():
                heard.append(topic)
                if len(heard) == 3:
                    return

        task = asyncio.create_task(collect())
        await asyncio.sleep(0.05)
        signals.publish_all(["a", "b", "c"])
        await asyncio.wait_for(task, 2)
        return heard

    assert asyncio.run(scenario()) == ["a", "b", "c"]


def test_a_listener_that_left_hears_nothing_and_stops_nobody(data_dir: Path) -> None:
    heard: list[str] = []
    with signals.subscribe(heard.append):
        signals.publish("orders")
    signals.publish("invoice:1")
    assert heard == ["orders"]


def test_a_signal_of_another_worker_arrives_over_redis_once(redis_server: RedisServer) -> None:
    async def scenario() -> tuple[tuple[str, ...], tuple[str, ...]]:
        relay = asyncio.create_task(signals.relay_from_redis())
        await until(signals.is_connected)
        with signals.hear() as ear:
            await asyncio.to_thread(publish_from_another_process, "invoice:7")
            theirs = await ear.wait(5)
            heard: list[str] = []
            with signals.subscribe(heard.append):
                await asyncio.to_thread(signals.publish, "invoice:8")
                await asyncio.sleep(0.3)
            relay.cancel()
            return theirs, tuple(heard)

    assert asyncio.run(scenario()) == (("invoice:7",), ("invoice:8",))


def test_while_redis_is_away_this_worker_goes_on_and_says_it_is_not_live(redis_server: RedisServer) -> None:
    async def scenario() -> tuple[bool, tuple[str, ...], bool]:
        relay = asyncio.create_task(signals.relay_from_redis())
        await until(signals.is_connected)
        redis_server.stop()
        await until(lambda: not signals.is_connected())
        with signals.hear() as ear:
            await asyncio.to_thread(signals.publish, "invoice:7")
            own = await ear.wait(2)
        redis_server.start()
        await until(signals.is_connected)
        relay.cancel()
        return True, own, signals.is_connected()

    assert asyncio.run(scenario()) == (True, ("invoice:7",), True)
