"""Captured records that were removed on request.

Revision: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import bigs, flags, texts, times

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_record",
        *texts("warc_file"),
        *bigs("warc_offset warc_length"),
        *times("erased_at"),
        *flags("done"),
        sa.PrimaryKeyConstraint("warc_file", "warc_offset"),
    )
