"""Objections, agreements, recusals and assessment grades: what assigning keeps beside the assignments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fieldapp.persistence.types import UtcDateTime

revision: str = "202611221010"
down_revision: str | None = "202611221000"
branch_labels: str | None = None
depends_on: str | None = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "objections",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("assignment_id", _Id, nullable=False),
        sa.Column("raised_on", sa.Date, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("settlement", sa.String(20)),
        sa.Column("settled_on", sa.Date),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        sa.CheckConstraint("settlement IN ('dismissed', 'upheld')", name=op.f("ck_objections_settlement")),
        sa.CheckConstraint(
            "(settlement IS NULL) = (settled_on IS NULL)", name=op.f("ck_objections_settled_has_a_day")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_objections_assignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    op.create_index(op.f("ix_objections_assignment_id"), "objections", ["assignment_id"])
    op.create_table(
        "agreement_files",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("assignment_id", _Id, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("uploaded_at", UtcDateTime, nullable=False),
        sa.Column("verdict", sa.String(20)),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_agreement_files_sha256")),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_agreement_files_size_bytes")),
        sa.CheckConstraint("verdict IN ('approved', 'returned')", name=op.f("ck_agreement_files_verdict")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_agreement_files_assignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_files")),
    )
    op.create_index(op.f("ix_agreement_files_assignment_id"), "agreement_files", ["assignment_id"])
    op.create_table(
        "recusals",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("commissioner_id", sa.String(30), nullable=False),
        sa.Column("township_code", sa.String(9), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recused_on", sa.Date, nullable=False),
        sa.Column("lifted_on", sa.Date),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_recusals_reason")),
        sa.ForeignKeyConstraint(
            ["commissioner_id"], ["commissioners.id"], name=op.f("fk_recusals_commissioner_id")
        ),
        sa.ForeignKeyConstraint(
            ["township_code"], ["townships.code"], name=op.f("fk_recusals_township_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusals")),
    )
    op.create_index(op.f("ix_recusals_commissioner_id"), "recusals", ["commissioner_id"])
    op.create_index(op.f("ix_recusals_township_code"), "recusals", ["township_code"])
    op.create_index(
        "uq_recusals_standing",
        "recusals",
        ["commissioner_id", "township_code"],
        unique=True,
        sqlite_where=sa.text("lifted_on IS NULL"),
        postgresql_where=sa.text("lifted_on IS NULL"),
    )
    op.create_table(
        "assessment_grades",
        sa.Column("commissioner_id", sa.String(30), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("grade", sa.String(20), nullable=False),
        sa.CheckConstraint("year BETWEEN 1949 AND 2200", name=op.f("ck_assessment_grades_year")),
        sa.CheckConstraint(
            "grade IN ('excellent', 'good', 'qualified', 'unqualified')",
            name=op.f("ck_assessment_grades_grade"),
        ),
        sa.ForeignKeyConstraint(
            ["commissioner_id"], ["commissioners.id"], name=op.f("fk_assessment_grades_commissioner_id")
        ),
        sa.PrimaryKeyConstraint("commissioner_id", "year", name=op.f("pk_assessment_grades")),
    )


def downgrade() -> None:
    for table in ("assessment_grades", "recusals", "agreement_files", "objections"):
        op.drop_table(table)
