"""Keep programs running until told to stop; leave none behind, however we end."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from invoice_app.running.guarding import end_group
from invoice_app.running.programs import Program

Answer = TypeVar("Answer")

LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0
UP_WITHIN_S = 60.0


class ProgramFailed(Exception):
    """A program ended before the product was up; the message names it."""


class Supervisor:
    """Starts programs, each in a process group of its own, restarts those that die, and ends every group at the stop.

    A guard process (guarding.py) ends the groups when the supervisor itself is killed.
    """

    def __init__(self) -> None:
        guard = Path(__file__).with_name("guarding.py")
        # -I -S: neither the site's packages nor the environment cost the guard memory.
        argv = (sys.executable, "-I", "-S", str(guard))
        self._guard = subprocess.Popen(argv, stdin=subprocess.PIPE, text=True, start_new_session=True)

    async def run_to_end(self, *programs: Program) -> list[str]:
        """Run programs side by side and answer what each wrote to standard output.

        Raises ProgramFailed, and ends the others, when one exits with another code than 0.
        """
        return await _together(*(self._run_once(program) for program in programs))

    async def serve(self, programs: list[Program], is_up: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Keep all programs running until cancelled; `announce` once `is_up` answers true.

        Raises ProgramFailed when one ends before that, or nothing answers within a minute.
        """
        up = asyncio.Event()
        keepers = (self._keep_running(program, up) for program in programs)
        await _together(*keepers, _watch(is_up, up, announce))

    def dismiss_guard(self) -> None:
        """Let the guard go once nothing is left to guard."""
        assert self._guard.stdin is not None
        with suppress(BrokenPipeError):
            self._guard.stdin.close()
        self._guard.wait()

    async def _run_once(self, program: Program) -> str:
        started = self._start(program, stdout=subprocess.PIPE)
        try:
            output, _ = await asyncio.to_thread(started.communicate)
        finally:
            await asyncio.shield(asyncio.to_thread(self._end, started))
        if started.returncode:
            raise ProgramFailed(f"The {program.name} stopped with exit code {started.returncode}, see above.")
        return output

    async def _keep_running(self, program: Program, up: asyncio.Event) -> None:
        pause_s = 1.0
        while True:
            started_at = time.monotonic()
            code = await self._run_until_it_ends(program)
            if not up.is_set():
                raise ProgramFailed(f"The {program.name} stopped with exit code {code} before it was up, see above.")
            if time.monotonic() - started_at > STEADY_AFTER_S:
                pause_s = 1.0
            print(f"The {program.name} ended with exit code {code}; starting it again in {pause_s:.0f} s.", flush=True)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _run_until_it_ends(self, program: Program) -> int:
        started = self._start(program)
        try:
            return await asyncio.to_thread(started.wait)
        finally:
            await asyncio.shield(asyncio.to_thread(self._end, started))

    def _start(self, program: Program, stdout: int | None = None) -> subprocess.Popen[str]:
        environment = dict(program.environment)
        started = subprocess.Popen(program.argv, env=environment, stdout=stdout, text=True, start_new_session=True)
        self._tell_guard(f"+{started.pid}")
        return started

    def _end(self, started: subprocess.Popen[str]) -> None:
        # The leader's end does not end its workers: the group goes as a whole.
        end_group(started.pid)
        started.wait()
        self._tell_guard(f"-{started.pid}")

    def _tell_guard(self, line: str) -> None:
        assert self._guard.stdin is not None
        # A guard that somebody killed is missed only if we are killed too: no reason to stop.
        with suppress(BrokenPipeError):
            self._guard.stdin.write(line + "\n")
            self._guard.stdin.flush()


async def _watch(is_up: Callable[[], bool], up: asyncio.Event, announce: Callable[[], None]) -> None:
    deadline = time.monotonic() + UP_WITHIN_S
    while not await asyncio.to_thread(is_up):
        if time.monotonic() > deadline:
            raise ProgramFailed(f"Nothing answered within {UP_WITHIN_S:.0f} seconds of the start.")
        await asyncio.sleep(0.1)
    up.set()
    announce()


async def _together(*work: Coroutine[Any, Any, Answer]) -> list[Answer]:
    """Do all at once; when one fails or we are cancelled, end the others first."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
