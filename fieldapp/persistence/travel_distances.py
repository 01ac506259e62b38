"""Imported distances between home bases and townships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, delete, func, select

from fieldapp.domain.planning.distances import TravelKm
from fieldapp.persistence.register import Values, insert_many, stream_rows
from fieldapp.persistence.schema import (
    commissioners,
    counties,
    institutions,
    townships,
    travel_distances,
)


def find_table(connection: Connection) -> TravelKm | None:
    """The distances that were imported, under the name of their source; None where there are none."""
    rows = connection.execute(select(travel_distances)).all()
    if not rows:
        return None
    return TravelKm(rows[0].source, {(row.commissioner_id, row.township_code): row.km for row in rows})


def count(connection: Connection) -> int:
    """How many distances there are."""
    return connection.scalar(select(func.count()).select_from(travel_distances)) or 0


def stream(connection: Connection) -> Iterator[Values]:
    """Every distance with its names and the township's seat, by commissioner and township."""
    statement = (
        select(
            travel_distances,
            commissioners.c.name.label("commissioner"),
            institutions.c.name.label("institution"),
            townships.c.name.label("township"),
            townships.c.seat,
            counties.c.name.label("county"),
        )
        .join(commissioners, commissioners.c.id == travel_distances.c.commissioner_id)
        .join(institutions, institutions.c.id == commissioners.c.institution_id)
        .join(townships, townships.c.code == travel_distances.c.township_code)
        .join(counties, counties.c.code == townships.c.county_code)
        .order_by(travel_distances.c.commissioner_id, travel_distances.c.township_code)
    )
    return stream_rows(connection, statement)


def erase_person(connection: Connection, commissioner_id: str) -> None:
    """Drop the distances of one commissioner: several of them tell where somebody lives."""
    connection.execute(delete(travel_distances).where(travel_distances.c.commissioner_id == commissioner_id))


def clear(connection: Connection) -> None:
    """Drop all of them."""
    connection.execute(delete(travel_distances))


def add_all(connection: Connection, rows: Sequence[Values]) -> None:
    """Insert distances."""
    insert_many(connection, travel_distances, rows)
