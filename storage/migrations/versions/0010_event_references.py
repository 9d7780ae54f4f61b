"""What pages say of other policies: repealed, amended, mentioned.

Revision: 0010
"""

from __future__ import annotations

from alembic import op

from storage.migrations.shapes import bigs, index, link, one_of, row_id, texts

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_reference",
        row_id(),
        *link("document_id", "document.id", ondelete="CASCADE"),
        *bigs("value"),
        *texts("kind name"),
        *texts("number", null=True),
        *texts("place"),
        one_of("kind", "repeal amend mention"),
    )
    index("ix_event_reference_value", "event_reference", "value")
    index("ix_event_reference_document_id", "event_reference", "document_id")
