"""Delivery: issues, outbox, subscribers, health events, audit, accounts.

Revision: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import (
    bigs,
    index,
    ints,
    jsons,
    link,
    one_of,
    row_id,
    texts,
    times,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_issues()
    _create_outbox()
    _create_health()
    _create_people()
    _protect_audit()


def _create_issues() -> None:
    op.create_table(
        "issue",
        row_id(),
        *texts("edition title state"),
        *ints("number recipients row_version"),
        *times("period_start period_end created_at"),
        *times("due_at approved_at frozen_at sent_at voided_at", null=True),
        *texts("intro content_hash approved_by void_reason", null=True),
        *jsons("figures"),
        one_of("state", "draft approved sending sent void"),
        sa.UniqueConstraint("edition", "period_start"),
    )
    op.create_table(
        "issue_item",
        *link("issue_id", "issue.id", ondelete="CASCADE"),
        *link("document_id", "document.id"),
        *link("version_id", "document_version.id"),
        *ints("position"),
        *texts("section"),
        *texts("headline summary note reason", null=True),
        *jsons("extra"),
        sa.PrimaryKeyConstraint("issue_id", "position"),
        sa.UniqueConstraint("issue_id", "document_id"),
    )
    index("ix_issue_item_document_id", "issue_item", "document_id")


def _create_outbox() -> None:
    op.create_table(
        "subscriber",
        row_id(),
        *texts("address address_normalised state lang"),
        *texts("name suppress_reason", null=True),
        *jsons("consent"),
        *times("created_at"),
        *times("confirmed_at ended_at last_bounce_at", null=True),
        *ints("soft_bounces"),
        one_of("state", "pending active unsubscribed bounced suppressed"),
        sa.UniqueConstraint("address_normalised"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscription",
        row_id(),
        *link("subscriber_id", "subscriber.id", ondelete="CASCADE"),
        *texts("edition state"),
        *jsons("filters"),
        *times("created_at"),
        *times("ended_at", null=True),
        one_of("state", "active ended"),
        sa.UniqueConstraint("subscriber_id", "edition"),
    )
    op.create_table(
        "outbox",
        row_id(),
        *link("issue_id", "issue.id", null=True),
        *link("subscriber_id", "subscriber.id", null=True, ondelete="SET NULL"),
        *texts("dedupe_key channel recipient state"),
        *jsons("payload"),
        *ints("attempts"),
        *times("not_before claimed_at settled_at", null=True),
        *texts("claimed_by message_id error_code last_error", null=True),
        *times("created_at"),
        one_of("channel", "mail webhook alert"),
        one_of("state", "queued sending sent failed unknown held suppressed"),
        sa.UniqueConstraint("dedupe_key"),
    )
    index("ix_outbox_issue_id", "outbox", "issue_id")
    index("ix_outbox_state_not_before", "outbox", "state not_before")


def _create_health() -> None:
    op.create_table(
        "health_event",
        row_id(),
        *link("source_id", "source.id", null=True),
        *texts("subject rule severity summary"),
        *jsons("evidence"),
        *times("opened_at last_seen_at"),
        *ints("seen notices"),
        *times("closed_at acknowledged_at acknowledged_until notified_at", null=True),
        *texts("acknowledged_by", null=True),
        one_of("severity", "info warning error"),
    )
    index("ix_health_event_source_id", "health_event", "source_id")
    index(
        "uq_health_event_open",
        "health_event",
        "subject rule",
        where="closed_at is null",
        unique=True,
    )
    op.create_table(
        "review_action",
        row_id(),
        *times("at"),
        *texts("actor action target_kind target_id"),
        *jsons("before after", null=True),
        *texts("note", null=True),
    )
    index("ix_review_action_target", "review_action", "target_kind target_id")
    op.create_table(
        "lease",
        *texts("name holder token"),
        *bigs("fence"),
        *times("expires_at"),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_people() -> None:
    op.create_table(
        "user_account",
        row_id(),
        *texts("name password_hash role"),
        *texts("display_name", null=True),
        *times("created_at password_changed_at"),
        *times("last_login_at disabled_at", null=True),
        one_of("role", "admin editor reader"),
        sa.UniqueConstraint("name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "web_session",
        row_id(),
        *link("user_id", "user_account.id", ondelete="CASCADE"),
        *texts("token_hash"),
        *texts("csrf_token address user_agent", null=True),
        *times("created_at last_seen_at expires_at"),
        sa.UniqueConstraint("token_hash"),
    )
    index("ix_web_session_user_id", "web_session", "user_id")
    op.create_table(
        "api_token",
        row_id(),
        *link("user_id", "user_account.id", ondelete="CASCADE"),
        *texts("token_hash name"),
        *jsons("scopes"),
        *times("created_at"),
        *times("last_used_at expires_at revoked_at", null=True),
        sa.UniqueConstraint("token_hash"),
    )
    index("ix_api_token_user_id", "api_token", "user_id")
    op.create_table(
        "login_throttle",
        *texts("key"),
        *ints("failures"),
        *times("last_at"),
        sa.PrimaryKeyConstraint("key"),
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
