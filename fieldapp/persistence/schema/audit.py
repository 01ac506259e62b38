"""The audit log, and the counters of change."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from fieldapp.persistence.schema.base import Id, metadata
from fieldapp.persistence.types import UtcDateTime

audit_events = Table(
    "audit_events",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(60), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject_type", String(40), nullable=False),
    Column("subject_id", String(60), nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("reason", Text, nullable=False, server_default=""),
    Column("address", String(45), nullable=False, server_default=""),
    # Over the digest of the event before and this one: an edited, removed or moved row no longer fits.
    Column("digest", String(64), nullable=False, server_default=""),
    Index("ix_audit_events_subject", "subject_type", "subject_id"),
)

# The end of the chain, so that events cannot be cut off there; whoever adds to the chain holds this row.
audit_chain = Table(
    "audit_chain",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="id"), primary_key=True, autoincrement=False),
    Column("events", BigInteger, nullable=False, server_default="0"),
    Column("digest", String(64), nullable=False, server_default=""),
)

# One counter a topic, raised in the transaction that changes it: caches and ETags compare it.
change_counters = Table(
    "change_counters",
    metadata,
    Column("topic", String(40), primary_key=True),
    Column("version", Id, nullable=False, server_default="0"),
)
