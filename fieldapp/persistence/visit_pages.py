"""Visits as lists show them: filtered, in an order, a page at a time, with the names that people know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, literal, or_, select

from fieldapp.domain.permissions import RowFilter
from fieldapp.domain.visits import EvidenceGrade, Review
from fieldapp.persistence import register
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    commissioners,
    confirmations,
    counties,
    institutions,
    photos,
    townships,
    visit_notes,
    visit_photos,
    visits,
)
from fieldapp.persistence.visits import readable_by

# The worst comes first where grades are sorted; a visit that was never graded comes last.
_GRADES = {"A": 4, "B": 3, "C": 2, "D": 1}
_AWAITED = exists().where(
    visit_photos.c.visit_id == visits.c.id,
    ~exists().where(photos.c.sha256 == visit_photos.c.sha256),
)
_PHOTOS = (
    select(func.count()).where(visit_photos.c.visit_id == visits.c.id).correlate(visits).scalar_subquery()
)
_ANSWERED = exists().where(visit_notes.c.visit_id == visits.c.id, visit_notes.c.kind == "answer")
_TO_APPROVE = exists().where(
    confirmations.c.visit_id == visits.c.id,
    confirmations.c.answered_at.is_not(None),
    confirmations.c.denial.is_(None),
    confirmations.c.approved_at.is_(None),
    confirmations.c.revoked_at.is_(None),
)
_DENIED = exists().where(
    confirmations.c.visit_id == visits.c.id,
    confirmations.c.denial.is_not(None),
    confirmations.c.revoked_at.is_(None),
)


@dataclass(frozen=True)
class VisitFilter:
    """What is asked for; everything blank asks for all."""

    review: Review | None = None
    grade: EvidenceGrade | None = None
    county: str = ""
    township: str = ""
    commissioner: str = ""
    since: date | None = None
    until: date | None = None
    awaiting_photos: bool = False
    to_confirm: bool = False  # the recipient has answered, and no officer has looked at it
    denied: bool = False  # by the recipient, and no officer has taken that back
    search: str = ""


_ORDERS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "day": (visits.c.started_at,),
    "received": (visits.c.received_at,),
    "township": (townships.c.county_code, townships.c.pinyin, visits.c.started_at),
    "commissioner": (commissioners.c.pinyin, visits.c.started_at),
    "grade": (
        case(*((visits.c.grade == grade, order) for grade, order in _GRADES.items()), else_=9),
        visits.c.started_at,
    ),
    "review": (visits.c.review, visits.c.started_at),
    "service_days": (visits.c.service_days, visits.c.started_at),
}
VISIT_SORTS = tuple(_ORDERS)
# What a recipient has denied is looked at first, then what has waited longest.
_QUEUE = (case((_DENIED, 0), else_=1), visits.c.received_at)


def count(connection: Connection, rows: RowFilter, wanted: VisitFilter) -> int:
    """How many visits there are to a filter."""
    statement = _joined(select(func.count())).where(*_conditions(rows, wanted))
    return connection.scalar(statement) or 0


def page(
    connection: Connection,
    rows: RowFilter,
    wanted: VisitFilter,
    *,
    sort: str = "day",
    descending: bool = True,
    limit: int,
    offset: int = 0,
) -> list[Values]:
    """Some of the visits to a filter, with names, counts of photos and what is open.

    ``sort`` is one of `VISIT_SORTS`, or "queue" for the order in which they are reviewed.
    """
    statement = _ordered(_listed(rows, wanted), sort, descending).limit(limit).offset(offset)
    return [dict(row._mapping) for row in connection.execute(statement)]


def stream(
    connection: Connection, rows: RowFilter, wanted: VisitFilter, *, sort: str, descending: bool
) -> Iterator[Values]:
    """All of them, a thousand in memory at a time."""
    return register.stream_rows(connection, _ordered(_listed(rows, wanted), sort, descending))


def one(connection: Connection, visit_id: UUID) -> Values:
    """One visit as lists show it, for whoever may read it."""
    found = connection.execute(
        _listed(RowFilter(everything=True), VisitFilter(), withdrawn=True).where(visits.c.id == visit_id)
    ).one()
    return dict(found._mapping)


def deleted_since(
    connection: Connection, rows: RowFilter, moment: datetime, *, township: str = ""
) -> list[Values]:
    """The visits that were withdrawn since then, as lists show them, the latest first."""
    statement = (
        _listed(rows, VisitFilter(township=township), withdrawn=True)
        .where(visits.c.deleted_at >= moment)
        .order_by(visits.c.deleted_at.desc(), visits.c.id)
    )
    return [dict(row._mapping) for row in connection.execute(statement)]


def counts_by_review(connection: Connection, rows: RowFilter) -> dict[Review, int]:
    """How many visits stand in each state of the review."""
    statement = (
        _joined(select(visits.c.review, func.count().label("n")))
        .where(*_conditions(rows, VisitFilter()))
        .group_by(visits.c.review)
    )
    return {Review(row.review): row.n for row in connection.execute(statement)}


def counties_with_visits(connection: Connection, rows: RowFilter) -> dict[str, str]:
    """The counties in which there are visits that may be read."""
    statement = (
        select(counties.c.code, counties.c.name)
        .where(
            counties.c.code.in_(
                _joined(select(townships.c.county_code)).where(*_conditions(rows, VisitFilter())).distinct()
            )
        )
        .order_by(counties.c.code)
    )
    return {row.code: row.name for row in connection.execute(statement)}


def _listed(rows: RowFilter, wanted: VisitFilter, *, withdrawn: bool = False) -> Select[Any]:
    statement = _joined(
        select(
            visits,
            townships.c.name.label("township"),
            townships.c.county_code,
            counties.c.name.label("county"),
            commissioners.c.name.label("commissioner"),
            commissioners.c.phone.label("commissioner_phone"),
            institutions.c.name.label("institution"),
            _PHOTOS.label("photos"),
            _AWAITED.label("awaits_photos"),
            _ANSWERED.label("answered"),
            _TO_APPROVE.label("to_confirm"),
            _DENIED.label("denied"),
        )
    )
    return statement.where(*_conditions(rows, wanted, withdrawn=withdrawn))


def _joined(statement: Select[Any]) -> Select[Any]:
    return (
        statement.select_from(visits)
        .join(townships, townships.c.code == visits.c.township_code)
        .join(counties, counties.c.code == townships.c.county_code)
        .join(commissioners, commissioners.c.id == visits.c.commissioner_id)
        .join(institutions, institutions.c.id == commissioners.c.institution_id)
    )


def _ordered(statement: Select[Any], sort: str, descending: bool) -> Select[Any]:
    order = _QUEUE if sort == "queue" else _ORDERS.get(sort, _ORDERS["day"])
    columns = (*order, visits.c.id)
    return statement.order_by(*(column.desc() if descending else column for column in columns))


def _conditions(
    rows: RowFilter, wanted: VisitFilter, *, withdrawn: bool = False
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [readable_by(rows)]
    if not withdrawn:
        found.append(visits.c.deleted_at.is_(None))
    asked: tuple[tuple[object, ColumnElement[bool]], ...] = (
        (wanted.review, visits.c.review == wanted.review),
        (wanted.grade, visits.c.grade == wanted.grade),
        (wanted.county, townships.c.county_code == wanted.county),
        (wanted.township, visits.c.township_code == wanted.township),
        (wanted.commissioner, visits.c.commissioner_id == wanted.commissioner),
        (wanted.since, visits.c.visited_on >= (wanted.since or date.min)),
        (wanted.until, visits.c.visited_on <= (wanted.until or date.max)),
        (wanted.awaiting_photos, _AWAITED),
        (wanted.to_confirm, _TO_APPROVE),
        (wanted.denied, _DENIED),
    )
    found += [condition for value, condition in asked if value]
    for word in wanted.search.split():
        found.append(_speaks_of(word))
    return found


def _speaks_of(word: str) -> ColumnElement[bool]:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = literal(f"%{escaped}%")
    places: tuple[ColumnElement[Any], ...] = (
        visits.c.content,
        townships.c.name,
        commissioners.c.name,
        institutions.c.name,
    )
    spoken = func.replace(townships.c.pinyin, " ", ""), func.replace(commissioners.c.pinyin, " ", "")
    return or_(
        *(column.like(pattern, escape="\\") for column in places),
        *(column.like(literal(f"{escaped.lower()}%"), escape="\\") for column in spoken),
        visits.c.township_code == word,
        visits.c.commissioner_id == word,
    )
