"""Reads behind the subscriber list and the links in mails."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from review.queries import pairs
from storage.filters import contains
from storage.models import DocumentLabel, Label, Subscriber, Subscription


def state_counts(session: Session) -> dict[str, int]:
    """Subscribers by state."""
    query = select(Subscriber.state, func.count()).group_by(Subscriber.state)
    return pairs(session, query)


def _conditions(text: str, state: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if text:
        found.append(or_(contains(Subscriber.address, text), contains(Subscriber.name, text)))
    if state:
        found.append(Subscriber.state == state)
    return found


def count(session: Session, *, text: str, state: str) -> int:
    """How many match."""
    query = select(func.count()).select_from(Subscriber).where(*_conditions(text, state))
    return session.scalar(query) or 0


def page(
    session: Session, *, text: str, state: str, limit: int, offset: int
) -> list[tuple[Subscriber, list[str]]]:
    """Matching subscribers, the newest first, with the keys of their active editions."""
    query = select(Subscriber).where(*_conditions(text, state))
    rows = session.scalars(query.order_by(Subscriber.id.desc()).limit(limit).offset(offset)).all()
    editions: dict[int, list[str]] = {row.id: [] for row in rows}
    active = (
        select(Subscription.subscriber_id, Subscription.edition)
        .where(
            Subscription.subscriber_id.in_([row.id for row in rows]),
            Subscription.state == "active",
        )
        .order_by(Subscription.edition)
    )
    for subscriber_id, edition in session.execute(active):
        editions[subscriber_id].append(edition)
    return [(row, editions[row.id] if row.state in {"active", "pending"} else []) for row in rows]


def receives(session: Session, subscriber_id: int, edition: str) -> bool:
    """Whether somebody gets an edition now."""
    query = (
        select(Subscription.id)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscription.subscriber_id == subscriber_id,
            Subscription.edition == edition,
            Subscription.state == "active",
            Subscriber.state == "active",
        )
    )
    return session.scalar(query) is not None


def label_titles(session: Session, kind: str) -> list[str]:
    """Titles of the labels of a kind that some document has, for narrowing a subscription."""
    used = select(DocumentLabel.label_id).where(DocumentLabel.label_id == Label.id).exists()
    query = (
        select(Label.title)
        .where(Label.kind == kind, Label.retired_at.is_(None), used)
        .order_by(Label.position, Label.slug)
    )
    return list(session.scalars(query))
