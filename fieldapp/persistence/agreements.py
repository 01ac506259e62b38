"""The files uploaded as agreements; their content is kept under its digest, by `keep_agreement`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, insert, select, update

from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema_assigning import Verdict, agreement_files
from geodata.errors import Message


def of_assignments(connection: Connection, assignment_ids: Collection[int]) -> dict[int, list[Values]]:
    """The files uploaded for each assignment, the latest first."""
    found: dict[int, list[Values]] = defaultdict(list)
    statement = select(agreement_files).where(agreement_files.c.assignment_id.in_(assignment_ids))
    for row in connection.execute(statement.order_by(agreement_files.c.id.desc())):
        found[row.assignment_id].append(dict(row._mapping))
    return dict(found)


def get(connection: Connection, file_id: int) -> Values:
    """The uploaded file with this id; `NotFoundError` when there is none."""
    row = connection.execute(select(agreement_files).where(agreement_files.c.id == file_id)).one_or_none()
    if row is None:
        raise NotFoundError(Message("There is no agreement with the id {id}.", id=file_id))
    return dict(row._mapping)


def add(connection: Connection, values: Values) -> None:
    """Note an uploaded file."""
    connection.execute(insert(agreement_files).values(**values))


def judge_latest(connection: Connection, assignment_id: int, verdict: Verdict | None, reason: str) -> None:
    """Note what was decided about the file uploaded last; None takes a decision back."""
    latest = (
        select(agreement_files.c.id)
        .where(agreement_files.c.assignment_id == assignment_id)
        .order_by(agreement_files.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    connection.execute(
        update(agreement_files).where(agreement_files.c.id == latest).values(verdict=verdict, reason=reason)
    )
