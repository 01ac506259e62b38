"""Photos of visits, the uploads through which they arrive, and a commissioner's positions in their order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fieldapp.persistence.types import UtcDateTime

revision: str = "202611261155"
down_revision: str | None = "202611261150"
branch_labels: str | None = None
depends_on: str | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("perceptual_hash", sa.String(length=32), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("uploaded_by", _ID, nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_photos_sha256")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_photos_uploaded_by")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_photos")),
    )
    op.create_table(
        "photo_bands",
        sa.Column("band", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("bits", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["photos.sha256"], name=op.f("fk_photo_bands_sha256")),
        sa.PrimaryKeyConstraint("band", "bits", "sha256", name=op.f("pk_photo_bands")),
    )
    op.create_table(
        "photo_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_photo_uploads_size")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_photo_uploads_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_uploads")),
    )
    op.create_index("ix_photo_uploads_user_id", "photo_uploads", ["user_id"])
    op.create_index("ix_photo_uploads_expires_at", "photo_uploads", ["expires_at"])
    op.create_index("ix_visits_positions", "visits", ["commissioner_id", "fix_captured_at"])


def downgrade() -> None:
    op.drop_index("ix_visits_positions", "visits")
    for table in ("photo_uploads", "photo_bands", "photos"):
        op.drop_table(table)
