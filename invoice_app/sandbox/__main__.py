"""`python -m invoice_app.sandbox`: start the local Stripe."""

import argparse
import asyncio
import gc
import os
import signal
import socket
import sys

from granian.constants import Interfaces
from granian.server.embed import Server

from .application import build_application, build_world
from .description import list_operations
from .world import Settings

HOST = "127.0.0.1"
GRACE_SECONDS = 1.0
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
    if given.webhook_url and not (given.webhook_secret or "").startswith("whsec_"):
        parser.error("--webhook-url needs --webhook-secret whsec_…")
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
    asyncio.run(serve(settings))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
