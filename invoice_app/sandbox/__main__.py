"""`python -m invoice_app.sandbox`: start the local Stripe."""

import argparse
import asyncio
import fcntl
import gc
import os
import signal
import socket
import sys
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server

from .addresses import check_webhook, origin_of
from .application import build_application, build_world
from .description import list_operations
from .errors import StripeError
from .world import Settings

HOST = "127.0.0.1"
GRACE_SECONDS = 1.0
LONGEST_SECONDS = 10 * 365 * 86_400
SECRET_VARIABLE = "SANDBOX_WEBHOOK_SECRET"


def read_arguments(arguments: list[str]) -> Settings:
    """The command line; exits with one sentence when it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m invoice_app.sandbox",
        description="A local Stripe on loopback, for development and tests: no real money, no live keys, no network.",
        epilog="Use it as StripeClient('sk_test_…', base_addresses={'api': 'http://127.0.0.1:12111'}). "
        "Console: http://127.0.0.1:12111/_console",
    )
    parser.add_argument("--port", type=int, default=12111, help="port on 127.0.0.1 (default %(default)s)")
    parser.add_argument("--database", default="var/sandbox.db", help="SQLite file that holds everything (default %(default)s)")
    parser.add_argument("--webhook-url", help="send every event to this address")
    parser.add_argument(
        "--webhook-secret",
        default=os.environ.get(SECRET_VARIABLE),
        help=f"signing secret of that address, whsec_…; in {SECRET_VARIABLE} other users of the machine cannot read it",
    )
    parser.add_argument("--merchant", default="Sample Studio", help="name on the checkout page (default %(default)s)")
    parser.add_argument("--origin", help="address browsers reach this program under (default http://127.0.0.1:PORT)")
    parser.add_argument(
        "--return-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let checkout return to this origin only; may be repeated",
    )
    parser.add_argument(
        "--settle-seconds",
        type=float,
        default=0.5,
        help="from a charge to its fee and charge.updated (default %(default)s)",
    )
    parser.add_argument(
        "--debit-seconds",
        type=float,
        default=345_600.0,
        help="from a bank debit to its outcome (default four days)",
    )
    parser.add_argument(
        "--behind-seconds",
        type=float,
        default=0.0,
        help="start with the clock this far in the past, to be moved on through /_control/clock (default %(default)s)",
    )
    given = parser.parse_args(arguments)
    check_arguments(parser, given)
    return Settings(
        port=given.port,
        database=given.database,
        webhook_url=given.webhook_url,
        webhook_secret=given.webhook_secret,
        origin=(given.origin or f"http://{HOST}:{given.port}").rstrip("/"),
        merchant=given.merchant,
        return_origins=tuple(origin.rstrip("/") for origin in given.return_origin),
        settle_seconds=given.settle_seconds,
        debit_seconds=given.debit_seconds,
        behind_seconds=given.behind_seconds,
    )


def check_arguments(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    """Exits with one sentence about the first that makes no sense."""
    if not 1 <= given.port <= 65535:
        parser.error(f"--port is a number from 1 to 65535, not {given.port}")
    if given.webhook_url and not (given.webhook_secret or "").startswith("whsec_"):
        parser.error("--webhook-url needs --webhook-secret whsec_…")
    try:
        if given.webhook_url:
            check_webhook(given.webhook_url)
    except StripeError:
        parser.error(f"--webhook-url {given.webhook_url} is no address events can be posted to")
    for origin in [*given.return_origin, *([given.origin] if given.origin else [])]:
        try:
            origin_of(origin)
        except ValueError as error:
            parser.error(f"{origin} is no origin such as http://127.0.0.1:8000: {error}")
    for name in ("settle_seconds", "debit_seconds", "behind_seconds"):
        if not 0 <= getattr(given, name) <= LONGEST_SECONDS:
            parser.error(f"--{name.replace('_', '-')} is a number of seconds from 0 to {LONGEST_SECONDS}")


def claim(database: Path | str) -> int | None:
    """Lock the database for this process; the file descriptor that holds the lock, for as long as the process lives.

    Raises:
        BlockingIOError: another process has it.
    """
    if database == ":memory:":
        return None
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(f"{database}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


async def serve(settings: Settings) -> None:
    """Until SIGINT or SIGTERM. Open connections are not waited for: what was acknowledged is on the disk already."""
    application = build_application(build_world(settings))
    list_operations()
    gc.freeze()  # what is loaded now stays: the collector need not look at it again
    server = Server(application, address=HOST, port=settings.port, interface=Interfaces.ASGI, log_enabled=False)
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    serving = loop.create_task(server.serve())
    print(f"Local Stripe on {settings.origin} (console: {settings.origin}/_console)", flush=True)
    await asyncio.wait({serving, loop.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait({serving}, timeout=GRACE_SECONDS)


def main() -> None:
    """Start the program; its threads are left behind when it is told to stop."""
    settings = read_arguments(sys.argv[1:])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, settings.port))
        except OSError as error:
            sys.exit(f"Port {settings.port} on {HOST} cannot be used: {error.strerror}.")
    try:
        claim(settings.database)
    except BlockingIOError:
        sys.exit(f"Another local Stripe is running on {settings.database}. Stop it, or pass another --database.")
    asyncio.run(serve(settings))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
