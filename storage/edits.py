"""Taking back what a person corrected by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from storage.errors import NotFound, StateConflict
from storage.models import Document
from storage.removal import edit_document

DAYS = frozenset({"written_on", "published_on", "effective_on", "expires_on", "comments_until"})


def as_values(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Values from an audit line, days as days again."""
    return {
        name: date.fromisoformat(value) if name in DAYS and isinstance(value, str) else value
        for name, value in stored.items()
    }


def take_back_edit(
    session: Session,
    document_id: int,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    edited: Sequence[str],
) -> None:
    """Put the values of before an edit back, and let crawls overwrite again what nobody else set.

    ``edited`` are the columns that were a person's before. Raises StateConflict when a value is no
    longer the one of ``after``.
    """
    found = session.get(Document, document_id, populate_existing=True)
    if found is None:
        raise NotFound(f"没有这篇文档 / no such document: {document_id}")
    wanted = as_values(after)
    if any(getattr(found, name) != value for name, value in wanted.items()):
        raise StateConflict(
            "这些资料此后又被改过，不能撤销 / the values changed since: they cannot be taken back"
        )
    edit_document(session, document_id, values=as_values(before))
    found = session.get_one(Document, document_id)
    found.edited = sorted(edited) or None
    session.flush()
