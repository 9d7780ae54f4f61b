"""Databases for tests: SQLite always, PostgreSQL when DIBAO_TEST_POSTGRES_URL names a server."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engine import Database, open_database
from storage.migrate import upgrade

POSTGRES_URL = "DIBAO_TEST_POSTGRES_URL"


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    with database.write_engine.connect() as connection:
        connection.exec_driver_sql("rollback")
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_schema() -> Iterator[str]:
    """URL of a migrated schema of its own in the server that the environment names."""
    server = os.environ.get(POSTGRES_URL)
    if not server:
        pytest.skip(f"{POSTGRES_URL} is not set: no PostgreSQL server to test on")
    name = f"dibao_test_{uuid.uuid4().hex[:12]}"
    admin = open_database(server)
    with admin.write_engine.begin() as connection:
        connection.execute(text(f"create schema {name}"))
    url = f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"
    database = open_database(url)
    upgrade(database)
    database.dispose()
    yield url
    with admin.write_engine.begin() as connection:
        connection.execute(text(f"drop schema {name} cascade"))
    admin.dispose()


def _emptied(url: str) -> None:
    database = open_database(url)
    with database.write_engine.begin() as connection:
        tables = connection.execute(
            text("select tablename from pg_tables where schemaname = current_schema()")
        ).scalars()
        keep = {"alembic_version", "schema_meta"}
        names = ", ".join(f'"{name}"' for name in tables if name not in keep)
        connection.execute(text(f"truncate {names} restart identity cascade"))
    database.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty, migrated database; the test runs once on each kind."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_schema")
        _emptied(url)
        return url
    path = tmp_path / "dibao.db"
    shutil.copyfile(request.getfixturevalue("empty_sqlite"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open, empty, migrated database; the test runs once on each kind."""
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_url(empty_sqlite: Path, tmp_path: Path) -> str:
    """URL of an empty, migrated SQLite database, for tests that need only one kind."""
    path = tmp_path / "single.db"
    shutil.copyfile(empty_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """An open, empty, migrated SQLite database, for tests that need only one kind."""
    opened = open_database(sqlite_url)
    yield opened
    opened.dispose()
