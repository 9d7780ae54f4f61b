"""Alembic environment: runs on the connection that :mod:`storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

from storage.migrations.names import include_name
from storage.models import Base


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        compare_type=True,
        compare_server_default=False,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
