"""Sources and hosts: only their operational state; the YAML catalogue is the truth."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Base, BigKey, Json, UtcDateTime, one_of

SOURCE_STATUSES = ("enabled", "unproven", "manual", "disabled")
ROBOTS_STATES = ("allowed_all", "rules", "disallowed", "unreachable")


class Source(Base):
    """One place that publishes bulletins. ``enabled`` is the switch of the operator.

    ``host`` is that of the first list (with a port that is not the scheme's own), as robots.txt
    goes by it; ``hours`` is the local time of day in which it may be crawled (``20:00-08:00``).
    """

    __tablename__ = "source"
    __table_args__ = (one_of("status", SOURCE_STATUSES),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    topics: Mapped[list[str]] = mapped_column(Json, default=list)
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    status: Mapped[str] = mapped_column(Text)
    homepage: Mapped[str | None] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(Text, default="zh")
    timezone: Mapped[str] = mapped_column(Text, default="Asia/Shanghai")
    expect: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    spec_hash: Mapped[str] = mapped_column(Text)
    host_group: Mapped[str] = mapped_column(Text)
    host: Mapped[str | None] = mapped_column(Text)
    hours: Mapped[str | None] = mapped_column(Text)
    every_seconds: Mapped[int]
    quiet_days: Mapped[int | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    next_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_ok_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_new_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


Index("ix_source_next_check_at", Source.next_check_at)


class HostState(Base):
    """What we must remember about a host between runs: robots, Retry-After, the shared slot."""

    __tablename__ = "host_state"
    __table_args__ = (one_of("robots_state", ROBOTS_STATES),)

    host: Mapped[str] = mapped_column(Text, primary_key=True)
    robots_body: Mapped[bytes | None] = mapped_column(LargeBinary)
    robots_state: Mapped[str | None] = mapped_column(Text)
    robots_status: Mapped[int | None]
    robots_fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    robots_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    crawl_delay: Mapped[float | None]
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_before_reason: Mapped[str | None] = mapped_column(Text)
    next_slot_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    strikes: Mapped[int] = mapped_column(default=0)
    note: Mapped[str | None] = mapped_column(Text)
