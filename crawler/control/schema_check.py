"""Is the database at the revision of this program? Without loading Alembic (60 ms a crawl)."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.engine import Database
from storage.errors import SchemaOutdated

_REVISION = re.compile(r"""^revision\s*(?::\s*str)?\s*=\s*["']([^"']+)["']""", re.MULTILINE)
_DOWN = re.compile(r"""^down_revision\s*(?::[^=]+)?=\s*["']([^"']+)["']""", re.MULTILINE)


def require_known_schema(database: Database) -> None:
    """Raise SchemaOutdated unless the database is exactly at the newest packaged revision."""
    found, wanted = _found(database), newest_revision()
    if found != wanted:
        raise SchemaOutdated(
            f"数据库结构为 {found or '空'}，程序需要 {wanted}：请先运行 dibao db upgrade / "
            f"the schema is at {found or 'nothing'}, this program needs {wanted}: "
            "run `dibao db upgrade`"
        )


@cache
def newest_revision() -> str:
    """The revision that no other one builds on."""
    known: set[str] = set()
    built_on: set[str] = set()
    for file in files("storage").joinpath("migrations", "versions").iterdir():
        if file.name.endswith(".py"):
            source = file.read_text(encoding="utf-8")
            known.update(_REVISION.findall(source))
            built_on.update(_DOWN.findall(source))
    heads = known - built_on
    if len(heads) != 1:
        raise SchemaOutdated(f"the package carries {len(heads)} newest revisions")
    return heads.pop()


def _found(database: Database) -> str | None:
    if database.path is not None and not database.path.exists():
        return None
    try:
        with database.reader() as session:
            found = session.scalar(text("select version_num from alembic_version"))
    except DBAPIError:
        return None
    return None if found is None else str(found)
