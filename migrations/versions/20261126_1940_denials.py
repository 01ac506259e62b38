"""What recipients say against a visit, instead of confirming it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "202611261940"
down_revision: str | None = "202611261930"
branch_labels: str | None = None
depends_on: str | None = None

_ANSWER = "ck_confirmations_answer_says_something"
_ANSWERED = "answered_at IS NULL OR stars IS NOT NULL OR stamp_sha256 IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("confirmations") as confirmations:
        confirmations.add_column(sa.Column("denial", sa.String(length=20), nullable=True))
        confirmations.drop_constraint(op.f(_ANSWER), type_="check")
        confirmations.create_check_constraint(op.f(_ANSWER), f"{_ANSWERED} OR denial IS NOT NULL")
        confirmations.create_check_constraint(
            op.f("ck_confirmations_denial"), "denial IN ('not_happened', 'not_as_described')"
        )
        confirmations.create_check_constraint(
            op.f("ck_confirmations_denial_confirms_nothing"),
            "denial IS NULL OR (answered_at IS NOT NULL AND approved_at IS NULL AND stars IS NULL)",
        )


def downgrade() -> None:
    # What was denied is no answer to the version before; its recipients may be asked again.
    op.execute("UPDATE confirmations SET answered_at = NULL, denial = NULL WHERE denial IS NOT NULL")
    with op.batch_alter_table("confirmations") as confirmations:
        for name in ("denial_confirms_nothing", "denial"):
            confirmations.drop_constraint(op.f(f"ck_confirmations_{name}"), type_="check")
        confirmations.drop_constraint(op.f(_ANSWER), type_="check")
        confirmations.create_check_constraint(op.f(_ANSWER), _ANSWERED)
        confirmations.drop_column("denial")
