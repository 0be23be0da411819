"""What is published in one process is told in the other it is linked with, and never comes back."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from invoice_app.gateways import signals
from invoice_app.gateways.linking import link_signals
from tests.environment import ROOT

OTHER = """
import asyncio, socket
from invoice_app.gateways import signals
from invoice_app.gateways.linking import link_signals

asked = False

def answer(topic):
    global asked
    if topic in ("inbox", "outbox", "invoice:1"):
        asked = True
        signals.publish("heard " + topic)

async def main():
    with signals.subscribe(answer):
        linked = asyncio.create_task(link_signals(socket.socket(fileno=0)))
        while not asked and not linked.done():
            signals.publish("there")
            await asyncio.sleep(0.05)
        await linked

asyncio.run(main())
"""


def test_two_processes_hear_each_other_until_one_has_gone(data_dir: Path) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        other = subprocess.Popen((sys.executable, "-c", OTHER), stdin=theirs.fileno(), cwd=ROOT, env=dict(os.environ))

    async def scenario() -> tuple[list[str], int]:
        heard: list[str] = []

        async def until(topic: str) -> None:
            deadline = time.monotonic() + 60
            while topic not in heard:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.01)

        with signals.subscribe(heard.append):
            linked = asyncio.create_task(link_signals(ours, "inbox", "outbox"))
            await until("there")
            signals.publish_all(["invoice:1", "inbox"])
            await until("heard inbox")
            signals.publish("outbox")
            await until("heard outbox")
        other.kill()
        await asyncio.wait_for(linked, 10)
        return heard, other.wait()

    heard, code = asyncio.run(scenario())
    # What came from there was not sent back: the other would have answered that too. "invoice:1" is none of its topics.
    assert sorted(set(heard)) == ["heard inbox", "heard outbox", "inbox", "invoice:1", "outbox", "there"]
    assert code == -9
    assert ours.fileno() == -1
