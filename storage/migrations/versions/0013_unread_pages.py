"""Pages that could not be read are found without reading the whole frontier.

Revision: 0013
"""

from __future__ import annotations

from storage.migrations.shapes import index

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index(
        "ix_frontier_entry_unread",
        "frontier_entry",
        "source_id error_code",
        where="error_code is not null",
    )
