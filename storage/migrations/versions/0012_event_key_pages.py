"""The keys of a page are found by the page: to file it anew, without reading the whole table.

Revision: 0012
"""

from __future__ import annotations

from storage.migrations.shapes import index

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index("ix_event_key_document_id", "event_key", "document_id")
