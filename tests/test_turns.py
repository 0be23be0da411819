"""Turns between processes that write to one database: nobody starves, nobody waits for ever, the dead hold nothing."""

import errno
import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from invoice_app.turns import Turns
from tests.environment import ROOT

ANOTHER = """
import sys, time
from pathlib import Path
from invoice_app.turns import Turns

turns, diary = Turns(Path(sys.argv[1])), open(sys.argv[2], "ab", buffering=0)
while turns.take(10):
    diary.write(b".")
    time.sleep(float(sys.argv[3]))
    turns.give_back()
"""
A_WRITE_S, FOR_EVER_S = "0.003", "600"


@pytest.fixture
def turns(tmp_path: Path) -> Turns:
    return Turns(tmp_path / "invoices.db")


@contextmanager
def another_process(folder: Path, *, each: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Takes one turn after the other, `each` so many seconds, and notes each in a diary; entered once it has had some."""
    diary = folder / "diary"
    process = subprocess.Popen((sys.executable, "-c", ANOTHER, folder / "invoices.db", diary, each), cwd=ROOT)
    try:
        while not diary.exists() or diary.stat().st_size < (1 if each == FOR_EVER_S else 20):
            assert process.poll() is None
        yield process, diary
    finally:
        process.kill()
        process.wait()


def test_whoever_waits_comes_next_however_busy_another_process_is(turns: Turns, tmp_path: Path) -> None:
    with another_process(tmp_path, each=A_WRITE_S) as (_, diary):
        started, waited = diary.stat().st_size, []
        for _ in range(20):
            before = diary.stat().st_size
            assert turns.take(10)
            waited.append(diary.stat().st_size - before)
            time.sleep(float(A_WRITE_S))
            turns.give_back()
        # The other process as well: it had its turns in between.
        assert diary.stat().st_size - started >= 10
    # Never more than the turn of whoever stood next already.
    assert max(waited) <= 2


def test_while_another_process_writes_nobody_else_does(turns: Turns, tmp_path: Path) -> None:
    with another_process(tmp_path, each=FOR_EVER_S) as (process, _):
        assert not turns.take(0.1)
        # One that gave up stands in nobody's way, in its own process neither.
        assert not turns.take(0)
        process.kill()
        assert turns.take(10)
        turns.give_back()


def test_threads_take_turns_too(turns: Turns) -> None:
    assert turns.take(0)
    second = threading.Thread(target=turns.take, args=(10,))
    second.start()
    second.join(0.1)
    assert second.is_alive()
    turns.give_back()
    second.join(10)
    assert not second.is_alive() and not turns.take(0)


def test_where_there_can_be_no_file_threads_take_turns_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "invoices.db-turn").mkdir()
    turns = Turns(tmp_path / "invoices.db")
    assert turns.take(0) and not turns.take(0)
    turns.give_back()
    assert turns.take(0)


def test_a_kernel_without_locks_stops_nobody(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "lockf", refuse)
        assert turns.take(0)
        turns.give_back()
    assert turns.take(0)


def test_whoever_may_write_to_the_database_may_take_turns(tmp_path: Path) -> None:
    database = tmp_path / "invoices.db"
    database.touch(mode=0o600)
    database.chmod(0o660)
    Turns(database)
    assert (tmp_path / "invoices.db-turn").stat().st_mode == database.stat().st_mode
