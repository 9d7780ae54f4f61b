"""Documents, their versions and files, near-duplicate keys, clusters and tombstones."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import Base, BigKey, HexDigest, Json, UtcDateTime, one_of, unpack_pair

DOCUMENT_STATES = ("live", "gone", "suppressed")
REVIEW_STATES = ("new", "accepted", "rejected")
CHANGES = ("initial", "content", "metadata", "cosmetic")
ATTACHMENT_STATES = ("listed", "stored", "failed", "skipped")
VERDICTS = ("same", "different")


class Cluster(Base):
    """Documents that are one text. ``locked_by`` names the person who last shaped it."""

    __tablename__ = "cluster"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    representative_id: Mapped[int | None] = mapped_column(BigKey)
    size: Mapped[int] = mapped_column(default=1)
    method: Mapped[str] = mapped_column(Text, default="exact")
    locked_by: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Document(Base):
    """One page of one source. Its text lives in versions; ``latest_seq`` names the newest.

    ``held``: why no issue takes it before a person has accepted it. ``validity`` is the state its
    page told (有效, 尚未生效, 已修改, 已废止), ``validity_by`` the document that brought it about.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("source_id", "url_key"),
        one_of("state", DOCUMENT_STATES),
        one_of("review_state", REVIEW_STATES),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    url_key: Mapped[str] = mapped_column(HexDigest)
    url: Mapped[str] = mapped_column(Text)
    canonical_url: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="live")
    review_state: Mapped[str] = mapped_column(Text, default="new")
    publisher: Mapped[str | None] = mapped_column(Text)
    issuer: Mapped[str | None] = mapped_column(Text)
    issuing_bodies: Mapped[list[str]] = mapped_column(Json, default=list)
    doc_number: Mapped[str | None] = mapped_column(Text)
    index_number: Mapped[str | None] = mapped_column(Text)
    doc_type: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(Text, default="zh")
    original_source: Mapped[str | None] = mapped_column(Text)
    summary: Mapped[str | None] = mapped_column(Text)
    written_on: Mapped[date | None]
    published_on: Mapped[date | None]
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    effective_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    comments_until: Mapped[date | None]
    validity: Mapped[str | None] = mapped_column(Text)
    validity_by: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    topic_words: Mapped[list[str] | None] = mapped_column(Json)
    date_confidence: Mapped[float | None]
    latest_seq: Mapped[int] = mapped_column(default=1)
    latest_sha: Mapped[str] = mapped_column(HexDigest)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_checked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gone_checks: Mapped[int] = mapped_column(default=0)
    gone_run_id: Mapped[int | None] = mapped_column(BigKey)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    duplicate_of: Mapped[int | None] = mapped_column(BigKey)
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("cluster.id"))
    cluster_locked: Mapped[bool] = mapped_column(default=False)
    edited: Mapped[list[str] | None] = mapped_column(Json)
    row_version: Mapped[int] = mapped_column(default=1)
    held: Mapped[str | None] = mapped_column(Text)


Index("ix_document_published_on", Document.published_on)
Index("ix_document_first_seen_at", Document.first_seen_at)
Index(
    "ix_document_cluster_id",
    Document.cluster_id,
    sqlite_where=text("cluster_id is not null"),
    postgresql_where=text("cluster_id is not null"),
)
Index(
    "ix_document_doc_number",
    Document.doc_number,
    sqlite_where=text("doc_number is not null"),
    postgresql_where=text("doc_number is not null"),
)
Index(
    "ix_document_waiting",
    Document.first_seen_at,
    sqlite_where=text("review_state = 'new'"),
    postgresql_where=text("review_state = 'new'"),
)
Index(
    "ix_document_gone_at",
    Document.gone_at,
    sqlite_where=text("gone_at is not null"),
    postgresql_where=text("gone_at is not null"),
)


class DocumentVersion(Base):
    """One text of a document, as captured.

    Uniqueness is by sequence number, not by text: a page that goes A → B → A has three versions.
    Small columns come first so that SQLite reads them without following overflow pages.
    """

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("document_id", "seq"), one_of("change", CHANGES))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    seq: Mapped[int]
    run_id: Mapped[int | None] = mapped_column(BigKey)
    fetch_id: Mapped[int | None] = mapped_column(BigKey)
    captured_at: Mapped[datetime] = mapped_column(UtcDateTime)
    change: Mapped[str] = mapped_column(Text)
    change_ratio: Mapped[float] = mapped_column(default=1.0)
    text_sha256: Mapped[str] = mapped_column(HexDigest)
    raw_sha256: Mapped[str | None] = mapped_column(HexDigest)
    text_length: Mapped[int] = mapped_column(default=0)
    extractor_version: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    details: Mapped[dict[str, Any] | None] = mapped_column(Json)
    packed: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_text: Mapped[str] = mapped_column(Text)

    @property
    def body_html(self) -> str:
        """The safe HTML of the body (sanitised before it was stored)."""
        return unpack_pair(self.packed, near=self.body_text)[1]

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """Where each metadata value was read: field, value, span, rule, confidence, place."""
        written = unpack_pair(self.packed, near=self.body_text)[0]
        value: list[dict[str, Any]] = json.loads(written) if written else []
        return value


#: joins a document to its newest version
LATEST_VERSION = and_(
    DocumentVersion.document_id == Document.id, DocumentVersion.seq == Document.latest_seq
)


class Attachment(Base):
    """A file linked from a document. ``state`` is that of fetching it; its bytes and text, once
    for all documents that link to the same file, are in :class:`storage.models.file.StoredFile`.

    ``role`` is ``body`` where the file's text is the document's text. ``media_type`` is a guess
    by name until the file is here.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("document_id", "url_key"),
        one_of("state", ATTACHMENT_STATES),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    url_key: Mapped[str] = mapped_column(HexDigest)
    url: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="listed")
    sha256: Mapped[str | None] = mapped_column(HexDigest, index=True)
    size: Mapped[int | None] = mapped_column(BigKey)
    error_code: Mapped[str | None] = mapped_column(Text)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_name: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    role: Mapped[str] = mapped_column(Text, server_default=text("'file'"))


Index(
    "ix_attachment_open",
    Attachment.state,
    Attachment.not_before,
    sqlite_where=text("state in ('listed', 'failed')"),
    postgresql_where=text("state in ('listed', 'failed')"),
)


class NearBand(Base):
    """One MinHash band of a text: documents that share one are candidates.

    Band -1 is the beginning of the text's own hash: documents that share it hold equal texts.
    """

    __tablename__ = "near_band"
    __table_args__ = ({"sqlite_with_rowid": False},)

    band: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    document_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)


class SentenceHash(Base):
    """One sentence of the newest version: shared sentences find excerpts."""

    __tablename__ = "sentence_hash"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hash: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    document_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)


class IndexQueue(Base):
    """A stored document that waits to be moved into the search index and the near-key tables.

    ``bands`` and ``sentences`` are its keys as little-endian signed 64-bit integers.
    """

    __tablename__ = "index_queue"

    document_id: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("document.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    bands: Mapped[bytes | None] = mapped_column(LargeBinary)
    sentences: Mapped[bytes | None] = mapped_column(LargeBinary)


class ClusterVerdict(Base):
    """What a person decided about two documents; code never goes against it."""

    __tablename__ = "cluster_verdict"
    __table_args__ = (one_of("verdict", VERDICTS),)

    low_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    high_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    verdict: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Tombstone(Base):
    """A URL that must not come back: removed on request or by a person."""

    __tablename__ = "tombstone"

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    url_key: Mapped[str] = mapped_column(HexDigest, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
