"""Removing on request: the document, its files, and what was captured of them.

Three steps, so that a crash leaves nothing half said: the rows go and the places to blank are
noted in one transaction (``erase``); the records are blanked in their files (``storage.blanking``);
the files' new digests are noted (``settle``). ``waiting`` lists what is still to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage import archive
from storage.archive import OPEN
from storage.audit import record_action
from storage.blanking import blank_records
from storage.errors import Conflict
from storage.event_edits import drop_page
from storage.file_removal import drop_unlinked, hashes_of
from storage.index_queue import unindex
from storage.models import (
    Attachment,
    CrawlRun,
    Document,
    DocumentLabel,
    DocumentVersion,
    ErasedRecord,
    Fetch,
    NearBand,
    SentenceHash,
    WarcFile,
)
from storage.removal import bury_document, bury_url
from storage.search_index import stored_text
from storage.upsert import insert_ignoring

GONE = "已按要求移除 / removed on request"
_EMPTY = (
    "summary", "doc_number", "index_number", "publisher", "issuer", "original_source", "validity",
    "validity_by", "subject", "topic_words",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Erased:
    """What went: documents, those of which a title-less shell stays because an issue cites them,
    records to blank, and the paths of stored files to delete once this is committed."""

    documents: tuple[int, ...]
    shells: tuple[int, ...]
    records: int
    files: tuple[str, ...]
    alike: tuple[int, ...]


def erase(
    session: Session, *, url_key: str, url: str, reason: str, actor: str, now: datetime
) -> Erased:
    """Remove everything kept of an address, in all sources, and keep it from coming back.

    ``alike`` are other documents of the same text, to be judged by a person.
    """
    _forget_deleted_bytes(session, now_on=True)
    documents = list(session.scalars(select(Document).where(Document.url_key == url_key)))
    ids = [document.id for document in documents]
    alike = _alike(session, documents)
    keys = {url_key, *_own_files(session, ids)}
    hashes = hashes_of(session, ids)
    sources = {document.source_id for document in documents} | _asked_by(session, url_key)
    shells = []
    for document in documents:
        try:
            bury_document(session, document.id, reason=reason, actor=actor, now=now)
        except Conflict:
            _empty(session, document, now=now)
            shells.append(document.id)
    for source_id in sorted(sources):
        bury_url(
            session,
            source_id=source_id,
            url_key=url_key,
            url=url,
            reason=reason,
            actor=actor,
            now=now,
        )
    records = _note_places(session, keys, now=now)
    files = drop_unlinked(session, stored_before=now, among=hashes)
    record_action(
        session,
        actor=actor,
        action="erased",
        target_kind="address",
        target_id=url_key,
        now=now,
        after={"documents": ids, "shells": shells, "records": records, "files": len(files)},
        note=reason,
    )
    _forget_deleted_bytes(session, now_on=False)
    return Erased(tuple(ids), tuple(shells), records, tuple(files), alike)


def _forget_deleted_bytes(session: Session, *, now_on: bool) -> None:
    """SQLite overwrites what it deletes meanwhile; PostgreSQL does so when it vacuums."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA secure_delete={'ON' if now_on else 'OFF'}")


def _alike(session: Session, documents: Sequence[Document]) -> tuple[int, ...]:
    clusters = {document.cluster_id for document in documents if document.cluster_id}
    if not clusters:
        return ()
    own = [document.id for document in documents]
    found = select(Document.id).where(Document.cluster_id.in_(clusters), Document.id.not_in(own))
    return tuple(session.scalars(found.order_by(Document.id)))


def _own_files(session: Session, ids: Sequence[int]) -> set[str]:
    """Addresses of files that no other document links to."""
    own = set(session.scalars(select(Attachment.url_key).where(Attachment.document_id.in_(ids))))
    others = session.scalars(
        select(Attachment.url_key).where(
            Attachment.url_key.in_(own), Attachment.document_id.not_in(ids)
        )
    )
    return own - set(others)


def _asked_by(session: Session, url_key: str) -> set[int]:
    runs = select(Fetch.run_id).where(Fetch.url_key == url_key)
    found = session.scalars(select(CrawlRun.source_id).where(CrawlRun.id.in_(runs)).distinct())
    return {source_id for source_id in found if source_id is not None}


def _empty(session: Session, document: Document, *, now: datetime) -> None:
    """Of a document that an issue cites, a hidden shell stays: number, address, times."""
    drop_page(session, document.id, now=now)
    searched = stored_text(session, document.id)
    if searched is not None:
        unindex(session.connection(), document.id, old=searched)
    session.execute(
        update(DocumentVersion)
        .where(DocumentVersion.document_id == document.id)
        .values(title=GONE, body_text="", packed=None, details=None, signature=None, text_length=0)
    )
    for model, column in (
        (NearBand, NearBand.document_id),
        (SentenceHash, SentenceHash.document_id),
        (DocumentLabel, DocumentLabel.document_id),
        (Attachment, Attachment.document_id),
    ):
        session.execute(delete(model).where(column == document.id))
    document.title, document.state = GONE, "suppressed"
    for name in _EMPTY:
        setattr(document, name, None)
    document.issuing_bodies = []
    session.flush()


def _note_places(session: Session, keys: set[str], *, now: datetime) -> int:
    """Take the captures of these addresses off the fetch rows and onto the list to blank."""
    rows = session.execute(
        select(Fetch.warc_file, Fetch.warc_offset, Fetch.warc_length).where(
            Fetch.url_key.in_(keys), Fetch.warc_file.is_not(None)
        )
    ).all()
    for file, offset, length in rows:
        values = {"warc_file": file, "warc_offset": offset, "warc_length": length or 0}
        insert_ignoring(
            session,
            ErasedRecord,
            {**values, "erased_at": now, "done": False},
            returning=ErasedRecord.warc_file,
        )
    nowhere = {"warc_file": None, "warc_offset": None, "warc_length": None, "warc_digest": None}
    session.execute(
        update(Fetch).where(Fetch.url_key.in_(keys), Fetch.warc_file.is_not(None)).values(nowhere)
    )
    return len(rows)


# the files --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Blanked:
    """Places of a file that are blank now, and the SHA-256 of the whole file since."""

    places: tuple[tuple[int, int], ...]
    sha256: str | None
    gone: bool


def waiting(session: Session) -> dict[str, list[tuple[int, int]]]:
    """Records that are still to be blanked, by file: (offset, length)."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    rows = session.execute(
        select(ErasedRecord.warc_file, ErasedRecord.warc_offset, ErasedRecord.warc_length)
        .where(ErasedRecord.done.is_(False))
        .order_by(ErasedRecord.warc_file, ErasedRecord.warc_offset)
    )
    for file, offset, length in rows:
        found[file].append((offset, length))
    return dict(found)


def blank(folder: Path, file: str, places: Sequence[tuple[int, int]], *, now: datetime) -> Blanked:
    """Blank records of one file; a file that is being written has to wait. Raises OSError."""
    path = archive.path_of(folder, file)
    if path is None:
        return Blanked(tuple(places), None, gone=True)
    if path.name.endswith(OPEN):
        return Blanked((), None, gone=False)
    done = blank_records(path, places, now=now)
    return Blanked(tuple(done), archive.file_digest(path), gone=False)


def settle(session: Session, file: str, blanked: Blanked, *, now: datetime) -> None:
    """Note that records of a file are blank, requests behind them as well."""
    for offset, length in blanked.places:
        place = {"warc_file": file, "warc_offset": offset}
        values = {**place, "warc_length": length, "erased_at": now, "done": True}
        insert_ignoring(session, ErasedRecord, values, returning=ErasedRecord.warc_file)
        session.execute(
            update(ErasedRecord)
            .where(ErasedRecord.warc_file == file, ErasedRecord.warc_offset == offset)
            .values(done=True)
        )
    if blanked.sha256 is not None:
        session.execute(update(WarcFile).where(WarcFile.path == file).values(sha256=blanked.sha256))


def erased_in(session: Session, file: str) -> dict[int, bool]:
    """Places of a file that were erased: offset, and whether it is done."""
    rows = session.execute(
        select(ErasedRecord.warc_offset, ErasedRecord.done).where(ErasedRecord.warc_file == file)
    )
    return {row.warc_offset: row.done for row in rows}


def addresses_of(session: Session, ids: Iterable[int]) -> list[tuple[int, str, str, str]]:
    """Number, key, address and title of documents, for the question before the deed."""
    rows = session.execute(
        select(Document.id, Document.url_key, Document.url, Document.title)
        .where(Document.id.in_(list(ids)))
        .order_by(Document.id)
    )
    return [(row.id, row.url_key, row.url, row.title) for row in rows]


def known_at(session: Session, url_key: str) -> tuple[list[tuple[int, str]], int]:
    """Documents (number, title) and captured answers of an address."""
    documents = session.execute(
        select(Document.id, Document.title).where(Document.url_key == url_key)
    ).all()
    captured = session.scalars(
        select(Fetch.id).where(Fetch.url_key == url_key, Fetch.warc_file.is_not(None))
    ).all()
    return [(row.id, row.title) for row in documents], len(captured)
