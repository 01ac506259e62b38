"""Photos: of products, and those that visits name, with the uploads through which these arrive."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Uuid,
    text,
)

from fieldapp.persistence.schema.base import Id, metadata
from fieldapp.persistence.types import UtcDateTime

# The pictures themselves lie beside the database, under the digest of their content.
product_photos = Table(
    "product_photos",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("product_id", Id, ForeignKey("products.id"), nullable=False, index=True),
    Column("sha256", String(64), CheckConstraint("length(sha256) = 64", name="sha256"), nullable=False),
    Column("media_type", String(20), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("caption", String(120), nullable=False, server_default=""),
    Column("added_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    Index(
        "uq_product_photos_shown",
        "product_id",
        "sha256",
        unique=True,
        sqlite_where=text("removed_at IS NULL"),
        postgresql_where=text("removed_at IS NULL"),
    ),
)

# Photos of visits, each stored once, whoever sent it and however many visits name it. What a photo tells of
# its time and place is evidence and shown to nobody.
photos = Table(
    "photos",
    metadata,
    Column("sha256", String(64), CheckConstraint("length(sha256) = 64", name="sha256"), primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", String(20), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("taken_at", UtcDateTime),
    Column("lon", Float),
    Column("lat", Float),
    # Null for a picture that shows too little to tell it by; blank where it has to be looked at anew.
    Column("perceptual_hash", String(80)),
    Column("received_at", UtcDateTime, nullable=False),
    Column("uploaded_by", Id, ForeignKey("users.id")),
)

# Each hash cut into pieces: photos that look alike have at least one of them in common.
photo_bands = Table(
    "photo_bands",
    metadata,
    Column("band", SmallInteger, primary_key=True, autoincrement=False),
    Column("bits", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), ForeignKey("photos.sha256"), primary_key=True),
)

# How far an upload is, the length of its file tells.
photo_uploads = Table(
    "photo_uploads",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("size_bytes", BigInteger, CheckConstraint("size_bytes > 0", name="size"), nullable=False),
    Column("sha256", String(64)),  # that it is said to have, then has
    Column("file_name", String(120), nullable=False, server_default=""),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("completed_at", UtcDateTime),
)
