"""First schema: sources, runs, documents, near-duplicate keys, labels, search.

Revision: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import (
    bigs,
    blobs,
    days,
    digests,
    flags,
    floats,
    index,
    ints,
    jsons,
    link,
    one_of,
    row_id,
    texts,
    times,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_sources()
    _create_runs()
    _create_frontier()
    _create_documents()
    _create_versions()
    _create_near_keys()
    _create_labels()
    _create_search()


def _create_sources() -> None:
    op.create_table("schema_meta", *texts("key value"), sa.PrimaryKeyConstraint("key"))
    op.create_table(
        "source",
        row_id(),
        *texts("key title publisher kind status lang timezone spec_hash host_group"),
        *texts("region level homepage etag last_modified", null=True),
        *jsons("topics tags expect"),
        *ints("every_seconds failures"),
        *ints("quiet_days", null=True),
        *flags("enabled"),
        *times("next_check_at last_run_at last_ok_at last_new_at retired_at", null=True),
        *times("created_at updated_at"),
        one_of("status", "enabled unproven manual disabled"),
        sa.UniqueConstraint("key"),
    )
    index("ix_source_next_check_at", "source", "next_check_at")
    op.create_table(
        "host_state",
        *texts("host"),
        *blobs("robots_body"),
        *texts("robots_state not_before_reason note", null=True),
        *ints("robots_status", null=True),
        *times("robots_fetched_at robots_checked_at not_before next_slot_at", null=True),
        *floats("crawl_delay", null=True),
        *ints("strikes"),
        sa.PrimaryKeyConstraint("host"),
        one_of("robots_state", "allowed_all rules disallowed unreachable"),
    )


def _create_runs() -> None:
    op.create_table(
        "crawl_run",
        row_id(),
        *link("source_id", "source.id"),
        *texts("trigger state"),
        *jsons("options stats"),
        *ints("attempt listed fetched new changed unchanged duplicate failed"),
        *ints("skipped"),
        *times("not_before started_at heartbeat_at finished_at", null=True),
        *texts("lease_token worker requested_by finish_reason error_code", null=True),
        *texts("error_detail warc_path code_version", null=True),
        *times("requested_at"),
        *bigs("bytes_in"),
        one_of("state", "queued running ok partial failed timed_out lost"),
        one_of("trigger", "schedule manual backfill replay import"),
        sqlite_autoincrement=True,
    )
    index("ix_crawl_run_source_id_id", "crawl_run", "source_id id")
    index("ix_crawl_run_state_heartbeat_at", "crawl_run", "state heartbeat_at")
    index(
        "uq_crawl_run_active_source",
        "crawl_run",
        "source_id",
        where="state in ('queued', 'running')",
        unique=True,
    )
    op.create_table(
        "fetch",
        row_id(),
        *link("run_id", "crawl_run.id", ondelete="CASCADE"),
        *texts("role url"),
        *digests("url_key"),
        *times("fetched_at"),
        *ints("status", null=True),
        *bigs("bytes"),
        *ints("elapsed_ms"),
        *digests("sha256", null=True),
        *texts("etag last_modified warc_file error_code error_detail", null=True),
        *bigs("warc_offset", null=True),
        one_of("role", "list detail attachment robots sitemap"),
    )
    index("ix_fetch_run_id", "fetch", "run_id")
    index("ix_fetch_url_key_fetched_at", "fetch", "url_key fetched_at")


def _create_frontier() -> None:
    op.create_table(
        "frontier_entry",
        *link("source_id", "source.id"),
        *digests("url_key"),
        *texts("url role state"),
        *jsons("hints", null=True),
        *ints("attempts"),
        *texts("error_code", null=True),
        *times("not_before", null=True),
        *bigs("discovered_run_id", null=True),
        *times("updated_at"),
        sa.PrimaryKeyConstraint("source_id", "url_key"),
        one_of("role", "list detail attachment robots sitemap"),
        one_of("state", "pending done failed skipped"),
        sqlite_with_rowid=False,
    )
    index(
        "ix_frontier_entry_open",
        "frontier_entry",
        "source_id not_before",
        where="state = 'pending'",
    )


def _create_documents() -> None:
    op.create_table(
        "cluster",
        row_id(),
        *bigs("representative_id", null=True),
        *ints("size"),
        *texts("method"),
        *texts("locked_by", null=True),
        *times("created_at updated_at"),
    )
    op.create_table(
        "document",
        row_id(),
        *link("source_id", "source.id"),
        *link("cluster_id", "cluster.id", null=True),
        *digests("url_key latest_sha"),
        *texts("url title state review_state lang"),
        *texts("canonical_url publisher issuer doc_number index_number doc_type", null=True),
        *texts("region level original_source summary etag last_modified", null=True),
        *jsons("issuing_bodies"),
        *days("written_on published_on effective_on expires_on comments_until"),
        *times("published_at gone_at", null=True),
        *floats("date_confidence", null=True),
        *ints("latest_seq gone_checks row_version"),
        *times("first_seen_at last_seen_at last_checked_at changed_at"),
        *bigs("gone_run_id duplicate_of", null=True),
        *flags("cluster_locked"),
        *jsons("edited", null=True),
        one_of("review_state", "new accepted rejected"),
        one_of("state", "live gone suppressed"),
        sa.UniqueConstraint("source_id", "url_key"),
        sqlite_autoincrement=True,
    )
    index("ix_document_cluster_id", "document", "cluster_id", where="cluster_id is not null")
    index("ix_document_doc_number", "document", "doc_number", where="doc_number is not null")
    index("ix_document_first_seen_at", "document", "first_seen_at")
    index("ix_document_published_on", "document", "published_on")
    op.create_table(
        "tombstone",
        *link("source_id", "source.id"),
        *digests("url_key"),
        *texts("url reason"),
        *texts("actor", null=True),
        *times("created_at"),
        sa.PrimaryKeyConstraint("source_id", "url_key"),
    )


def _create_versions() -> None:
    op.create_table(
        "document_version",
        row_id(),
        *link("document_id", "document.id", ondelete="CASCADE"),
        *ints("seq text_length"),
        *bigs("run_id fetch_id", null=True),
        *times("captured_at"),
        *texts("change title"),
        *floats("change_ratio"),
        *digests("text_sha256"),
        *digests("raw_sha256", null=True),
        *texts("extractor_version", null=True),
        *jsons("details", null=True),
        *blobs("signature"),
        *blobs("packed"),
        *texts("body_text"),
        one_of("change", "initial content metadata cosmetic"),
        sa.UniqueConstraint("document_id", "seq"),
    )
    op.create_table(
        "attachment",
        row_id(),
        *link("document_id", "document.id", ondelete="CASCADE"),
        *digests("url_key"),
        *texts("url name media_type state"),
        *digests("sha256", null=True),
        *bigs("size", null=True),
        *texts("blob_path error_code text", null=True),
        *times("fetched_at", null=True),
        one_of("state", "listed stored failed skipped"),
        sa.UniqueConstraint("document_id", "url_key"),
    )
    index("ix_attachment_sha256", "attachment", "sha256")


def _create_near_keys() -> None:
    op.create_table(
        "near_band",
        *ints("band"),
        *bigs("value document_id"),
        sa.PrimaryKeyConstraint("band", "value", "document_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sentence_hash",
        *bigs("hash document_id"),
        sa.PrimaryKeyConstraint("hash", "document_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "index_queue",
        *link("document_id", "document.id", ondelete="CASCADE"),
        *blobs("bands sentences"),
        sa.PrimaryKeyConstraint("document_id"),
    )
    op.create_table(
        "cluster_verdict",
        *link("low_id", "document.id", ondelete="CASCADE"),
        *link("high_id", "document.id", ondelete="CASCADE"),
        *texts("verdict actor"),
        *times("decided_at"),
        sa.PrimaryKeyConstraint("low_id", "high_id"),
        one_of("verdict", "same different"),
    )
    index("ix_cluster_verdict_high_id", "cluster_verdict", "high_id")


def _create_labels() -> None:
    op.create_table(
        "label",
        row_id(),
        *texts("slug kind title"),
        *texts("parent_slug", null=True),
        *ints("position"),
        *times("retired_at", null=True),
        one_of("kind", "section doc_type topic scenario measure tag"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "document_label",
        *link("document_id", "document.id", ondelete="CASCADE"),
        *link("label_id", "label.id", ondelete="CASCADE"),
        *texts("origin"),
        *flags("present"),
        *floats("confidence"),
        *texts("reason model_version actor", null=True),
        sa.PrimaryKeyConstraint("document_id", "label_id", "origin"),
        one_of("origin", "human rule model"),
        sqlite_with_rowid=False,
    )
    index("ix_document_label_label_id_document_id", "document_label", "label_id document_id")
    op.create_table(
        "watch",
        row_id(),
        *texts("owner name query"),
        *jsons("labels regions"),
        *times("created_at"),
        *bigs("seen_document_id"),
        sa.UniqueConstraint("owner", "name"),
    )


def _create_search() -> None:
    op.execute("insert into schema_meta (key, value) values ('tokenizer_version', '1')")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "create virtual table search_document using fts5("
            "tokens, content='', detail=none, prefix='1', tokenize='ascii')"
        )
        return
    op.execute(
        "create table search_document ("
        "document_id bigint primary key references document (id) on delete cascade, "
        "tokens tsvector not null)"
    )
    op.execute(
        "create index ix_search_document_tokens on search_document using gin (tokens) "
        "with (fastupdate = off)"
    )
