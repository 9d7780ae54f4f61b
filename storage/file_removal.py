"""Stored files whose last document has gone: their rows, and the paths to delete after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.models import Attachment, StoredFile


def hashes_of(session: Session, document_ids: Sequence[int]) -> set[str]:
    """SHA-256 of the stored files that these documents link to."""
    query = select(Attachment.sha256).where(
        Attachment.document_id.in_(document_ids), Attachment.sha256.is_not(None)
    )
    return {found for found in session.scalars(query) if found is not None}


def drop_unlinked(
    session: Session, *, stored_before: datetime, among: Collection[str] | None = None
) -> list[str]:
    """Forget files that no document links to any more; returns their paths in the blob store.

    Younger ones stay: a crawl stores a file a moment before it links it. ``among``: only these
    hashes, where a document that had them has just gone.
    """
    linked = select(Attachment.sha256).where(Attachment.sha256.is_not(None))
    query = delete(StoredFile).where(
        StoredFile.sha256.not_in(linked), StoredFile.stored_at < stored_before
    )
    if among is not None:
        query = query.where(StoredFile.sha256.in_(among))
    return [path for (path,) in session.execute(query.returning(StoredFile.path))]
