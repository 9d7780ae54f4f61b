"""Moving what one crawl has written back in time, so that a minute can show two weeks.

Only the clock of our own records moves (when something was fetched, seen, checked, run). Dates
that publishers state lie before the demo began and stay as they are.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, bindparam, select, update

from storage.columns import Base, UtcDateTime
from storage.engine import Database


def move_back(db: Database, *, since: datetime, by: timedelta) -> int:
    """Subtract ``by`` from every stored time that is not before ``since``; how many moved."""
    moved = 0
    if by <= timedelta(0):
        return moved  # that Monday is only now
    with db.writer() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, UtcDateTime):
                    moved += _move_column(session, table, column, since=since, by=by)
    return moved


def _move_column(
    session: Any, table: Table, column: Column[datetime], *, since: datetime, by: timedelta
) -> int:
    keys = list(table.primary_key.columns)
    found = session.execute(select(*keys, column).where(column >= since)).all()
    if not found:
        return 0
    names = [f"key_{number}" for number in range(len(keys))]
    change = (
        update(table)
        .where(*(key == bindparam(name) for key, name in zip(keys, names, strict=True)))
        .values({column.name: bindparam("moved_to")})
    )
    session.connection().execute(
        change,
        [{**dict(zip(names, row[:-1], strict=True)), "moved_to": row[-1] - by} for row in found],
    )
    return len(found)
