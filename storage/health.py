"""Health events: opened once per subject and rule, closed, acknowledged, announced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage.models import HealthEvent
from storage.upsert import insert_ignoring


def open_event(
    session: Session,
    *,
    subject: str,
    rule: str,
    severity: str,
    now: datetime,
    summary: str = "",
    evidence: Mapping[str, Any] | None = None,
    source_id: int | None = None,
) -> tuple[HealthEvent, bool]:
    """The open event of this subject and rule; True if it was opened now.

    ``subject`` is ``source:<key>``, ``host:<name>`` or ``system``. An event that is open already
    gets the new evidence and is counted once more.
    """
    event_id = insert_ignoring(
        session,
        HealthEvent,
        {
            "subject": subject,
            "source_id": source_id,
            "rule": rule,
            "severity": severity,
            "summary": summary,
            "evidence": dict(evidence or {}),
            "opened_at": now,
            "last_seen_at": now,
        },
        returning=HealthEvent.id,
    )
    if event_id is not None:
        return session.get_one(HealthEvent, event_id), True
    event = session.scalars(
        select(HealthEvent)
        .where(
            HealthEvent.subject == subject,
            HealthEvent.rule == rule,
            HealthEvent.closed_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    event.severity, event.summary = severity, summary or event.summary
    event.evidence = dict(evidence or event.evidence)
    event.last_seen_at = now
    event.seen += 1
    session.flush()
    return event, False


def close_event(session: Session, event_id: int, *, now: datetime) -> bool:
    """Close an event. False if it was closed before."""
    done = session.scalar(
        update(HealthEvent)
        .where(HealthEvent.id == event_id, HealthEvent.closed_at.is_(None))
        .values(closed_at=now)
        .returning(HealthEvent.id)
    )
    return done is not None


def acknowledge_event(
    session: Session, *, event_id: int, actor: str, now: datetime, until: datetime | None = None
) -> bool:
    """Somebody is on it: no more notices, until ``until`` if given. False if it is closed."""
    done = session.execute(
        update(HealthEvent)
        .where(HealthEvent.id == event_id, HealthEvent.closed_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by=actor, acknowledged_until=until)
        .returning(HealthEvent.id)
    ).scalar()
    return done is not None


def open_events(
    session: Session, *, subject: str | None = None, severities: Sequence[str] | None = None
) -> list[HealthEvent]:
    """Open events, oldest first."""
    query = (
        select(HealthEvent)
        .where(HealthEvent.closed_at.is_(None))
        .order_by(HealthEvent.opened_at, HealthEvent.id)
    )
    if subject is not None:
        query = query.where(HealthEvent.subject == subject)
    if severities is not None:
        query = query.where(HealthEvent.severity.in_(severities))
    return list(session.scalars(query))


def unattended_events(session: Session, *, now: datetime) -> list[HealthEvent]:
    """Open events that nobody has acknowledged, or whose acknowledgement has run out."""
    query = (
        select(HealthEvent)
        .where(
            HealthEvent.closed_at.is_(None),
            or_(HealthEvent.acknowledged_at.is_(None), HealthEvent.acknowledged_until <= now),
        )
        .order_by(HealthEvent.opened_at, HealthEvent.id)
    )
    return list(session.scalars(query))


def recent_events(session: Session, *, since: datetime, limit: int = 200) -> list[HealthEvent]:
    """Events opened or closed since then, newest first."""
    query = (
        select(HealthEvent)
        .where(or_(HealthEvent.opened_at >= since, HealthEvent.closed_at >= since))
        .order_by(HealthEvent.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def mark_notified(session: Session, *, event_id: int, now: datetime) -> None:
    """Count a notice about an event."""
    session.execute(
        update(HealthEvent)
        .where(HealthEvent.id == event_id)
        .values(notified_at=now, notices=HealthEvent.notices + 1)
    )
