"""Issues of an edition, their items, the outbox, and the people who receive them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Base, BigKey, Json, UtcDateTime, one_of

ISSUE_STATES = ("draft", "approved", "sending", "sent", "void")
OUTBOX_STATES = ("queued", "sending", "sent", "failed", "unknown", "held", "suppressed")
OUTBOX_CHANNELS = ("mail", "webhook", "alert")
SUBSCRIBER_STATES = ("pending", "active", "unsubscribed", "bounced", "suppressed")
SUBSCRIPTION_STATES = ("active", "ended")


class Issue(Base):
    """One edition of one period: draft → approved → sending → sent; void before sending."""

    __tablename__ = "issue"
    __table_args__ = (UniqueConstraint("edition", "period_start"), one_of("state", ISSUE_STATES))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    edition: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="draft")
    period_start: Mapped[datetime] = mapped_column(UtcDateTime)
    period_end: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    intro: Mapped[str | None] = mapped_column(Text)
    figures: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    content_hash: Mapped[str | None] = mapped_column(Text)
    recipients: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(Text)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str | None] = mapped_column(Text)
    row_version: Mapped[int] = mapped_column(default=1)


class IssueItem(Base):
    """One item of an issue, tied to the version that was read when it was composed."""

    __tablename__ = "issue_item"
    __table_args__ = (UniqueConstraint("issue_id", "document_id"),)

    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("document_version.id"))
    section: Mapped[str] = mapped_column(Text)
    headline: Mapped[str | None] = mapped_column(Text)
    summary: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    extra: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class Subscriber(Base):
    """A person who receives mail, with the evidence that they asked for it."""

    __tablename__ = "subscriber"
    __table_args__ = (one_of("state", SUBSCRIBER_STATES), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    address_normalised: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="pending")
    lang: Mapped[str] = mapped_column(Text, default="zh")
    consent: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suppress_reason: Mapped[str | None] = mapped_column(Text)
    soft_bounces: Mapped[int] = mapped_column(default=0)
    last_bounce_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Subscription(Base):
    """What a subscriber receives: one edition, optionally narrowed."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "edition"),
        one_of("state", SUBSCRIPTION_STATES),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    edition: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="active")
    filters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Outbox(Base):
    """One message to one recipient: queued → sending → sent | failed | unknown.

    ``unknown`` means the connection broke after the body and before the answer: only a person
    may send it again. ``held`` waits for a person because it became too old; ``suppressed``
    was dropped because the recipient left before it was claimed.
    """

    __tablename__ = "outbox"
    __table_args__ = (one_of("state", OUTBOX_STATES), one_of("channel", OUTBOX_CHANNELS))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(Text, unique=True)
    channel: Mapped[str] = mapped_column(Text)
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"), index=True)
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscriber.id", ondelete="SET NULL")
    )
    recipient: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(Text, default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str | None] = mapped_column(Text)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_id: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(Text)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


Index("ix_outbox_state_not_before", Outbox.state, Outbox.not_before)
