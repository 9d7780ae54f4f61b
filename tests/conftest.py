"""Databases for tests: SQLite always, PostgreSQL when DIBAO_TEST_POSTGRES_URL names a server."""

from __future__ import annotations

import gc
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engine import Database, open_database
from storage.migrate import upgrade
from storage.models import Base
from storage.tokens import TOKENIZER_VERSION

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
    """Rows go and numbering starts again; DELETE, because truncating 30 tables takes longer."""
    database = open_database(url)
    with database.write_engine.begin() as connection:
        if connection.execute(text("select 1 from review_action limit 1")).scalar():
            connection.execute(text("truncate review_action"))
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in ("schema_meta", "review_action"):
                connection.execute(table.delete())
        connection.execute(
            text(
                "select setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) "
                "from pg_sequences where schemaname = current_schema()"
            )
        )
        connection.execute(
            text("update schema_meta set value = :version where key = 'tokenizer_version'"),
            {"version": TOKENIZER_VERSION},
        )
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


def pytest_collection_finish() -> None:
    """What was loaded to collect the tests stays: looking through it again is a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
