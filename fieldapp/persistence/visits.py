"""Visits, read in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from fieldapp.persistence import register
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import commissioners, townships, visits


def stream(connection: Connection) -> Iterator[Values]:
    """Every visit that was not withdrawn, with its names, in the order of their beginning."""
    statement = (
        select(
            visits,
            townships.c.name.label("township"),
            townships.c.county_code,
            commissioners.c.name.label("commissioner"),
        )
        .join(townships, townships.c.code == visits.c.township_code)
        .join(commissioners, commissioners.c.id == visits.c.commissioner_id)
        .where(visits.c.deleted_at.is_(None))
        .order_by(visits.c.started_at, visits.c.id)
    )
    return register.stream_rows(connection, statement)
