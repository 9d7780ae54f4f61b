"""Column types and naming rules shared by every model.

Times are aware UTC datetimes in Python. Hex digests (URL keys, SHA-256) are strings in Python
and raw bytes in the database: half the space in every row and index that holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.deflate import packed_near, unpacked_near

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite gives row ids only to a column declared INTEGER.
BigKey: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
Json: TypeEngine[Any] = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime. Refuses a naive value with ``ValueError``."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """As inherited, remembering the last value: a transaction writes one time many times."""
        process = super().bind_processor(dialect)
        if process is None:
            return None
        last: tuple[datetime | None, Any] = (None, None)

        def bind(value: datetime | None) -> Any:
            nonlocal last
            known, bound = last
            if value is not known:
                bound = process(value)
                last = value, bound
            return bound

        return bind

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: storage keeps aware UTC times only")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class HexDigest(TypeDecorator[str]):
    """A lower-case hex string kept as bytes. Refuses anything that is not hexadecimal."""

    impl = LargeBinary
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], Any] | None:
        """One call: both drivers take bytes as they are."""
        return _bytes_of

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return _bytes_of(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else bytes(value).hex()


def _bytes_of(digest: str | None) -> bytes | None:
    return None if digest is None else bytes.fromhex(digest)


class Base(DeclarativeBase):
    """Declarative base of all tables."""

    metadata = MetaData(naming_convention=NAMING)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """CHECK that a text column holds one of ``values`` (or null)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


def pack_pair(first: str, second: str, *, near: str) -> bytes | None:
    """Deflate two texts with the text they repeat (``near``) as preset dictionary.

    The HTML of a body and the evidence spans repeat the body text, which stands in the same row:
    this way they cost a few hundred bytes instead of another copy. ``first`` must not contain a
    null character. None if both are empty.
    """
    if not first and not second:
        return None
    return packed_near(f"{first}\0{second}".encode(), near=near.encode())


def unpack_pair(packed: bytes | None, *, near: str) -> tuple[str, str]:
    """Undo :func:`pack_pair`; ``near`` must be the text given then."""
    if packed is None:
        return "", ""
    first, _, second = unpacked_near(packed, near=near.encode()).decode().partition("\0")
    return first, second
