"""Attachments as they are shown: the link, the fetch, and the reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from storage.errors import NotFound
from storage.models import Attachment, Document, Source, StoredFile


@dataclass(frozen=True, slots=True)
class FileView:
    """An attachment as it is shown: the link, the fetch, and the reading if there is one."""

    id: int
    document_id: int
    document_title: str
    source_key: str
    url: str
    name: str
    file_name: str | None
    media_type: str
    state: str
    role: str
    size: int | None
    sha256: str | None
    error_code: str | None
    error_detail: str | None
    fetched_at: datetime | None
    kind: str | None
    text_state: str | None
    text_code: str | None
    text_detail: str | None
    pages: int | None
    tables: int
    characters: int
    members: tuple[dict[str, Any], ...]
    path: str | None


def file_views(
    session: Session,
    *,
    document_ids: Sequence[int] | None = None,
    source_key: str | None = None,
    state: str | None = None,
    limit: int = 200,
) -> list[FileView]:
    """Attachments with their readings, newest documents first, in the order of the page.

    ``state`` is one of fetching (listed, stored …) or of reading (read, no_text, unread).
    """
    query = (
        select(Attachment, Document.title, Source.key, StoredFile)
        .join(Document, Document.id == Attachment.document_id)
        .join(Source, Source.id == Document.source_id)
        .outerjoin(StoredFile, StoredFile.sha256 == Attachment.sha256)
        .order_by(Attachment.document_id.desc(), Attachment.id)
        .limit(limit)
    )
    if document_ids is not None:
        query = query.where(Attachment.document_id.in_(list(document_ids)))
    if source_key is not None:
        query = query.where(Source.key == source_key)
    if state is not None:
        query = query.where(or_(Attachment.state == state, StoredFile.state == state))
    return [_view(*row) for row in session.execute(query)]


def files_by_document(session: Session, document_ids: Sequence[int]) -> dict[int, list[FileView]]:
    """The attachments of many documents, in chunks that every database takes."""
    found: dict[int, list[FileView]] = {}
    ids = list(document_ids)
    for start in range(0, len(ids), 500):
        chunk = ids[start : start + 500]
        for view in file_views(session, document_ids=chunk, limit=100_000):
            found.setdefault(view.document_id, []).append(view)
    return found


def file_view(session: Session, attachment_id: int) -> FileView:
    """One attachment. Raises NotFound."""
    row = session.execute(
        select(Attachment, Document.title, Source.key, StoredFile)
        .join(Document, Document.id == Attachment.document_id)
        .join(Source, Source.id == Document.source_id)
        .outerjoin(StoredFile, StoredFile.sha256 == Attachment.sha256)
        .where(Attachment.id == attachment_id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"没有这个附件 / no such file: {attachment_id}")
    return _view(*row)


def _view(row: Attachment, title: str, key: str, file: StoredFile | None) -> FileView:
    return FileView(
        id=row.id,
        document_id=row.document_id,
        document_title=title,
        source_key=key,
        url=row.url,
        name=row.name,
        file_name=row.file_name,
        media_type=row.media_type,
        state=row.state,
        role=row.role,
        size=row.size,
        sha256=row.sha256,
        error_code=row.error_code,
        error_detail=row.error_detail,
        fetched_at=row.fetched_at,
        kind=file.kind if file else None,
        text_state=file.state if file else None,
        text_code=file.code if file else None,
        text_detail=file.detail if file else None,
        pages=file.pages if file else None,
        tables=file.tables if file else 0,
        characters=file.characters if file else 0,
        members=tuple(file.members or ()) if file else (),
        path=file.path if file else None,
    )


def count_files(session: Session) -> dict[str, int]:
    """Attachments by state of fetching."""
    rows = session.execute(select(Attachment.state, func.count()).group_by(Attachment.state))
    return {row[0]: row[1] for row in rows}
