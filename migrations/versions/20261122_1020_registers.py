"""Registers: duplicates that were merged, what is known of a product, and its photos."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from fieldapp.persistence.types import UtcDateTime

revision: str = "202611221020"
down_revision: str | None = "202611221010"
branch_labels: str | None = None
depends_on: str | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with _keeping_triggers():
        with op.batch_alter_table("institutions") as institutions:
            institutions.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
            institutions.add_column(sa.Column("merged_into", _ID, nullable=True))
            institutions.create_foreign_key(
                op.f("fk_institutions_merged_into"), "institutions", ["merged_into"], ["id"]
            )
        with op.batch_alter_table("commissioners") as commissioners:
            commissioners.add_column(sa.Column("merged_into", sa.String(length=30), nullable=True))
            commissioners.create_foreign_key(
                op.f("fk_commissioners_merged_into"), "commissioners", ["merged_into"], ["id"]
            )
        with op.batch_alter_table("products") as products:
            products.add_column(sa.Column("scale", sa.String(120), server_default="", nullable=False))
            products.add_column(sa.Column("value_wan_yuan", sa.Numeric(14, 2), nullable=True))
            products.add_column(sa.Column("brand", sa.String(120), server_default="", nullable=False))
            products.add_column(
                sa.Column("geographical_indication", sa.String(120), server_default="", nullable=False)
            )
            products.add_column(sa.Column("retired_on", sa.Date(), nullable=True))
            products.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
            products.create_check_constraint(op.f("ck_products_value_wan_yuan"), "value_wan_yuan >= 0")
    op.create_table(
        "product_photos",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("product_id", _ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(length=120), server_default="", nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_product_photos_sha256")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_photos_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_photos")),
    )
    op.create_index("ix_product_photos_product_id", "product_photos", ["product_id"])
    op.create_index(
        "uq_product_photos_shown",
        "product_photos",
        ["product_id", "sha256"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("product_photos")
    with _keeping_triggers():
        with op.batch_alter_table("products") as products:
            products.drop_constraint(op.f("ck_products_value_wan_yuan"), type_="check")
            for column in (
                "revision",
                "retired_on",
                "geographical_indication",
                "brand",
                "value_wan_yuan",
                "scale",
            ):
                products.drop_column(column)
        with op.batch_alter_table("commissioners") as commissioners:
            commissioners.drop_constraint(op.f("fk_commissioners_merged_into"), type_="foreignkey")
            commissioners.drop_column("merged_into")
        with op.batch_alter_table("institutions") as institutions:
            institutions.drop_constraint(op.f("fk_institutions_merged_into"), type_="foreignkey")
            institutions.drop_column("merged_into")
            institutions.drop_column("revision")


@contextmanager
def _keeping_triggers() -> Iterator[None]:
    """SQLite changes a table by building it anew, which drops its triggers and fails on those of others."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        yield
        return
    triggers = connection.execute(
        sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid")
    ).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, definition in triggers:
        connection.exec_driver_sql(definition)
