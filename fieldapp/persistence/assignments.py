"""Assignments: who leads which township for which term."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, islice

from sqlalchemy import Connection, bindparam, func, select, text, update

from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence import register
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import assignments, commissioners, counties, institutions, townships
from geodata.errors import Message


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
