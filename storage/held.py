"""Documents held back from digests because the run that brought them looks wrong as a whole.

A held document is stored, searchable and on the desk; an issue takes it only once a person has
accepted it. The samples here are what the rules of the crawl judge by.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, literal_column, or_, select, update
from sqlalchemy.orm import Session

from storage.models import CrawlRun, Document

MOST_SAMPLED = 2000
FIELDS = ("published_on", "issuer", "doc_number")


@dataclass(frozen=True, slots=True)
class SampleRow:
    """What the rules need of one document."""

    url: str
    text_sha: str
    filled: frozenset[str]


def brought_since(session: Session, *, source_id: int, since: datetime) -> list[SampleRow]:
    """Documents of a source first seen at or after ``since``, at most 2,000."""
    return _sample(
        session, source_id, Document.first_seen_at >= since, limit=MOST_SAMPLED, newest=False
    )


def known_before(
    session: Session, *, source_id: int, before: datetime, limit: int = 100
) -> list[SampleRow]:
    """The newest documents of a source first seen before ``before``; none held now."""
    return _sample(
        session,
        source_id,
        Document.first_seen_at < before,
        not_held(),
        limit=limit,
        newest=True,
    )


def _sample(
    session: Session, source_id: int, *where: ColumnElement[bool], limit: int, newest: bool
) -> list[SampleRow]:
    columns = [getattr(Document, name) for name in FIELDS]
    rows = session.execute(
        select(Document.url, Document.latest_sha, *columns)
        .where(Document.source_id == source_id, *where)
        .order_by(Document.id.desc() if newest else Document.id)
        .limit(limit)
    )
    return [
        SampleRow(url, sha, frozenset(n for n, v in zip(FIELDS, values, strict=True) if v))
        for url, sha, *values in rows
    ]


def judged_until(session: Session, *, source_id: int, before_run: int) -> datetime | None:
    """When the latest run of a source that closed well, or in part, ended.

    What came after it was brought by runs that did not live to be judged.
    """
    return session.scalar(
        select(CrawlRun.finished_at)
        .where(
            CrawlRun.source_id == source_id,
            CrawlRun.id < before_run,
            CrawlRun.state.in_(("ok", "partial")),
            CrawlRun.finished_at.is_not(None),
        )
        .order_by(CrawlRun.id.desc())
        .limit(1)
    )


def usual_new(session: Session, *, source_id: int, before_run: int, limit: int = 20) -> list[int]:
    """How many new documents the latest good runs of a source brought, back-fills left out."""
    return list(
        session.scalars(
            select(CrawlRun.new)
            .where(
                CrawlRun.source_id == source_id,
                CrawlRun.id < before_run,
                CrawlRun.state == "ok",
                CrawlRun.trigger != "backfill",
            )
            .order_by(CrawlRun.id.desc())
            .limit(limit)
        )
    )


def hold_since(session: Session, *, source_id: int, since: datetime, reason: str) -> int:
    """Hold back what a source brought since then; how many. Accepted ones stay free."""
    done = session.execute(
        update(Document)
        .where(
            Document.source_id == source_id,
            Document.first_seen_at >= since,
            Document.held.is_(None),
            Document.review_state == "new",
        )
        .values(held=reason)
        .returning(Document.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


def held_counts(session: Session, *, since: datetime) -> dict[int, int]:
    """How many documents of each source are held and wait for a person, by source id."""
    return Counter(
        session.scalars(
            select(Document.source_id).where(
                Document.review_state == literal_column("'new'"),  # as in the index
                Document.first_seen_at >= since,
                Document.held.is_not(None),
            )
        )
    )


def not_held() -> ColumnElement[bool]:
    """The condition on documents that an issue may take."""
    return or_(Document.held.is_(None), Document.review_state == "accepted")
