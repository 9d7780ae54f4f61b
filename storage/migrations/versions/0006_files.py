"""Files: what each stored file says, once by hash; the fetching of attachments in full.

Revision: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import bigs, blobs, digests, index, ints, jsons, one_of, texts, times

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file",
        *digests("sha256"),
        *texts("kind media_type path"),
        *texts("state code detail reader_version", null=True),
        *bigs("size"),
        *ints("pages", null=True),
        *ints("tables characters"),
        *times("stored_at"),
        *times("read_at", null=True),
        *jsons("members", null=True),
        *blobs("packed"),
        *texts("text", null=True),
        one_of("state", "read no_text unread"),
        sa.PrimaryKeyConstraint("sha256"),
    )
    for column in (
        *texts("file_name error_detail etag last_modified", null=True),
        *times("checked_at not_before", null=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("role", sa.Text(), nullable=False, server_default=sa.text("'file'")),
    ):
        op.add_column("attachment", column)
    for name in ("text", "blob_path"):
        op.drop_column("attachment", name)
    # what is left to be fetched: short, where the table is long
    index(
        "ix_attachment_open",
        "attachment",
        "state not_before",
        where="state in ('listed', 'failed')",
    )
