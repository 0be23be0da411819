"""The HTTP application on a real server, called as a browser would."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

from invoice_app.web.app import http_app
from tests.e2e.desk import find_free_ports
from tests.local_stripe import local_stripe, stripe_process

__all__ = ["local_stripe", "stripe_process"]


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The application served in this process, so that it follows each test's settings and clock."""
    (port,) = find_free_ports(1)
    server = Server(http_app(), address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    _wait_until_up(url)
    yield url
    server.stop()
    thread.join(10)


@pytest.fixture
def visitor(server_url: str, data_dir: Path) -> Iterator[httpx.Client]:
    """A browser without cookies on a database of its own."""
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
    with httpx.Client(base_url=server_url, headers=agent) as client:
        yield client


def _wait_until_up(url: str) -> None:
    # Only a refused connection is tried again: a call given up on would still read settings while the test changes them.
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/nothing-here", timeout=30)
            return
        except httpx.ConnectError:
            time.sleep(0.02)
    raise RuntimeError("The application did not come up.")
