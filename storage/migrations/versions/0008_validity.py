"""What a page tells of its validity, and the subject and topic words its office gave it.

Revision: 0008
"""

from __future__ import annotations

from alembic import op

from storage.migrations.shapes import jsons, texts

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = texts("validity validity_by subject", null=True) + jsons("topic_words", null=True)
    for column in columns:
        op.add_column("document", column)
