"""Planning policies: one row a version, never changed."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import planning_policies, users


def versions(connection: Connection) -> list[Values]:
    """Every version with its maker's name, the latest first."""
    return [dict(row._mapping) for row in connection.execute(_LATEST_FIRST)]


def find_latest(connection: Connection) -> Values | None:
    """The version that holds; None where none was ever stored."""
    row = connection.execute(_LATEST_FIRST.limit(1)).one_or_none()
    return None if row is None else dict(row._mapping)


def add(connection: Connection, values: Values) -> None:
    """Insert a version."""
    connection.execute(insert(planning_policies).values(**values))


_LATEST_FIRST = (
    select(planning_policies, users.c.display_name.label("created_by_name"))
    .outerjoin(users, users.c.id == planning_policies.c.created_by)
    .order_by(planning_policies.c.version.desc())
)
