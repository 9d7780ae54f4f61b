"""Captures: the files of recorded exchanges, length and digest of each record.

Revision: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import bigs, digests, index, ints, one_of, row_id, texts, times

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "warc_file",
        row_id(),
        *texts("path state"),
        *bigs("run_id size"),
        *ints("records"),
        *digests("sha256", null=True),
        *times("opened_at"),
        *times("closed_at", null=True),
        one_of("state", "open closed mended pruned"),
        sa.UniqueConstraint("path"),
    )
    index("ix_warc_file_run_id", "warc_file", "run_id")
    for column in (*bigs("warc_length", null=True), *digests("warc_digest", null=True)):
        op.add_column("fetch", column)
