"""The whole product as subprocesses for browser tests: `make run` on a copy of one sample database, on free ports."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.environment import ROOT

UP_WITHIN_S = 90.0
STOPPED_WITHIN_S = 15.0


@dataclass(frozen=True)
class Desk:
    """A running product: where it answers, what it was started with, where it writes."""

    url: str
    environment: Mapping[str, str]
    log: Path


@contextmanager
def open_desk(folder: Path, template: Path) -> Iterator[Desk]:
    """Serve a copy of `template` until the block ends. Raises RuntimeError with the log when it does not come up."""
    data_dir = folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(template, data_dir)
    web, stripe = find_free_ports(2)
    environment = make_environment(DATA_DIR=str(data_dir), PORT=str(web), SANDBOX_PORT=str(stripe))
    desk = Desk(f"http://localhost:{web}", environment, folder / "log.txt")
    with open(desk.log, "w") as log:
        argv = (sys.executable, "-m", "invoice_app.running")
        run = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_until_up(desk, run)
        yield desk
    finally:
        _stop(run)


def make_template(folder: Path) -> Path:
    """A data folder with the migrated database and the sample, made once for all workers that share `folder`."""
    template = folder / "template"
    with open(folder / "template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            unfinished = folder / "unfinished"
            web, stripe = find_free_ports(2)
            environment = make_environment(DATA_DIR=str(unfinished), PORT=str(web), SANDBOX_PORT=str(stripe))
            argv = (sys.executable, "-m", "invoice_app.running.preparing")
            subprocess.run(argv, cwd=ROOT, env=environment, check=True)
            unfinished.rename(template)
    return template


def make_environment(**settings: str) -> dict[str, str]:
    """The machine's environment without settings of ours that happen to be in it, and with these."""
    ours = ("INVOICE_", "STRIPE_", "SMTP_", "REDIS_", "DATABASE_", "SECRET_", "BASE_", "SANDBOX_", "WORKERS", "PORT", "REFLEX_")
    machine = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**machine, "INVOICE_MODE": "sample", **settings}


def find_free_ports(count: int) -> list[int]:
    """Ports nobody listens on at the moment."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def answers(url: str) -> bool:
    """Whether the product answers at this address."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _wait_until_up(desk: Desk, run: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + UP_WITHIN_S
    while not answers(desk.url):
        if run.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The desk did not come up:\n{desk.log.read_text()[-4000:]}")
        time.sleep(0.1)


def _stop(run: subprocess.Popen[bytes]) -> None:
    run.send_signal(signal.SIGINT)
    try:
        run.wait(STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        # Killed, its guard still ends what it started.
        run.kill()
        run.wait()
