"""Fixtures of the crawl tests: one fault server a module, one schema a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.engine import open_database
from storage.migrate import upgrade
from tests.crawler.fetch.lab import Lab
from tests.fault_server import FaultServer


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the current schema."""
    path = tmp_path_factory.mktemp("schema") / "dibao.db"
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    with database.writer() as session:
        session.connection().exec_driver_sql("select 1")
    database.dispose()
    return path


@pytest.fixture
def lab(tmp_path: Path, empty_database: Path) -> Iterator[Lab]:
    """A fresh data folder."""
    made = Lab(tmp_path / "lab", empty_database)
    yield made
    if made._db is not None:
        made._db.dispose()


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A scripted server without any route but 404."""
    with FaultServer() as made:
        yield made
