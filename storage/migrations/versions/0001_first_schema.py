"""First schema: sources, runs, documents, labels, issues, outbox, people, health, search.

Revision: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from storage.columns import HexDigest, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Column = sa.Column[Any]
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def _of(kind: Any, names: str, null: bool) -> list[Column]:
    return [sa.Column(name, kind, nullable=null) for name in names.split()]


def _text(names: str, *, null: bool = False) -> list[Column]:
    return _of(sa.Text(), names, null)


def _time(names: str, *, null: bool = False) -> list[Column]:
    return _of(UtcDateTime(), names, null)


def _day(names: str) -> list[Column]:
    return _of(sa.Date(), names, True)


def _int(names: str, *, null: bool = False) -> list[Column]:
    return _of(sa.Integer(), names, null)


def _big(names: str, *, null: bool = False) -> list[Column]:
    return _of(BIG, names, null)


def _float(names: str, *, null: bool = False) -> list[Column]:
    return _of(sa.Double(), names, null)


def _flag(names: str) -> list[Column]:
    return _of(sa.Boolean(), names, False)


def _hex(names: str, *, null: bool = False) -> list[Column]:
    return _of(HexDigest(), names, null)


def _bytes(names: str) -> list[Column]:
    return _of(sa.LargeBinary(), names, True)


def _json(names: str, *, null: bool = False) -> list[Column]:
    return _of(JSON, names, null)


def _link(
    name: str, target: str, *, null: bool = False, ondelete: str | None = None
) -> list[Column]:
    return [sa.Column(name, BIG, sa.ForeignKey(target, ondelete=ondelete), nullable=null)]


def _id() -> Column:
    return sa.Column("id", BIG, primary_key=True)


def _one_of(column: str, values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(f"{column} in ({listed})", name=column)


def _index(
    name: str, table: str, columns: str, *, where: str | None = None, unique: bool = False
) -> None:
    condition = sa.text(where) if where else None
    op.create_index(
        name,
        table,
        columns.split(),
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def upgrade() -> None:
    _create_sources()
    _create_runs()
    _create_documents()
    _create_versions()
    _create_near_keys()
    _create_labels()
    _create_issues()
    _create_outbox()
    _create_health()
    _create_people()
    _create_search()
    _protect_audit()


def _create_sources() -> None:
    op.create_table(
        "source",
        _id(),
        *_text("key title publisher"),
        *_text("region level", null=True),
        *_text("kind"),
        *_json("topics tags"),
        *_text("status"),
        *_text("homepage", null=True),
        *_text("lang timezone"),
        *_json("expect"),
        *_text("spec_hash host_group"),
        *_int("every_seconds"),
        *_int("quiet_days", null=True),
        *_flag("enabled"),
        *_time("next_check_at last_run_at last_ok_at last_new_at", null=True),
        *_int("failures"),
        *_text("etag last_modified", null=True),
        *_time("created_at updated_at"),
        *_time("retired_at", null=True),
        _one_of("status", "enabled unproven manual disabled"),
        sa.UniqueConstraint("key"),
    )
    _index("ix_source_next_check_at", "source", "next_check_at")
    op.create_table(
        "host_state",
        *_text("host"),
        *_bytes("robots_body"),
        *_text("robots_state", null=True),
        *_int("robots_status", null=True),
        *_time("robots_fetched_at robots_checked_at", null=True),
        *_float("crawl_delay", null=True),
        *_time("not_before", null=True),
        *_text("not_before_reason", null=True),
        *_time("next_slot_at", null=True),
        *_int("strikes"),
        *_text("note", null=True),
        sa.PrimaryKeyConstraint("host"),
        _one_of("robots_state", "allowed_all rules disallowed unreachable"),
    )


def _create_runs() -> None:
    op.create_table(
        "crawl_run",
        _id(),
        *_link("source_id", "source.id"),
        *_text("trigger state"),
        *_json("options"),
        *_int("attempt"),
        *_time("not_before", null=True),
        *_text("lease_token worker requested_by", null=True),
        *_time("requested_at"),
        *_time("started_at heartbeat_at finished_at", null=True),
        *_text("finish_reason error_code error_detail", null=True),
        *_int("listed fetched new changed unchanged duplicate failed skipped"),
        *_big("bytes_in"),
        *_json("stats"),
        *_text("warc_path code_version", null=True),
        _one_of("state", "queued running ok partial failed timed_out lost"),
        _one_of("trigger", "schedule manual backfill replay import"),
        sqlite_autoincrement=True,
    )
    _index("ix_crawl_run_source_id_id", "crawl_run", "source_id id")
    _index("ix_crawl_run_state_heartbeat_at", "crawl_run", "state heartbeat_at")
    _index(
        "uq_crawl_run_active_source",
        "crawl_run",
        "source_id",
        where="state in ('queued', 'running')",
        unique=True,
    )
    op.create_table(
        "fetch",
        _id(),
        *_link("run_id", "crawl_run.id", ondelete="CASCADE"),
        *_text("role url"),
        *_hex("url_key"),
        *_time("fetched_at"),
        *_int("status", null=True),
        *_big("bytes"),
        *_int("elapsed_ms"),
        *_hex("sha256", null=True),
        *_text("etag last_modified warc_file", null=True),
        *_big("warc_offset", null=True),
        *_text("error_code error_detail", null=True),
        _one_of("role", "list detail attachment robots sitemap"),
    )
    _index("ix_fetch_run_id", "fetch", "run_id")
    _index("ix_fetch_url_key_fetched_at", "fetch", "url_key fetched_at")
    op.create_table(
        "frontier_entry",
        *_link("source_id", "source.id"),
        *_hex("url_key"),
        *_text("url role state"),
        *_json("hints", null=True),
        *_int("attempts"),
        *_text("error_code", null=True),
        *_time("not_before", null=True),
        *_big("discovered_run_id", null=True),
        *_time("updated_at"),
        sa.PrimaryKeyConstraint("source_id", "url_key"),
        _one_of("role", "list detail attachment robots sitemap"),
        _one_of("state", "pending done failed skipped"),
        sqlite_with_rowid=False,
    )
    _index(
        "ix_frontier_entry_open",
        "frontier_entry",
        "source_id not_before",
        where="state = 'pending'",
    )


def _create_documents() -> None:
    op.create_table(
        "cluster",
        _id(),
        *_big("representative_id", null=True),
        *_int("size"),
        *_text("method"),
        *_text("locked_by", null=True),
        *_time("created_at updated_at"),
    )
    op.create_table(
        "document",
        _id(),
        *_link("source_id", "source.id"),
        *_hex("url_key"),
        *_text("url"),
        *_text("canonical_url", null=True),
        *_text("title state review_state"),
        *_text("publisher issuer", null=True),
        *_json("issuing_bodies"),
        *_text("doc_number index_number doc_type region level", null=True),
        *_text("lang"),
        *_text("original_source summary", null=True),
        *_day("written_on published_on"),
        *_time("published_at", null=True),
        *_day("effective_on expires_on comments_until"),
        *_float("date_confidence", null=True),
        *_int("latest_seq"),
        *_hex("latest_sha"),
        *_time("first_seen_at last_seen_at last_checked_at changed_at"),
        *_int("gone_checks"),
        *_big("gone_run_id", null=True),
        *_time("gone_at", null=True),
        *_text("etag last_modified", null=True),
        *_big("duplicate_of", null=True),
        *_link("cluster_id", "cluster.id", null=True),
        *_flag("cluster_locked"),
        *_json("edited", null=True),
        *_int("row_version"),
        _one_of("review_state", "new accepted rejected"),
        _one_of("state", "live gone suppressed"),
        sa.UniqueConstraint("source_id", "url_key"),
        sqlite_autoincrement=True,
    )
    _index("ix_document_cluster_id", "document", "cluster_id")
    _index("ix_document_doc_number", "document", "doc_number", where="doc_number is not null")
    _index("ix_document_first_seen_at", "document", "first_seen_at")
    _index("ix_document_latest_sha", "document", "latest_sha")
    _index("ix_document_published_on", "document", "published_on")
    op.create_table(
        "tombstone",
        *_link("source_id", "source.id"),
        *_hex("url_key"),
        *_text("url reason"),
        *_text("actor", null=True),
        *_time("created_at"),
        sa.PrimaryKeyConstraint("source_id", "url_key"),
    )


def _create_versions() -> None:
    op.create_table(
        "document_version",
        _id(),
        *_link("document_id", "document.id", ondelete="CASCADE"),
        *_int("seq"),
        *_big("run_id fetch_id", null=True),
        *_time("captured_at"),
        *_text("change"),
        *_float("change_ratio"),
        *_hex("text_sha256"),
        *_hex("raw_sha256", null=True),
        *_int("text_length"),
        *_text("extractor_version", null=True),
        *_text("title"),
        *_bytes("signature"),
        *_json("details", null=True),
        *_bytes("evidence_packed html_packed"),
        *_text("body_text"),
        _one_of("change", "initial content metadata cosmetic"),
        sa.UniqueConstraint("document_id", "seq"),
    )
    op.create_table(
        "attachment",
        _id(),
        *_link("document_id", "document.id", ondelete="CASCADE"),
        *_hex("url_key"),
        *_text("url name media_type state"),
        *_hex("sha256", null=True),
        *_big("size", null=True),
        *_text("blob_path error_code", null=True),
        *_time("fetched_at", null=True),
        *_text("text", null=True),
        _one_of("state", "listed stored failed skipped"),
        sa.UniqueConstraint("document_id", "url_key"),
    )
    _index("ix_attachment_sha256", "attachment", "sha256")


def _create_near_keys() -> None:
    op.create_table(
        "near_band",
        *_int("band"),
        *_big("value document_id"),
        sa.PrimaryKeyConstraint("band", "value", "document_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sentence_hash",
        *_big("hash document_id"),
        sa.PrimaryKeyConstraint("hash", "document_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cluster_verdict",
        *_link("low_id", "document.id", ondelete="CASCADE"),
        *_link("high_id", "document.id", ondelete="CASCADE"),
        *_text("verdict actor"),
        *_time("decided_at"),
        sa.PrimaryKeyConstraint("low_id", "high_id"),
        _one_of("verdict", "same different"),
    )
    _index("ix_cluster_verdict_high_id", "cluster_verdict", "high_id")


def _create_labels() -> None:
    op.create_table(
        "label",
        _id(),
        *_text("slug kind title"),
        *_text("parent_slug", null=True),
        *_int("position"),
        *_time("retired_at", null=True),
        _one_of("kind", "section doc_type topic scenario measure tag"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "document_label",
        *_link("document_id", "document.id", ondelete="CASCADE"),
        *_link("label_id", "label.id", ondelete="CASCADE"),
        *_text("origin"),
        *_flag("present"),
        *_float("confidence"),
        *_text("reason model_version actor", null=True),
        sa.PrimaryKeyConstraint("document_id", "label_id", "origin"),
        _one_of("origin", "human rule model"),
        sqlite_with_rowid=False,
    )
    _index("ix_document_label_label_id_document_id", "document_label", "label_id document_id")
    op.create_table(
        "watch",
        _id(),
        *_text("owner name query"),
        *_json("labels regions"),
        *_time("created_at"),
        *_big("seen_document_id"),
        sa.UniqueConstraint("owner", "name"),
    )


def _create_issues() -> None:
    op.create_table(
        "issue",
        _id(),
        *_text("edition"),
        *_int("number"),
        *_text("title state"),
        *_time("period_start period_end"),
        *_time("due_at", null=True),
        *_text("intro", null=True),
        *_json("figures"),
        *_text("content_hash", null=True),
        *_int("recipients"),
        *_time("created_at"),
        *_time("approved_at", null=True),
        *_text("approved_by", null=True),
        *_time("frozen_at sent_at voided_at", null=True),
        *_text("void_reason", null=True),
        *_int("row_version"),
        _one_of("state", "draft approved sending sent void"),
        sa.UniqueConstraint("edition", "period_start"),
    )
    op.create_table(
        "issue_item",
        *_link("issue_id", "issue.id", ondelete="CASCADE"),
        *_int("position"),
        *_link("document_id", "document.id"),
        *_link("version_id", "document_version.id"),
        *_text("section"),
        *_text("headline summary note reason", null=True),
        *_json("extra"),
        sa.PrimaryKeyConstraint("issue_id", "position"),
        sa.UniqueConstraint("issue_id", "document_id"),
    )
    _index("ix_issue_item_document_id", "issue_item", "document_id")


def _create_outbox() -> None:
    op.create_table(
        "subscriber",
        _id(),
        *_text("address address_normalised"),
        *_text("name", null=True),
        *_text("state lang"),
        *_json("consent"),
        *_time("created_at"),
        *_time("confirmed_at ended_at", null=True),
        *_text("suppress_reason", null=True),
        *_int("soft_bounces"),
        *_time("last_bounce_at", null=True),
        _one_of("state", "pending active unsubscribed bounced suppressed"),
        sa.UniqueConstraint("address_normalised"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscription",
        _id(),
        *_link("subscriber_id", "subscriber.id", ondelete="CASCADE"),
        *_text("edition state"),
        *_json("filters"),
        *_time("created_at"),
        *_time("ended_at", null=True),
        _one_of("state", "active ended"),
        sa.UniqueConstraint("subscriber_id", "edition"),
    )
    op.create_table(
        "outbox",
        _id(),
        *_text("dedupe_key channel"),
        *_link("issue_id", "issue.id", null=True),
        *_link("subscriber_id", "subscriber.id", null=True, ondelete="SET NULL"),
        *_text("recipient"),
        *_json("payload"),
        *_text("state"),
        *_int("attempts"),
        *_time("not_before", null=True),
        *_text("claimed_by", null=True),
        *_time("claimed_at", null=True),
        *_text("message_id error_code last_error", null=True),
        *_time("created_at"),
        *_time("settled_at", null=True),
        _one_of("channel", "mail webhook alert"),
        _one_of("state", "queued sending sent failed unknown held suppressed"),
        sa.UniqueConstraint("dedupe_key"),
    )
    _index("ix_outbox_issue_id", "outbox", "issue_id")
    _index("ix_outbox_state_not_before", "outbox", "state not_before")


def _create_health() -> None:
    op.create_table(
        "health_event",
        _id(),
        *_text("subject"),
        *_link("source_id", "source.id", null=True),
        *_text("rule severity summary"),
        *_json("evidence"),
        *_time("opened_at last_seen_at"),
        *_int("seen"),
        *_time("closed_at acknowledged_at", null=True),
        *_text("acknowledged_by", null=True),
        *_time("acknowledged_until notified_at", null=True),
        *_int("notices"),
        _one_of("severity", "info warning error"),
    )
    _index("ix_health_event_source_id", "health_event", "source_id")
    _index(
        "uq_health_event_open",
        "health_event",
        "subject rule",
        where="closed_at is null",
        unique=True,
    )
    op.create_table(
        "review_action",
        _id(),
        *_time("at"),
        *_text("actor action target_kind target_id"),
        *_json("before after", null=True),
        *_text("note", null=True),
    )
    _index("ix_review_action_target", "review_action", "target_kind target_id")
    op.create_table(
        "lease",
        *_text("name holder token"),
        *_big("fence"),
        *_time("expires_at"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table("schema_meta", *_text("key value"), sa.PrimaryKeyConstraint("key"))


def _create_people() -> None:
    op.create_table(
        "user_account",
        _id(),
        *_text("name"),
        *_text("display_name", null=True),
        *_text("password_hash role"),
        *_time("created_at password_changed_at"),
        *_time("last_login_at disabled_at", null=True),
        _one_of("role", "admin editor reader"),
        sa.UniqueConstraint("name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "web_session",
        _id(),
        *_text("token_hash"),
        *_link("user_id", "user_account.id", ondelete="CASCADE"),
        *_text("csrf_token", null=True),
        *_time("created_at last_seen_at expires_at"),
        *_text("address user_agent", null=True),
        sa.UniqueConstraint("token_hash"),
    )
    _index("ix_web_session_user_id", "web_session", "user_id")
    op.create_table(
        "api_token",
        _id(),
        *_text("token_hash"),
        *_link("user_id", "user_account.id", ondelete="CASCADE"),
        *_text("name"),
        *_json("scopes"),
        *_time("created_at"),
        *_time("last_used_at expires_at revoked_at", null=True),
        sa.UniqueConstraint("token_hash"),
    )
    _index("ix_api_token_user_id", "api_token", "user_id")
    op.create_table(
        "login_throttle",
        *_text("key"),
        *_int("failures"),
        *_time("last_at"),
        sa.PrimaryKeyConstraint("key"),
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


def _protect_audit() -> None:
    """The audit trail only grows: the database itself refuses to change or remove a line."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"create trigger review_action_no_{verb} before {verb} on review_action "
                "begin select raise(abort, 'review_action only grows'); end"
            )
        return
    op.execute(
        "create function review_action_only_grows() returns trigger language plpgsql as "
        "$$ begin raise exception 'review_action only grows' using errcode = '23001'; end $$"
    )
    op.execute(
        "create trigger review_action_only_grows before update or delete on review_action "
        "for each row execute function review_action_only_grows()"
    )
