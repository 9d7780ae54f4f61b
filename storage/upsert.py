"""Inserts that meet an existing row, spelled once for both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.columns import Base


def dialect_insert(session: Session, model: type[Base]) -> Any:
    """The dialect's own INSERT construct, which knows ON CONFLICT."""
    return insert_into(session.get_bind().dialect.name, model)


def insert_into(dialect: str, table: type[Base] | Table) -> Any:
    """The same by the name of the dialect, for statements that are prepared."""
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)


def insert_ignoring(
    session: Session,
    model: type[Base],
    values: Mapping[str, Any],
    *,
    returning: InstrumentedAttribute[Any],
) -> Any | None:
    """Insert one row unless a unique rule refuses it; the ``returning`` value, or None."""
    statement = dialect_insert(session, model).on_conflict_do_nothing().returning(returning)
    return session.execute(statement, dict(values)).scalar()


def upsert(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    keys: Sequence[str],
    update: Sequence[str],
) -> None:
    """Insert rows; where ``keys`` meet an existing row, overwrite the ``update`` columns."""
    if not rows:
        return
    statement = dialect_insert(session, model)
    statement = statement.on_conflict_do_update(
        index_elements=list(keys),
        set_={name: getattr(statement.excluded, name) for name in update},
    )
    session.execute(statement, [dict(row) for row in rows])
