"""The process that prints PDFs for `pdf_pool`: one request after the other over the socket it was given as standard input.

It holds no secret and can hardly do harm: an empty environment, limits on memory and file size, an alarm that ends it if a
job outlives both its own limit and its parent. Frames are a length of four bytes and that many bytes.
"""

import gc
import pickle
import resource
import signal
import socket
import struct
import time
import traceback
from dataclasses import dataclass
from datetime import date

from invoice_app.documents.printed import PrintedInvoice, PrintedLine, PrintedParty

MEMORY_BYTES = 512 * 1024 * 1024
FILE_BYTES = 64 * 1024 * 1024
ALARM_GRACE_SECONDS = 5

OK, FAILED = b"+", b"-"
READY = b"ready"
_LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class PdfJob:
    """What the parent asks for; the alarm rings `ALARM_GRACE_SECONDS` after `timeout_seconds`."""

    printed: PrintedInvoice
    logo: bytes | None
    timeout_seconds: float


def send_frame(channel: socket.socket, payload: bytes) -> None:
    """Send one frame; raises OSError (TimeoutError among it) as the socket does."""
    channel.sendall(_LENGTH.pack(len(payload)) + payload)


def receive_frame(channel: socket.socket, *, until: float | None = None) -> bytes:
    """Receive one frame; raises EOFError when the other side has gone, TimeoutError at `until` (monotonic seconds)."""
    (length,) = _LENGTH.unpack(_receive(channel, _LENGTH.size, until))
    return _receive(channel, length, until)


def _receive(channel: socket.socket, length: int, until: float | None) -> bytes:
    received = bytearray()
    while len(received) < length:
        if until is not None:
            channel.settimeout(max(until - time.monotonic(), 0.001))
        piece = channel.recv(min(length - len(received), 1 << 16))
        if not piece:
            raise EOFError
        received += piece
    return bytes(received)


def serve(channel: socket.socket) -> None:
    """Load and rehearse the renderer, say so, then answer jobs until the parent closes its end."""
    from invoice_app.documents.pdf import render_invoice_pdf

    render_invoice_pdf(_rehearsal())
    gc.collect()
    gc.freeze()
    send_frame(channel, READY)
    while True:
        try:
            job: PdfJob = pickle.loads(receive_frame(channel))
        except EOFError:
            return
        signal.alarm(int(job.timeout_seconds) + ALARM_GRACE_SECONDS)
        try:
            answer = OK + render_invoice_pdf(job.printed, logo=job.logo)
        except Exception:  # noqa: BLE001  the parent is told, whatever it was, and the worker goes on
            answer = FAILED + traceback.format_exc(limit=-3).encode()
        signal.alarm(0)
        send_frame(channel, answer)
        gc.collect()


def _rehearsal() -> PrintedInvoice:
    party = PrintedParty("Rehearsal", ("1 Street",), "a@example.com", (("VAT", "1"),))
    line = PrintedLine("1", "Line", "1", "1.00", "20 %", "1.00", "−10 %")
    return PrintedInvoice(
        revision=1, number="1", reference="1", currency="EUR", language="en", issued_on=date(2000, 1, 1),
        issued="1 January 2000", due="1 January 2000", seller=party, buyer=party, lines=(line,), subtotal="1.00",
        adjustments=(), taxes=(), tax_note="", total="1.00", total_label="€1.00 EUR", payments=(), paid="0.00",
        due_amount="1.00", due_label="€1.00 EUR", total_minor=100, due_minor=100, terms="Terms",
    )  # fmt: skip


def main() -> None:
    """Give up what could do harm, then serve the socket on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=0) as channel:
        serve(channel)


if __name__ == "__main__":
    main()
