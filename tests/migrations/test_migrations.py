"""The migrations build exactly what the tables declare, on both databases, and can be taken back."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel, select

import invoice_app.models  # noqa: F401  (fills the metadata)
from invoice_app import db
from invoice_app.clock import utc_now
from invoice_app.domain.access import Role
from invoice_app.domain.stages import Stage
from invoice_app.models import Coupon, PaymentAttempt, Redemption
from invoice_app.services import adjusting, collecting, drafting, ordering
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.order_views import OrderQuery
from invoice_app.services.payment_views import ManualPaymentForm
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


def test_rows_survive_the_way_back_and_forth(empty_url: str) -> None:
    config = alembic_config(empty_url)
    command.upgrade(config, "head")
    make_organisation()
    ada = make_actor(role=Role.STAFF)
    order = make_order(actor=ada)
    make_coupon(actor=ada, code="ONCE", total_limit="1")
    invoice = invoice_of(order)
    form = ManualPaymentForm(method="cash", amount="100", received_on="2026-11-20")
    collecting.record_manual_payment(ada, invoice.id or 0, form)
    with db.transaction() as session:
        attempt, coupon = session.exec(select(PaymentAttempt)).one(), session.exec(select(Coupon)).one()
        redemption = Redemption(
            coupon_id=coupon.id or 0,
            invoice_id=invoice.id or 0,
            account_id=invoice.account_id,
            attempt_id=attempt.id,
            at=utc_now(),
        )
        session.add(redemption)
    before = list_attempts(empty_url)
    command.downgrade(config, "0001")
    command.upgrade(config, "head")
    assert list_attempts(empty_url) == before


def list_attempts(url: str) -> list[dict[str, object]]:
    """Every payment attempt as the database has it."""
    engine = db.make_engine(url)
    with engine.connect() as connection:
        rows = [dict(row._mapping) for row in connection.execute(text("SELECT * FROM paymentattempt"))]
    engine.dispose()
    return rows


def test_sqlite_writes_ahead_waits_and_checks_foreign_keys(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path / 'pragmas.db'}")
    with engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 8_000}
