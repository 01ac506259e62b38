"""Visits from the field: revisions, photos, the visitor's clock, and the order in which they changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from fieldapp.persistence.types import UtcDateTime

revision: str = "202611261145"
down_revision: str | None = "202611261130"
branch_labels: str | None = None
depends_on: str | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ADDED = ("no_fix_reason", "recorded_at", "client_clock", "grade_reasons", "recorded_by", "changed")

# A revision is one more than the one before, which is kept; what a revision said is only ever erased.
_SKIPS = """NEW.revision <> OLD.revision AND (NEW.revision <> OLD.revision + 1 OR NOT EXISTS (
    SELECT 1 FROM visit_revisions WHERE visit_id = OLD.id AND revision = OLD.revision))"""
_REWRITES = "NEW.body IS NOT NULL OR NEW.visit_id <> OLD.visit_id OR NEW.revision <> OLD.revision"


def upgrade() -> None:
    with _keeping_triggers(), op.batch_alter_table("visits") as visits:
        visits.add_column(sa.Column("no_fix_reason", sa.String(length=200), nullable=True))
        visits.add_column(sa.Column("recorded_at", UtcDateTime(), nullable=True))
        visits.add_column(sa.Column("client_clock", UtcDateTime(), nullable=True))
        visits.add_column(sa.Column("grade_reasons", sa.JSON(none_as_null=True), nullable=True))
        visits.add_column(sa.Column("recorded_by", _ID, nullable=True))
        visits.add_column(sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False))
        visits.create_foreign_key(op.f("fk_visits_recorded_by"), "users", ["recorded_by"], ["id"])
        visits.create_index("ix_visits_changed", ["changed", "id"])
    # Visits that are there have all changed just now, for whoever asks what has changed.
    op.execute(
        "UPDATE change_counters SET version = version + 1 "
        "WHERE topic = 'visits' AND EXISTS (SELECT 1 FROM visits)"
    )
    op.execute("UPDATE visits SET changed = (SELECT version FROM change_counters WHERE topic = 'visits')")
    op.create_table(
        "visit_revisions",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_revisions_visit_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_visit_revisions_changed_by")),
        sa.PrimaryKeyConstraint("visit_id", "revision", name=op.f("pk_visit_revisions")),
    )
    op.create_table(
        "visit_photos",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_visit_photos_sha256")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_photos_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "position", name=op.f("pk_visit_photos")),
    )
    op.create_index(op.f("ix_visit_photos_sha256"), "visit_photos", ["sha256"])
    if op.get_bind().dialect.name == "postgresql":
        _hold_on_postgresql()
    else:
        _hold_on_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER visits_kept_delete ON visits")
        op.execute("DROP TRIGGER visits_kept_truncate ON visits")
        op.execute("DROP FUNCTION keep_revisions() CASCADE")  # with its trigger
    else:
        op.execute("DROP TRIGGER visits_kept_delete")
        op.execute("DROP TRIGGER visits_kept_revisions")
    op.drop_table("visit_photos")
    op.drop_table("visit_revisions")
    with _keeping_triggers(), op.batch_alter_table("visits") as visits:
        visits.drop_constraint(op.f("fk_visits_recorded_by"), type_="foreignkey")
        visits.drop_index("ix_visits_changed")
        for column in reversed(_ADDED):
            visits.drop_column(column)


def _hold_on_postgresql() -> None:
    for table in ("visits", "visit_revisions"):
        op.execute(
            f"CREATE TRIGGER {table}_kept_delete BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION keep_history()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_kept_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION keep_history()"
        )
    op.execute(
        "CREATE TRIGGER visit_revisions_kept_update BEFORE UPDATE ON visit_revisions "
        f"FOR EACH ROW WHEN ({_REWRITES}) EXECUTE FUNCTION keep_history()"
    )
    # The path is kept with the function, for a dump is restored under an empty one.
    op.execute(
        f"""CREATE FUNCTION keep_revisions() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    IF {_SKIPS} THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'history.kept',
            CONSTRAINT = 'history.kept', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END$$"""
    )
    op.execute(
        "CREATE TRIGGER visits_kept_revisions BEFORE UPDATE OF revision ON visits "
        "FOR EACH ROW EXECUTE FUNCTION keep_revisions()"
    )


def _hold_on_sqlite() -> None:
    _refuse("visits_kept_delete", "BEFORE DELETE ON visits", "true")
    _refuse("visit_revisions_kept_delete", "BEFORE DELETE ON visit_revisions", "true")
    _refuse("visit_revisions_kept_update", "BEFORE UPDATE ON visit_revisions", _REWRITES)
    _refuse("visits_kept_revisions", "BEFORE UPDATE OF revision ON visits", _SKIPS)


def _refuse(name: str, event: str, condition: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} {event} FOR EACH ROW WHEN {condition} "
        "BEGIN SELECT RAISE(ABORT, 'history.kept'); END"
    )


@contextmanager
def _keeping_triggers() -> Iterator[None]:
    """SQLite changes a table by building it anew, which drops its triggers and fails on those of others."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        yield
        return
    triggers = connection.execute(
        sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid")
    ).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, definition in triggers:
        connection.exec_driver_sql(definition)
