"""The hot path: one page stored with everything that belongs to it, in Core statements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Row, Table, bindparam, literal_column, null, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from storage.columns import pack_pair
from storage.grouping import join_cluster
from storage.index_queue import (
    Waiting,
    flush_if_full,
    queue_document,
    requeue_document,
    waiting_now,
)
from storage.labels import put_first_labels, put_labels
from storage.later import Later
from storage.models import Attachment, Document, DocumentVersion, FrontierEntry, Tombstone
from storage.near import SHORT_TEXT, near_by_keys
from storage.near_keys import NearKeys, exact_key
from storage.prepared import Prepared
from storage.records import (
    Compare,
    DocumentRecord,
    Judge,
    Outcome,
    SaveResult,
)
from storage.revisit import FIRST_READ, TOLD, kind_of_change, searched_differs, visit_of
from storage.search_index import stored_text
from storage.upsert import insert_into

_documents: Table = Document.__table__  # type: ignore[assignment]
_versions: Table = DocumentVersion.__table__  # type: ignore[assignment]
_attachments: Table = Attachment.__table__  # type: ignore[assignment]
_tombstones: Table = Tombstone.__table__  # type: ignore[assignment]
_frontier: Table = FrontierEntry.__table__  # type: ignore[assignment]

_KNOWN = Prepared(
    lambda _: union_all(
        select(_documents.c.id).where(
            _documents.c.source_id == bindparam("source_id"),
            _documents.c.url_key == bindparam("url_key"),
        ),
        select(literal_column("0")).where(
            _tombstones.c.source_id == bindparam("source_id"),
            _tombstones.c.url_key == bindparam("url_key"),
        ),
    )
)
_FOUND = (
    select(_documents)
    .where(
        _documents.c.source_id == bindparam("source_id"),
        _documents.c.url_key == bindparam("url_key"),
    )
    .with_for_update()
)
_LATEST = select(_versions.c.extractor_version, _versions.c.title, _versions.c.raw_sha256).where(
    _versions.c.document_id == bindparam("id"), _versions.c.seq == bindparam("seq")
)
_FRONTIER_DONE = Prepared(
    lambda _: (
        _frontier.update()
        .where(
            _frontier.c.source_id == bindparam("f_source"),
            _frontier.c.url_key == bindparam("f_key"),
        )
        .values(
            state=literal_column("'done'"),
            hints=null(),
            error_code=null(),
            not_before=null(),
            attempts=_frontier.c.attempts + literal_column("1"),
            updated_at=bindparam("f_now"),
        )
    )
)


def _insert(dialect: str, table: Table) -> Any:
    return insert_into(dialect, table).inline()


def _put_document_in(dialect: str) -> Any:
    conflict = ["source_id", "url_key"]
    insert = _insert(dialect, _documents).on_conflict_do_nothing(index_elements=conflict)
    return insert.returning(_documents.c.id)


def _put_attachment_in(dialect: str) -> Any:
    insert = _insert(dialect, _attachments)
    return insert.on_conflict_do_update(
        index_elements=["document_id", "url_key"], set_={"name": insert.excluded.name}
    )


_LATER = {"gone_run_id", "gone_at", "duplicate_of", "cluster_id", "edited", "held", "id"}
_PUT_DOCUMENT = Prepared(
    _put_document_in, columns=[c.name for c in _documents.c if c.name not in _LATER]
)
_PUT_VERSION = Prepared(
    lambda dialect: _insert(dialect, _versions),
    columns=[c.name for c in _versions.c if c.name != "id"],
)
_PUT_ATTACHMENT = Prepared(
    _put_attachment_in, columns=["document_id", "url_key", "url", "name", "media_type", "state"]
)


def save_document(
    session: Session,
    record: DocumentRecord,
    *,
    now: datetime,
    judge: Judge | None = None,
    compare: Compare | None = None,
    later: Later | None = None,
) -> SaveResult:
    """Store a page: document, version, labels, files, near keys, cluster, search, frontier.

    Idempotent: the same record again is ``unchanged``. A changed text adds a version, also when
    the text returns to an earlier one. ``compare(old, new)`` names the kind of change (content or
    cosmetic) and its ratio; ``judge`` says whether a candidate is the same document (without it
    only equal texts of some length are). Buried or suppressed URLs give ``tombstoned``.
    With ``later`` some rows wait in it: the caller ends its transaction with :func:`write_later`.
    """
    if later is not None:
        return _save(session, record, later, now=now, judge=judge, compare=compare)
    later = Later(session.connection())
    result = _save(session, record, later, now=now, judge=judge, compare=compare)
    write_later(session, later)
    return result


def write_later(session: Session, later: Later) -> None:
    """Write the rows that :func:`save_document` left in ``later``; move the queue if it is full."""
    later.write()
    flush_if_full(session, waiting=later.waiting)


def _save(
    session: Session,
    record: DocumentRecord,
    later: Later,
    *,
    now: datetime,
    judge: Judge | None,
    compare: Compare | None,
) -> SaveResult:
    connection = later.connection
    address = {"source_id": record.source_id, "url_key": record.url_key}
    known = _KNOWN.rows(connection, address)
    document_id = None
    if not known:
        made = _PUT_DOCUMENT.rows(connection, _new_row(record, now=now))
        document_id = made[0][0] if made else None
    elif (0,) in known:
        return SaveResult(None, "tombstoned")
    if document_id is None:
        # Known before, or (PostgreSQL) another process stored it between the two statements.
        found = connection.execute(_FOUND, address).one()
        result = _save_again(session, found, record, later, now=now, judge=judge, compare=compare)
    else:
        _put_version(connection, document_id, record, seq=1, change="initial", ratio=1.0, now=now)
        put_first_labels(session, document_id, record.labels, connection=connection, later=later)
        later.add(_PUT_ATTACHMENT, _attachment_rows(document_id, record))
        waiting, keys = waiting_now(connection), _keys_of(record)
        duplicate_of, cluster_id = _settle_cluster(
            session, document_id, record, keys, now=now, judge=judge, waiting=waiting
        )
        queue_document(connection, document_id, keys=keys, waiting=waiting, later=later)
        result = SaveResult(document_id, "new", 1, duplicate_of, cluster_id)
    mark = {"f_source": record.source_id, "f_key": record.url_key, "f_now": now}
    later.add(_FRONTIER_DONE, (mark,))
    return result


def _new_row(record: DocumentRecord, *, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(record, name) for name in (*TOLD, *FIRST_READ)}
    row.update(
        source_id=record.source_id,
        url_key=record.url_key,
        url=record.url,
        issuing_bodies=list(record.issuing_bodies),
        topic_words=list(record.topic_words),
        state="live",
        review_state="new",
        latest_seq=1,
        latest_sha=record.text_sha256,
        first_seen_at=now,
        last_seen_at=now,
        last_checked_at=now,
        changed_at=now,
        gone_checks=0,
        etag=record.etag,
        last_modified=record.last_modified,
        cluster_locked=False,
        row_version=1,
    )
    return row


def _put_version(
    connection: Connection,
    document_id: int,
    record: DocumentRecord,
    *,
    seq: int,
    change: str,
    ratio: float,
    now: datetime,
) -> None:
    evidence = ""
    if record.evidence:
        evidence = to_json(record.evidence, fallback=dict).decode()
    _PUT_VERSION.run(
        connection,
        {
            "document_id": document_id,
            "seq": seq,
            "run_id": record.run_id,
            "fetch_id": record.fetch_id,
            "captured_at": now,
            "change": change,
            "change_ratio": ratio,
            "text_sha256": record.text_sha256,
            "raw_sha256": record.raw_sha256,
            "text_length": record.text_length,
            "extractor_version": record.extractor_version,
            "title": record.title,
            "signature": record.signature,
            "details": dict(record.details) or None,
            "packed": pack_pair(evidence, record.body_html, near=record.body_text),
            "body_text": record.body_text,
        },
    )


def _attachment_rows(document_id: int, record: DocumentRecord) -> list[dict[str, Any]]:
    return [
        {
            "document_id": document_id,
            "url_key": item.url_key,
            "url": item.url,
            "name": item.name,
            "media_type": item.media_type,
            "state": "listed",
        }
        for item in record.attachments
    ]


def _keys_of(record: DocumentRecord) -> NearKeys:
    """The keys a record is found by when duplicates are looked for."""
    return NearKeys(exact_key(record.text_sha256), record.bands, record.sentences)


def _settle_cluster(
    session: Session,
    document_id: int,
    record: DocumentRecord,
    keys: NearKeys,
    *,
    now: datetime,
    judge: Judge | None,
    waiting: Waiting,
) -> tuple[int | None, int | None]:
    if judge is None:
        keys = NearKeys(exact=keys.exact)
    candidates = near_by_keys(waiting, keys, text_sha256=record.text_sha256, exclude=document_id)
    for candidate in candidates:
        same = judge(candidate) if judge else candidate.exact and record.text_length >= SHORT_TEXT
        if not same:
            continue
        joined = join_cluster(
            session,
            document_id=document_id,
            other_id=candidate.document_id,
            method="exact" if candidate.exact else "near",
            now=now,
        )
        if joined is not None:
            return joined
    return None, None


def _save_again(
    session: Session,
    found: Row[Any],
    record: DocumentRecord,
    later: Later,
    *,
    now: datetime,
    judge: Judge | None,
    compare: Compare | None,
) -> SaveResult:
    if found.state == "suppressed":
        return SaveResult(found.id, "tombstoned", found.latest_seq)
    connection = later.connection
    at = {"id": found.id, "seq": found.latest_seq}
    previous = connection.execute(_LATEST, at).one()
    visit = visit_of(found, previous, record, now=now)
    values = visit.values
    old, seq = None, found.latest_seq
    if visit.changed or searched_differs(found, values):
        later.write()  # the group itself may have stored what is replaced here
        old = stored_text(session, found.id)
    if visit.changed:
        seq += 1
        before = old.body if old else ""
        change, ratio = kind_of_change(before, record, visit=visit, compare=compare)
        values.update(latest_seq=seq, latest_sha=record.text_sha256, changed_at=now)
        _put_version(connection, found.id, record, seq=seq, change=change, ratio=ratio, now=now)
        _PUT_ATTACHMENT.run_many(connection, _attachment_rows(found.id, record))
    connection.execute(_documents.update().where(_documents.c.id == found.id).values(values))
    forget_loaded(session, found.id)
    if old is not None:
        keys = _keys_of(record) if visit.new_text else None
        requeue_document(connection, found.id, old=old, keys=keys)
        flush_if_full(session)
    duplicate_of, cluster_id = found.duplicate_of, found.cluster_id
    if visit.changed:
        put_labels(session, found.id, record.labels, replace=True)
    if visit.new_text and cluster_id is None and not found.cluster_locked:
        waiting, near = Waiting(connection), _keys_of(record)
        duplicate_of, cluster_id = _settle_cluster(
            session, found.id, record, near, now=now, judge=judge, waiting=waiting
        )
    outcome: Outcome = "changed" if visit.changed else "unchanged"
    return SaveResult(found.id, outcome, seq, duplicate_of, cluster_id)


def forget_loaded(session: Session, document_id: int) -> None:
    """Core statements bypass loaded objects: one that is in the session must be read again."""
    loaded = session.identity_map.get(identity_key(Document, document_id))
    if loaded is not None:
        session.expire(loaded)
