"""Divisions, the roster, people, products and assignments."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from fieldapp.domain.assignments import AgreementState, AssignmentState, EndReason
from fieldapp.domain.commissioners import CommissionerKind, InstitutionKind
from fieldapp.domain.townships import BoundaryQuality, LineageKind, TownshipKind
from fieldapp.persistence.schema.base import Id, metadata, one_of, period, spatial
from fieldapp.persistence.types import Geometry

counties = Table(
    "counties",
    metadata,
    Column("code", String(6), CheckConstraint("length(code) = 6", name="code"), primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("pinyin", String(120), nullable=False, server_default=""),
    Column("boundary", Geometry("MultiPolygon")),
    spatial("counties", "boundary"),
)

townships = Table(
    "townships",
    metadata,
    Column("code", String(9), CheckConstraint("length(code) = 9", name="code"), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("pinyin", String(200), nullable=False, server_default=""),
    Column("county_code", String(6), ForeignKey("counties.code"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("seat", Geometry("Point")),
    Column("seat_source", Text, nullable=False, server_default=""),
    Column("seat_accuracy_m", Float),
    Column("boundary", Geometry("MultiPolygon")),
    Column("boundary_quality", String(20), nullable=False, server_default=BoundaryQuality.APPROXIMATE.value),
    Column("boundary_tolerance_m", Float),
    Column("starts_on", Date),  # null: since before the records begin
    Column("ends_on", Date),
    Column("note", Text, nullable=False, server_default=""),
    one_of("kind", TownshipKind),
    one_of("boundary_quality", BoundaryQuality),
    CheckConstraint("starts_on IS NULL OR ends_on IS NULL OR ends_on >= starts_on", name="period"),
    spatial("townships", "seat"),
    spatial("townships", "boundary"),
    Index(
        "uq_townships_name_in_county",
        "county_code",
        "name",
        unique=True,
        sqlite_where=text("ends_on IS NULL"),
        postgresql_where=text("ends_on IS NULL"),
    ),
)

# What became of a township: under a new name, in another township, or as a town with a new code.
township_lineage = Table(
    "township_lineage",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("from_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("to_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("from_name", String(60), nullable=False),
    Column("to_name", String(60), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    one_of("kind", LineageKind),
    UniqueConstraint("kind", "effective_on", "from_code", "to_code", name="uq_township_lineage_change"),
)

roster_memberships = Table(
    "roster_memberships",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("basis", Text, nullable=False, server_default=""),
    period(),
)

# The plan's figure that stands beside the roster, from a day on.
roster_targets = Table(
    "roster_targets",
    metadata,
    Column("starts_on", Date, primary_key=True),
    Column("target", Integer, CheckConstraint("target >= 0", name="target"), nullable=False),
    Column("basis", Text, nullable=False, server_default=""),
)

institutions = Table(
    "institutions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("kind", String(30), nullable=False, server_default=InstitutionKind.OTHER.value),
    Column("demonstration", Boolean, nullable=False, server_default=false()),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("merged_into", Id, ForeignKey("institutions.id")),  # the one that remained of duplicates
    one_of("kind", InstitutionKind),
)

commissioners = Table(
    "commissioners",
    metadata,
    Column("id", String(30), CheckConstraint("length(id) > 0", name="id"), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("pinyin", String(200), nullable=False, server_default=""),
    Column("kind", String(20), nullable=False, server_default=CommissionerKind.INDIVIDUAL.value),
    Column("institution_id", Id, ForeignKey("institutions.id"), nullable=False, index=True),
    Column(
        "capacity",
        Integer,
        CheckConstraint("capacity >= 0", name="capacity"),
        nullable=False,
        server_default="1",
    ),
    Column("phone", String(30)),
    Column("home", Geometry("Point")),
    Column("retired_on", Date),
    Column("note", Text, nullable=False, server_default=""),
    Column("demonstration", Boolean, nullable=False, server_default=false()),
    Column("revision", Integer, nullable=False, server_default="1"),
    # The one that remained of duplicates; what was recorded under this id stays under it.
    Column("merged_into", String(30), ForeignKey("commissioners.id")),
    one_of("kind", CommissionerKind),
    spatial("commissioners", "home"),
)

commissioner_specialties = Table(
    "commissioner_specialties",
    metadata,
    Column("commissioner_id", String(30), ForeignKey("commissioners.id"), primary_key=True),
    Column("specialty", String(40), primary_key=True),
)

products = Table(
    "products",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("category", String(40), nullable=False),
    Column("scale", String(120), nullable=False, server_default=""),  # as people say it: 12 万亩
    Column("value_wan_yuan", Numeric(14, 2), CheckConstraint("value_wan_yuan >= 0", name="value_wan_yuan")),
    Column("brand", String(120), nullable=False, server_default=""),
    Column("geographical_indication", String(120), nullable=False, server_default=""),
    Column("basis", Text, nullable=False, server_default=""),
    Column("retired_on", Date),
    Column("demonstration", Boolean, nullable=False, server_default=false()),
    Column("revision", Integer, nullable=False, server_default="1"),
    UniqueConstraint("township_code", "name"),
    UniqueConstraint("id", "township_code", name="uq_products_id_township_code"),
)

featured_products = Table(
    "featured_products",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("product_id", Id, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    period(),
    ForeignKeyConstraint(
        ["product_id", "township_code"],
        ["products.id", "products.township_code"],
        name="fk_featured_products_product_of_township",
    ),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("commissioner_id", String(30), ForeignKey("commissioners.id"), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("ended_on", Date),  # the last day served, where the term was cut short
    Column("end_reason", String(20)),
    Column("notice_starts_on", Date),
    Column("notice_ends_on", Date),
    Column("agreement_state", String(20), nullable=False, server_default=AgreementState.NONE.value),
    Column("agreement_approved_on", Date),
    Column("note", Text, nullable=False, server_default=""),
    Column("demonstration", Boolean, nullable=False, server_default=false()),
    Column("revision", Integer, nullable=False, server_default="1"),
    one_of("state", AssignmentState),
    one_of("agreement_state", AgreementState),
    one_of("end_reason", EndReason),
    period(),
    CheckConstraint(
        "ended_on IS NULL OR (ended_on >= starts_on AND ended_on <= ends_on)", name="ended_within_term"
    ),
    CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="ended_has_reason"),
    CheckConstraint("ended_on IS NULL OR state = 'ended'", name="ended_on_only_when_ended"),
    CheckConstraint(
        "(agreement_state = 'approved') = (agreement_approved_on IS NOT NULL)", name="approval_has_a_day"
    ),
)
