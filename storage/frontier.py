"""The crawl frontier: every URL a source listed and what became of it.

It stands in our own tables because Scrapy's JOBDIR loses queued requests when it is killed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, or_, select, update
from sqlalchemy.orm import Session

from storage.models import Document, FrontierEntry, Tombstone
from storage.prepared import Prepared
from storage.upsert import insert_into

_CHUNK = 400  # bound variables per statement stay far below SQLite's limit
_PUT_ENTRY = Prepared(
    lambda dialect: insert_into(dialect, FrontierEntry).on_conflict_do_nothing().inline(),
    columns=[
        column.name
        for column in FrontierEntry.__table__.c
        if column.name not in ("error_code", "not_before")
    ],
)


def _of_keys(table: type[FrontierEntry | Document | Tombstone], *columns: Any) -> Select[Any]:
    """Rows of a source by their addresses, built once: every list page asks for fifty."""
    keys: BindParameter[Any] = bindparam("keys", expanding=True)
    return select(*columns).where(table.source_id == bindparam("source"), table.url_key.in_(keys))


_ENTRIES = _of_keys(
    FrontierEntry,
    FrontierEntry.url_key,
    FrontierEntry.state,
    FrontierEntry.attempts,
    FrontierEntry.error_code,
    FrontierEntry.not_before,
)
_DOCUMENTS = _of_keys(
    Document,
    Document.url_key,
    Document.id,
    Document.state,
    Document.last_checked_at,
    Document.first_seen_at,
    Document.etag,
    Document.last_modified,
)
_BURIED = _of_keys(Tombstone, Tombstone.url_key)


@dataclass(frozen=True, slots=True)
class FrontierRow:
    """A URL found on a list page, with what the row said about it (``hints``, JSON values)."""

    url: str
    url_key: str
    role: str = "detail"
    hints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownUrl:
    """What is known of a URL. ``state``: pending, done, failed, skipped (frontier), live, gone,
    suppressed (document) or tombstone. Times are UTC."""

    url_key: str
    state: str
    document_id: int | None = None
    last_checked_at: datetime | None = None
    first_seen_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    attempts: int = 0
    error_code: str | None = None
    not_before: datetime | None = None


def discover(
    session: Session,
    *,
    source_id: int,
    run_id: int | None,
    entries: Sequence[FrontierRow],
    now: datetime,
) -> list[FrontierRow]:
    """Remember listed URLs as pending; returns those never seen before, in order.

    URLs with a tombstone are left out.
    """
    unique = {entry.url_key: entry for entry in entries}
    met = {
        row.url_key
        for keys in _chunks(list(unique))
        for statement in (_ENTRIES, _BURIED)
        for row in _rows(session, statement, source_id=source_id, keys=keys)
    }
    return remember(
        session,
        source_id=source_id,
        run_id=run_id,
        entries=[entry for key, entry in unique.items() if key not in met],
        now=now,
    )


def remember(
    session: Session,
    *,
    source_id: int,
    run_id: int | None,
    entries: Sequence[FrontierRow],
    now: datetime,
) -> list[FrontierRow]:
    """Put listed URLs of which :func:`known_urls` knew nothing into the frontier, as pending."""
    rows = [
        {
            "source_id": source_id,
            "url_key": entry.url_key,
            "url": entry.url,
            "role": entry.role,
            "state": "pending",
            "hints": dict(entry.hints) or None,
            "attempts": 0,
            "discovered_run_id": run_id,
            "updated_at": now,
        }
        for entry in entries
    ]
    _PUT_ENTRY.run_many(session.connection(), rows)
    return list(entries)


def pending(
    session: Session, *, source_id: int, limit: int, now: datetime | None = None
) -> list[FrontierEntry]:
    """Pending URLs of a source, oldest first; with ``now`` those that must wait are left out."""
    query = (
        select(FrontierEntry)
        .where(FrontierEntry.source_id == source_id, FrontierEntry.state == "pending")
        .order_by(FrontierEntry.updated_at, FrontierEntry.url_key)
        .limit(limit)
    )
    if now is not None:
        query = query.where(
            or_(FrontierEntry.not_before.is_(None), FrontierEntry.not_before <= now)
        )
    return list(session.scalars(query))


def mark(
    session: Session,
    *,
    source_id: int,
    url_key: str,
    state: str,
    now: datetime,
    error_code: str | None = None,
    not_before: datetime | None = None,
    attempted: bool = True,
) -> bool:
    """Set the state of a URL; ``pending`` with ``not_before`` means: try again then.

    False if the URL is not in the frontier. Hints are dropped once it is done.
    """
    values: dict[str, Any] = {
        "state": state,
        "error_code": error_code,
        "not_before": not_before,
        "updated_at": now,
    }
    if attempted:
        values["attempts"] = FrontierEntry.attempts + 1
    if state == "done":
        values["hints"] = None
    done = session.execute(
        update(FrontierEntry)
        .where(FrontierEntry.source_id == source_id, FrontierEntry.url_key == url_key)
        .values(values)
        .returning(FrontierEntry.state)
    ).scalar()
    return done is not None


def known_urls(session: Session, *, source_id: int, url_keys: Sequence[str]) -> dict[str, KnownUrl]:
    """What is known of these URLs of a source; unknown ones are absent.

    A tombstone outranks a document, a document outranks the frontier, except that an open
    frontier entry of a stored document keeps its ``attempts`` and ``not_before``.
    """
    known: dict[str, KnownUrl] = {}
    for keys in _chunks(list(dict.fromkeys(url_keys))):
        known.update(_known_entries(session, source_id=source_id, keys=keys))
        for found in _known_documents(session, source_id=source_id, keys=keys):
            entry = known.get(found.url_key)
            if entry is not None:
                found = replace(
                    found,
                    attempts=entry.attempts,
                    error_code=entry.error_code,
                    not_before=entry.not_before,
                )
            known[found.url_key] = found
        for (key,) in _rows(session, _BURIED, source_id=source_id, keys=keys):
            known[key] = KnownUrl(key, "tombstone")
    return known


def _rows(
    session: Session, statement: Select[Any], *, source_id: int, keys: list[str]
) -> Sequence[Any]:
    return session.connection().execute(statement, {"source": source_id, "keys": keys}).all()


def _known_entries(session: Session, *, source_id: int, keys: list[str]) -> dict[str, KnownUrl]:
    rows = _rows(session, _ENTRIES, source_id=source_id, keys=keys)
    return {
        key: KnownUrl(key, state, attempts=attempts, error_code=error_code, not_before=not_before)
        for key, state, attempts, error_code, not_before in rows
    }


def _known_documents(session: Session, *, source_id: int, keys: list[str]) -> list[KnownUrl]:
    rows = _rows(session, _DOCUMENTS, source_id=source_id, keys=keys)
    return [
        KnownUrl(
            key,
            state,
            document_id=document_id,
            last_checked_at=checked,
            first_seen_at=first_seen,
            etag=etag,
            last_modified=modified,
        )
        for key, document_id, state, checked, first_seen, etag, modified in rows
    ]


def _chunks(keys: list[str]) -> list[list[str]]:
    return [keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK)]
