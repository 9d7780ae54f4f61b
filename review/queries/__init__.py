"""Pure reads that only the review pages need; everything else is in storage."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

Key = TypeVar("Key")
Value = TypeVar("Value")


def pairs(session: Session, query: Select[Key, Value]) -> dict[Key, Value]:
    """A query of two columns as a dictionary."""
    return {row[0]: row[1] for row in session.execute(query)}
