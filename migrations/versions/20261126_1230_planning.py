"""Plans: policies by version, imported distances, drafts, and what they were published as."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fieldapp.persistence.types import UtcDateTime

revision: str = "202611261230"
down_revision: str | None = "202611261155"
branch_labels: str | None = None
depends_on: str | None = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_Json = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "planning_policies",
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("body", _Json, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", _Id),
        sa.CheckConstraint("version > 0", name=op.f("ck_planning_policies_version")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_planning_policies_created_by")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_planning_policies")),
    )
    op.create_table(
        "travel_distances",
        sa.Column("commissioner_id", sa.String(30), nullable=False),
        sa.Column("township_code", sa.String(9), nullable=False),
        sa.Column("km", sa.Float, nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.CheckConstraint("km BETWEEN 0 AND 20100", name=op.f("ck_travel_distances_km")),
        sa.ForeignKeyConstraint(
            ["commissioner_id"], ["commissioners.id"], name=op.f("fk_travel_distances_commissioner_id")
        ),
        sa.ForeignKeyConstraint(
            ["township_code"], ["townships.code"], name=op.f("fk_travel_distances_township_code")
        ),
        sa.PrimaryKeyConstraint("commissioner_id", "township_code", name=op.f("pk_travel_distances")),
    )
    op.create_index(op.f("ix_travel_distances_township_code"), "travel_distances", ["township_code"])
    op.create_table(
        "plan_drafts",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, server_default="1"),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("county_codes", _Json, nullable=False),
        sa.Column("policy_version", sa.Integer, nullable=False),
        sa.Column("pins", _Json, nullable=False),
        sa.Column("forbids", _Json, nullable=False),
        sa.Column("input", _Json, nullable=False),
        sa.Column("plan", _Json),
        sa.Column("facts", _Json),
        sa.Column("progress", _Json),
        sa.Column("error", _Json),
        sa.Column("register_version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", _Id),
        sa.Column("solved_at", UtcDateTime),
        sa.Column("beat_at", UtcDateTime),
        sa.Column("published_at", UtcDateTime),
        sa.Column("published_by", _Id),
        sa.Column("undone_at", UtcDateTime),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_plan_drafts_name")),
        sa.CheckConstraint(
            "state IN ('waiting', 'solving', 'ready', 'failed', 'cancelled', 'published', 'undone')",
            name=op.f("ck_plan_drafts_state"),
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_plan_drafts_period")),
        sa.CheckConstraint(
            "(plan IS NOT NULL AND facts IS NOT NULL) OR state NOT IN ('ready', 'published', 'undone')",
            name=op.f("ck_plan_drafts_is_solved"),
        ),
        sa.CheckConstraint(
            "(published_at IS NOT NULL) = (state IN ('published', 'undone'))",
            name=op.f("ck_plan_drafts_published_has_its_time"),
        ),
        sa.CheckConstraint(
            "(undone_at IS NOT NULL) = (state = 'undone')", name=op.f("ck_plan_drafts_undone_has_its_time")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version"], ["planning_policies.version"], name=op.f("fk_plan_drafts_policy_version")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_plan_drafts_created_by")),
        sa.ForeignKeyConstraint(["published_by"], ["users.id"], name=op.f("fk_plan_drafts_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_drafts")),
    )
    op.create_index(op.f("ix_plan_drafts_created_by"), "plan_drafts", ["created_by"])
    op.create_table(
        "plan_publications",
        sa.Column("draft_id", _Id, nullable=False),
        sa.Column("assignment_id", _Id, nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["plan_drafts.id"], name=op.f("fk_plan_publications_draft_id")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_plan_publications_assignment_id")
        ),
        sa.PrimaryKeyConstraint("draft_id", "assignment_id", name=op.f("pk_plan_publications")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_plan_publications_assignment_id")),
    )


def downgrade() -> None:
    for table in ("plan_publications", "plan_drafts", "travel_distances", "planning_policies"):
        op.drop_table(table)
