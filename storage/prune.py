"""Forgetting what nobody needs any more. Documents, versions, issues and the audit stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, inspect, select
from sqlalchemy.orm import Session

from storage.columns import Base
from storage.models import (
    CrawlRun,
    DocumentVersion,
    Fetch,
    FrontierEntry,
    HealthEvent,
    LoginThrottle,
    Outbox,
    WebSession,
)
from storage.models.crawl import ACTIVE_STATES


@dataclass(frozen=True, slots=True)
class Keep:
    """How long rows stay."""

    fetches: timedelta = timedelta(days=90)
    runs: timedelta = timedelta(days=400)
    frontier: timedelta = timedelta(days=180)
    events: timedelta = timedelta(days=400)
    alerts: timedelta = timedelta(days=90)


def prune(
    session: Session, *, now: datetime, keep: Keep | None = None, limit: int = 20_000
) -> dict[str, int]:
    """Delete old rows, at most ``limit`` of each kind; returns how many of each table went.

    Fetches that a version cites stay, so do runs that a version or a fetch belongs to, and
    frontier entries that are still pending.
    """
    keep = keep or Keep()
    # Lists instead of correlated look-ups: versions have no index by fetch or run.
    cited = select(DocumentVersion.fetch_id).where(DocumentVersion.fetch_id.is_not(None))
    written = select(DocumentVersion.run_id).where(DocumentVersion.run_id.is_not(None)).distinct()
    fetched = exists().where(Fetch.run_id == CrawlRun.id)
    old: list[tuple[type[Base], ColumnElement[bool]]] = [
        (Fetch, (Fetch.fetched_at < now - keep.fetches) & Fetch.id.not_in(cited)),
        (
            CrawlRun,
            (CrawlRun.requested_at < now - keep.runs)
            & CrawlRun.state.not_in(ACTIVE_STATES)
            & ~fetched
            & CrawlRun.id.not_in(written),
        ),
        (
            FrontierEntry,
            (FrontierEntry.updated_at < now - keep.frontier) & (FrontierEntry.state != "pending"),
        ),
        (HealthEvent, HealthEvent.closed_at < now - keep.events),
        (
            Outbox,
            (Outbox.settled_at < now - keep.alerts)
            & Outbox.issue_id.is_(None)
            & Outbox.state.in_(("sent", "failed", "suppressed")),
        ),
        (WebSession, WebSession.expires_at < now),
        (LoginThrottle, LoginThrottle.last_at < now - timedelta(days=2)),
    ]
    removed: dict[str, int] = {}
    for model, condition in old:
        keys = list(inspect(model).primary_key)
        chosen = session.execute(select(*keys).where(condition).limit(limit)).all()
        removed[model.__tablename__] = len(chosen)
        for row in chosen:
            session.execute(
                delete(model).where(*(key == value for key, value in zip(keys, row, strict=True)))
            )
    return removed


def stored_rows(session: Session) -> dict[str, int]:
    """Rows of the tables that grow, for doctor and the overview."""
    models: tuple[type[Base], ...] = (Fetch, CrawlRun, FrontierEntry, DocumentVersion, Outbox)
    return {
        model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0
        for model in models
    }
