"""Migrations run against the configured database; types are compared, SQLite alters tables by batch."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import invoice_app.models  # noqa: F401  (fills the metadata)
from invoice_app.config import settings
from invoice_app.db import make_engine


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


if connection := context.config.attributes.get("connection"):
    _run(connection)
else:
    with make_engine(context.config.get_main_option("sqlalchemy.url") or settings().database_url).connect() as connection:
        _run(connection)
