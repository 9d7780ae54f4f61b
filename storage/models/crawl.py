"""Crawl runs, the fetches they made, and the crawl frontier (crash-safe: no JOBDIR)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Base, BigKey, HexDigest, Json, UtcDateTime, one_of

RUN_TRIGGERS = ("schedule", "manual", "backfill", "replay", "import")
RUN_STATES = ("queued", "running", "ok", "partial", "failed", "timed_out", "lost")
ACTIVE_STATES = ("queued", "running")
FETCH_ROLES = ("list", "detail", "attachment", "robots", "sitemap")
FRONTIER_STATES = ("pending", "done", "failed", "skipped")
RUN_COUNTS = (
    "listed",
    "fetched",
    "new",
    "changed",
    "unchanged",
    "duplicate",
    "failed",
    "skipped",
)


class CrawlRun(Base):
    """One run of one source: queued → running → ok | partial | failed | timed_out | lost."""

    __tablename__ = "crawl_run"
    __table_args__ = (
        one_of("trigger", RUN_TRIGGERS),
        one_of("state", RUN_STATES),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    trigger: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    attempt: Mapped[int] = mapped_column(default=1)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(Text)
    worker: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[str | None] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finish_reason: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    listed: Mapped[int] = mapped_column(default=0)
    fetched: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    bytes_in: Mapped[int] = mapped_column(BigKey, default=0)
    stats: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    warc_path: Mapped[str | None] = mapped_column(Text)
    code_version: Mapped[str | None] = mapped_column(Text)


Index(
    "uq_crawl_run_active_source",
    CrawlRun.source_id,
    unique=True,
    sqlite_where=text("state in ('queued', 'running')"),
    postgresql_where=text("state in ('queued', 'running')"),
)
Index("ix_crawl_run_source_id_id", CrawlRun.source_id, CrawlRun.id)
Index("ix_crawl_run_state_heartbeat_at", CrawlRun.state, CrawlRun.heartbeat_at)


class Fetch(Base):
    """One HTTP exchange. Pruned after a while unless a version cites it."""

    __tablename__ = "fetch"
    __table_args__ = (one_of("role", FETCH_ROLES),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("crawl_run.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    url_key: Mapped[str] = mapped_column(HexDigest)
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    bytes: Mapped[int] = mapped_column(BigKey, default=0)
    elapsed_ms: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(HexDigest)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    warc_file: Mapped[str | None] = mapped_column(Text)
    warc_offset: Mapped[int | None] = mapped_column(BigKey)
    warc_length: Mapped[int | None] = mapped_column(BigKey)
    warc_digest: Mapped[str | None] = mapped_column(HexDigest)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)


Index("ix_fetch_url_key_fetched_at", Fetch.url_key, Fetch.fetched_at)


class FrontierEntry(Base):
    """One URL a source listed. A killed run leaves it ``pending``; the next run takes it up."""

    __tablename__ = "frontier_entry"
    __table_args__ = (
        one_of("state", FRONTIER_STATES),
        one_of("role", FETCH_ROLES),
        {"sqlite_with_rowid": False},
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    url_key: Mapped[str] = mapped_column(HexDigest, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    hints: Mapped[dict[str, Any] | None] = mapped_column(Json)
    attempts: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None] = mapped_column(Text)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    discovered_run_id: Mapped[int | None] = mapped_column(BigKey)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


Index(
    "ix_frontier_entry_open",
    FrontierEntry.source_id,
    FrontierEntry.not_before,
    sqlite_where=text("state = 'pending'"),
    postgresql_where=text("state = 'pending'"),
)
Index(
    "ix_frontier_entry_unread",
    FrontierEntry.source_id,
    FrontierEntry.error_code,
    sqlite_where=text("error_code is not null"),
    postgresql_where=text("error_code is not null"),
)
