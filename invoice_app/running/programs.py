"""Which programs make up a running product, and with what arguments each is started."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from invoice_app import routes
from invoice_app.config import Settings


@dataclass(frozen=True)
class Program:
    """A program to keep running: its name in messages, what starts it, and its environment."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]


def list_programs(settings: Settings, build: Path, organisation: str) -> list[Program]:
    """The web server and, when no Stripe key is configured, the local Stripe, which shows customers the organisation's name."""
    programs = [serve_web(settings, build)]
    if settings.uses_sandbox:
        programs.insert(0, serve_local_stripe(settings, merchant=organisation))
    return programs


def serve_web(settings: Settings, build: Path) -> Program:
    """Pages, HTTP routes and websockets on one port. Workers that die are started again by the server itself."""
    argv = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "invoice_app.invoice_app:app"]
    argv += ["--host", settings.listen_host, "--port", str(settings.port), "--http", "1"]
    argv += ["--workers", str(settings.workers), "--respawn-failed-workers", "--workers-kill-timeout", "3"]
    argv += ["--log-level", "warning"]
    return Program("web server", tuple(argv), web_environment(settings, build))


def web_environment(settings: Settings, build: Path) -> dict[str, str]:
    """The environment in which Reflex serves a finished build instead of compiling one."""
    return {
        **os.environ,
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "REFLEX_WEB_WORKDIR": str(build),
        "REFLEX_STATES_WORKDIR": str(settings.data_dir / "states"),
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_TELEMETRY_ENABLED": "false",
        # The C library keeps an arena per thread otherwise: 20 MB more for the same work.
        "MALLOC_ARENA_MAX": "2",
    }


def serve_local_stripe(settings: Settings, *, merchant: str = "", with_webhooks: bool = True) -> Program:
    """The local Stripe on loopback, delivering its webhooks to the web server; `merchant` is the name on its pages."""
    argv = [sys.executable, "-m", "invoice_app.sandbox", "--port", str(settings.sandbox_port)]
    argv += ["--database", str(settings.data_dir / "sandbox.db"), "--return-origin", settings.base_url]
    if merchant:
        # One word: a name that begins with a dash is a name all the same.
        argv.append(f"--merchant={merchant}")
    environment = dict(os.environ)
    if with_webhooks:
        argv += ["--webhook-url", f"http://127.0.0.1:{settings.port}{routes.STRIPE_WEBHOOK}"]
        # A command line can be read by every user of the machine, an environment only by ours.
        environment["SANDBOX_WEBHOOK_SECRET"] = settings.stripe_webhook_secret.get_secret_value()
    return Program("local Stripe", tuple(argv), environment)
