"""The roster: which townships count from when to when, and the target beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select

from fieldapp.persistence import register
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import roster_memberships, roster_targets


def memberships(connection: Connection) -> dict[str, list[Values]]:
    """Each township's periods on the roster, oldest first."""
    found: dict[str, list[Values]] = defaultdict(list)
    statement = select(roster_memberships).order_by(
        roster_memberships.c.township_code, roster_memberships.c.starts_on
    )
    for row in connection.execute(statement):
        found[row.township_code].append(dict(row._mapping))
    return dict(found)


def find_target(connection: Connection, as_of: date) -> Values | None:
    """The target that holds on a day."""
    row = connection.execute(
        select(roster_targets)
        .where(roster_targets.c.starts_on <= as_of)
        .order_by(roster_targets.c.starts_on.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def insert_memberships(connection: Connection, rows: Sequence[Values]) -> None:
    register.insert_many(connection, roster_memberships, rows)


def update_memberships(connection: Connection, rows: Sequence[Values]) -> None:
    """Update memberships by ``id``."""
    register.update_many(connection, roster_memberships.c.id, rows)


def insert_targets(connection: Connection, rows: Sequence[Values]) -> None:
    register.insert_many(connection, roster_targets, rows)


def update_targets(connection: Connection, rows: Sequence[Values]) -> None:
    """Update targets by ``starts_on``."""
    register.update_many(connection, roster_targets.c.starts_on, rows)
