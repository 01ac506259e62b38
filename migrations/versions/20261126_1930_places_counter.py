"""Count apart what changes of the register beside the assignments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "202611261930"
down_revision: str | None = "202611261840"
branch_labels: str | None = None
depends_on: str | None = None

_counters = sa.table("change_counters", sa.column("topic"), sa.column("version"))
_TOPIC = "register.places"


def upgrade() -> None:
    op.bulk_insert(_counters, [{"topic": _TOPIC, "version": 0}])


def downgrade() -> None:
    op.execute(sa.delete(_counters).where(_counters.c.topic == _TOPIC))
