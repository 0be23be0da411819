"""The migrations build exactly what the tables declare, on both databases, and can be taken back."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel

import invoice_app.models  # noqa: F401  (fills the metadata)
from invoice_app import db
from invoice_app.domain.access import Role
from invoice_app.domain.stages import Stage
from invoice_app.services import adjusting, drafting, ordering
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.order_views import OrderQuery
from tests.databases import alembic_config
from tests.factories import invoice_of, make_actor, make_coupon, make_order, make_organisation


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
