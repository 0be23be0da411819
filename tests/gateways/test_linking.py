"""What is published in one process is told in the other it is linked with, and never comes back."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

from invoice_app.gateways import signals
from invoice_app.gateways.linking import link_signals
from tests.environment import ROOT

OTHER = """
import asyncio, socket
from invoice_app.gateways import signals
from invoice_app.gateways.linking import link_signals

def answer(topic):
    if topic.endswith("box"):
        signals.publish("heard " + topic)

async def main():
    with signals.subscribe(answer):
        linked = asyncio.create_task(link_signals(socket.socket(fileno=0)))
        await asyncio.sleep(0.1)
        signals.publish("there")
        await linked

asyncio.run(main())
"""


def test_two_processes_hear_each_other_until_one_has_gone(data_dir: Path) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        other = subprocess.Popen((sys.executable, "-c", OTHER), stdin=theirs.fileno(), cwd=ROOT, env=dict(os.environ))

    async def scenario() -> tuple[list[str], int]:
        heard: list[str] = []
        with signals.subscribe(heard.append):
            linked = asyncio.create_task(link_signals(ours, "inbox", "outbox"))
            while "there" not in heard:
                await asyncio.sleep(0.01)
            signals.publish_all(["invoice:1", "inbox"])
            while "heard inbox" not in heard:
                await asyncio.sleep(0.01)
            signals.publish("outbox")
            while "heard outbox" not in heard:
                await asyncio.sleep(0.01)
        other.kill()
        await asyncio.wait_for(linked, 10)
        return heard, other.wait()

    heard, code = asyncio.run(scenario())
    # What came from there was not sent back: the other would have answered that too. "invoice:1" is none of its topics.
    assert sorted(heard) == ["heard inbox", "heard outbox", "inbox", "invoice:1", "outbox", "there"]
    assert code == -9
    assert ours.fileno() == -1
