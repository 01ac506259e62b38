"""What passes from a duplicate commissioner to the record that remains."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from fieldapp.persistence.schema import users
from fieldapp.persistence.schema_assigning import assessment_grades, recusals


def carry_over(connection: Connection, former: str, remaining: str, now: datetime) -> None:
    """Copy standing recusals and missing grades, and pass the account on; where both have one, close it."""
    standing = select(recusals).where(recusals.c.lifted_on.is_(None))
    held = set(
        connection.scalars(
            standing.with_only_columns(recusals.c.township_code).where(
                recusals.c.commissioner_id == remaining
            )
        )
    )
    for row in connection.execute(standing.where(recusals.c.commissioner_id == former)).all():
        if row.township_code not in held:
            values = {key: value for key, value in row._mapping.items() if key != "id"}
            connection.execute(insert(recusals).values(values | {"commissioner_id": remaining}))
    years = set(
        connection.scalars(
            select(assessment_grades.c.year).where(assessment_grades.c.commissioner_id == remaining)
        )
    )
    graded = select(assessment_grades).where(assessment_grades.c.commissioner_id == former)
    for row in connection.execute(graded).all():
        if row.year not in years:
            values = dict(row._mapping) | {"commissioner_id": remaining}
            connection.execute(insert(assessment_grades).values(values))
    has_account = (
        connection.scalar(select(users.c.id).where(users.c.commissioner_id == remaining)) is not None
    )
    change = {"disabled_at": now} if has_account else {"commissioner_id": remaining}
    connection.execute(
        update(users).where(users.c.commissioner_id == former).values(revision=users.c.revision + 1, **change)
    )
