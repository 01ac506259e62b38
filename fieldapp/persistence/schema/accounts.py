"""Accounts: who may log in, with what, and who is logged in. Secrets are kept as digests only."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    false,
)

from fieldapp.domain.accounts import TokenScope
from fieldapp.domain.permissions import Role
from fieldapp.persistence.schema.base import Id, metadata, one_of
from fieldapp.persistence.types import UtcDateTime

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("username", String(60), nullable=False, unique=True),
    Column("display_name", String(60), nullable=False),
    Column("role", String(20), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("phone", String(30), unique=True),
    Column("password_hash", String(200)),  # argon2id; none until the first login set one
    Column("must_set_password", Boolean, nullable=False, server_default=false()),
    Column("commissioner_id", String(30), ForeignKey("commissioners.id"), unique=True),
    Column("totp_secret", String(64)),
    Column("totp_confirmed_at", UtcDateTime),  # a secret counts from its first right code on
    Column("totp_last_step", BigInteger),  # the thirty seconds whose code was used: it is not taken twice
    Column("last_login_at", UtcDateTime),
    Column("erased_at", UtcDateTime),
    Column("demonstration", Boolean, nullable=False, server_default=false()),
    Column("revision", Integer, nullable=False, server_default="1"),
    one_of("role", Role),
)

user_counties = Table(
    "user_counties",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("county_code", String(6), ForeignKey("counties.code"), primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("user_agent", String(200), nullable=False, server_default=""),
    Column("address", String(45), nullable=False, server_default=""),
    Column("second_factor", Boolean, nullable=False, server_default=false()),  # whether it was given
    Column("revoked_at", UtcDateTime),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("scope", String(20), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    one_of("scope", TokenScope),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("code_hash", String(64), nullable=False),
    Column("used_at", UtcDateTime),
)

# What lets a person set a password once: an administrator's link, or a printed code.
one_time_links = Table(
    "one_time_links",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

# Failed attempts by account and by address, seen by every worker.
login_failures = Table(
    "login_failures",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("failures", Integer, CheckConstraint("failures > 0", name="failures"), nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("blocked_until", UtcDateTime, nullable=False),
    Index("ix_login_failures_last_at", "last_at"),
)
