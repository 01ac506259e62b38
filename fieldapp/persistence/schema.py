"""The tables, one definition for both engines.

Every period is closed: ``starts_on`` and ``ends_on`` both count, and a null ``ends_on`` is open. What
the constraints here cannot say (no two terms on one day, capacity, append-only history) is said by
exclusion constraints and triggers in the migrations.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from fieldapp.domain.assignments import AgreementState, AssignmentState, EndReason
from fieldapp.domain.commissioners import CommissionerKind, InstitutionKind
from fieldapp.domain.townships import BoundaryQuality, LineageKind, TownshipKind
from fieldapp.domain.visits import RESULTS, EvidenceGrade, Review, VisitMode
from fieldapp.persistence.types import Geometry, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

_Id = BigInteger().with_variant(Integer, "sqlite")


def _spatial(table: str, column: str) -> Index:
    """The index that QGIS and PostGIS look for; SQLite has none of the kind."""
    index = Index(f"ix_{table}_{column}", column, postgresql_using="gist")
    index.ddl_if(dialect="postgresql")
    return index


def _one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    quoted = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({quoted})", name=column)


def _period() -> CheckConstraint:
    return CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period")


counties = Table(
    "counties",
    metadata,
    Column("code", String(6), CheckConstraint("length(code) = 6", name="code"), primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("pinyin", String(120), nullable=False, server_default=""),
    Column("boundary", Geometry("MultiPolygon")),
    _spatial("counties", "boundary"),
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
    _one_of("kind", TownshipKind),
    _one_of("boundary_quality", BoundaryQuality),
    CheckConstraint("starts_on IS NULL OR ends_on IS NULL OR ends_on >= starts_on", name="period"),
    _spatial("townships", "seat"),
    _spatial("townships", "boundary"),
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
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("from_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("to_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("from_name", String(60), nullable=False),
    Column("to_name", String(60), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    _one_of("kind", LineageKind),
    UniqueConstraint("kind", "effective_on", "from_code", "to_code", name="uq_township_lineage_change"),
)

roster_memberships = Table(
    "roster_memberships",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("basis", Text, nullable=False, server_default=""),
    _period(),
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
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("kind", String(30), nullable=False, server_default=InstitutionKind.OTHER.value),
    Column("demonstration", Boolean, nullable=False, server_default=false()),
    _one_of("kind", InstitutionKind),
)

commissioners = Table(
    "commissioners",
    metadata,
    Column("id", String(30), CheckConstraint("length(id) > 0", name="id"), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("pinyin", String(200), nullable=False, server_default=""),
    Column("kind", String(20), nullable=False, server_default=CommissionerKind.INDIVIDUAL.value),
    Column("institution_id", _Id, ForeignKey("institutions.id"), nullable=False, index=True),
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
    _one_of("kind", CommissionerKind),
    _spatial("commissioners", "home"),
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
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("category", String(40), nullable=False),
    Column("basis", Text, nullable=False, server_default=""),
    Column("demonstration", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("township_code", "name"),
    UniqueConstraint("id", "township_code", name="uq_products_id_township_code"),
)

featured_products = Table(
    "featured_products",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("product_id", _Id, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    _period(),
    ForeignKeyConstraint(
        ["product_id", "township_code"],
        ["products.id", "products.township_code"],
        name="fk_featured_products_product_of_township",
    ),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
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
    _one_of("state", AssignmentState),
    _one_of("agreement_state", AgreementState),
    _one_of("end_reason", EndReason),
    _period(),
    CheckConstraint(
        "ended_on IS NULL OR (ended_on >= starts_on AND ended_on <= ends_on)", name="ended_within_term"
    ),
    CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="ended_has_reason"),
    CheckConstraint("ended_on IS NULL OR state = 'ended'", name="ended_on_only_when_ended"),
    CheckConstraint(
        "(agreement_state = 'approved') = (agreement_approved_on IS NOT NULL)", name="approval_has_a_day"
    ),
)

visits = Table(
    "visits",
    metadata,
    Column("id", Uuid, primary_key=True),  # made by the client
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False),
    Column("commissioner_id", String(30), ForeignKey("commissioners.id"), nullable=False, index=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("visited_on", Date, nullable=False),  # the local day of started_at: the year it counts in
    Column("received_at", UtcDateTime, nullable=False),
    Column("mode", String(20), nullable=False),
    Column("content", Text, nullable=False, server_default=""),
    Column("service_days", Numeric(4, 1), nullable=False),
    *(
        Column(
            name,
            Numeric(12, 2) if name == "income_uplift_wan_yuan" else Integer,
            CheckConstraint(f"{name} >= 0", name=name),
            nullable=False,
            server_default="0",
        )
        for name in RESULTS
    ),
    Column("fix_lon", Float),
    Column("fix_lat", Float),
    Column("fix_accuracy_m", Float),
    Column("fix_captured_at", UtcDateTime),
    Column("fix_mocked", Boolean),
    Column("grade", String(1)),
    Column("confirmation_approved", Boolean, nullable=False, server_default=false()),
    Column("review", String(20), nullable=False, server_default=Review.SUBMITTED.value),
    Column("demonstration", Boolean, nullable=False, server_default=false()),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("deleted_at", UtcDateTime),
    _one_of("mode", VisitMode),
    _one_of("grade", EvidenceGrade),
    _one_of("review", Review),
    CheckConstraint("ended_at >= started_at", name="period"),
    CheckConstraint("service_days > 0 AND service_days * 2 = round(service_days * 2)", name="half_days"),
    Index("ix_visits_coverage", "township_code", "commissioner_id", "visited_on"),
)

users = Table(
    "users",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("username", String(60), nullable=False, unique=True),
    Column("display_name", String(60), nullable=False),
    Column("role", String(20), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)

audit_events = Table(
    "audit_events",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(60), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject_type", String(40), nullable=False),
    Column("subject_id", String(60), nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("reason", Text, nullable=False, server_default=""),
    Index("ix_audit_events_subject", "subject_type", "subject_id"),
)

# One counter a topic, raised in the transaction that changes it: caches and ETags compare it.
change_counters = Table(
    "change_counters",
    metadata,
    Column("topic", String(40), primary_key=True),
    Column("version", _Id, nullable=False, server_default="0"),
)
