"""The running product: its web server and the local Stripe that sends it webhooks, as processes to be killed and started."""

import os
import re
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import text

from invoice_app import db, routes
from invoice_app.running.programs import Program
from invoice_app.sandbox.control import Control
from tests.environment import ROOT
from tests.faults.flows import Case
from tests.faults.house import House
from tests.local_stripe import WITHOUT_TLS, session_of

PATIENCE_S = 60.0
# Less than the first page of a file may grow to: whatever is written to a database's log fails.
SMALLEST_FILE = 4_096


class Running:
    """A program of the product, in a process group of its own."""

    def __init__(self, program: Program, health: str, log: Path) -> None:
        self.program, self.health, self.log = program, health, log
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = dict(self.program.environment)
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                self.program.argv, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-4_000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9, it and every process it has started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def list_processes(self) -> list[int]:
        """The first process and all it has started."""
        found = [self.process.pid]
        for pid in found:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text().split())
        return found

    def _answers(self) -> bool:
        try:
            return httpx.get(self.health, timeout=2, verify=WITHOUT_TLS).status_code == 200
        except httpx.TransportError:
            return False


@dataclass(frozen=True)
class Desk:
    """The product on one database: a studio, where it answers, its programs."""

    house: House
    url: str
    web: Running
    control: Control

    def show(self, case: Case) -> str:
        """The customer's page as they read it."""
        return self._get(routes.shared_invoice(case.token)).raise_for_status().text

    def press_pay(self, case: Case) -> httpx.Response:
        """Press Pay on the customer's page as it is now."""
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\d+)">', self.show(case)))
        path = routes.shared_invoice_part(case.token, "pay")
        return httpx.post(self.url + path, data=fields, timeout=PATIENCE_S, verify=WITHOUT_TLS)

    def open_page(self, case: Case) -> str:
        """Press Pay; answers the address of Stripe's page."""
        answer = self.press_pay(case)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def come_back(self, case: Case, page: str) -> httpx.Response:
        """Come from Stripe's page; answers the invoice's page, or what was refused."""
        path = routes.shared_invoice_part(case.token, "return")
        return self._get(f"{path}?session_id={session_of(page)}")

    def wait_until(self, case: Case, words: str) -> None:
        """Until the customer's page says these words."""
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.show(case):
            assert time.monotonic() < deadline, f"the page never said {words!r}"
            time.sleep(0.05)

    def find_background(self) -> int:
        """The process beside the web worker."""
        (found,) = [pid for pid in self.web.list_processes() if "invoice_app.jobs" in Path(f"/proc/{pid}/cmdline").read_text()]
        return found

    def _get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, follow_redirects=True, timeout=PATIENCE_S, verify=WITHOUT_TLS)


@contextmanager
def locked_database(_: Desk) -> Iterator[None]:
    """Another program holds what every payment has to write, and does not let go."""
    with db.engine().connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE invoice, account, paymentattempt, receivedevent IN EXCLUSIVE MODE"))
        else:
            connection.execute(text("SELECT 1"))  # every transaction begins with the one lock there is
        yield


@contextmanager
def full_disk(desk: Desk) -> Iterator[None]:
    """Nothing can be written: no file of the web server may grow, and PostgreSQL says what it says when its disk is full."""
    if db.engine().dialect.name == "postgresql":
        with _full_disk_of_postgres():
            yield
        return
    pids = desk.web.list_processes()
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (SMALLEST_FILE, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def _full_disk_of_postgres() -> Iterator[None]:
    tables = ("account", "invoice", "paymentattempt", "receivedevent", "payment")
    refuse = """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'could not extend file "base/16384/16456": No space left on device' USING ERRCODE = 'disk_full';
        END $$
    """
    with db.engine().begin() as connection:
        connection.execute(text(refuse))
        for table in tables:
            trigger = (
                f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
            )
            connection.execute(text(trigger))
    try:
        yield
    finally:
        with db.engine().begin() as connection:
            connection.execute(text("DROP FUNCTION refuse CASCADE"))
