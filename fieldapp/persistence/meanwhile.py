"""Visits of one commissioner that went on at the same time, and where a visit is named against another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, Row, Select, Text, bindparam, cast, select

from fieldapp.domain.evidence_meanwhile import speaks, together
from fieldapp.domain.visit_rules import LONGEST_PERIOD
from fieldapp.domain.visits import Review
from fieldapp.persistence.schema import townships, visits

_IDS: BindParameter[Any] = bindparam("visit_ids", expanding=True)
_COLUMNS = ("id", "visited_on", "started_at", "ended_at", "mode", "review", "grade_reasons")


def _near() -> Select[Any]:
    """Every visit that may have gone on at the same time; `together` decides."""
    asked, other = visits.alias("asked"), visits.alias("other")
    there, here = townships.alias("there"), townships.alias("here")
    return (
        select(
            asked.c.id.label("of"),
            asked.c.started_at.label("asked_from"),
            asked.c.ended_at.label("asked_until"),
            here.c.name.label("asked_township"),
            there.c.name.label("township"),
            (here.c.code == there.c.code).label("is_here"),
            *(other.c[name] for name in _COLUMNS),
        )
        .select_from(asked)
        .join(other, other.c.commissioner_id == asked.c.commissioner_id)
        .join(there, there.c.code == other.c.township_code)
        .join(here, here.c.code == asked.c.township_code)
        .where(
            asked.c.id.in_(_IDS),
            other.c.id != asked.c.id,
            # No visit is longer than the longest, so the index leads past all that was long before.
            other.c.started_at.between(bindparam("earliest"), asked.c.ended_at),
            other.c.ended_at >= asked.c.started_at,
            other.c.deleted_at.is_(None),
        )
    )


class _Asked:
    """The period of the visit that was asked about, beside another one in its row."""

    def __init__(self, row: Row[Any]) -> None:
        self.started_at: datetime = row.asked_from
        self.ended_at: datetime = row.asked_until


_NEAR = _near()


def others(connection: Connection, asked: Mapping[UUID, datetime]) -> dict[UUID, list[Row[Any]]]:
    """For each visit, given with its beginning, the others that its commissioner made at the same time.

    Withdrawn ones are not told, rejected ones are; a visit without others is left out.
    """
    found: dict[UUID, list[Row[Any]]] = defaultdict(list)
    if asked:
        bounds = {"visit_ids": [*asked], "earliest": min(asked.values()) - LONGEST_PERIOD}
        for row in connection.execute(_NEAR, bounds):
            if together(_Asked(row), row) is not None:
                found[row.of].append(row)
    return found


def contradicted(connection: Connection, asked: Mapping[UUID, datetime]) -> frozenset[UUID]:
    """Those of the visits, given with their beginnings, against which another one speaks that stands."""
    found = others(connection, asked)
    return frozenset(
        visit_id for visit_id, rows in found.items() if any(speaks(Review(row.review)) for row in rows)
    )


def naming(connection: Connection, visit_id: UUID, commissioner_id: str) -> list[UUID]:
    """The visits of a commissioner against which this one is told."""
    told = cast(visits.c.grade_reasons, Text).contains(str(visit_id))
    return list(
        connection.scalars(select(visits.c.id).where(visits.c.commissioner_id == commissioner_id, told))
    )
