"""The tables of assigning: objections, agreements, recusals, demands and assessment grades.

They stand beside the register's own (`fieldapp.persistence.schema`) and use the same metadata.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from fieldapp.domain.notice import Settlement
from fieldapp.domain.suitability import AssessmentGrade
from fieldapp.persistence.schema.base import Id, metadata, one_of
from fieldapp.persistence.types import UtcDateTime


class Verdict(StrEnum):
    """What an officer decided about an uploaded agreement."""

    APPROVED = "approved"
    RETURNED = "returned"


objections = Table(
    "objections",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("assignment_id", Id, ForeignKey("assignments.id"), nullable=False, index=True),
    Column("raised_on", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("settlement", String(20)),
    Column("settled_on", Date),
    Column("answer", Text, nullable=False, server_default=""),
    one_of("settlement", Settlement),
    CheckConstraint("(settlement IS NULL) = (settled_on IS NULL)", name="settled_has_a_day"),
)

# The files that were uploaded as an assignment's agreement, the latest last; their content lies in a folder
# under its digest.
agreement_files = Table(
    "agreement_files",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("assignment_id", Id, ForeignKey("assignments.id"), nullable=False, index=True),
    Column("sha256", String(64), CheckConstraint("length(sha256) = 64", name="sha256"), nullable=False),
    Column("file_name", String(200), nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("size_bytes", Integer, CheckConstraint("size_bytes > 0", name="size_bytes"), nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False),
    Column("verdict", String(20)),
    Column("reason", Text, nullable=False, server_default=""),
    one_of("verdict", Verdict),
)

recusals = Table(
    "recusals",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("commissioner_id", String(30), ForeignKey("commissioners.id"), nullable=False, index=True),
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("reason", Text, CheckConstraint("length(reason) > 0", name="reason"), nullable=False),
    Column("recused_on", Date, nullable=False),
    Column("lifted_on", Date),
    Index(
        "uq_recusals_standing",
        "commissioner_id",
        "township_code",
        unique=True,
        sqlite_where=text("lifted_on IS NULL"),
        postgresql_where=text("lifted_on IS NULL"),
    ),
)

# What a township needs; open until it is met.
demands = Table(
    "demands",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False, index=True),
    Column("text", Text, CheckConstraint("length(text) > 0", name="text"), nullable=False),
    Column("stated_on", Date, nullable=False),
    Column("met_on", Date),
    Column("answer", Text, nullable=False, server_default=""),
    Column("revision", Integer, nullable=False, server_default="1"),
    CheckConstraint("met_on IS NULL OR met_on >= stated_on", name="met_after_stated"),
)

assessment_grades = Table(
    "assessment_grades",
    metadata,
    Column("commissioner_id", String(30), ForeignKey("commissioners.id"), primary_key=True),
    Column("year", Integer, CheckConstraint("year BETWEEN 1949 AND 2200", name="year"), primary_key=True),
    Column("grade", String(20), nullable=False),
    one_of("grade", AssessmentGrade),
)
