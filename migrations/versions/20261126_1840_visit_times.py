"""Find the visits that one commissioner made around a time by an index."""

from __future__ import annotations

from alembic import op

revision: str = "202611261840"
down_revision: str | None = "202611261230"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    # It leads to the visits of a commissioner as the one before did, and on to those of a time.
    op.create_index("ix_visits_times", "visits", ["commissioner_id", "started_at"])
    op.drop_index("ix_visits_commissioner_id", "visits")


def downgrade() -> None:
    op.create_index("ix_visits_commissioner_id", "visits", ["commissioner_id"])
    op.drop_index("ix_visits_times", "visits")
