"""Documents: saved with everything that belongs to them in the caller's transaction, and read.

Saving is in :mod:`storage.saving`, reading in :mod:`storage.listing`; their names are offered
here too. This module itself records what later visits found: nothing new, or no page any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from storage.filters import DocumentFilter
from storage.listing import (
    DocumentRow,
    attachments_of,
    count_documents,
    document_rows,
    get_document,
    latest_version,
    list_documents,
    versions,
)
from storage.models import Document
from storage.near import near_candidates
from storage.records import (
    AttachmentRecord,
    DocumentRecord,
    LabelRecord,
    NearCandidate,
    SaveResult,
)
from storage.saving import forget_loaded, save_document, write_later

__all__ = [
    "AttachmentRecord",
    "DocumentFilter",
    "DocumentRecord",
    "DocumentRow",
    "GoneResult",
    "LabelRecord",
    "NearCandidate",
    "SaveResult",
    "attachments_of",
    "count_documents",
    "document_rows",
    "get_document",
    "latest_version",
    "list_documents",
    "mark_gone",
    "near_candidates",
    "save_document",
    "touch_unchanged",
    "versions",
    "write_later",
]

GONE_AFTER = 2  # checks in different runs before a page counts as withdrawn

_documents: Table = Document.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class GoneResult:
    """After a 404 or 410: the document's state and in how many runs it was missed."""

    document_id: int
    state: str
    checks: int


def mark_gone(
    session: Session, *, source_id: int, url_key: str, run_id: int | None, now: datetime
) -> GoneResult | None:
    """Count a check that found the page missing; after two in different runs it is ``gone``.

    The texts are kept. None if there is no such document.
    """
    found = session.scalars(
        select(Document)
        .where(Document.source_id == source_id, Document.url_key == url_key)
        .with_for_update()
    ).one_or_none()
    if found is None:
        return None
    if run_id is None or found.gone_run_id != run_id:
        found.gone_checks += 1
        found.gone_run_id = run_id
    found.last_checked_at = now
    if found.state == "live" and found.gone_checks >= GONE_AFTER:
        found.state = "gone"
        found.gone_at = now
    session.flush()
    return GoneResult(found.id, found.state, found.gone_checks)


def touch_unchanged(
    session: Session,
    *,
    source_id: int,
    url_key: str,
    now: datetime,
    etag: str | None = None,
    last_modified: str | None = None,
) -> bool:
    """Note a 304: the page was checked and is as we know it. False if we do not have it."""
    values: dict[str, Any] = {
        "last_checked_at": now,
        "last_seen_at": now,
        "gone_checks": 0,
        "gone_run_id": None,
    }
    if etag is not None:
        values["etag"] = etag
    if last_modified is not None:
        values["last_modified"] = last_modified
    done = session.execute(
        _documents.update()
        .where(
            _documents.c.source_id == source_id,
            _documents.c.url_key == url_key,
            _documents.c.state != "gone",
        )
        .values(values)
        .returning(_documents.c.id)
    ).scalar()
    if done is None:
        return False
    forget_loaded(session, done)
    return True
