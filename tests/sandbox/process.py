"""A sandbox in a process of its own, as it is really run."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from invoice_app.sandbox.control import Control
from tests.environment import ROOT


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_in_vain(database: Path, *options: str, port: int | None = None) -> subprocess.CompletedProcess[str]:
    """A start that is refused."""
    command = [
        sys.executable,
        "-m",
        "invoice_app.sandbox",
        "--port",
        str(port or find_free_port()),
        "--database",
        str(database),
    ]
    return subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)


class SandboxProcess:
    """Started on a free port over `database`; `options` go to the command line as they are."""

    def __init__(self, database: Path, *options: str, port: int | None = None) -> None:
        self.database = database
        self.options = options
        self.port = port or find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.control = Control(self.url)
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "invoice_app.sandbox", "--port", str(self.port), "--database", str(self.database)]
        process = subprocess.Popen(
            [*command, *self.options], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(self.url + "/_health", timeout=1):
                    return process
            except (urllib.error.URLError, OSError):
                if process.poll() is not None:
                    assert process.stderr is not None
                    raise RuntimeError(process.stderr.read().decode()) from None
                time.sleep(0.05)
        process.kill()
        raise TimeoutError("the sandbox did not start")

    def kill(self) -> None:
        """kill -9: nothing of the program runs any more."""
        os.kill(self.process.pid, signal.SIGKILL)
        self._reap()

    def restart(self) -> None:
        self.process = self._start()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self._reap()

    def _reap(self) -> None:
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
