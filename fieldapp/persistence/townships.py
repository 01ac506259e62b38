"""Townships, their counties and their lineage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.naming import Place
from fieldapp.domain.townships import LineageKind
from fieldapp.persistence import register
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import counties, township_lineage, townships
from geodata.errors import Message


def find(connection: Connection, code: str) -> Values | None:
    """The township with this 9-digit code."""
    row = connection.execute(select(townships).where(townships.c.code == code)).one_or_none()
    return None if row is None else dict(row._mapping)


def get(connection: Connection, code: str) -> Values:
    """The township with this 9-digit code; `NotFoundError` when there is none."""
    found = find(connection, code)
    if found is None:
        raise NotFoundError(Message("There is no township with the code {code}.", code=code))
    return found


def name_of(connection: Connection, code: str) -> str | None:
    """The name of a township; None where there is none with this code."""
    return connection.scalar(select(townships.c.name).where(townships.c.code == code))


def all_by_code(connection: Connection) -> dict[str, Values]:
    """Every township that is or was, with its geometry."""
    return {row["code"]: row for row in register.all_rows(connection, townships)}


def stream(connection: Connection) -> Iterator[Values]:
    """Every township with the name of its county, by code, a few at a time."""
    statement = select(townships, counties.c.name.label("county")).join(counties).order_by(townships.c.code)
    return register.stream_rows(connection, statement)


def codes(connection: Connection) -> frozenset[str]:
    """The code of every township."""
    return frozenset(connection.scalars(select(townships.c.code)))


def places(connection: Connection) -> list[Place]:
    """Every township as names are matched against it."""
    former: dict[str, list[str]] = defaultdict(list)
    for change in all_lineage(connection):
        if change["kind"] == LineageKind.RENAMED:
            former[change["to_code"]].append(change["from_name"])
    statement = (
        select(townships.c.code, townships.c.name, townships.c.county_code, counties.c.name.label("county"))
        .join(counties)
        .order_by(townships.c.code)
    )
    return [
        Place(row.code, row.name, row.county_code, row.county, tuple(former.get(row.code, ())))
        for row in connection.execute(statement)
    ]


def validity(connection: Connection) -> dict[str, Values]:
    """The days from and to which each township exists, without its geometry."""
    rows = connection.execute(select(townships.c.code, townships.c.starts_on, townships.c.ends_on))
    return {row.code: {"starts_on": row.starts_on, "ends_on": row.ends_on} for row in rows}


def county_names(connection: Connection) -> dict[str, str]:
    """The name of each county by its 6-digit code."""
    return {row.code: row.name for row in connection.execute(select(counties.c.code, counties.c.name))}


def all_lineage(connection: Connection) -> list[Values]:
    """Every renaming, merger and upgrade."""
    return register.all_rows(connection, township_lineage)


def insert_counties(connection: Connection, rows: Sequence[Values]) -> None:
    register.insert_many(connection, counties, rows)


def insert_many(connection: Connection, rows: Sequence[Values]) -> None:
    register.insert_many(connection, townships, rows)


def update_many(connection: Connection, rows: Sequence[Values]) -> None:
    """Update townships by ``code``."""
    register.update_many(connection, townships.c.code, rows)


def insert_lineage(connection: Connection, rows: Sequence[Values]) -> None:
    register.insert_many(connection, township_lineage, rows)
