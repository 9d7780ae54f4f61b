"""Documents may be held back from digests until a person has accepted them.

Revision: 0007
"""

from __future__ import annotations

from alembic import op

from storage.migrations.shapes import texts

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in texts("held", null=True):
        op.add_column("document", column)
