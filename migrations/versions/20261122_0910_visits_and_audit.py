"""Visits, users to come, the audit log and the counters of change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fieldapp.persistence.types import UtcDateTime

revision: str = "202611220910"
down_revision: str | None = "202611220900"
branch_labels: str | None = None
depends_on: str | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# In the order in which they can be dropped.
_TABLES = (
    "visits",
    "users",
    "change_counters",
    "audit_events",
)


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index("ix_audit_events_subject", "audit_events", ["subject_type", "subject_id"])
    op.create_table(
        "change_counters",
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("version", _ID, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_change_counters")),
    )
    op.create_table(
        "users",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("display_name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("township_code", sa.String(length=9), nullable=False),
        sa.Column("commissioner_id", sa.String(length=30), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("service_days", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("new_varieties", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new_technologies", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new_products", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problems_solved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("training_sessions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("farmers_trained", sa.Integer(), server_default="0", nullable=False),
        sa.Column("households_helped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cooperatives_helped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("demonstration_bases", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "income_uplift_wan_yuan", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False
        ),
        sa.Column("fix_lon", sa.Float(), nullable=True),
        sa.Column("fix_lat", sa.Float(), nullable=True),
        sa.Column("fix_accuracy_m", sa.Float(), nullable=True),
        sa.Column("fix_captured_at", UtcDateTime(), nullable=True),
        sa.Column("fix_mocked", sa.Boolean(), nullable=True),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("confirmation_approved", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("review", sa.String(length=20), server_default="submitted", nullable=False),
        sa.Column("demonstration", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_visits_grade")),
        sa.CheckConstraint("mode IN ('on_site', 'remote')", name=op.f("ck_visits_mode")),
        sa.CheckConstraint(
            "review IN ('submitted', 'approved', 'has_issues', 'rejected')", name=op.f("ck_visits_review")
        ),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_visits_period")),
        sa.CheckConstraint(
            "service_days > 0 AND service_days * 2 = round(service_days * 2)",
            name=op.f("ck_visits_half_days"),
        ),
        sa.ForeignKeyConstraint(
            ["commissioner_id"], ["commissioners.id"], name=op.f("fk_visits_commissioner_id")
        ),
        sa.ForeignKeyConstraint(["township_code"], ["townships.code"], name=op.f("fk_visits_township_code")),
        sa.CheckConstraint("new_varieties >= 0", name=op.f("ck_visits_new_varieties")),
        sa.CheckConstraint("new_technologies >= 0", name=op.f("ck_visits_new_technologies")),
        sa.CheckConstraint("new_products >= 0", name=op.f("ck_visits_new_products")),
        sa.CheckConstraint("problems_solved >= 0", name=op.f("ck_visits_problems_solved")),
        sa.CheckConstraint("training_sessions >= 0", name=op.f("ck_visits_training_sessions")),
        sa.CheckConstraint("farmers_trained >= 0", name=op.f("ck_visits_farmers_trained")),
        sa.CheckConstraint("households_helped >= 0", name=op.f("ck_visits_households_helped")),
        sa.CheckConstraint("cooperatives_helped >= 0", name=op.f("ck_visits_cooperatives_helped")),
        sa.CheckConstraint("demonstration_bases >= 0", name=op.f("ck_visits_demonstration_bases")),
        sa.CheckConstraint("income_uplift_wan_yuan >= 0", name=op.f("ck_visits_income_uplift_wan_yuan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_commissioner_id"), "visits", ["commissioner_id"])
    op.create_index("ix_visits_coverage", "visits", ["township_code", "commissioner_id", "visited_on"])

    counters = sa.table("change_counters", sa.column("topic"), sa.column("version"))
    op.bulk_insert(counters, [{"topic": "register", "version": 0}, {"topic": "visits", "version": 0}])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
