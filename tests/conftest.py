"""What every test shares: a fresh database built by the migrations, a clean data folder, and people who act."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from playwright.sync_api import expect

from invoice_app.db import make_engine
from tests.chromium import ARGUMENTS, find_chromium
from tests.databases import alembic_config, empty_url, migrated_url, postgres
from tests.environment import read_settings_again

__all__ = ["empty_url", "migrated_url", "postgres"]


# How quick a page is is measured in tests/benchmarks; a test says what is right, on a busy machine too.
expect.set_options(timeout=20_000)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser: Playwright keeps an event loop running, so those tests get processes of their own."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium as it can be started anywhere."""
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database as the migrations build it, made once for each test process."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    command.upgrade(alembic_config(f"sqlite:///{path}"), "head")
    make_engine(f"sqlite:///{path}").dispose()  # the last connection writes the log back into the file
    return path


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrated_database: Path) -> Iterator[Path]:
    """A data folder with an empty, migrated database; the settings of this test point to it."""
    from invoice_app import db
    from invoice_app.config import settings

    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(migrated_database, folder / "invoices.db")
    for name in [name for name in os.environ if name.startswith(("STRIPE_", "SMTP_", "REDIS_", "DATABASE_", "SECRET_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATA_DIR", str(folder))
    monkeypatch.setenv("INVOICE_MODE", "sample")
    read_settings_again()
    yield folder
    db.engine().dispose()
    db.make_engine.cache_clear()
    settings.cache_clear()
