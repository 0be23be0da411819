"""What every test shares: a fresh database built by the migrations, a clean data folder, and people who act."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from invoice_app.db import make_engine

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database as the migrations build it, made once for each test process."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "alembic"))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    command.upgrade(config, "head")
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
    settings.cache_clear()
    yield folder
    db.engine().dispose()
    db.make_engine.cache_clear()
    settings.cache_clear()
