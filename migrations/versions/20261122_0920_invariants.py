"""What the register never allows, held by the database itself on both engines.

PostgreSQL holds periods apart by exclusion constraints and the rest by trigger functions; SQLite does
all of it by triggers of the same meaning. What is refused carries a name that
`fieldapp.persistence.violations` knows.
"""

from __future__ import annotations

from typing import NamedTuple

from alembic import op

revision: str = "202611220920"
down_revision: str | None = "202611220910"
branch_labels: str | None = None
depends_on: str | None = None


class _Apart(NamedTuple):
    """Rows of one township in ``table`` that must not share a day; ``{0}`` stands for the row."""

    table: str
    code: str
    last_day: str
    counts: str


_APART = (
    _Apart(
        "assignments",
        "assignment.overlap",
        "coalesce({0}ended_on, {0}ends_on)",
        "{0}state <> 'withdrawn'",
    ),
    _Apart("featured_products", "featured_product.overlap", "{0}ends_on", "true"),
    _Apart("roster_memberships", "roster.overlap", "{0}ends_on", "true"),
)

_KEPT = ("assignments", "featured_products", "roster_memberships", "township_lineage", "audit_events")

# Once it has been shown to the public, what an assignment is about stays; only a proposal is a draft.
_OVERWRITES = """OLD.state <> 'proposed' AND (
    NEW.state = 'proposed' OR NEW.id <> OLD.id OR NEW.township_code <> OLD.township_code
    OR NEW.commissioner_id <> OLD.commissioner_id OR NEW.starts_on <> OLD.starts_on)"""

# Only a term that takes up days it did not have can exceed a capacity: ending one is always allowed.
_GROWS = """NEW.state <> 'withdrawn' AND (
    OLD.state = 'withdrawn' OR NEW.commissioner_id <> OLD.commissioner_id OR NEW.starts_on < OLD.starts_on
    OR coalesce(NEW.ended_on, NEW.ends_on) > coalesce(OLD.ended_on, OLD.ends_on))"""

# A commissioner's load can only peak on a day on which a term begins.
_BUSIEST_DAYS_OF_TERM = """SELECT 1
    FROM assignments AS day
    JOIN assignments AS held ON held.commissioner_id = day.commissioner_id AND held.state <> 'withdrawn'
        AND day.starts_on BETWEEN held.starts_on AND coalesce(held.ended_on, held.ends_on)
    WHERE day.commissioner_id = NEW.commissioner_id AND day.state <> 'withdrawn'
        AND day.starts_on BETWEEN NEW.starts_on AND coalesce(NEW.ended_on, NEW.ends_on)
    GROUP BY day.id HAVING count(*) > {capacity}"""

# A lowered capacity binds from today on; what was served before stays as it was.
_BUSIEST_DAYS_AHEAD = """SELECT 1
    FROM (SELECT {today} AS on_day UNION
          SELECT starts_on FROM assignments
          WHERE commissioner_id = NEW.id AND state <> 'withdrawn' AND starts_on > {today}) AS day
    JOIN assignments AS held ON held.commissioner_id = NEW.id AND held.state <> 'withdrawn'
        AND day.on_day BETWEEN held.starts_on AND coalesce(held.ended_on, held.ends_on)
    GROUP BY day.on_day HAVING count(*) > NEW.capacity"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _hold_on_postgresql()
    else:
        _hold_on_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for rule in _APART:
            op.execute(f'ALTER TABLE {rule.table} DROP CONSTRAINT "{rule.code}"')
        for function in (
            "take_turns_on_township",
            "hold_capacity_of_term",
            "hold_lowered_capacity",
            "keep_history",
        ):
            op.execute(f"DROP FUNCTION {function}() CASCADE")  # with its triggers
        return
    for rule in _APART:
        op.execute(f"DROP TRIGGER {rule.table}_apart_insert")
        op.execute(f"DROP TRIGGER {rule.table}_apart_update")
    for table in _KEPT:
        op.execute(f"DROP TRIGGER {table}_kept_delete")
        op.execute(f"DROP TRIGGER {table}_kept_replace")
    for trigger in (
        "assignments_kept_update",
        "audit_events_kept_update",
        "assignments_capacity_insert",
        "assignments_capacity_update",
        "commissioners_capacity",
    ):
        op.execute(f"DROP TRIGGER {trigger}")


def _hold_on_postgresql() -> None:
    for rule in _APART:
        op.execute(
            f'ALTER TABLE {rule.table} ADD CONSTRAINT "{rule.code}" EXCLUDE USING gist '
            f"(township_code WITH =, daterange(starts_on, {rule.last_day.format('')}, '[]') WITH &&) "
            f"WHERE ({rule.counts.format('')})"
        )

    # Without it, two who write at once would each find the other's row unfinished, and wait in a circle.
    _function(
        "take_turns_on_township",
        "BEGIN PERFORM 1 FROM townships WHERE code = NEW.township_code FOR NO KEY UPDATE; RETURN NEW; END",
    )
    for rule in _APART:
        _trigger(
            f"{rule.table}_take_turns",
            f"BEFORE INSERT OR UPDATE ON {rule.table} FOR EACH ROW",
            "take_turns_on_township",
        )

    # The lock makes two who assign one commissioner take turns, and leaves those alone who only refer to it.
    _function(
        "hold_capacity_of_term",
        f"""DECLARE allowed integer;
BEGIN
    SELECT capacity INTO allowed FROM commissioners WHERE id = NEW.commissioner_id FOR NO KEY UPDATE;
    IF EXISTS ({_BUSIEST_DAYS_OF_TERM.format(capacity="allowed")}) THEN
        {_raise("check_violation", "commissioner.capacity")}
    END IF;
    RETURN NULL;
END""",  # noqa: S608
    )
    _trigger(
        "assignments_capacity_insert",
        "AFTER INSERT ON assignments FOR EACH ROW WHEN (NEW.state <> 'withdrawn')",
        "hold_capacity_of_term",
    )
    _trigger(
        "assignments_capacity_update",
        f"AFTER UPDATE ON assignments FOR EACH ROW WHEN ({_GROWS})",
        "hold_capacity_of_term",
    )

    _function(
        "hold_lowered_capacity",
        f"""BEGIN
    IF EXISTS ({_BUSIEST_DAYS_AHEAD.format(today="(now() AT TIME ZONE 'UTC')::date")}) THEN
        {_raise("check_violation", "commissioner.capacity")}
    END IF;
    RETURN NULL;
END""",
    )
    _trigger(
        "commissioners_capacity",
        "AFTER UPDATE OF capacity ON commissioners FOR EACH ROW WHEN (NEW.capacity < OLD.capacity)",
        "hold_lowered_capacity",
    )

    _function("keep_history", f"BEGIN {_raise('restrict_violation', 'history.kept')} END")
    for table in _KEPT:
        _trigger(f"{table}_kept_delete", f"BEFORE DELETE ON {table} FOR EACH ROW", "keep_history")
        _trigger(f"{table}_kept_truncate", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", "keep_history")
    _trigger("audit_events_kept_update", "BEFORE UPDATE ON audit_events FOR EACH ROW", "keep_history")
    _trigger(
        "assignments_kept_update",
        f"BEFORE UPDATE ON assignments FOR EACH ROW WHEN ({_OVERWRITES})",
        "keep_history",
    )


def _raise(condition: str, code: str) -> str:
    return (
        f"RAISE EXCEPTION USING ERRCODE = '{condition}', MESSAGE = '{code}', CONSTRAINT = '{code}', "
        "TABLE = TG_TABLE_NAME;"
    )


def _function(name: str, body: str) -> None:
    # The path is kept with the function, for a dump is restored under an empty one.
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path FROM CURRENT AS $${body}$$"
    )


def _trigger(name: str, when: str, function: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {function}()")


def _hold_on_sqlite() -> None:
    for rule in _APART:
        shares_a_day = f"""{rule.counts.format("NEW.")} AND EXISTS (SELECT 1 FROM {rule.table} AS other
    WHERE other.township_code = NEW.township_code AND other.id <> NEW.id
        AND {rule.counts.format("other.")}
        AND other.starts_on <= coalesce({rule.last_day.format("NEW.")}, '9999-12-31')
        AND NEW.starts_on <= coalesce({rule.last_day.format("other.")}, '9999-12-31'))"""  # noqa: S608
        for event in ("INSERT", "UPDATE"):
            name = f"{rule.table}_apart_{event.lower()}"
            _refuse(name, f"AFTER {event} ON {rule.table}", shares_a_day, rule.code)

    allowed = "(SELECT capacity FROM commissioners WHERE id = NEW.commissioner_id)"
    too_many = f"EXISTS ({_BUSIEST_DAYS_OF_TERM.format(capacity=allowed)})"
    _refuse(
        "assignments_capacity_insert",
        "AFTER INSERT ON assignments",
        f"NEW.state <> 'withdrawn' AND {too_many}",
        "commissioner.capacity",
    )
    _refuse(
        "assignments_capacity_update",
        "AFTER UPDATE ON assignments",
        f"{_GROWS} AND {too_many}",
        "commissioner.capacity",
    )
    ahead = _BUSIEST_DAYS_AHEAD.format(today="date('now')")
    _refuse(
        "commissioners_capacity",
        "AFTER UPDATE OF capacity ON commissioners",
        f"NEW.capacity < OLD.capacity AND EXISTS ({ahead})",
        "commissioner.capacity",
    )

    for table in _KEPT:
        _refuse(f"{table}_kept_delete", f"BEFORE DELETE ON {table}", "true", "history.kept")
        # INSERT OR REPLACE deletes without firing the trigger above.
        _refuse(
            f"{table}_kept_replace",
            f"BEFORE INSERT ON {table}",
            f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)",  # noqa: S608
            "history.kept",
        )
    _refuse("audit_events_kept_update", "BEFORE UPDATE ON audit_events", "true", "history.kept")
    _refuse("assignments_kept_update", "BEFORE UPDATE ON assignments", _OVERWRITES, "history.kept")


def _refuse(name: str, event: str, condition: str, code: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} {event} FOR EACH ROW WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{code}'); END"
    )
