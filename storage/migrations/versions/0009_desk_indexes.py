"""Short indexes for what the desk asks on every visit: items that wait, items that are gone.

Revision: 0009
"""

from __future__ import annotations

from storage.migrations.shapes import index

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index("ix_document_waiting", "document", "first_seen_at", where="review_state = 'new'")
    index("ix_document_gone_at", "document", "gone_at", where="gone_at is not null")
