"""Reviewing: notes beside visits, confirmations by recipients, and what phones say when they sync."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fieldapp.persistence.types import UtcDateTime

revision: str = "202611261130"
down_revision: str | None = "202611221020"
branch_labels: str | None = None
depends_on: str | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "visit_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_id", _ID, nullable=True),
        sa.CheckConstraint(
            "kind IN ('question', 'answer', 'rejection', 'remark')", name=op.f("ck_visit_notes_kind")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_notes_visit_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_visit_notes_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_notes")),
    )
    op.create_index(op.f("ix_visit_notes_visit_id"), "visit_notes", ["visit_id"])
    op.create_index(op.f("ix_visit_notes_by_id"), "visit_notes", ["by_id"])
    op.create_table(
        "confirmations",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", _ID, nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("stamp_sha256", sa.String(length=64), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", _ID, nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", _ID, nullable=True),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_confirmations_stars")),
        sa.CheckConstraint("length(stamp_sha256) = 64", name=op.f("ck_confirmations_stamp")),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_confirmations_expires")),
        sa.CheckConstraint(
            "approved_at IS NULL OR answered_at IS NOT NULL",
            name=op.f("ck_confirmations_approved_was_answered"),
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR stars IS NOT NULL OR stamp_sha256 IS NOT NULL",
            name=op.f("ck_confirmations_answer_says_something"),
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_confirmations_visit_id")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_confirmations_made_by")),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_confirmations_approved_by")),
        sa.ForeignKeyConstraint(["revoked_by"], ["users.id"], name=op.f("fk_confirmations_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_confirmations_link_hash")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_confirmations_code_hash")),
    )
    op.create_index(op.f("ix_confirmations_visit_id"), "confirmations", ["visit_id"])
    op.create_index(
        "uq_confirmations_standing",
        "confirmations",
        ["visit_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "phones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("oldest_pending_at", UtcDateTime(), nullable=True),
        sa.Column("clock_skew_s", sa.Float(), server_default="0", nullable=False),
        sa.Column("app_version", sa.String(length=40), server_default="", nullable=False),
        sa.Column("persistent", sa.Boolean(), nullable=False),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("reminded_by", _ID, nullable=True),
        sa.CheckConstraint("pending >= 0", name=op.f("ck_phones_pending")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_phones_user_id")),
        sa.ForeignKeyConstraint(["reminded_by"], ["users.id"], name=op.f("fk_phones_reminded_by")),
        sa.PrimaryKeyConstraint("id", "user_id", name=op.f("pk_phones")),
    )
    op.create_index(op.f("ix_phones_user_id"), "phones", ["user_id"])


def downgrade() -> None:
    for table in ("phones", "confirmations", "visit_notes"):
        op.drop_table(table)
