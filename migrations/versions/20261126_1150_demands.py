"""Demands: the technology needs that townships state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "202611261150"
down_revision: str | None = "202611261145"
branch_labels: str | None = None
depends_on: str | None = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "demands",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("township_code", sa.String(9), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("stated_on", sa.Date, nullable=False),
        sa.Column("met_on", sa.Date),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        sa.Column("revision", sa.Integer, nullable=False, server_default="1"),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_demands_text")),
        sa.CheckConstraint("met_on IS NULL OR met_on >= stated_on", name=op.f("ck_demands_met_after_stated")),
        sa.ForeignKeyConstraint(["township_code"], ["townships.code"], name=op.f("fk_demands_township_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demands")),
    )
    op.create_index(op.f("ix_demands_township_code"), "demands", ["township_code"])


def downgrade() -> None:
    op.drop_table("demands")
