"""Visits: what a commissioner did in a township, what a log said before it was changed, and its photos."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    false,
)

from fieldapp.domain.visits import RESULTS, EvidenceGrade, Review, VisitMode
from fieldapp.persistence.schema.base import Id, metadata, one_of
from fieldapp.persistence.types import UtcDateTime

visits = Table(
    "visits",
    metadata,
    Column("id", Uuid, primary_key=True),  # made by the client
    Column("township_code", String(9), ForeignKey("townships.code"), nullable=False),
    Column("commissioner_id", String(30), ForeignKey("commissioners.id"), nullable=False),
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
    Column("no_fix_reason", String(200)),
    Column("recorded_at", UtcDateTime),  # when the log was saved, by the visitor's phone
    Column("client_clock", UtcDateTime),  # the phone's own clock when the log was sent, at received_at
    Column("grade", String(1)),
    Column("grade_reasons", JSON(none_as_null=True)),  # null until it was graded
    Column("confirmation_approved", Boolean, nullable=False, server_default=false()),
    Column("review", String(20), nullable=False, server_default=Review.SUBMITTED.value),
    Column("demonstration", Boolean, nullable=False, server_default=false()),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("recorded_by", Id, ForeignKey("users.id")),
    # The counter of visits at the last change of anything that is shown of it: what the feed goes by.
    Column("changed", BigInteger, nullable=False, server_default="0"),
    Column("deleted_at", UtcDateTime),
    one_of("mode", VisitMode),
    one_of("grade", EvidenceGrade),
    one_of("review", Review),
    CheckConstraint("ended_at >= started_at", name="period"),
    CheckConstraint("service_days > 0 AND service_days * 2 = round(service_days * 2)", name="half_days"),
    Index("ix_visits_coverage", "township_code", "commissioner_id", "visited_on"),
    Index("ix_visits_changed", "changed", "id"),
    Index("ix_visits_times", "commissioner_id", "started_at"),
    Index("ix_visits_positions", "commissioner_id", "fix_captured_at"),
)

# What each revision said until another one took its place; the present one is the visit itself.
visit_revisions = Table(
    "visit_revisions",
    metadata,
    Column("visit_id", Uuid, ForeignKey("visits.id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("body", JSON(none_as_null=True)),  # null where the person's data were erased
    Column("changed_at", UtcDateTime, nullable=False),  # when it was replaced, and by whom
    Column("changed_by", Id, ForeignKey("users.id")),
)

# The photos that a visit names, in its order; a visit may arrive before they do.
visit_photos = Table(
    "visit_photos",
    metadata,
    Column("visit_id", Uuid, ForeignKey("visits.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column(
        "sha256",
        String(64),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        nullable=False,
        index=True,
    ),
)
