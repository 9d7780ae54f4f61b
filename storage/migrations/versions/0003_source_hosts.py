"""Sources know the host of their list and the hours in which it may be asked.

Revision: 0003
"""

from __future__ import annotations

from alembic import op

from storage.migrations.shapes import texts

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in texts("host hours", null=True):
        op.add_column("source", column)
