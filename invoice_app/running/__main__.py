"""`python -m invoice_app.running`: check the settings, prepare, build what changed, serve until Ctrl-C."""

import asyncio
import json
import os
import signal
import socket
import sys
import urllib.error
import urllib.request

from invoice_app import routes
from invoice_app.config import ConfigurationError, Settings, load_settings
from invoice_app.running.building import find_build
from invoice_app.running.programs import Program, list_programs
from invoice_app.running.supervising import ProgramFailed, Supervisor

FAILED = 1
WRONG_CONFIGURATION = 2


def main() -> int:
    """Run the product. Answers 0 after an orderly stop, 1 when a program failed, 2 when a setting is wrong."""
    # For every program we start: what it writes, databases and uploads too, is for our own user alone.
    os.umask(0o077)
    try:
        settings = load_settings()
        require_free_ports(settings)
        asyncio.run(run(settings))
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return WRONG_CONFIGURATION
    except ProgramFailed as error:
        print(error, file=sys.stderr)
        return FAILED
    except asyncio.CancelledError:
        print("Stopped.")
    return 0


def require_free_ports(settings: Settings) -> None:
    """Raise ConfigurationError when another program already listens where we would."""
    wanted = [(settings.listen_host, settings.port, "PORT")]
    if settings.uses_sandbox:
        wanted.append(("127.0.0.1", settings.sandbox_port, "SANDBOX_PORT"))
    for host, port, name in wanted:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise ConfigurationError(
                    f"Cannot listen on {host}:{port} ({error.strerror}): stop what uses it, or choose another with {name}="
                ) from None


async def run(settings: Settings) -> None:
    """Prepare and build, then serve until a signal to stop cancels us. Raises ProgramFailed."""
    this = asyncio.current_task()
    assert this is not None
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(sign, this.cancel)
    supervisor = Supervisor()
    try:
        organisation, told = await prepare(supervisor)
        build = find_build()
        if build is None:
            raise ProgramFailed("The pages changed while they were built: start again.")
        await supervisor.serve(
            list_programs(settings, build, organisation), lambda: is_up(settings), lambda: announce(settings, told)
        )
    finally:
        supervisor.dismiss_guard()


async def prepare(supervisor: Supervisor) -> tuple[str, str]:
    """Migrate, load the sample and build the pages, side by side; answers the organisation's name and what to tell."""
    environment = dict(os.environ)
    work = [Program("preparation", (sys.executable, "-m", "invoice_app.running.preparing"), environment)]
    if find_build() is None:
        print("Building the pages …", flush=True)
        work.append(Program("frontend build", (sys.executable, "-m", "invoice_app.running.building"), environment))
    answer, *_ = await supervisor.run_to_end(*work)
    # Only read here, not imported: the preparation keeps its memory to itself.
    prepared = json.loads(answer)
    return prepared["organisation"], prepared["told"]


def is_up(settings: Settings) -> bool:
    """Whether the web server answers that it is healthy."""
    host = "127.0.0.1" if settings.listen_host in {"0.0.0.0", "::"} else settings.listen_host
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}{routes.HEALTH}", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def announce(settings: Settings, told: str) -> None:
    """Tell where the product answers and how to get in."""
    print(f"\nReady: {settings.base_url}\n")
    if told:
        print(told, end="\n\n")
    print("Ctrl-C stops everything.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
