"""Accounts with their secrets, sessions and tokens; the audit log becomes a chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fieldapp.persistence.audit_chain import event_digest
from fieldapp.persistence.types import UtcDateTime

revision: str = "202611221000"
down_revision: str | None = "202611220920"
branch_labels: str | None = None
depends_on: str | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ROLES = "'administrator', 'bureau_officer', 'county_officer', 'commissioner', 'viewer'"

# In the order in which they can be dropped.
_TABLES = (
    "login_failures",
    "one_time_links",
    "recovery_codes",
    "api_tokens",
    "sessions",
    "user_counties",
    "audit_chain",
)
_USER_COLUMNS = (
    "revision",
    "demonstration",
    "erased_at",
    "last_login_at",
    "totp_last_step",
    "totp_confirmed_at",
    "totp_secret",
    "commissioner_id",
    "must_set_password",
    "password_hash",
    "phone",
)


def upgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("phone", sa.String(length=30), nullable=True))
        users.add_column(sa.Column("password_hash", sa.String(length=200), nullable=True))
        users.add_column(
            sa.Column("must_set_password", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        users.add_column(sa.Column("commissioner_id", sa.String(length=30), nullable=True))
        users.add_column(sa.Column("totp_secret", sa.String(length=64), nullable=True))
        users.add_column(sa.Column("totp_confirmed_at", UtcDateTime(), nullable=True))
        users.add_column(sa.Column("totp_last_step", sa.BigInteger(), nullable=True))
        users.add_column(sa.Column("last_login_at", UtcDateTime(), nullable=True))
        users.add_column(sa.Column("erased_at", UtcDateTime(), nullable=True))
        users.add_column(sa.Column("demonstration", sa.Boolean(), server_default=sa.false(), nullable=False))
        users.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        users.create_unique_constraint(op.f("uq_users_phone"), ["phone"])
        users.create_unique_constraint(op.f("uq_users_commissioner_id"), ["commissioner_id"])
        users.create_foreign_key(
            op.f("fk_users_commissioner_id"), "commissioners", ["commissioner_id"], ["id"]
        )
        users.create_check_constraint(op.f("ck_users_role"), f"role IN ({_ROLES})")
    op.create_table(
        "user_counties",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code"], ["counties.code"], name=op.f("fk_user_counties_county_code")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_counties_user_id")),
        sa.PrimaryKeyConstraint("user_id", "county_code", name=op.f("pk_user_counties")),
    )
    _of_a_user(
        "sessions",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("user_agent", sa.String(length=200), server_default="", nullable=False),
        sa.Column("address", sa.String(length=45), server_default="", nullable=False),
        sa.Column("second_factor", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
    )
    _of_a_user(
        "api_tokens",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("scope IN ('read', 'visits', 'write')", name=op.f("ck_api_tokens_scope")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"])
    _of_a_user(
        "one_time_links",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
    )
    op.create_table(
        "login_failures",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=False),
        sa.CheckConstraint("failures > 0", name=op.f("ck_login_failures_failures")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_failures")),
    )
    op.create_index("ix_login_failures_last_at", "login_failures", ["last_at"])
    # Columns are added in place: a table that is rebuilt would lose the triggers that keep its history.
    op.add_column("audit_events", sa.Column("address", sa.String(45), server_default="", nullable=False))
    op.add_column("audit_events", sa.Column("digest", sa.String(64), server_default="", nullable=False))
    chain = op.create_table(
        "audit_chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("events", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("digest", sa.String(length=64), server_default="", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_chain_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    op.bulk_insert(chain, [{"id": 1, **_chained()}])


def _of_a_user(table: str, *columns: sa.Column[object] | sa.CheckConstraint) -> None:
    op.create_table(
        table,
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("token_hash", name=op.f(f"uq_{table}_token_hash")),
    )
    op.create_index(op.f(f"ix_{table}_user_id"), table, ["user_id"])


def _chained() -> dict[str, object]:
    """Chain what was recorded before; for this once the log may be written to."""
    connection = op.get_bind()
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        op.execute("ALTER TABLE audit_events DISABLE TRIGGER audit_events_kept_update")
    else:
        op.execute("DROP TRIGGER audit_events_kept_update")
    events = sa.table(
        "audit_events",
        sa.column("id", _ID),
        sa.column("at", UtcDateTime()),
        *(sa.column(name, sa.String()) for name in ("actor", "action", "subject_type", "subject_id")),
        sa.column("before", sa.JSON(none_as_null=True)),
        sa.column("after", sa.JSON(none_as_null=True)),
        *(sa.column(name, sa.String()) for name in ("reason", "address", "digest")),
    )
    digest, count = "", 0
    for row in connection.execute(sa.select(events).order_by(events.c.id)).all():
        digest, count = event_digest(digest, dict(row._mapping)), count + 1
        connection.execute(sa.update(events).where(events.c.id == row.id).values(digest=digest))
    if postgresql:
        op.execute("ALTER TABLE audit_events ENABLE TRIGGER audit_events_kept_update")
    else:
        op.execute(
            "CREATE TRIGGER audit_events_kept_update BEFORE UPDATE ON audit_events FOR EACH ROW WHEN true "
            "BEGIN SELECT RAISE(ABORT, 'history.kept'); END"
        )
    return {"events": count, "digest": digest}


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.drop_column("audit_events", "digest")
    op.drop_column("audit_events", "address")
    with op.batch_alter_table("users") as users:
        users.drop_constraint(op.f("ck_users_role"), type_="check")
        users.drop_constraint(op.f("fk_users_commissioner_id"), type_="foreignkey")
        users.drop_constraint(op.f("uq_users_commissioner_id"), type_="unique")
        users.drop_constraint(op.f("uq_users_phone"), type_="unique")
        for column in _USER_COLUMNS:
            users.drop_column(column)
