"""Sources as rows: taken over from the catalogue, asked for what is due.

The catalogue (YAML) is the truth about what a source is; these rows keep what happened to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from storage.errors import NotFound
from storage.models import CrawlRun, HostState, Source
from storage.models.crawl import ACTIVE_STATES
from storage.unread import reopen

BY_HAND_KIND = "import"  # the one source that stands in no catalogue: what people import


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source of the catalogue. ``spec_hash`` changes when its YAML changes."""

    key: str
    title: str
    publisher: str
    kind: str
    spec_hash: str
    host_group: str
    every_seconds: int
    host: str | None = None
    hours: str | None = None
    region: str | None = None
    level: str | None = None
    topics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    status: str = "enabled"
    homepage: str | None = None
    lang: str = "zh"
    timezone: str = "Asia/Shanghai"
    quiet_days: int | None = None
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SyncResult:
    """Keys added, changed, retired and brought back by one synchronisation."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]
    revived: tuple[str, ...]


def _values(record: SourceRecord) -> dict[str, Any]:
    return {
        "title": record.title,
        "publisher": record.publisher,
        "region": record.region,
        "level": record.level,
        "kind": record.kind,
        "topics": list(record.topics),
        "tags": list(record.tags),
        "status": record.status,
        "homepage": record.homepage,
        "lang": record.lang,
        "timezone": record.timezone,
        "expect": dict(record.expect),
        "spec_hash": record.spec_hash,
        "host_group": record.host_group,
        "host": record.host,
        "hours": record.hours,
        "every_seconds": record.every_seconds,
        "quiet_days": record.quiet_days,
    }


def sync_sources(
    session: Session,
    records: Sequence[SourceRecord],
    *,
    now: datetime,
    keep: Collection[str] = (),
) -> SyncResult:
    """Make the rows follow the catalogue. Sources gone from it are retired, never deleted.

    New sources are due at once, and so are failing ones whose file was changed. Others keep their
    schedule. The pages of a changed one that could not be read are tried again. ``keep`` are keys
    whose file has an error just now: their rows stay as they are.
    """
    rows = {row.key: row for row in session.scalars(select(Source))}
    added, changed, revived = [], [], []
    for record in records:
        row = rows.pop(record.key, None)
        if row is None:
            times = {"next_check_at": now, "created_at": now, "updated_at": now}
            session.add(Source(key=record.key, **times, **_values(record)))
            added.append(record.key)
            continue
        if row.retired_at is not None:
            row.retired_at = None
            revived.append(record.key)
        elif row.spec_hash == record.spec_hash:
            row.host = record.host  # rows from before this column have none
            continue
        else:
            changed.append(record.key)
            _try_again(session, row, now=now)
        for name, value in _values(record).items():
            setattr(row, name, value)
        row.updated_at = now
    retired = [
        row
        for row in rows.values()
        if row.retired_at is None and row.key not in keep and row.kind != BY_HAND_KIND
    ]
    for row in retired:
        row.retired_at = now
    session.flush()
    return SyncResult(
        tuple(added), tuple(changed), tuple(row.key for row in retired), tuple(revived)
    )


def _try_again(session: Session, row: Source, *, now: datetime) -> None:
    """Whoever mends a source file wants to see what it does: no waiting for the next try."""
    reopen(session, source_id=row.id)
    if row.failures and row.next_check_at is not None:
        row.next_check_at = min(row.next_check_at, now)


def due_sources(session: Session, *, now: datetime, limit: int) -> list[Source]:
    """Sources to crawl now: one per host group, longest overdue first, at most ``limit``.

    Left out: switched off, retired, not ``enabled`` in the catalogue, with an active run, sharing
    a host group with an active run, or whose host or host group asked us to wait.
    """
    active = (
        select(Source.host_group)
        .join(CrawlRun, CrawlRun.source_id == Source.id)
        .where(CrawlRun.state.in_(ACTIVE_STATES))
    )
    waiting = select(HostState.host).where(HostState.not_before > now)
    rank = func.row_number().over(
        partition_by=Source.host_group, order_by=(Source.next_check_at, Source.id)
    )
    ranked = (
        select(Source.id.label("id"), rank.label("rank"))
        .where(
            Source.enabled,
            Source.status == "enabled",
            Source.retired_at.is_(None),
            Source.next_check_at <= now,
            Source.host_group.not_in(active),
            Source.host_group.not_in(waiting),
            or_(Source.host.is_(None), Source.host.not_in(waiting)),
        )
        .subquery()
    )
    found = session.scalars(
        select(Source)
        .join(ranked, ranked.c.id == Source.id)
        .where(ranked.c.rank == 1)
        .order_by(Source.next_check_at, Source.id)
        .limit(limit)
    )
    return list(found)


def list_sources(session: Session, *, include_retired: bool = False) -> list[Source]:
    """All sources by key."""
    query = select(Source).order_by(Source.key)
    if not include_retired:
        query = query.where(Source.retired_at.is_(None))
    return list(session.scalars(query))


def source_by_key(session: Session, key: str) -> Source | None:
    """The source with this key, retired or not."""
    return session.scalars(select(Source).where(Source.key == key)).one_or_none()


def set_enabled(session: Session, key: str, *, enabled: bool) -> Source:
    """Switch a source on or off for the scheduler. Raises NotFound."""
    source = source_by_key(session, key)
    if source is None:
        raise NotFound(f"没有这个信源 / no such source: {key}")
    source.enabled = enabled
    session.flush()
    return source


def set_next_check(
    session: Session,
    *,
    source_id: int,
    next_check_at: datetime,
    checked_at: datetime | None = None,
    ok: bool | None = None,
    saw_new: bool = False,
) -> None:
    """Set the next look, and what the last one (at ``checked_at``) showed.

    ``ok`` True clears the failure count, False raises it, None leaves it alone.
    """
    values: dict[str, Any] = {"next_check_at": next_check_at}
    if checked_at is not None:
        values["last_run_at"] = checked_at
        if ok:
            values["last_ok_at"] = checked_at
        if saw_new:
            values["last_new_at"] = checked_at
    if ok is not None:
        values["failures"] = 0 if ok else Source.failures + 1
    session.execute(update(Source).where(Source.id == source_id).values(values))
