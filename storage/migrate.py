"""Schema revisions, run from inside the installed package, and backups.

An upgrade is one transaction on both databases: a killed upgrade leaves the old schema. The search
index, where its tokens have changed, is built after it in steps; stopped, it goes on there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.engine import Database, translate
from storage.errors import SchemaOutdated, StoreError
from storage.index_rebuild import rebuild_index
from storage.migrations.names import include_name
from storage.models import Base
from storage.search_index import index_is_current, require_index


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("storage").joinpath("migrations")))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        named = translate(error)
        if named is None:
            raise
        raise named from error


def head() -> str:
    """The revision this program was built for."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise SchemaOutdated("the package carries no schema revision")
    return revision


def current(database: Database) -> str | None:
    """The revision of the database, None if it is empty."""
    if database.path is not None and not database.path.exists():
        return None
    with _named_errors(), database.read_engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_ready(database: Database) -> bool:
    """Whether schema and search tokens are those of this program."""
    if current(database) != head():
        return False
    with database.reader() as session:
        return index_is_current(session)


def upgrade(database: Database, *, indexed: Callable[[int, int], None] | None = None) -> str:
    """Bring the schema to head, in one transaction. Returns the revision now in force.

    Builds the search index anew if this program makes other tokens; ``indexed`` is told of
    documents done and all. Refuses (SchemaOutdated) a database that a newer program has upgraded.
    """
    found = current(database)
    if found is not None and found not in _known_revisions():
        raise _too_new(found)
    with _named_errors(), database.write_engine.begin() as connection:
        command.upgrade(_config(connection), "head")
    if not is_ready(database):
        for done, total in rebuild_index(database):
            if indexed is not None:
                indexed(done, total)
    return head()


def require_head(database: Database) -> None:
    """Refuse to start unless schema (SchemaOutdated) and search tokens (IndexOutdated) are ours."""
    found, wanted = current(database), head()
    if found == wanted:
        with database.reader() as session:
            require_index(session)
        return
    if found is not None and found not in _known_revisions():
        raise _too_new(found)
    raise SchemaOutdated(
        f"数据库结构为 {found or '空'}，程序需要 {wanted}：请先运行 dibao db upgrade / "
        f"the schema is at {found or 'nothing'}, this program needs {wanted}: "
        "run `dibao db upgrade`"
    )


def _too_new(found: str) -> SchemaOutdated:
    return SchemaOutdated(
        f"数据库结构 {found} 来自更新的程序版本，请升级程序 / "
        f"revision {found} was made by a newer program: upgrade Dibao"
    )


def _known_revisions() -> set[str]:
    script = ScriptDirectory.from_config(_config())
    return {revision.revision for revision in script.walk_revisions()}


def differences(database: Database) -> list[str]:
    """What differs between the models and the database; empty when they agree."""
    with _named_errors(), database.read_engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": include_name, "compare_type": True}
        )
        return [str(change) for change in compare_metadata(context, Base.metadata)]


def backup(database: Database, path: Path, *, now: datetime) -> Path:
    """Copy an SQLite database while it is in use; consistent, readable on its own.

    ``path`` is the file to write, or a folder that gets ``dibao-<UTC time>.db``. The copy is
    written beside its final name and renamed when complete. PostgreSQL has its own tools
    (pg_dump), so asking for it raises StoreError.
    """
    source = database.path
    if source is None:
        raise StoreError(
            "PostgreSQL 请用 pg_dump 备份 / use pg_dump to back up a PostgreSQL database"
        )
    if path.is_dir() or not path.suffix:
        path = path / f"dibao-{now:%Y%m%dT%H%M%SZ}.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(source, timeout=database.busy_seconds)) as origin,
        closing(sqlite3.connect(partial)) as copy,
    ):
        origin.backup(copy)
        copy.execute("pragma journal_mode = delete")
    partial.replace(path)
    return path
