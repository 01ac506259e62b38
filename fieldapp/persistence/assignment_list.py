"""Assignments with everything that lists and documents say beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from fieldapp.domain.assignments import SERVING_STATES, AssignmentState
from fieldapp.domain.permissions import RowFilter
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    assignments,
    commissioner_specialties,
    commissioners,
    counties,
    featured_products,
    institutions,
    products,
    townships,
)
from fieldapp.persistence.scopes import admitted

# One statement names at most so many values: SQLite's limit lies above.
_AT_ONCE = 500
_LAST_DAY = func.coalesce(assignments.c.ended_on, assignments.c.ends_on)


@dataclass(frozen=True, kw_only=True)
class AssignmentFilter:
    """Which assignments are wanted; what is left out is not asked for.

    ``states`` are those on the record, or with ``today`` those to show on that day: a term that has run out
    is ended by the date.
    """

    id: int | None = None
    county_code: str | None = None
    township_code: str | None = None
    commissioner_id: str | None = None
    states: Collection[str] | None = None
    today: date | None = None
    serving_on: date | None = None
    notice_starts_on: date | None = None
    notice_ends_on: date | None = None


def list_assignments(
    connection: Connection,
    wanted: AssignmentFilter,
    visible: RowFilter,
    *,
    by_place: bool = False,
    after: int | None = None,
    limit: int | None = None,
) -> list[Values]:
    """The wanted assignments that are visible, by id, or by township and term; ``specialties`` is a tuple.

    Each row has the names of township, county, commissioner and institution; ``after`` is an id.
    """
    order = (
        (townships.c.county_code, townships.c.code, assignments.c.starts_on, assignments.c.id)
        if by_place
        else (assignments.c.id,)
    )
    statement = _named().where(*_conditions(wanted), _admitted(visible)).order_by(*order).limit(limit)
    if after is not None:
        statement = statement.where(assignments.c.id > after)
    rows = [dict(row._mapping) for row in connection.execute(statement)]
    held = specialties_of(connection, {row["commissioner_id"] for row in rows})
    return [row | {"specialties": held.get(row["commissioner_id"], ())} for row in rows]


def specialties_of(connection: Connection, commissioner_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The specialties of each commissioner who has any, in the order of their codes."""
    held: dict[str, list[str]] = defaultdict(list)
    wanted = sorted(commissioner_ids)
    each = commissioner_specialties.c
    for start in range(0, len(wanted), _AT_ONCE):
        some = each.commissioner_id.in_(wanted[start : start + _AT_ONCE])
        for row in connection.execute(
            select(commissioner_specialties).where(some).order_by(each.commissioner_id, each.specialty)
        ):
            held[row.commissioner_id].append(row.specialty)
    return {commissioner_id: tuple(those) for commissioner_id, those in held.items()}


def featured_on(connection: Connection, day: date) -> dict[str, str]:
    """The name of the featured product of each township that has one on a day."""
    each = featured_products.c
    rows = connection.execute(
        select(each.township_code, products.c.name)
        .join(products, products.c.id == each.product_id)
        .where(each.starts_on <= day, or_(each.ends_on.is_(None), each.ends_on >= day))
    )
    return {row.township_code: row.name for row in rows}


def _named() -> Select[Any]:
    return (
        select(
            assignments,
            townships.c.name.label("township"),
            townships.c.county_code,
            counties.c.name.label("county"),
            commissioners.c.name.label("commissioner"),
            institutions.c.name.label("institution"),
        )
        .join(townships, townships.c.code == assignments.c.township_code)
        .join(counties, counties.c.code == townships.c.county_code)
        .join(commissioners, commissioners.c.id == assignments.c.commissioner_id)
        .join(institutions, institutions.c.id == commissioners.c.institution_id)
    )


def _admitted(visible: RowFilter) -> ColumnElement[bool]:
    return admitted(
        visible, county_code=townships.c.county_code, commissioner_id=assignments.c.commissioner_id
    )


def _state(today: date | None) -> ColumnElement[str]:
    each = assignments.c
    if today is None:
        return each.state
    run_out = and_(each.state == AssignmentState.ACTIVE.value, today > _LAST_DAY)
    return case((run_out, AssignmentState.ENDED.value), else_=each.state)


def _conditions(wanted: AssignmentFilter) -> list[ColumnElement[bool]]:
    each = assignments.c
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (wanted.id, each.id == wanted.id),
        (wanted.county_code, townships.c.county_code == wanted.county_code),
        (wanted.township_code, each.township_code == wanted.township_code),
        (wanted.commissioner_id, each.commissioner_id == wanted.commissioner_id),
        (wanted.notice_starts_on, each.notice_starts_on == wanted.notice_starts_on),
        (wanted.notice_ends_on, each.notice_ends_on == wanted.notice_ends_on),
    ]
    conditions = [condition for value, condition in asked if value is not None]
    if wanted.states is not None:
        conditions.append(_state(wanted.today).in_(sorted(wanted.states)))
    if wanted.serving_on is not None:
        conditions.append(
            and_(
                each.state.in_([state.value for state in SERVING_STATES]),
                each.starts_on <= wanted.serving_on,
                wanted.serving_on <= _LAST_DAY,
            )
        )
    return conditions
