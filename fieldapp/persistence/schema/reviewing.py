"""What comes to a visit after it was logged: notes, confirmations by recipients, and phones."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from fieldapp.domain.confirmations import Denial
from fieldapp.domain.reviewing import NoteKind
from fieldapp.persistence.schema.base import Id, metadata, one_of
from fieldapp.persistence.types import UtcDateTime

visit_notes = Table(
    "visit_notes",
    metadata,
    Column("id", Uuid, primary_key=True),  # made by whoever writes it, so that it arrives once
    Column("visit_id", Uuid, ForeignKey("visits.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_id", Id, ForeignKey("users.id"), index=True),  # none: the program itself
    one_of("kind", NoteKind),
)

# Of the secrets only digests are kept; the nonce makes them again for who prints the slip a second time.
confirmations = Table(
    "confirmations",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("visit_id", Uuid, ForeignKey("visits.id"), nullable=False, index=True),
    Column("nonce", String(32), nullable=False),
    Column("link_hash", String(64), nullable=False, unique=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Id, ForeignKey("users.id")),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("stars", Integer, CheckConstraint("stars BETWEEN 1 AND 5", name="stars")),
    Column("comment", Text, nullable=False, server_default=""),
    Column("denial", String(20)),  # what the recipient says against the visit, instead of confirming it
    Column("stamp_sha256", String(64), CheckConstraint("length(stamp_sha256) = 64", name="stamp")),
    Column("approved_at", UtcDateTime),
    Column("approved_by", Id, ForeignKey("users.id")),
    Column("revoked_at", UtcDateTime),
    Column("revoked_by", Id, ForeignKey("users.id")),
    CheckConstraint("expires_at > made_at", name="expires"),
    one_of("denial", Denial),
    CheckConstraint("approved_at IS NULL OR answered_at IS NOT NULL", name="approved_was_answered"),
    CheckConstraint(
        "answered_at IS NULL OR stars IS NOT NULL OR stamp_sha256 IS NOT NULL OR denial IS NOT NULL",
        name="answer_says_something",
    ),
    CheckConstraint(
        "denial IS NULL OR (answered_at IS NOT NULL AND approved_at IS NULL AND stars IS NULL)",
        name="denial_confirms_nothing",
    ),
    # A visit has one confirmation at a time; making another takes the one before out of the world.
    Index(
        "uq_confirmations_standing",
        "visit_id",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)

# What each phone said of itself at its last sync. A phone may be shared, so it is kept per person.
phones = Table(
    "phones",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("pending", Integer, CheckConstraint("pending >= 0", name="pending"), nullable=False),
    Column("oldest_pending_at", UtcDateTime),
    Column("clock_skew_s", Float, nullable=False, server_default="0"),
    Column("app_version", String(40), nullable=False, server_default=""),
    Column("persistent", Boolean, nullable=False),
    Column("reminded_at", UtcDateTime),
    Column("reminded_by", Id, ForeignKey("users.id")),
    Index("ix_phones_user_id", "user_id"),
)
