"""Health events, the audit trail, leases and schema facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Base, BigKey, Json, UtcDateTime, one_of

SEVERITIES = ("info", "warning", "error")


class HealthEvent(Base):
    """Something is wrong with a subject (``source:key``, ``host:name`` or ``system``)."""

    __tablename__ = "health_event"
    __table_args__ = (one_of("severity", SEVERITIES),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"), index=True)
    rule: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str | None] = mapped_column(Text)
    acknowledged_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notices: Mapped[int] = mapped_column(default=0)


Index(
    "uq_health_event_open",
    HealthEvent.subject,
    HealthEvent.rule,
    unique=True,
    sqlite_where=text("closed_at is null"),
    postgresql_where=text("closed_at is null"),
)


class ReviewAction(Base):
    """Append-only audit: who did what to which row, with the values before and after."""

    __tablename__ = "review_action"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    target_kind: Mapped[str] = mapped_column(Text)
    target_id: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    note: Mapped[str | None] = mapped_column(Text)


Index("ix_review_action_target", ReviewAction.target_kind, ReviewAction.target_id)


class Lease(Base):
    """A named right that one process holds for a while. ``fence`` grows with every holder."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    holder: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(Text)
    fence: Mapped[int] = mapped_column(BigKey, default=1)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SchemaMeta(Base):
    """Facts about this database: tokenizer version, instance id."""

    __tablename__ = "schema_meta"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
