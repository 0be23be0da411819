"""Faults happen to a studio of its own, on SQLite and on PostgreSQL alike."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from invoice_app import db
from invoice_app.config import settings
from invoice_app.running.building import build_frontend
from invoice_app.running.programs import Program, serve_local_stripe, serve_web
from invoice_app.sandbox.control import Control
from tests.databases import KINDS, MIGRATED, Postgres
from tests.e2e.desk import find_free_ports
from tests.environment import read_settings_again
from tests.faults.application import Desk, Running
from tests.faults.house import House, open_house
from tests.local_stripe import LocalStripe, run_local_stripe


@pytest.fixture
def house(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A studio, and a local Stripe that knows nobody yet and sends no webhooks by itself."""
    with run_local_stripe(":memory:", "--settle-seconds", "0") as local:
        monkeypatch.setenv("SANDBOX_PORT", local.url.rpartition(":")[2])
        monkeypatch.setenv("BASE_URL", "http://desk.example")
        read_settings_again()
        yield open_house(local)


@pytest.fixture(scope="module", params=KINDS)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Iterator[Desk]:
    """The running product on an empty database of either kind, for tests that leave it running."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(migrated_database, folder / "invoices.db")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("STRIPE_", "SMTP_", "REDIS_", "DATABASE_", "SECRET_"))]:
            patch.delenv(name)
        if request.param == "postgresql":
            server: Postgres = request.getfixturevalue("postgres")
            patch.setenv("DATABASE_URL", server.create(MIGRATED))
        web, stripe = find_free_ports(2)
        for name, value in {"DATA_DIR": folder, "PORT": web, "SANDBOX_PORT": stripe, "INVOICE_MODE": "sample"}.items():
            patch.setenv(name, str(value))
        read_settings_again()
        yield from _run_desk(folder)
        db.engine().dispose()
        db.make_engine.cache_clear()
    settings.cache_clear()


def _run_desk(folder: Path) -> Iterator[Desk]:
    configured = settings()
    stripe_url, web_url = f"http://127.0.0.1:{configured.sandbox_port}", f"http://127.0.0.1:{configured.port}"
    program = serve_local_stripe(configured)
    at_once = Program(program.name, (*program.argv, "--settle-seconds", "0"), program.environment)
    stripe = Running(at_once, f"{stripe_url}/_health", folder / "stripe.log")
    try:
        house = open_house(LocalStripe(stripe_url))
        web = Running(serve_web(configured, build_frontend()), f"{web_url}/health", folder / "web.log")
        try:
            yield Desk(house, web_url, web, Control(stripe_url))
        finally:
            web.kill()
    finally:
        stripe.kill()
