"""Short hands for the columns of revisions; as frozen as the revisions that use them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from storage.columns import HexDigest, UtcDateTime

Column = sa.Column[Any]
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def _of(kind: Any, names: str, null: bool) -> list[Column]:
    return [sa.Column(name, kind, nullable=null) for name in names.split()]


def texts(names: str, *, null: bool = False) -> list[Column]:
    return _of(sa.Text(), names, null)


def times(names: str, *, null: bool = False) -> list[Column]:
    return _of(UtcDateTime(), names, null)


def days(names: str) -> list[Column]:
    return _of(sa.Date(), names, True)


def ints(names: str, *, null: bool = False) -> list[Column]:
    return _of(sa.Integer(), names, null)


def bigs(names: str, *, null: bool = False) -> list[Column]:
    return _of(BIG, names, null)


def floats(names: str, *, null: bool = False) -> list[Column]:
    return _of(sa.Double(), names, null)


def flags(names: str) -> list[Column]:
    return _of(sa.Boolean(), names, False)


def digests(names: str, *, null: bool = False) -> list[Column]:
    return _of(HexDigest(), names, null)


def blobs(names: str) -> list[Column]:
    return _of(sa.LargeBinary(), names, True)


def jsons(names: str, *, null: bool = False) -> list[Column]:
    return _of(JSON, names, null)


def link(
    name: str, target: str, *, null: bool = False, ondelete: str | None = None
) -> list[Column]:
    return [sa.Column(name, BIG, sa.ForeignKey(target, ondelete=ondelete), nullable=null)]


def row_id() -> Column:
    return sa.Column("id", BIG, primary_key=True)


def one_of(column: str, values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(f"{column} in ({listed})", name=column)


def index(
    name: str, table: str, columns: str, *, where: str | None = None, unique: bool = False
) -> None:
    condition = sa.text(where) if where else None
    op.create_index(
        name,
        table,
        columns.split(),
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )
