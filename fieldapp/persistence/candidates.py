"""What ranking candidates reads: everybody, every township on the roster, and what stands between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from fieldapp.domain.assignments import Assignment, AssignmentState
from fieldapp.domain.suitability import AssessmentGrade, Post, Recusal, Suitor
from fieldapp.persistence.assignments import assignment_of
from fieldapp.persistence.schema import (
    assignments,
    commissioner_specialties,
    commissioners,
    counties,
    featured_products,
    institutions,
    products,
    roster_memberships,
    townships,
)
from fieldapp.persistence.schema_assigning import assessment_grades, recusals


@dataclass(frozen=True)
class CandidateInputs:
    """The values that `fieldapp.domain.candidates.Candidates` takes, and the names beside them."""

    suitors: list[Suitor]
    posts: list[Post]
    assignments: list[Assignment]
    recusals: list[Recusal]
    institutions: dict[str, str]  # by commissioner
    kinds: dict[str, str]  # by commissioner
    counties: dict[str, str]  # by county code
    pinyin: dict[str, str]  # by commissioner and by township code


def read_candidate_inputs(connection: Connection, *, as_of: date) -> CandidateInputs:
    """Read everything in seven queries; the roster and the featured products are those of ``as_of``."""
    specialties: dict[str, list[str]] = defaultdict(list)
    for each in connection.execute(
        select(commissioner_specialties).order_by(commissioner_specialties.c.specialty)
    ):
        specialties[each.commissioner_id].append(each.specialty)
    grades = _last_grades(connection)
    people = connection.execute(
        select(
            commissioners.c.id,
            commissioners.c.name,
            commissioners.c.pinyin,
            commissioners.c.kind,
            commissioners.c.capacity,
            commissioners.c.home,
            commissioners.c.retired_on,
            institutions.c.name.label("institution"),
        ).join(institutions)
    ).all()
    places = _places(connection, as_of)
    return CandidateInputs(
        suitors=[
            Suitor(
                id=row.id,
                name=row.name,
                specialties=tuple(specialties.get(row.id, ())),
                capacity=row.capacity,
                home_lon=None if row.home is None else row.home.x,
                home_lat=None if row.home is None else row.home.y,
                retired_on=row.retired_on,
                last_grade=grades.get(row.id),
            )
            for row in people
        ],
        posts=[_post(row) for row in places],
        assignments=[
            assignment_of(dict(row._mapping))
            for row in connection.execute(
                select(assignments).where(assignments.c.state != AssignmentState.WITHDRAWN.value)
            )
        ],
        recusals=[
            Recusal(row.commissioner_id, row.township_code, row.reason)
            for row in connection.execute(select(recusals).where(recusals.c.lifted_on.is_(None)))
        ],
        institutions={row.id: row.institution for row in people},
        kinds={row.id: row.kind for row in people},
        counties={row.code: row.name for row in connection.execute(select(counties.c.code, counties.c.name))},
        pinyin={row.id: row.pinyin for row in people} | {row.code: row.pinyin for row in places},
    )


def _last_grades(connection: Connection) -> dict[str, AssessmentGrade]:
    rows = connection.execute(select(assessment_grades).order_by(assessment_grades.c.year))
    return {row.commissioner_id: AssessmentGrade(row.grade) for row in rows}  # the latest year stays


def _holds(table: Any, as_of: date) -> Any:
    return and_(table.c.starts_on <= as_of, or_(table.c.ends_on.is_(None), table.c.ends_on >= as_of))


def _places(connection: Connection, as_of: date) -> Sequence[Any]:
    featured = (
        select(featured_products.c.township_code, products.c.name, products.c.category)
        .join(products, products.c.id == featured_products.c.product_id)
        .where(_holds(featured_products, as_of))
        .subquery("featured")
    )
    return connection.execute(
        select(
            townships.c.code,
            townships.c.name,
            townships.c.pinyin,
            townships.c.county_code,
            townships.c.seat,
            featured.c.name.label("product"),
            featured.c.category,
        )
        .join(
            roster_memberships,
            and_(roster_memberships.c.township_code == townships.c.code, _holds(roster_memberships, as_of)),
        )
        .outerjoin(featured, featured.c.township_code == townships.c.code)
        .where(func.coalesce(townships.c.ends_on, as_of) >= as_of)
    ).all()


def _post(row: Any) -> Post:
    return Post(
        code=row.code,
        name=row.name,
        county_code=row.county_code,
        category=row.category,
        product=row.product,
        seat_lon=None if row.seat is None else row.seat.x,
        seat_lat=None if row.seat is None else row.seat.y,
    )
