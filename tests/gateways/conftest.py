"""A Redis that all workers of a test share."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from invoice_app.gateways import signals
from tests.environment import read_settings_again
from tests.gateways.redis_server import RedisServer


@pytest.fixture
def redis_server(tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = RedisServer(tmp_path, probe.getsockname()[1])
    server.start()
    monkeypatch.setenv("REDIS_URL", server.url)
    read_settings_again()
    signals._publisher.cache_clear()
    yield server
    server.stop()
    signals._publisher.cache_clear()
