"""Plans: policies by version, imported distances, drafts with their whole input, and what they proposed."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from fieldapp.domain.planning.drafts import DraftState
from fieldapp.persistence.schema.base import Id, metadata, one_of, period
from fieldapp.persistence.types import UtcDateTime

# A version is never changed: a draft names the one it was made under.
planning_policies = Table(
    "planning_policies",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", JSON(none_as_null=True), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Id, ForeignKey("users.id")),  # none: the program itself
    CheckConstraint("version > 0", name="version"),
)

# The distances that were brought along, each import in the place of the one before.
travel_distances = Table(
    "travel_distances",
    metadata,
    Column("commissioner_id", String(30), ForeignKey("commissioners.id"), primary_key=True),
    Column("township_code", String(9), ForeignKey("townships.code"), primary_key=True, index=True),
    Column("km", Float, CheckConstraint("km BETWEEN 0 AND 20100", name="km"), nullable=False),
    Column("source", String(100), nullable=False),
)

plan_drafts = Table(
    "plan_drafts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(100), CheckConstraint("length(name) > 0", name="name"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("county_codes", JSON(none_as_null=True), nullable=False),  # none: the whole city
    Column("policy_version", Integer, ForeignKey("planning_policies.version"), nullable=False),
    Column("pins", JSON(none_as_null=True), nullable=False),
    Column("forbids", JSON(none_as_null=True), nullable=False),
    # Everything the solver saw, what it found, and what follows from that, with every sentence as a
    # template and its values, so that it is told in the language of whoever reads it.
    Column("input", JSON(none_as_null=True), nullable=False),
    Column("plan", JSON(none_as_null=True)),
    Column("facts", JSON(none_as_null=True)),
    Column("progress", JSON(none_as_null=True)),
    Column("error", JSON(none_as_null=True)),
    Column("register_version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Id, ForeignKey("users.id"), index=True),
    Column("solved_at", UtcDateTime),
    Column("beat_at", UtcDateTime),  # when the process that solves it was last heard of
    Column("published_at", UtcDateTime),
    Column("published_by", Id, ForeignKey("users.id")),
    Column("undone_at", UtcDateTime),
    one_of("state", DraftState),
    period(),
    CheckConstraint(
        "(plan IS NOT NULL AND facts IS NOT NULL) OR state NOT IN ('ready', 'published', 'undone')",
        name="is_solved",
    ),
    CheckConstraint(
        "(published_at IS NOT NULL) = (state IN ('published', 'undone'))", name="published_has_its_time"
    ),
    CheckConstraint("(undone_at IS NOT NULL) = (state = 'undone')", name="undone_has_its_time"),
)

# The proposals that a plan was published as; none comes from two plans.
plan_publications = Table(
    "plan_publications",
    metadata,
    Column("draft_id", Id, ForeignKey("plan_drafts.id"), primary_key=True),
    Column("assignment_id", Id, ForeignKey("assignments.id"), primary_key=True, unique=True),
)
