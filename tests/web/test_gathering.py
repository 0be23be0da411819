"""Webhooks of the same moment share a write; everybody hears what became of their own."""

import asyncio
import threading
from collections.abc import Iterable, Sequence

import pytest

from invoice_app.clock import utc_now
from invoice_app.gateways.stripe_values import GatewayEvent
from invoice_app.web.gathering import MOST_AT_ONCE, Gatherer


class Disk:
    """Where events are written: slow until let go, so that others arrive meanwhile."""

    def __init__(self) -> None:
        self.writes: list[list[str]] = []
        self.writing, self.let_go = threading.Event(), threading.Event()
        self.fails = self.fails_at_once = False

    def store(self, arrived: Iterable[GatewayEvent]) -> list[bool]:
        if self.fails_at_once:
            raise OSError("the disk is away")
        events = list(arrived)
        self.writing.set()
        assert self.let_go.wait(10)
        if self.fails:
            raise OSError("the disk is full")
        self.writes.append([event.id for event in events])
        return [event.id != "evt_known" for event in events]


def arrive(event_id: str) -> GatewayEvent:
    return GatewayEvent(event_id, "charge.updated", "ch_1", utc_now(), {})


async def begin_writing(gatherer: Gatherer, disk: Disk) -> asyncio.Task[bool]:
    """The first event is on its way to the disk."""
    first = asyncio.create_task(gatherer.put(arrive("evt_first")))
    assert await asyncio.to_thread(disk.writing.wait, 10)
    return first


async def put_while_writing(gatherer: Gatherer, names: Sequence[str]) -> list[asyncio.Task[bool]]:
    waiting = [asyncio.create_task(gatherer.put(arrive(name))) for name in names]
    await asyncio.sleep(0)  # until each of them waits
    return waiting


def test_those_who_come_while_one_is_written_share_the_next_write() -> None:
    async def live() -> None:
        disk = Disk()
        gatherer = Gatherer(disk.store)
        first = await begin_writing(gatherer, disk)
        others = await put_while_writing(gatherer, ["evt_2", "evt_known", "evt_3"])
        disk.let_go.set()
        assert await asyncio.gather(first, *others) == [True, True, False, True]
        assert disk.writes == [["evt_first"], ["evt_2", "evt_known", "evt_3"]]

    asyncio.run(live())


def test_one_write_holds_a_hundred_at_most() -> None:
    async def live() -> None:
        disk = Disk()
        gatherer = Gatherer(disk.store)
        first = await begin_writing(gatherer, disk)
        others = await put_while_writing(gatherer, [f"evt_{number}" for number in range(MOST_AT_ONCE + 1)])
        disk.let_go.set()
        await asyncio.gather(first, *others)
        assert [len(write) for write in disk.writes] == [1, MOST_AT_ONCE, 1]

    asyncio.run(live())


def test_a_write_that_fails_is_told_to_all_in_it_and_the_next_one_begins_anew() -> None:
    async def live() -> None:
        disk = Disk()
        gatherer = Gatherer(disk.store)
        disk.fails = True
        first = await begin_writing(gatherer, disk)
        disk.let_go.set()
        with pytest.raises(OSError, match="full"):
            await first
        disk.fails = False
        assert await gatherer.put(arrive("evt_again")) is True
        assert disk.writes == [["evt_again"]]

    asyncio.run(live())


def test_a_write_that_fails_before_it_asks_for_the_events_is_told_to_all_who_wait() -> None:
    async def live() -> None:
        disk = Disk()
        gatherer = Gatherer(disk.store)
        first = await begin_writing(gatherer, disk)
        others = await put_while_writing(gatherer, ["evt_2", "evt_3"])
        disk.fails_at_once = True
        disk.let_go.set()
        assert await first is True
        for other in others:
            with pytest.raises(OSError, match="away"):
                await other
        disk.fails_at_once = False
        assert await gatherer.put(arrive("evt_again")) is True
        assert disk.writes == [["evt_first"], ["evt_again"]]

    asyncio.run(live())


def test_those_who_come_while_a_write_waits_for_its_turn_are_in_it() -> None:
    async def live() -> None:
        turn = threading.Event()
        written: list[list[str]] = []

        def store(arrived: Iterable[GatewayEvent]) -> list[bool]:
            assert turn.wait(10)
            written.append([event.id for event in arrived])
            return [True] * len(written[-1])

        gatherer = Gatherer(store)
        waiting = await put_while_writing(gatherer, ["evt_1"])
        waiting += await put_while_writing(gatherer, ["evt_2", "evt_3"])
        turn.set()
        assert all(await asyncio.gather(*waiting))
        assert written == [["evt_1", "evt_2", "evt_3"]]

    asyncio.run(live())


def test_the_event_of_one_who_hung_up_is_stored_all_the_same() -> None:
    async def live() -> None:
        disk = Disk()
        gatherer = Gatherer(disk.store)
        first = await begin_writing(gatherer, disk)
        gone, stays = await put_while_writing(gatherer, ["evt_gone", "evt_stays"])
        gone.cancel()
        disk.let_go.set()
        assert all(await asyncio.gather(first, stays))
        assert disk.writes == [["evt_first"], ["evt_gone", "evt_stays"]]

    asyncio.run(live())
