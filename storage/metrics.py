"""Figures for /metrics and the overview, computed from the tables when asked.

Crawl children live for minutes, so no counter in memory would mean anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.models import CrawlRun, Document, HealthEvent, Issue, Lease, Outbox, Source
from storage.models.document import DOCUMENT_STATES, REVIEW_STATES
from storage.models.health import SEVERITIES
from storage.outbox import count_states


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """One source. Times are UTC, None for never."""

    key: str
    title: str
    host_group: str
    active: bool
    last_run_at: datetime | None
    last_ok_at: datetime | None
    last_new_at: datetime | None
    next_check_at: datetime | None
    failures: int
    documents: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The store at a glance. Ages in seconds, 0.0 if nothing waits."""

    documents: dict[str, int]
    review: dict[str, int]
    outbox: dict[str, int]
    outbox_oldest_age: float
    runs: dict[str, int]
    run_items: dict[str, int]
    open_events: dict[str, int]
    schedule_lag: float
    scheduler_seen_at: datetime | None
    issues: dict[str, int]


def source_figures(session: Session) -> list[SourceFigures]:
    """Figures of every source that is not retired, by key."""
    counts = (
        select(Document.source_id, func.count().label("documents"))
        .group_by(Document.source_id)
        .subquery()
    )
    rows = session.execute(
        select(Source, func.coalesce(counts.c.documents, 0))
        .outerjoin(counts, counts.c.source_id == Source.id)
        .where(Source.retired_at.is_(None))
        .order_by(Source.key)
    )
    return [
        SourceFigures(
            key=source.key,
            title=source.title,
            host_group=source.host_group,
            active=source.enabled and source.status == "enabled",
            last_run_at=source.last_run_at,
            last_ok_at=source.last_ok_at,
            last_new_at=source.last_new_at,
            next_check_at=source.next_check_at,
            failures=source.failures,
            documents=documents,
        )
        for source, documents in rows
    ]


def _grouped(
    session: Session,
    column: InstrumentedAttribute[str],
    *conditions: ColumnElement[bool],
    names: tuple[str, ...] = (),
) -> dict[str, int]:
    counts = dict.fromkeys(names, 0)
    query = select(column, func.count()).where(*conditions).group_by(column)
    for name, count in session.execute(query):
        counts[name] = count
    return counts


def overview(session: Session, *, now: datetime, runs_since: timedelta | None = None) -> Overview:
    """Everything counted. Runs are those of the last ``runs_since`` (default 7 days)."""
    since = now - (runs_since or timedelta(days=7))
    waiting = session.scalar(
        select(func.min(func.coalesce(Outbox.not_before, Outbox.created_at))).where(
            Outbox.state == "queued"
        )
    )
    overdue = session.scalar(
        select(func.min(Source.next_check_at)).where(
            Source.enabled, Source.status == "enabled", Source.retired_at.is_(None)
        )
    )
    return Overview(
        documents=_grouped(session, Document.state, names=DOCUMENT_STATES),
        review=_grouped(session, Document.review_state, names=REVIEW_STATES),
        outbox=count_states(session),
        outbox_oldest_age=_age(waiting, now),
        runs=_grouped(session, CrawlRun.state, CrawlRun.requested_at >= since),
        run_items=_run_items(session, since=since),
        open_events=_grouped(
            session, HealthEvent.severity, HealthEvent.closed_at.is_(None), names=SEVERITIES
        ),
        schedule_lag=_age(overdue, now),
        scheduler_seen_at=_lease_end(session),
        issues=_grouped(session, Issue.state),
    )


def _run_items(session: Session, *, since: datetime) -> dict[str, int]:
    names = ("new", "changed", "unchanged", "duplicate", "failed", "skipped")
    sums = [func.coalesce(func.sum(getattr(CrawlRun, name)), 0) for name in names]
    row = session.execute(select(*sums).where(CrawlRun.requested_at >= since)).one()
    return dict(zip(names, map(int, row), strict=True))


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())


def _lease_end(session: Session) -> datetime | None:
    return session.scalar(select(Lease.expires_at).where(Lease.name == "scheduler"))


def documents_by_day(session: Session, *, since: datetime) -> list[tuple[str, int, int]]:
    """(UTC day, first seen, of these repeats of another document) since then, oldest first."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    day = (
        func.substr(Document.first_seen_at, 1, 10)
        if sqlite
        else func.to_char(Document.first_seen_at, "YYYY-MM-DD")
    )
    repeats = func.sum(case((Document.duplicate_of.is_not(None), 1), else_=0))
    rows = session.execute(
        select(day, func.count(), repeats)
        .where(Document.first_seen_at >= since)
        .group_by(day)
        .order_by(day)
    )
    return [(str(key), count, int(repeated or 0)) for key, count, repeated in rows]
