"""Policy events: pages of one policy with their roles, what people decided, official pages.

Revision: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import (
    BIG,
    bigs,
    floats,
    index,
    ints,
    link,
    one_of,
    row_id,
    texts,
    times,
)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ROLES = "draft feedback final full_text interpretation report amendment repeal"


def upgrade() -> None:
    op.create_table(
        "event",
        row_id(),
        *texts("title title_origin"),
        *ints("size"),
        *texts("locked_by", null=True),
        *times("created_at updated_at"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event_member",
        sa.Column(
            "document_id",
            BIG,
            sa.ForeignKey("document.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        *link("event_id", "event.id", ondelete="CASCADE"),
        *texts("role role_origin reason origin"),
        *floats("confidence"),
        *ints("position", null=True),
        *times("added_at"),
        one_of("role", _ROLES),
        one_of("origin", "rule human"),
    )
    index("ix_event_member_event_id", "event_member", "event_id")
    op.create_table(
        "event_verdict",
        *link("low_id", "document.id", ondelete="CASCADE"),
        *link("high_id", "document.id", ondelete="CASCADE"),
        *texts("verdict actor"),
        *times("decided_at"),
        sa.PrimaryKeyConstraint("low_id", "high_id"),
        one_of("verdict", "same different"),
    )
    index("ix_event_verdict_high_id", "event_verdict", "high_id")
    op.create_table(
        "event_key",
        *bigs("value document_id"),
        sa.PrimaryKeyConstraint("value", "document_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "official_source",
        sa.Column(
            "document_id",
            BIG,
            sa.ForeignKey("document.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        *link("official_id", "document.id", null=True, ondelete="SET NULL"),
        *texts("url reason origin"),
        *floats("confidence"),
        *times("found_at"),
        one_of("origin", "rule human"),
    )
