"""Captured exchanges in the database: files, the place of each record, what a version came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Row, Select, bindparam, func, literal_column, select, update
from sqlalchemy.orm import Session

from storage import archive
from storage.archive import Mended, Place
from storage.models import CrawlRun, Document, DocumentVersion, Fetch, Source, WarcFile
from storage.models.crawl import ACTIVE_STATES
from storage.runs import FetchRow, record_fetches
from storage.upsert import insert_ignoring
from storage.warc import Record, read_file

_CAPTURES = select(
    Fetch.warc_file,
    Fetch.warc_offset,
    Fetch.warc_length,
    Fetch.fetched_at,
    Fetch.warc_digest,
    Fetch.url,
    Fetch.run_id,
    Fetch.role,
    Fetch.status,
)
_LAST = (  # asked for every list page: built once
    _CAPTURES.join(CrawlRun, CrawlRun.id == Fetch.run_id)
    .where(
        CrawlRun.source_id == bindparam("source_id"),
        Fetch.url_key == bindparam("url_key"),
        Fetch.url == bindparam("url"),
        Fetch.status == literal_column("200"),
        Fetch.warc_file.is_not(None),
    )
    .order_by(Fetch.fetched_at.desc(), Fetch.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Capture:
    """An answer as it is kept: place, moment (UTC), digest of its message body (hex), what it
    answered to (``run_id``, ``role``, ``status``)."""

    place: Place
    at: datetime
    digest: str | None
    url: str
    run_id: int
    role: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of captures with the source and the state of its run."""

    path: str
    run_id: int
    source_key: str | None
    state: str
    sha256: str | None
    size: int
    active: bool


def file_opened(session: Session, *, path: str, run_id: int, now: datetime) -> None:
    """Remember a file before the first exchange of it matters."""
    values = {
        "path": path,
        "run_id": run_id,
        "state": "open",
        "opened_at": now,
        "size": 0,
        "records": 0,
    }
    insert_ignoring(session, WarcFile, values, returning=WarcFile.id)


def file_closed(
    session: Session,
    *,
    path: str,
    size: int,
    records: int,
    sha256: str,
    now: datetime,
    state: str = "closed",
) -> None:
    """What a finished file is like."""
    session.execute(
        update(WarcFile)
        .where(WarcFile.path == path)
        .values(state=state, size=size, records=records, sha256=sha256, closed_at=now)
    )


def files(session: Session, *, run_id: int | None = None) -> list[Kept]:
    """The files of one run, or of all, oldest first."""
    query = _files()
    if run_id is not None:
        query = query.where(WarcFile.run_id == run_id)
    return [_kept(row) for row in session.execute(query)]


def places_in(session: Session, *, path: str, run_id: int) -> dict[int, Capture]:
    """Every record of a file that a fetch points to, by offset."""
    rows = session.execute(_CAPTURES.where(Fetch.run_id == run_id, Fetch.warc_file == path))
    found = (_capture(row) for row in rows)
    return {capture.place.offset: capture for capture in found}


def last_capture(session: Session, *, source_id: int, url_key: str, url: str) -> Capture | None:
    """The newest full answer of an address that is kept."""
    asked = {"source_id": source_id, "url_key": url_key, "url": url}
    row = session.connection().execute(_LAST, asked).one_or_none()
    return None if row is None else _capture(row)


def capture_of_version(session: Session, version: DocumentVersion) -> Capture | None:
    """The answer that a version was read from; None if it is not kept."""
    if version.fetch_id is not None:
        row = session.execute(
            _CAPTURES.where(Fetch.id == version.fetch_id, Fetch.warc_file.is_not(None))
        ).one_or_none()
        return None if row is None else _capture(row)
    if version.run_id is None:
        return None
    key = select(Document.url_key).where(Document.id == version.document_id).scalar_subquery()
    row = session.execute(
        _CAPTURES.where(
            Fetch.url_key == key,
            Fetch.run_id == version.run_id,
            Fetch.warc_file.is_not(None),
            Fetch.status == 200,
            Fetch.role == "detail",
        )
        .order_by(Fetch.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _capture(row)


def link_versions(session: Session, *, run_id: int) -> int:
    """Say of each version of a run which fetch it came from, so that the record of it stays."""
    fetched = (
        select(func.max(Fetch.id).label("fetch_id"), Document.id.label("document_id"))
        .select_from(Fetch)
        .join(CrawlRun, CrawlRun.id == Fetch.run_id)
        .join(
            Document,
            (Document.source_id == CrawlRun.source_id) & (Document.url_key == Fetch.url_key),
        )
        .where(Fetch.run_id == run_id, Fetch.role == "detail", Fetch.warc_file.is_not(None))
        .group_by(Document.id)
        .subquery()
    )
    done = session.execute(
        update(DocumentVersion)
        .where(
            DocumentVersion.document_id == fetched.c.document_id,
            DocumentVersion.run_id == run_id,
            DocumentVersion.fetch_id.is_(None),
        )
        .values(fetch_id=fetched.c.fetch_id)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(done, "rowcount", 0) or 0)


# files of writers that were killed --------------------------------------------------------


def left_open(session: Session, *, limit: int = 100) -> list[Kept]:
    """Open files whose run is over: their writer was killed."""
    query = _files().where(
        WarcFile.state == "open",
        CrawlRun.state.is_(None) | CrawlRun.state.not_in(ACTIVE_STATES),
    )
    return [_kept(row) for row in session.execute(query.limit(limit))]


def mend_file(session: Session, folder: Path, kept: Kept, *, now: datetime) -> Mended | None:
    """Finish such a file and write the fetch rows that the killed process did not come to write.

    None if the file is not there. Raises OSError.
    """
    mended = archive.mend(folder, kept.path)
    path = archive.path_of(folder, kept.path)
    if path is None:
        return None
    known = places_in(session, path=kept.path, run_id=kept.run_id)
    records = [found for found in read_file(path) if isinstance(found, Record)]
    rows = [
        row
        for record in records
        if record.offset not in known and (row := _row_of(record, kept.path)) is not None
    ]
    record_fetches(session, rows, run_id=kept.run_id)
    link_versions(session, run_id=kept.run_id)
    file_closed(
        session,
        path=kept.path,
        size=path.stat().st_size,
        records=len(records),
        sha256=archive.file_digest(path),
        now=now,
        state="mended",
    )
    return mended


def _row_of(record: Record, path: str) -> FetchRow | None:
    """The fetch row of a captured page, from what the record says of itself.

    Without validators: the killed process may not have read the page, so it is asked for in full.
    """
    role, key, at = record.fields.get("dibao-role"), record.fields.get("dibao-key"), record.at
    head, body = record.parts
    if record.kind not in ("response", "revisit") or not role or not key or at is None:
        return None
    if head[9:12] not in (b"200", b"304"):
        return None
    digest = record.fields.get("warc-payload-digest", "").removeprefix("sha256:")
    return FetchRow(
        role=role,
        url=record.uri,
        url_key=key,
        fetched_at=at,
        status=int(head[9:12]),
        bytes=len(body),
        warc_file=path,
        warc_offset=record.offset,
        warc_length=record.length,
        warc_digest=digest or None,
    )


# retention --------------------------------------------------------------------------------


def retire_files(
    session: Session, *, now: datetime, keep: timedelta, limit: int = 1000
) -> list[str]:
    """Mark closed files older than ``keep`` that no version of a document came from as pruned.

    Returns their paths: delete them once this is committed.
    """
    cited = (
        select(Fetch.warc_file)
        .join(DocumentVersion, DocumentVersion.fetch_id == Fetch.id)
        .where(Fetch.warc_file.is_not(None))
    )
    old = session.scalars(
        select(WarcFile.path)
        .where(
            WarcFile.state.in_(("closed", "mended")),
            WarcFile.closed_at < now - keep,
            WarcFile.path.not_in(cited),
        )
        .limit(limit)
    ).all()
    _mark_pruned(session, old)
    return list(old)


def _mark_pruned(session: Session, paths: Sequence[str]) -> None:
    if paths:
        session.execute(update(WarcFile).where(WarcFile.path.in_(paths)).values(state="pruned"))
        forgotten = {"warc_file": None, "warc_offset": None, "warc_length": None}
        session.execute(update(Fetch).where(Fetch.warc_file.in_(paths)).values(forgotten))


def _files() -> Select[WarcFile, str, str]:
    return (
        select(WarcFile, Source.key, CrawlRun.state)
        .outerjoin(CrawlRun, CrawlRun.id == WarcFile.run_id)
        .outerjoin(Source, Source.id == CrawlRun.source_id)
        .order_by(WarcFile.id)
    )


def _kept(row: Row[WarcFile, str, str]) -> Kept:
    file, key, state = row
    return Kept(
        file.path, file.run_id, key, file.state, file.sha256, file.size, state in ACTIVE_STATES
    )


def _capture(row: object) -> Capture:
    file, offset, length, at, digest, url, run_id, role, status = tuple(row)  # type: ignore[arg-type,var-annotated]
    return Capture(Place(file, offset, length or 0), at, digest, url, run_id, role, status)
