"""What photos look like is kept as another hash; `fieldapp tidy` looks anew at those that are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "202611261950"
down_revision: str | None = "202611261940"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    _drop_hashes(digits=80)


def downgrade() -> None:
    _drop_hashes(digits=32)


def _drop_hashes(digits: int) -> None:
    """A column of another width takes the place of the one there is; blank where there was a hash."""
    op.execute("DELETE FROM photo_bands")
    op.alter_column("photos", "perceptual_hash", new_column_name="former_hash")
    op.add_column("photos", sa.Column("perceptual_hash", sa.String(digits)))
    op.execute("UPDATE photos SET perceptual_hash = '' WHERE former_hash IS NOT NULL")
    op.drop_column("photos", "former_hash")
