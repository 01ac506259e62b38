"""Imported distances between home bases and townships."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select

from fieldapp.domain.planning.distances import TravelKm
from fieldapp.persistence.register import Values, insert_many
from fieldapp.persistence.schema import travel_distances


def find_table(connection: Connection) -> TravelKm | None:
    """The distances that were imported, under the name of their source; None where there are none."""
    rows = connection.execute(select(travel_distances)).all()
    if not rows:
        return None
    return TravelKm(rows[0].source, {(row.commissioner_id, row.township_code): row.km for row in rows})


def count(connection: Connection) -> int:
    """How many distances there are."""
    return connection.scalar(select(func.count()).select_from(travel_distances)) or 0


def clear(connection: Connection) -> None:
    """Drop all of them."""
    connection.execute(delete(travel_distances))


def add_all(connection: Connection, rows: Sequence[Values]) -> None:
    """Insert distances."""
    insert_many(connection, travel_distances, rows)
