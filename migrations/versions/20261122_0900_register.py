"""The register: townships, commissioners, products and who leads where; real geometry on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fieldapp.persistence.types import Geometry

revision: str = "202611220900"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# In the order in which they can be dropped.
_TABLES = (
    "featured_products",
    "township_lineage",
    "roster_memberships",
    "products",
    "commissioner_specialties",
    "assignments",
    "townships",
    "commissioners",
    "roster_targets",
    "institutions",
    "counties",
)

_GEOMETRY = (
    ("counties", "boundary"),
    ("townships", "boundary"),
    ("townships", "seat"),
    ("commissioners", "home"),
)


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")

    op.create_table(
        "counties",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("pinyin", sa.String(length=120), server_default="", nullable=False),
        sa.Column("boundary", Geometry("MultiPolygon"), nullable=True),
        sa.CheckConstraint("length(code) = 6", name=op.f("ck_counties_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_counties")),
        sa.UniqueConstraint("name", name=op.f("uq_counties_name")),
    )
    op.create_table(
        "institutions",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=30), server_default="other", nullable=False),
        sa.Column("demonstration", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('university', 'research_institute', 'extension_station', 'company', 'other')",
            name=op.f("ck_institutions_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institutions")),
        sa.UniqueConstraint("name", name=op.f("uq_institutions_name")),
    )
    op.create_table(
        "roster_targets",
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("target >= 0", name=op.f("ck_roster_targets_target")),
        sa.PrimaryKeyConstraint("starts_on", name=op.f("pk_roster_targets")),
    )
    op.create_table(
        "commissioners",
        sa.Column("id", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("pinyin", sa.String(length=200), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=20), server_default="individual", nullable=False),
        sa.Column("institution_id", _ID, nullable=False),
        sa.Column("capacity", sa.Integer(), server_default="1", nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("home", Geometry("Point"), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("demonstration", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("kind IN ('individual', 'corporate', 'team')", name=op.f("ck_commissioners_kind")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institutions.id"], name=op.f("fk_commissioners_institution_id")
        ),
        sa.CheckConstraint("length(id) > 0", name=op.f("ck_commissioners_id")),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_commissioners_capacity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commissioners")),
    )
    op.create_index(op.f("ix_commissioners_institution_id"), "commissioners", ["institution_id"])
    op.create_table(
        "townships",
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("pinyin", sa.String(length=200), server_default="", nullable=False),
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("seat", Geometry("Point"), nullable=True),
        sa.Column("seat_source", sa.Text(), server_default="", nullable=False),
        sa.Column("seat_accuracy_m", sa.Float(), nullable=True),
        sa.Column("boundary", Geometry("MultiPolygon"), nullable=True),
        sa.Column("boundary_quality", sa.String(length=20), server_default="approximate", nullable=False),
        sa.Column("boundary_tolerance_m", sa.Float(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "boundary_quality IN ('approximate', 'official')", name=op.f("ck_townships_boundary_quality")
        ),
        sa.CheckConstraint("kind IN ('town', 'township')", name=op.f("ck_townships_kind")),
        sa.CheckConstraint(
            "starts_on IS NULL OR ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_townships_period")
        ),
        sa.ForeignKeyConstraint(["county_code"], ["counties.code"], name=op.f("fk_townships_county_code")),
        sa.CheckConstraint("length(code) = 9", name=op.f("ck_townships_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_townships")),
    )
    op.create_index(op.f("ix_townships_county_code"), "townships", ["county_code"])
    op.create_index(
        "uq_townships_name_in_county",
        "townships",
        ["county_code", "name"],
        unique=True,
        sqlite_where=sa.text("ends_on IS NULL"),
        postgresql_where=sa.text("ends_on IS NULL"),
    )
    op.create_table(
        "assignments",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("township_code", sa.String(length=9), nullable=False),
        sa.Column("commissioner_id", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.Column("notice_starts_on", sa.Date(), nullable=True),
        sa.Column("notice_ends_on", sa.Date(), nullable=True),
        sa.Column("agreement_state", sa.String(length=20), server_default="none", nullable=False),
        sa.Column("agreement_approved_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("demonstration", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(agreement_state = 'approved') = (agreement_approved_on IS NOT NULL)",
            name=op.f("ck_assignments_approval_has_a_day"),
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (end_reason IS NOT NULL)", name=op.f("ck_assignments_ended_has_reason")
        ),
        sa.CheckConstraint(
            "agreement_state IN ('none', 'submitted', 'returned', 'approved')",
            name=op.f("ck_assignments_agreement_state"),
        ),
        sa.CheckConstraint(
            "end_reason IN ('term_over', 'resigned', 'transferred', 'removed')",
            name=op.f("ck_assignments_end_reason"),
        ),
        sa.CheckConstraint(
            "ended_on IS NULL OR state = 'ended'", name=op.f("ck_assignments_ended_on_only_when_ended")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'on_notice', 'active', 'ended', 'withdrawn')",
            name=op.f("ck_assignments_state"),
        ),
        sa.CheckConstraint(
            "ended_on IS NULL OR (ended_on >= starts_on AND ended_on <= ends_on)",
            name=op.f("ck_assignments_ended_within_term"),
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_assignments_period")),
        sa.ForeignKeyConstraint(
            ["commissioner_id"], ["commissioners.id"], name=op.f("fk_assignments_commissioner_id")
        ),
        sa.ForeignKeyConstraint(
            ["township_code"], ["townships.code"], name=op.f("fk_assignments_township_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_commissioner_id"), "assignments", ["commissioner_id"])
    op.create_index(op.f("ix_assignments_township_code"), "assignments", ["township_code"])
    op.create_table(
        "commissioner_specialties",
        sa.Column("commissioner_id", sa.String(length=30), nullable=False),
        sa.Column("specialty", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["commissioner_id"],
            ["commissioners.id"],
            name=op.f("fk_commissioner_specialties_commissioner_id"),
        ),
        sa.PrimaryKeyConstraint("commissioner_id", "specialty", name=op.f("pk_commissioner_specialties")),
    )
    op.create_table(
        "products",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("township_code", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("demonstration", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["township_code"], ["townships.code"], name=op.f("fk_products_township_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("id", "township_code", name="uq_products_id_township_code"),
        sa.UniqueConstraint("township_code", "name", name=op.f("uq_products_township_code")),
    )
    op.create_table(
        "roster_memberships",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("township_code", sa.String(length=9), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_roster_memberships_period")
        ),
        sa.ForeignKeyConstraint(
            ["township_code"], ["townships.code"], name=op.f("fk_roster_memberships_township_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_memberships")),
    )
    op.create_index(op.f("ix_roster_memberships_township_code"), "roster_memberships", ["township_code"])
    op.create_table(
        "township_lineage",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("from_code", sa.String(length=9), nullable=False),
        sa.Column("to_code", sa.String(length=9), nullable=False),
        sa.Column("from_name", sa.String(length=60), nullable=False),
        sa.Column("to_name", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "kind IN ('renamed', 'merged', 'upgraded')", name=op.f("ck_township_lineage_kind")
        ),
        sa.ForeignKeyConstraint(
            ["from_code"], ["townships.code"], name=op.f("fk_township_lineage_from_code")
        ),
        sa.ForeignKeyConstraint(["to_code"], ["townships.code"], name=op.f("fk_township_lineage_to_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_township_lineage")),
        sa.UniqueConstraint(
            "kind", "effective_on", "from_code", "to_code", name="uq_township_lineage_change"
        ),
    )
    op.create_index(op.f("ix_township_lineage_from_code"), "township_lineage", ["from_code"])
    op.create_index(op.f("ix_township_lineage_to_code"), "township_lineage", ["to_code"])
    op.create_table(
        "featured_products",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("township_code", sa.String(length=9), nullable=False),
        sa.Column("product_id", _ID, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_featured_products_period")
        ),
        sa.ForeignKeyConstraint(
            ["product_id", "township_code"],
            ["products.id", "products.township_code"],
            name="fk_featured_products_product_of_township",
        ),
        sa.ForeignKeyConstraint(
            ["township_code"], ["townships.code"], name=op.f("fk_featured_products_township_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_featured_products")),
    )
    op.create_index(op.f("ix_featured_products_township_code"), "featured_products", ["township_code"])

    if on_postgresql:
        for table, column in _GEOMETRY:
            op.create_index(f"ix_{table}_{column}", table, [column], postgresql_using="gist")


def downgrade() -> None:
    # The extensions stay: they may have been there before, and others may use them.
    for table in _TABLES:
        op.drop_table(table)
