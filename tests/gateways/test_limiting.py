"""Limits count for all workers in Redis, and in this process alone while Redis is away or hangs."""

import os
import signal
from pathlib import Path

import pytest
from limits import parse

from invoice_app.gateways import limiting
from tests.gateways.redis_server import RedisServer

TWICE = parse("2/minute")


@pytest.fixture(autouse=True)
def forgotten(data_dir: Path) -> None:
    limiting.forget_counts()


def count_three() -> list[bool]:
    return [limiting.count(TWICE, "pay", "192.0.2.1") for _ in range(3)]


def test_what_another_worker_counted_counts(redis_server: RedisServer) -> None:
    assert count_three() == [True, True, False]
    limiting.forget_counts()  # as another process has counted nothing itself
    assert not limiting.may_still(TWICE, "pay", "192.0.2.1")
    assert limiting.may_still(TWICE, "pay", "192.0.2.2")


def test_without_redis_this_process_counts(data_dir: Path) -> None:
    assert count_three() == [True, True, False]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_while_redis_is_dead_or_hangs_this_process_counts(redis_server: RedisServer, how: signal.Signals) -> None:
    assert limiting.may_still(TWICE, "pay", "192.0.2.1")
    os.kill(redis_server.pid, how)
    assert count_three() == [True, True, False]
