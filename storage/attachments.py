"""Files of documents: what is to be fetched, what was, and what it says.

An attachment row is the link of a document to a file; the file itself, once for everybody, is a
``stored_file`` row and a blob. A document's search row follows its files in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from storage.columns import pack_pair
from storage.models import Attachment, Document, StoredFile
from storage.upsert import dialect_insert

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ATTEMPTS = 5
FIRST_RETRY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file to be fetched, or to be looked at again (then ``sha256`` is that of our copy)."""

    id: int
    document_id: int
    url: str
    url_key: str
    name: str
    attempts: int
    sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a stored file says. ``html`` must be safe already."""

    kind: str
    media_type: str
    state: str | None
    code: str | None = None
    detail: str | None = None
    pages: int | None = None
    tables: int = 0
    text: str = ""
    html: str = ""
    members: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A fetched file: hex digest, bytes, path in the blob store, validators, offered name."""

    sha256: str
    size: int
    path: str
    file_name: str | None = None
    etag: str | None = None
    last_modified: str | None = None


_OPEN_COLUMNS: tuple[Any, ...] = (
    Attachment.id,
    Attachment.document_id,
    Attachment.url,
    Attachment.url_key,
    Attachment.name,
    Attachment.attempts,
    Attachment.sha256,
    Attachment.etag,
    Attachment.last_modified,
)


def _wanted(columns: tuple[Any, ...]) -> Select[Any]:
    """Attachments of documents that are not hidden."""
    return (
        select(*columns)
        .join(Document, Document.id == Attachment.document_id)
        .where(Document.state.in_(("live", "gone")))
    )


def open_files(
    session: Session,
    *,
    now: datetime,
    limit: int,
    source_id: int | None = None,
    document_id: int | None = None,
) -> list[OpenFile]:
    """Files that wait to be fetched: listed, or failed and due again; oldest first."""
    query = _wanted(_OPEN_COLUMNS).where(
        Attachment.state.in_(("listed", "failed")),
        or_(Attachment.not_before.is_(None), Attachment.not_before <= now),
        Attachment.attempts < MOST_ATTEMPTS,
    )
    if source_id is not None:
        query = query.where(Document.source_id == source_id)
    if document_id is not None:
        query = query.where(Document.id == document_id)
    rows = session.execute(query.order_by(Attachment.id).limit(limit))
    return [OpenFile(*row) for row in rows]


def files_due(
    session: Session,
    *,
    source_id: int,
    url_key: str,
    now: datetime,
    again_before: datetime,
    limit: int,
) -> list[OpenFile]:
    """Of one page: files to fetch, and stored ones last looked at before ``again_before``."""
    query = _wanted(_OPEN_COLUMNS).where(
        Document.source_id == source_id,
        Document.url_key == url_key,
        or_(
            and_(
                Attachment.state.in_(("listed", "failed")),
                or_(Attachment.not_before.is_(None), Attachment.not_before <= now),
                Attachment.attempts < MOST_ATTEMPTS,
            ),
            and_(Attachment.state == "stored", Attachment.checked_at < again_before),
        ),
    )
    rows = session.execute(query.order_by(Attachment.id).limit(limit))
    return [OpenFile(*row) for row in rows]


def files_to_recheck(
    session: Session,
    *,
    source_id: int,
    seen_since: datetime,
    checked_before: datetime,
    limit: int,
) -> list[OpenFile]:
    """Stored files of recent documents that nobody has looked at since, the longest ago first.

    Whether their pages changed does not matter: a file is often replaced in its place. Files that
    are the body of their document are looked at with its page.
    """
    query = select(*_OPEN_COLUMNS).join(Document, Document.id == Attachment.document_id)
    rows = session.execute(
        query.where(
            Document.source_id == source_id,
            Document.state == "live",
            Document.first_seen_at >= seen_since,
            Attachment.state == "stored",
            Attachment.role != "body",
            Attachment.checked_at < checked_before,
        )
        .order_by(Attachment.checked_at)
        .limit(limit)
    )
    return [OpenFile(*row) for row in rows]


def known_file(
    session: Session, *, source_id: int, document_key: str, url_key: str
) -> tuple[OpenFile, datetime | None] | None:
    """The row of a file of a page, and when it was last looked at."""
    row = session.execute(
        select(*_OPEN_COLUMNS, Attachment.checked_at)
        .join(Document, Document.id == Attachment.document_id)
        .where(
            Document.source_id == source_id,
            Document.url_key == document_key,
            Attachment.url_key == url_key,
        )
    ).one_or_none()
    return None if row is None else (OpenFile(*row[:-1]), row[-1])


def stored_file(session: Session, sha256: str) -> StoredFile | None:
    """A file by its hash."""
    return session.get(StoredFile, sha256)


def reading_of(
    session: Session, sha256: str, *, reader_version: str | None = None
) -> FileReading | None:
    """What this version of the reader (None: any) found in a file; None if it has not looked."""
    found = session.get(StoredFile, sha256)
    if found is None or found.state is None or reader_version not in (None, found.reader_version):
        return None
    return FileReading(
        kind=found.kind,
        media_type=found.media_type,
        state=found.state,
        code=found.code,
        detail=found.detail,
        pages=found.pages,
        tables=found.tables,
        text=found.text or "",
        html=found.html,
        members=tuple(found.members or ()),
    )


def put_file(
    session: Session,
    facts: FileFacts,
    reading: FileReading,
    *,
    now: datetime,
    reader_version: str | None,
) -> None:
    """Keep a file and what it says; documents that link to it are found by its new text.

    ``reading.state`` None: stored, to be read later; what was read before stays.
    """
    linked = list(
        session.scalars(select(Attachment.document_id).where(Attachment.sha256 == facts.sha256))
    )
    values: dict[str, Any] = {
        "kind": reading.kind,
        "media_type": reading.media_type,
        "path": facts.path,
        "size": facts.size,
    }
    if reading.state is not None:
        values |= {
            "state": reading.state,
            "code": reading.code,
            "detail": reading.detail or None,
            "pages": reading.pages,
            "tables": reading.tables,
            "characters": len(reading.text),
            "reader_version": reader_version,
            "read_at": now,
            "members": list(reading.members) or None,
            "packed": pack_pair("", reading.html, near=reading.text),
            "text": reading.text or None,
        }
    first = {"sha256": facts.sha256, "stored_at": now, "tables": 0, "characters": 0, **values}
    statement = dialect_insert(session, StoredFile).on_conflict_do_update(
        index_elements=["sha256"], set_=values
    )
    with searched_anew(session, linked):
        session.execute(statement, first)
        session.expire_all()


def link_file(
    session: Session,
    attachment_id: int,
    facts: FileFacts,
    *,
    media_type: str,
    now: datetime,
    role: str = "file",
) -> bool:
    """Say that an attachment is this file. False if the attachment is gone.

    The file's own row must be there (:func:`put_file`).
    """
    row = session.get(Attachment, attachment_id, with_for_update=True)
    if row is None:
        return False
    with searched_anew(session, [row.document_id]):
        row.state, row.role = "stored", role
        row.sha256, row.size, row.media_type = facts.sha256, facts.size, media_type
        row.file_name = facts.file_name
        row.etag, row.last_modified = facts.etag, facts.last_modified
        row.fetched_at = row.checked_at = now
        row.error_code = row.error_detail = row.not_before = None
        row.attempts = 0
        session.flush()
    return True


def file_unchanged(session: Session, attachment_id: int, *, now: datetime) -> None:
    """Note that the site still has the file that we have."""
    session.execute(
        update(Attachment)
        .where(Attachment.id == attachment_id)
        .values(checked_at=now, not_before=None, error_code=None, error_detail=None)
    )


def file_failed(
    session: Session,
    attachment_id: int,
    *,
    code: str,
    detail: str,
    retry: bool,
    now: datetime,
    counted: bool = True,
) -> None:
    """Note why a file could not be had. A stored copy stays what it is.

    ``retry``: later again, less and less often; otherwise the row is ``skipped``. ``counted``
    False: not the file's fault (budget, pause of the host), no attempt is used up.
    """
    row = session.get(Attachment, attachment_id)
    if row is None:
        return
    row.error_code, row.error_detail = code, detail[:500]
    row.checked_at = now
    if row.sha256 is not None:
        return
    if counted:
        row.attempts += 1
    waits = FIRST_RETRY * 4 ** max(0, row.attempts - 1)
    row.state = "failed" if retry else "skipped"
    row.not_before = now + waits if retry and counted else None
    if retry and not counted:
        row.state = "listed"
    session.flush()


def reopen_files(
    session: Session,
    *,
    source_id: int | None = None,
    codes: Collection[str] = (),
    document_id: int | None = None,
) -> int:
    """Let failed and skipped files be fetched again at once; returns how many."""
    documents = select(Document.id)
    if source_id is not None:
        documents = documents.where(Document.source_id == source_id)
    if document_id is not None:
        documents = documents.where(Document.id == document_id)
    query = update(Attachment).where(
        Attachment.state.in_(("failed", "skipped")), Attachment.document_id.in_(documents)
    )
    if codes:
        query = query.where(Attachment.error_code.in_(tuple(codes)))
    done = session.execute(
        query.values(state="listed", attempts=0, not_before=None).returning(Attachment.id)
    )
    return len(done.all())


def files_to_read(
    session: Session, *, reader_version: str, limit: int, again: bool = False
) -> list[FileFacts]:
    """Stored files nobody has read, or that another version of the reader read.

    ``again``: also those whose reading ended for want of time or memory, or whose format was
    not read when they came.
    """
    stale = or_(StoredFile.state.is_(None), StoredFile.reader_version != reader_version)
    if again:
        codes = ("reader_timeout", "reader_memory", "reader_crashed", "kind_unread")
        stale = or_(stale, StoredFile.code.in_(codes))
    query = select(StoredFile.sha256, StoredFile.size, StoredFile.path).where(stale)
    return [
        FileFacts(*row) for row in session.execute(query.order_by(StoredFile.sha256).limit(limit))
    ]


@contextmanager
def searched_anew(session: Session, document_ids: Iterable[int]) -> Iterator[None]:
    """Whatever the block changes in the searched texts of documents, their search rows follow."""
    # Here, because a crawl that finds no files should not load numpy before its first request.
    from storage.index_queue import flush_if_full, requeue_document
    from storage.search_index import SearchText, stored_texts

    chosen = sorted(set(document_ids))
    before: dict[int, SearchText] = stored_texts(session, chosen)
    yield
    after = stored_texts(session, chosen)
    for document_id, old in before.items():
        if after.get(document_id) != old:
            requeue_document(session.connection(), document_id, old=old, keys=None)
    if chosen:
        flush_if_full(session)
