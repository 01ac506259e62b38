"""Photos of products."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, text

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
