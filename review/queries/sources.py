"""Reads behind the source pages: every source with its last run and the state it is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.queries import pairs
from storage.models import CrawlRun, Document, DocumentVersion, Fetch, HealthEvent, Source
from storage.models.crawl import ACTIVE_STATES

# Worst first: the order of the list, of the bar and of the filter.
HEALTH_ORDER = ("broken", "blocked", "degraded", "never", "quiet", "healthy", "off")
BAD = frozenset({"broken", "blocked"})
_BLOCKED_CODES = frozenset({"blocked", "challenge", "robots_denied", "rate_limited"})
_FAILED_STATES = frozenset({"failed", "timed_out", "lost"})


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source as the list shows it; ``why`` is an event summary or an error code's name key."""

    source: Source
    health: str
    event: HealthEvent | None
    run: CrawlRun | None
    active_run: int | None
    documents: int

    @property
    def automatic(self) -> bool:
        """Whether the scheduler runs it."""
        return self.source.enabled and self.source.status == "enabled"

    @property
    def since(self) -> datetime | None:
        """Since when something is wrong."""
        return self.event.opened_at if self.event else None


def source_lines(
    session: Session, *, now: datetime, counted: Literal["documents", "nothing"] = "documents"
) -> list[SourceLine]:
    """All sources of the catalogue, the worst first, then by title."""
    sources = session.scalars(select(Source).where(Source.retired_at.is_(None))).all()
    counts = _document_counts(session, None) if counted == "documents" else {}
    return _lines(session, sources, counts, now=now)


def source_line(session: Session, source: Source, *, now: datetime) -> SourceLine:
    """One source."""
    counts = _document_counts(session, source.id)
    return _lines(session, [source], counts, now=now)[0]


def _lines(
    session: Session, sources: Sequence[Source], counts: dict[int, int], *, now: datetime
) -> list[SourceLine]:
    one = sources[0].id if len(sources) == 1 else None
    runs = _last_runs(session, one)
    active = _active_runs(session)
    events = _open_events(session)
    lines = [
        SourceLine(
            source=source,
            health=health_of(source, runs.get(source.id), events.get(source.id), now=now),
            event=events.get(source.id),
            run=runs.get(source.id),
            active_run=active.get(source.id),
            documents=counts.get(source.id, 0),
        )
        for source in sources
    ]
    lines.sort(key=lambda line: (HEALTH_ORDER.index(line.health), line.source.title))
    return lines


def health_of(
    source: Source, run: CrawlRun | None, event: HealthEvent | None, *, now: datetime
) -> str:
    """One word for the state of a source: an open event decides, then the last finished run."""
    if not source.enabled or source.status != "enabled":
        return "off"
    if event is not None:
        if event.rule in {"blocked", "quiet"}:
            return event.rule
        return "broken" if event.severity == "error" else "degraded"
    if run is None:
        return "never"
    if run.state in _FAILED_STATES:
        if run.error_code in _BLOCKED_CODES:
            return "blocked"
        return "broken" if source.failures >= 2 else "degraded"
    if run.state == "partial":
        return "degraded"
    return "quiet" if quiet_days(source, now=now) else "healthy"


def quiet_days(source: Source, *, now: datetime) -> int:
    """Days without anything new beyond what the source's definition calls usual, else 0."""
    if source.quiet_days is None or source.last_new_at is None:
        return 0
    days = (now - source.last_new_at).days
    return days if days > source.quiet_days else 0


def _last_runs(session: Session, source_id: int | None) -> dict[int, CrawlRun]:
    newest = select(func.max(CrawlRun.id)).where(CrawlRun.state.not_in(ACTIVE_STATES))
    if source_id is not None:
        newest = newest.where(CrawlRun.source_id == source_id)
    newest = newest.group_by(CrawlRun.source_id)
    query = select(CrawlRun).where(CrawlRun.id.in_(newest))
    return {run.source_id: run for run in session.scalars(query)}


def _active_runs(session: Session) -> dict[int, int]:
    query = select(CrawlRun.source_id, CrawlRun.id).where(CrawlRun.state.in_(ACTIVE_STATES))
    return pairs(session, query)


def _open_events(session: Session) -> dict[int, HealthEvent]:
    """The worst open event of each source."""
    rank = {"info": 0, "warning": 1, "error": 2}
    query = select(HealthEvent).where(
        HealthEvent.closed_at.is_(None), HealthEvent.source_id.is_not(None)
    )
    found: dict[int, HealthEvent] = {}
    for event in session.scalars(query):
        known = found.get(event.source_id or 0)
        if known is None or rank[event.severity] > rank[known.severity]:
            found[event.source_id or 0] = event
    return found


def _document_counts(session: Session, source_id: int | None) -> dict[int, int]:
    # No condition but the source: an index alone answers it. Asking for the state as well read
    # every row, 6 s for 500,000 documents on SQLite.
    query = select(Document.source_id, func.count())
    if source_id is not None:
        query = query.where(Document.source_id == source_id)
    return pairs(session, query.group_by(Document.source_id))


def events_of(session: Session, source_id: int, *, limit: int = 10) -> list[HealthEvent]:
    """Health events of a source, open ones first, then the newest."""
    query = (
        select(HealthEvent)
        .where(HealthEvent.source_id == source_id)
        .order_by(HealthEvent.closed_at.is_not(None), HealthEvent.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class BadPage:
    """One page of a run that failed."""

    url: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Pages of a run that failed for the same reason; only the first few are listed."""

    code: str
    count: int
    pages: tuple[BadPage, ...]


@dataclass(frozen=True, slots=True)
class RunDocument:
    """A document that got a version in a run."""

    id: int
    title: str
    change: str


def run_errors(session: Session, run_id: int, *, shown: int = 20) -> list[ErrorGroup]:
    """Failed fetches of a run by code, the most frequent first."""
    totals = session.execute(
        select(Fetch.error_code, func.count())
        .where(Fetch.run_id == run_id, Fetch.error_code.is_not(None))
        .group_by(Fetch.error_code)
        .order_by(func.count().desc(), Fetch.error_code)
    ).all()
    groups = []
    for code, count in totals:
        rows = session.execute(
            select(Fetch.url, Fetch.error_detail)
            .where(Fetch.run_id == run_id, Fetch.error_code == code)
            .order_by(Fetch.id)
            .limit(shown)
        )
        groups.append(ErrorGroup(str(code), count, tuple(BadPage(*row) for row in rows)))
    return groups


def run_documents(session: Session, run: CrawlRun, *, limit: int = 100) -> list[RunDocument]:
    """Documents that were new or changed in a run, the newest first."""
    query = (
        select(Document.id, DocumentVersion.title, DocumentVersion.change)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(DocumentVersion.run_id == run.id, Document.source_id == run.source_id)
        .order_by(DocumentVersion.id.desc())
        .limit(limit)
    )
    return [RunDocument(*row) for row in session.execute(query)]


def run_count(session: Session, *, source_id: int | None = None) -> int:
    """Number of runs, for paging."""
    query = select(func.count()).select_from(CrawlRun)
    if source_id is not None:
        query = query.where(CrawlRun.source_id == source_id)
    return session.scalar(query) or 0


def run_with_source(session: Session, run_id: int) -> tuple[CrawlRun, Source] | None:
    """A run and its source."""
    found = session.execute(
        select(CrawlRun, Source)
        .join(Source, Source.id == CrawlRun.source_id)
        .where(CrawlRun.id == run_id)
    ).one_or_none()
    return (found[0], found[1]) if found else None
