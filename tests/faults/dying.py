"""Use cases in processes of their own, killed at their n-th step.

A step is what others can see of it: each call to Stripe and each commit, once just before and once just after. The product is
not asked where its steps are, so a new one is found by itself.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import stripe
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from invoice_app import db
from invoice_app.domain.errors import AppError
from invoice_app.gateways import stripe_client
from invoice_app.running.preparing import quiet_logs
from tests.environment import read_settings_again
from tests.faults.flows import Act, Case

SETTINGS = ("DATA_DIR", "DATABASE_URL", "INVOICE_MODE", "SANDBOX_PORT", "BASE_URL")
PATIENCE_S = 120.0
NEVER = 0

# Started once for all tests, with everything imported and nothing done.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.faults.dying"])


@dataclass(frozen=True)
class Life:
    """How a process went: the steps it came to, and the signal that ended it, 0 for none."""

    steps: tuple[str, ...]
    killed: bool


class Nest:
    """A process that others are forked from: it has done their work before, so that nothing is left to be loaded."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def rehearse(self, acts: Sequence[Act], case: Case) -> tuple[str, ...]:
        """Do `acts` in the nest itself; answers the steps they take."""
        return self._ask(acts, case, NEVER, forked=False).steps

    def live(self, acts: Sequence[Act], case: Case, *, dies_at: int = NEVER) -> Life:
        """Let a new process do `acts` one after the other, with kill -9 at its step `dies_at`.

        What the product refuses is an answer that whoever acts reads; any other error raises AssertionError here.
        """
        return self._ask(acts, case, dies_at, forked=True)

    def _ask(self, acts: Sequence[Act], case: Case, dies_at: int, *, forked: bool) -> Life:
        self._line.send((tuple(acts), case, dies_at, forked))
        steps: list[str] = []
        while True:
            assert self._line.poll(PATIENCE_S), f"nothing happens after {steps}"
            told = self._line.recv()
            if isinstance(told, int):
                break
            steps.append(told)
        killed = told == -signal.SIGKILL and len(steps) == dies_at
        assert killed or told == 0, f"{acts} ended with {told} after {steps}"
        return Life(tuple(steps), killed)


@contextmanager
def open_nest() -> Iterator[Nest]:
    """A nest on the settings of now."""
    environment = {name: os.environ[name] for name in SETTINGS if name in os.environ}
    ours, theirs = _processes.Pipe()
    process = _processes.Process(target=_hatch, args=(theirs, environment))
    process.start()
    theirs.close()
    with ours:
        yield Nest(ours)
    process.join(PATIENCE_S)


def _hatch(line: Connection, environment: dict[str, str]) -> None:
    for name in SETTINGS:
        os.environ.pop(name, None)
    os.environ.update(environment)
    read_settings_again()
    quiet_logs()
    steps = _Steps(line)
    _watch(steps)
    with suppress(EOFError):
        while True:
            acts, case, steps.dies_at, forked = line.recv()
            steps.count = 0
            line.send(_do_forked(acts, case) if forked else _do(acts, case))


def _do(acts: Sequence[Act], case: Case) -> int:
    for act in acts:
        with suppress(AppError):
            act(case)
    # No connection may be there when others are forked.
    db.engine().dispose()
    stripe_client._make_client.cache_clear()
    return 0


def _do_forked(acts: Sequence[Act], case: Case) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = _do(acts, case)
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


class _Steps:
    """Tells each step to whoever waits, and is the end at one of them."""

    def __init__(self, line: Connection) -> None:
        self.line, self.dies_at, self.count = line, NEVER, 0

    def take(self, step: str) -> None:
        self.count += 1
        self.line.send(step)
        if self.count == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _watch(steps: _Steps) -> None:
    send = stripe.RequestsClient.request

    def request(client: stripe.RequestsClient, method: str, url: str, *rest: Any, **named: Any) -> Any:
        call = f"{method.upper()} /{url.split('/', 3)[3].partition('?')[0]}"
        steps.take(f"before {call}")
        answer = send(client, method, url, *rest, **named)
        steps.take(f"after {call}")
        return answer

    stripe.RequestsClient.request = request  # type: ignore[method-assign, assignment]
    # A session that only reads never commits.
    event.listen(Engine, "commit", lambda _: steps.take("before a commit"))
    event.listen(Session, "after_commit", lambda _: steps.take("after a commit"))
