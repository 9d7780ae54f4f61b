"""Storing an import: source, document, original file, audit; and taking it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from crawler.file_records import reading_record
from crawler.importing.material import Given
from crawler.importing.prepare import Place, Prepared
from pipelines.attachments.names import safe_name
from pipelines.urls import host_group, url_key
from storage.attachments import FileFacts, link_file, put_file
from storage.audit import record_action
from storage.documents import get_document, latest_version
from storage.errors import Conflict, NotFound
from storage.file_removal import drop_unlinked, hashes_of
from storage.models import Attachment, Document, Source
from storage.removal import bury_document, unbury_url
from storage.sources import BY_HAND_KIND, source_by_key

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storage.blobs import Blob

BY_HAND = "manual-import"
TITLE = "手工录入"
ORIGIN = "import"


@dataclass(frozen=True, slots=True)
class Known:
    """A document that has this address already."""

    id: int
    title: str
    source_key: str
    source_title: str
    imported: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an import: new, changed, unchanged, tombstoned."""

    document_id: int | None
    outcome: str
    duplicate_of: int | None


def place_of(session: Session, key: str | None) -> Place:
    """The source to import into. Raises NotFound for a key that no source has."""
    if key is None or key == BY_HAND:
        return Place(BY_HAND)
    row = source_by_key(session, key)
    if row is None or row.retired_at is not None:
        raise NotFound(f"没有这个信源 / no such source: {key}")
    return Place(
        row.key,
        publisher=row.publisher,
        region=row.region,
        level=row.level,
        topics=tuple(row.topics),
        lang=row.lang,
        timezone=row.timezone,
    )


def known_document(session: Session, url: str) -> Known | None:
    """A document under this address, whichever source brought it."""
    row = session.execute(
        select(Document, Source)
        .join(Source, Source.id == Document.source_id)
        .where(Document.url_key == url_key(url))
        .order_by(Document.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    document, source = row
    return Known(
        document.id, document.title, source.key, source.title, _imported(session, document.id)
    )


def _imported(session: Session, document_id: int) -> bool:
    version = latest_version(session, document_id)
    return version is not None and (version.details or {}).get("origin") == ORIGIN


def keep(
    session: Session, prepared: Prepared, given: Given, *, blob: Blob | None, now: datetime
) -> Kept:
    """Save by the rules of every crawl, mark as imported, link the original file."""
    from pipelines.saving import incoming_of, save_all

    item = prepared.item
    source_id = _source_id(session, item.source_key, now=now)
    (incoming,) = incoming_of([item], source_id=source_id, run_id=None)
    details = {**incoming.record.details, "origin": ORIGIN, "by": given.by, "name": given.name}
    details |= {"fetched": given.fetched}
    record = replace(incoming.record, details=details)
    (result,) = save_all(session, [replace(incoming, record=record)])
    if result.document_id is not None:
        if blob is not None:
            _link_file(session, result.document_id, prepared, blob, now=now)
        record_action(
            session,
            actor=given.by,
            action=ORIGIN,
            target_kind="document",
            target_id=result.document_id,
            after={"outcome": result.outcome, "url": item.url, "name": given.name},
            now=now,
        )
    return Kept(result.document_id, result.outcome, result.duplicate_of)


def _link_file(
    session: Session, document_id: int, prepared: Prepared, blob: Blob, *, now: datetime
) -> None:
    """The file whose text is the body, imported itself or linked from a shell, is kept."""
    from pipelines.attachments.reading import READER_VERSION

    found, ref = prepared.file, prepared.file_ref
    if found is None or ref is None:
        return
    row = session.scalars(
        select(Attachment).where(
            Attachment.document_id == document_id,
            Attachment.url_key == url_key(ref.url),
        )
    ).one_or_none()
    if row is None:
        return
    facts = FileFacts(blob.sha256, blob.size, blob.path, safe_name(ref.name))
    put_file(session, facts, reading_record(found), now=now, reader_version=READER_VERSION)
    role = "body" if found.state == "read" else "file"
    link_file(session, row.id, facts, media_type=found.media_type, now=now, role=role)


def _source_id(session: Session, key: str, *, now: datetime) -> int:
    found = source_by_key(session, key)
    if found is not None:
        return found.id
    made = Source(
        key=BY_HAND,
        title=TITLE,
        publisher=TITLE,
        kind=BY_HAND_KIND,
        status="manual",
        spec_hash="",
        host_group=host_group("http://import.invalid/"),
        every_seconds=7 * 86400,
        topics=[],
        tags=[],
        expect={},
        lang="zh",
        timezone="Asia/Shanghai",
        enabled=False,
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    return made.id


def undo(session: Session, document_id: int, *, actor: str, now: datetime) -> list[str]:
    """Remove an imported document so that it may be imported again; paths of files to delete.

    Raises NotFound, and Conflict for a document that a crawl brought or an issue contains.
    """
    document = get_document(session, document_id)
    if document is None:
        raise NotFound(f"没有这个条目 / no such item: {document_id}")
    if not _imported(session, document_id):
        raise Conflict(
            f"条目 {document_id} 不是手工录入的，不能这样移除 / item {document_id} was not imported"
        )
    source_id, key = document.source_id, document.url_key
    files = hashes_of(session, [document_id])
    bury_document(session, document_id, reason="import undone", actor=actor, now=now)
    unbury_url(session, source_id=source_id, url_key=key)
    record_action(
        session,
        actor=actor,
        action="import_undone",
        target_kind="document",
        target_id=document_id,
        now=now,
    )
    return drop_unlinked(session, stored_before=now, among=files)
