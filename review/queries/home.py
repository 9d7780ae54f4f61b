"""Reads behind the one-glance page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import (
    CrawlRun,
    Document,
    DocumentVersion,
    Issue,
    IssueItem,
    Lease,
    Outbox,
)
from storage.models.issue import OUTBOX_STATES

SHOWN_STATES = ("live", "gone")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Items that wait for review and since when the oldest does."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Since:
    """What happened to documents since a moment."""

    new: int
    changed: int
    gone: int


def waiting(session: Session) -> Waiting:
    """Items in review state ``new``."""
    count, oldest = session.execute(
        select(func.count(), func.min(Document.first_seen_at)).where(
            Document.review_state == "new", Document.state.in_(SHOWN_STATES)
        )
    ).one()
    return Waiting(count, oldest)


def since(session: Session, start: datetime) -> Since:
    """New, changed and withdrawn documents since ``start``."""

    new = select(func.count()).select_from(Document)
    new = new.where(Document.first_seen_at >= start, Document.state.in_(SHOWN_STATES))
    # Versions are numbered as they arrive: walking back to the first one before ``start`` reads
    # only what is new, while a condition on documents would read them all.
    before = (
        select(DocumentVersion.id)
        .where(DocumentVersion.captured_at < start)
        .order_by(DocumentVersion.id.desc())
        .limit(1)
    )
    changed = select(func.count(DocumentVersion.document_id.distinct())).where(
        DocumentVersion.id > (session.scalar(before) or 0), DocumentVersion.seq > 1
    )
    gone = select(func.count()).select_from(Document)
    gone = gone.where(Document.state == "gone", Document.gone_at >= start)
    return Since(*(session.scalar(query) or 0 for query in (new, changed, gone)))


def checked_since(session: Session, start: datetime) -> int:
    """Sources with a run that ended well since ``start``."""
    query = select(func.count(CrawlRun.source_id.distinct())).where(
        CrawlRun.finished_at >= start, CrawlRun.state.in_(("ok", "partial"))
    )
    return session.scalar(query) or 0


def outbox_counts(session: Session, issue_id: int) -> dict[str, int]:
    """Mails of an issue by state, all states present."""
    counts = dict.fromkeys(OUTBOX_STATES, 0)
    query = (
        select(Outbox.state, func.count()).where(Outbox.issue_id == issue_id).group_by(Outbox.state)
    )
    for state, count in session.execute(query):
        counts[state] = count
    return counts


def grouped_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """The four numbers an operator needs, and their total."""
    grouped = {
        "sent": counts["sent"],
        "waiting": counts["queued"] + counts["sending"],
        "failed": counts["failed"],
        "unknown": counts["unknown"] + counts["held"],
    }
    return {**grouped, "total": sum(counts.values())}


def last_issue(session: Session) -> Issue | None:
    """The issue that went out last, or is going out."""
    return session.scalars(
        select(Issue)
        .where(Issue.state.in_(("sending", "sent")))
        .order_by(func.coalesce(Issue.sent_at, Issue.approved_at, Issue.created_at).desc())
        .limit(1)
    ).one_or_none()


def open_issue(session: Session, edition: str) -> Issue | None:
    """The newest issue of an edition that has not gone out."""
    return session.scalars(
        select(Issue)
        .where(Issue.edition == edition, Issue.state.in_(("draft", "approved", "sending")))
        .order_by(Issue.id.desc())
        .limit(1)
    ).one_or_none()


def issue_size(session: Session, issue_id: int) -> int:
    """Number of items of an issue."""
    query = select(func.count()).select_from(IssueItem).where(IssueItem.issue_id == issue_id)
    return session.scalar(query) or 0


def seen_in(session: Session, start: datetime, end: datetime) -> int:
    """Documents first seen in a period, repeated texts and rejected ones left out."""
    query = (
        select(func.count())
        .select_from(Document)
        .where(
            Document.first_seen_at >= start,
            Document.first_seen_at < end,
            Document.state == "live",
            Document.review_state != "rejected",
            Document.duplicate_of.is_(None),
        )
    )
    return session.scalar(query) or 0


def lease(session: Session, name: str) -> Lease | None:
    """A named right."""
    return session.get(Lease, name)


@dataclass(frozen=True, slots=True)
class MailFacts:
    """When mail last worked, why it last failed, and what has waited longest."""

    last_sent: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    oldest_waiting: datetime | None


def mail_facts(session: Session) -> MailFacts:
    """From the outbox alone."""
    last_sent = session.scalar(select(func.max(Outbox.settled_at)).where(Outbox.state == "sent"))
    error = session.execute(
        select(Outbox.error_code, func.coalesce(Outbox.settled_at, Outbox.claimed_at))
        .where(Outbox.error_code.in_(("service_down",)))
        .order_by(Outbox.id.desc())
        .limit(1)
    ).one_or_none()
    oldest = session.scalar(select(func.min(Outbox.created_at)).where(Outbox.state == "queued"))
    return MailFacts(last_sent, error[0] if error else None, error[1] if error else None, oldest)
