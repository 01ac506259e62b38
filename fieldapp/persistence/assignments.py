"""Assignments: who leads which township for which term."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from itertools import count, islice
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, text, update

from fieldapp.domain.assignments import AgreementState, Assignment, AssignmentState, EndReason
from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence import register
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import assignments, commissioners, counties, institutions, townships
from geodata.errors import Message

_IN_TOWNSHIP = (
    select(assignments)
    .where(
        assignments.c.township_code == bindparam("township"),
        or_(
            assignments.c.commissioner_id == bindparam("commissioner"),
            assignments.c.commissioner_id.in_(
                select(commissioners.c.id).where(commissioners.c.merged_into == bindparam("commissioner"))
            ),
        ),
    )
    .order_by(assignments.c.starts_on.desc(), assignments.c.id.desc())
)


def find(connection: Connection, assignment_id: int) -> Values | None:
    """The assignment with this id."""
    row = connection.execute(select(assignments).where(assignments.c.id == assignment_id)).one_or_none()
    return None if row is None else dict(row._mapping)


def get(connection: Connection, assignment_id: int) -> Values:
    """The assignment with this id; `NotFoundError` when there is none."""
    found = find(connection, assignment_id)
    if found is None:
        raise NotFoundError(Message("There is no assignment with the id {id}.", id=assignment_id))
    return found


# How the columns of an assignment are read back from the database, and from an audit event's JSON.
_WORDS = {"state": AssignmentState, "agreement_state": AgreementState, "end_reason": EndReason}
_DAYS = frozenset(
    ("starts_on", "ends_on", "ended_on", "notice_starts_on", "notice_ends_on", "agreement_approved_on")
)


def assignment_of(values: Mapping[str, Any]) -> Assignment:
    """The assignment of a stored row, or of what an audit event kept of one."""

    def read(name: str, value: Any) -> Any:
        if value is None:
            return None
        if name in _DAYS and isinstance(value, str):
            return date.fromisoformat(value)
        return _WORDS[name](value) if name in _WORDS else value

    return Assignment(**{each.name: read(each.name, values[each.name]) for each in fields(Assignment)})


def values_of(assignment: Assignment) -> Values:
    """The columns of an assignment, for a statement or an audit event."""
    return asdict(assignment)


def load(connection: Connection, assignment_id: int) -> Assignment:
    """The assignment with this id as the domain knows it; `NotFoundError` when there is none."""
    return assignment_of(get(connection, assignment_id))


def of_township(connection: Connection, township_code: str) -> list[Assignment]:
    """Every assignment of a township, the latest term first."""
    return _ordered(connection, assignments.c.township_code == township_code)


def of_commissioner(connection: Connection, commissioner_id: str) -> list[Assignment]:
    """Every assignment of a commissioner, the latest term first."""
    return _ordered(connection, assignments.c.commissioner_id == commissioner_id)


def in_township(connection: Connection, township_code: str, commissioner_id: str) -> list[Assignment]:
    """Every assignment of a commissioner, merged duplicates too, in a township, the latest term first."""
    given = {"township": township_code, "commissioner": commissioner_id}
    return [assignment_of(dict(row._mapping)) for row in connection.execute(_IN_TOWNSHIP, given)]


def standing(connection: Connection, since: date) -> list[Assignment]:
    """Every assignment that was not withdrawn and takes up ``since`` or a later day, by id."""
    last_day = func.coalesce(assignments.c.ended_on, assignments.c.ends_on)
    statement = select(assignments).where(
        assignments.c.state != AssignmentState.WITHDRAWN.value, last_day >= since
    )
    rows = connection.execute(statement.order_by(assignments.c.id))
    return [assignment_of(dict(row._mapping)) for row in rows]


def in_the_way(connection: Connection, wanted: Assignment) -> list[Assignment]:
    """What shares a day with the wanted term, in its township or with its commissioner, by id."""
    last_day = func.coalesce(assignments.c.ended_on, assignments.c.ends_on)
    statement = select(assignments).where(
        assignments.c.state != AssignmentState.WITHDRAWN.value,
        assignments.c.starts_on <= wanted.last_day,
        last_day >= wanted.starts_on,
        or_(
            assignments.c.township_code == wanted.township_code,
            assignments.c.commissioner_id == wanted.commissioner_id,
        ),
    )
    if wanted.id is not None:
        statement = statement.where(assignments.c.id != wanted.id)
    rows = connection.execute(statement.order_by(assignments.c.id))
    return [assignment_of(dict(row._mapping)) for row in rows]


def add(connection: Connection, new: Assignment) -> Assignment:
    """Insert an assignment; returned with its id."""
    (new_id,) = new_ids(connection, 1)
    row = values_of(new) | {"id": new_id}
    insert_many(connection, [row])
    return assignment_of(row)


def save(connection: Connection, changed: Assignment) -> None:
    """Put a step's result in place of the row with its id; the step has raised the revision by one."""
    update_many(connection, [values_of(changed)])


def _ordered(connection: Connection, condition: Any) -> list[Assignment]:
    rows = connection.execute(
        select(assignments).where(condition).order_by(assignments.c.starts_on.desc(), assignments.c.id.desc())
    )
    return [assignment_of(dict(row._mapping)) for row in rows]


def all_by_id(connection: Connection) -> dict[int, Values]:
    """Every assignment."""
    return {row["id"]: row for row in register.all_rows(connection, assignments)}


def stream(connection: Connection) -> Iterator[Values]:
    """Every assignment with its names and the township's seat, by id, a few at a time."""
    statement = (
        select(
            assignments,
            townships.c.name.label("township"),
            townships.c.seat,
            counties.c.name.label("county"),
            commissioners.c.name.label("commissioner"),
            institutions.c.name.label("institution"),
        )
        .join(townships, townships.c.code == assignments.c.township_code)
        .join(counties, counties.c.code == townships.c.county_code)
        .join(commissioners, commissioners.c.id == assignments.c.commissioner_id)
        .join(institutions, institutions.c.id == commissioners.c.institution_id)
        .order_by(assignments.c.id)
    )
    return register.stream_rows(connection, statement)


def new_ids(connection: Connection, wanted: int, *, above: int = 0) -> list[int]:
    """Ids for assignments about to be inserted, larger than every stored one and than ``above``."""
    largest = max(above, connection.scalar(select(func.max(assignments.c.id))) or 0)
    if connection.dialect.name == "postgresql":
        keep_ids_ahead(connection, largest)
        drawn = connection.scalars(
            text(
                "SELECT nextval(pg_get_serial_sequence('assignments', 'id')) FROM generate_series(1, :wanted)"
            ),
            {"wanted": wanted},
        )
        return list(drawn)
    return list(islice(count(largest + 1), wanted))


def keep_ids_ahead(connection: Connection, largest: int) -> None:
    """Let PostgreSQL give no id up to ``largest`` again; SQLite looks at the rows themselves."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                "SELECT setval(pg_get_serial_sequence('assignments', 'id'), greatest("
                ":largest, nextval(pg_get_serial_sequence('assignments', 'id'))))"
            ),
            {"largest": largest},
        )


def insert_many(connection: Connection, rows: Sequence[Values]) -> None:
    register.insert_many(connection, assignments, rows)


def update_many(connection: Connection, rows: Sequence[Values]) -> None:
    """Update assignments by ``id``; each gains a revision."""
    connection.execute(
        update(assignments)
        .where(assignments.c.id == bindparam("_key"))
        .values(revision=assignments.c.revision + 1),
        [
            {"_key": row["id"]}
            | {name: value for name, value in row.items() if name not in {"id", "revision"}}
            for row in rows
        ],
    )
