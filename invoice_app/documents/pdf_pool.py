"""PDFs made in processes of their own: xhtml2pdf takes the whole interpreter for each, and text from strangers runs through it.

Workers start when the first PDF is asked for and stop when none has been for a while. Each is a fresh interpreter with an empty
environment, so no key of ours is in its reach. One that outlives its time is killed; the next job gets a new one.
"""

import atexit
import hashlib
import json
import pickle
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from invoice_app.documents.pdf_worker import OK, READY, PdfJob, receive_frame, send_frame
from invoice_app.documents.printed import PrintedInvoice
from invoice_app.domain.errors import AppError

START_SECONDS = 20.0
_PROJECT = Path(__file__).resolve().parents[2]
_COMMAND = (sys.executable, "-E", "-s", "-m", "invoice_app.documents.pdf_worker")


class PdfFailed(AppError):
    """No PDF came of it. `reason` is "timeout", "crashed" or "refused"; `detail` is for the log, never for a customer."""

    code: ClassVar[str] = "pdf_failed"
    status: ClassVar[int] = 503

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__("The PDF could not be made just now. The invoice itself is unharmed; try again in a moment.")
        self.reason = reason
        self.detail = detail


class _Worker:
    """One worker process and our end of the socket to it."""

    def __init__(self) -> None:
        self.channel, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                _COMMAND,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=_PROJECT,
                env={"LANG": "C.UTF-8"},
                start_new_session=True,
            )
        self.idle_since = time.monotonic()
        if self._exchange(b"", START_SECONDS) != READY:
            self.stop()
            raise PdfFailed("crashed", "the worker did not start")

    def render(self, job: PdfJob) -> bytes:
        answer = self._exchange(pickle.dumps(job), job.timeout_seconds)
        if answer[:1] != OK:
            raise PdfFailed("refused", answer[1:].decode("utf-8", "replace"))
        return answer[1:]

    def _exchange(self, request: bytes, seconds: float) -> bytes:
        """Send `request`, if any, and receive a frame, all within `seconds`; ends the process if that fails."""
        until = time.monotonic() + seconds
        try:
            if request:
                self.channel.settimeout(seconds)
                send_frame(self.channel, request)
            return receive_frame(self.channel, until=until)
        except (OSError, EOFError) as error:
            self.stop()
            reason = "timeout" if isinstance(error, TimeoutError) else "crashed"
            raise PdfFailed(reason, f"the worker ended with {self.process.returncode}") from error

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """End the process, whatever it is doing, and wait until it has gone."""
        self.channel.close()
        self.process.kill()
        self.process.wait()


class PdfPool:
    """Up to `size` workers; a job may take `timeout_seconds`, a worker unused for `idle_seconds` ends."""

    def __init__(self, *, size: int = 2, timeout_seconds: float = 25.0, idle_seconds: float = 60.0) -> None:
        self.timeout_seconds = timeout_seconds
        self.idle_seconds = idle_seconds
        self._threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix="pdf")
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()
        self._retirement: threading.Timer | None = None

    def submit(self, printed: PrintedInvoice, logo: bytes | None = None) -> Future[bytes]:
        """Ask for a PDF; the future raises PdfFailed. In a coroutine: `await asyncio.wrap_future(pool.submit(…))`."""
        return self._threads.submit(self._render, PdfJob(printed, logo, self.timeout_seconds))

    def render(self, printed: PrintedInvoice, logo: bytes | None = None) -> bytes:
        """Make a PDF and wait for it; raises PdfFailed."""
        return self.submit(printed, logo).result()

    def warm(self, count: int = 1) -> None:
        """Start `count` workers now, so that the first PDFs need not wait for them."""
        for worker in [self._take() for _ in range(count)]:
            self._put_back(worker)

    def worker_ids(self) -> list[int]:
        """Process ids of the workers that wait for work."""
        with self._lock:
            return [worker.process.pid for worker in self._idle if worker.alive]

    def close(self) -> None:
        """Finish what was asked for, then end every worker."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._retirement:
            self._retirement.cancel()
        self._stop_idle(unused_for=0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _render(self, job: PdfJob) -> bytes:
        worker = self._take()
        try:
            return worker.render(job)
        finally:
            if worker.alive:
                self._put_back(worker)

    def _take(self) -> _Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                worker.stop()
        return _Worker()

    def _put_back(self, worker: _Worker) -> None:
        worker.idle_since = time.monotonic()
        with self._lock:
            self._idle.append(worker)
            if self._retirement is None:
                self._schedule_retirement()

    def _schedule_retirement(self) -> None:
        self._retirement = threading.Timer(self.idle_seconds, self._retire)
        self._retirement.daemon = True
        self._retirement.start()

    def _retire(self) -> None:
        self._stop_idle(unused_for=self.idle_seconds)
        with self._lock:
            self._retirement = None
            if self._idle:
                self._schedule_retirement()

    def _stop_idle(self, *, unused_for: float) -> None:
        limit = time.monotonic() - unused_for
        with self._lock:
            leaving = [worker for worker in self._idle if worker.idle_since <= limit]
            self._idle = [worker for worker in self._idle if worker.idle_since > limit]
        for worker in leaving:
            worker.stop()


def document_key(printed: PrintedInvoice, logo: bytes | None = None) -> str:
    """The hash of everything a PDF is made from, in hex: equal invoices have equal keys, on any day and machine.

    Words on how near the due day is are left out where `due_date` says the day itself; the document prints that.
    """
    content = asdict(printed) | {"due": printed.due_date or printed.due}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, default=str).encode()
    return hashlib.sha256(canonical + hashlib.sha256(logo or b"").digest()).hexdigest()


@cache
def shared_pool() -> PdfPool:
    """The pool of this process; it starts no worker until the first PDF."""
    pool = PdfPool()
    atexit.register(pool.close)
    return pool


def submit_pdf(printed: PrintedInvoice, logo: bytes | None = None) -> Future[bytes]:
    """Ask the shared pool for a PDF; the future raises PdfFailed."""
    return shared_pool().submit(printed, logo)
