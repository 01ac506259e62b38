"""The register page by page: each list in the order of its key, filtered, with the names beside the codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from fieldapp.domain.assignments import AssignmentState
from fieldapp.domain.permissions import RowFilter
from fieldapp.persistence.assignment_list import specialties_of
from fieldapp.persistence.register import Values
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
from fieldapp.persistence.scopes import admitted


def county_page(connection: Connection, day: date, *, only: str | None = None, **page: Any) -> list[Values]:
    """Counties by code, with how many of their townships are on the roster of a day."""
    roster = (
        select(func.count())
        .select_from(townships.join(roster_memberships))
        .where(townships.c.county_code == counties.c.code, _holds(roster_memberships, day))
        .correlate(counties)
        .scalar_subquery()
    )
    statement = select(counties.c.code, counties.c.name, counties.c.pinyin, roster.label("roster"))
    return _paged(connection, statement, counties.c.code, [(only, counties.c.code == only)], **page)


def township_page(
    connection: Connection,
    day: date,
    *,
    only: str | None = None,
    county_code: str | None = None,
    on_roster: bool | None = None,
    **page: Any,
) -> list[Values]:
    """Townships by code, with their county and whether they are on the roster of a day."""
    listed = exists().where(
        roster_memberships.c.township_code == townships.c.code, _holds(roster_memberships, day)
    )
    each = townships.c
    statement = select(
        *(each.code, each.name, each.pinyin, each.county_code, counties.c.name.label("county"), each.kind),
        *(each.seat, each.boundary_quality, each.boundary_tolerance_m, each.starts_on, each.ends_on),
        listed.label("on_roster"),
    ).join(counties, counties.c.code == each.county_code)
    conditions = [
        (only, each.code == only),
        (county_code, each.county_code == county_code),
        (on_roster, listed if on_roster else ~listed),
    ]
    return _paged(connection, statement, each.code, conditions, **page)


def institution_page(
    connection: Connection, *, only: int | None = None, kind: str | None = None, **page: Any
) -> list[Values]:
    """Institutions by id, with how many commissioners they send."""
    people = (
        select(func.count())
        .where(commissioners.c.institution_id == institutions.c.id)
        .correlate(institutions)
        .scalar_subquery()
    )
    statement = select(institutions, people.label("commissioners"))
    conditions = [(only, institutions.c.id == only), (kind, institutions.c.kind == kind)]
    return _paged(connection, statement, institutions.c.id, conditions, **page)


def commissioner_page(
    connection: Connection,
    day: date,
    visible: RowFilter,
    *,
    only: str | None = None,
    institution_id: int | None = None,
    specialty: str | None = None,
    kind: str | None = None,
    county_code: str | None = None,
    **page: Any,
) -> list[Values]:
    """Commissioners by id, with institution, ``specialties`` and the ``townships`` of unfinished terms."""
    each = commissioners.c
    statement = (
        select(commissioners, institutions.c.name.label("institution"))
        .join(institutions, institutions.c.id == each.institution_id)
        .where(admitted(visible, commissioner_id=each.id))
    )
    conditions = [
        (only, each.id == only),
        (institution_id, each.institution_id == institution_id),
        (kind, each.kind == kind),
        (
            specialty,
            exists().where(
                commissioner_specialties.c.commissioner_id == each.id,
                commissioner_specialties.c.specialty == specialty,
            ),
        ),
        (
            county_code,
            exists().where(
                assignments.c.commissioner_id == each.id,
                _unfinished(day),
                townships.c.code == assignments.c.township_code,
                townships.c.county_code == county_code,
            ),
        ),
    ]
    rows = _paged(connection, statement, each.id, conditions, **page)
    ids = [row["id"] for row in rows]
    held = specialties_of(connection, ids)
    places: dict[str, list[str]] = {}
    terms = select(assignments.c.commissioner_id, assignments.c.township_code).where(
        assignments.c.commissioner_id.in_(ids), _unfinished(day)
    )
    for term in connection.execute(terms.order_by(assignments.c.township_code).distinct()):
        places.setdefault(term.commissioner_id, []).append(term.township_code)
    return [
        row | {"specialties": held.get(row["id"], ()), "townships": places.get(row["id"], [])} for row in rows
    ]


def product_page(
    connection: Connection,
    day: date,
    visible: RowFilter,
    *,
    only: int | None = None,
    township_code: str | None = None,
    county_code: str | None = None,
    category: str | None = None,
    **page: Any,
) -> list[Values]:
    """Products by id, with their place and whether they are featured on a day."""
    each = products.c
    featured = exists().where(featured_products.c.product_id == each.id, _holds(featured_products, day))
    statement = (
        select(
            products,
            townships.c.name.label("township"),
            townships.c.county_code,
            counties.c.name.label("county"),
            featured.label("featured"),
        )
        .join(townships, townships.c.code == each.township_code)
        .join(counties, counties.c.code == townships.c.county_code)
        .where(_of_township(visible, each.township_code))
    )
    conditions = [
        (only, each.id == only),
        (township_code, each.township_code == township_code),
        (county_code, townships.c.county_code == county_code),
        (category, each.category == category),
    ]
    return _paged(connection, statement, each.id, conditions, **page)


def featured_page(
    connection: Connection,
    visible: RowFilter,
    *,
    township_code: str | None = None,
    county_code: str | None = None,
    as_of: date | None = None,
    **page: Any,
) -> list[Values]:
    """Periods in which a product was, is or will be the featured one of its township, by id."""
    each = featured_products.c
    statement = (
        select(
            featured_products,
            products.c.name,
            products.c.category,
            townships.c.name.label("township"),
            townships.c.county_code,
        )
        .join(products, products.c.id == each.product_id)
        .join(townships, townships.c.code == each.township_code)
        .where(_of_township(visible, each.township_code))
    )
    conditions = [
        (township_code, each.township_code == township_code),
        (county_code, townships.c.county_code == county_code),
        (as_of, _holds(featured_products, as_of or date.min)),
    ]
    return _paged(connection, statement, each.id, conditions, **page)


def _of_township(visible: RowFilter, township_code: ColumnElement[str]) -> ColumnElement[bool]:
    return admitted(visible, county_code=townships.c.county_code, township_code=township_code)


def _holds(table: Any, day: date) -> ColumnElement[bool]:
    return and_(table.c.starts_on <= day, or_(table.c.ends_on.is_(None), table.c.ends_on >= day))


def _unfinished(day: date) -> ColumnElement[bool]:
    return and_(
        assignments.c.state != AssignmentState.WITHDRAWN.value,
        func.coalesce(assignments.c.ended_on, assignments.c.ends_on) >= day,
    )


def _paged(
    connection: Connection,
    statement: Select[Any],
    key: ColumnElement[Any],
    conditions: Sequence[tuple[object, ColumnElement[bool]]],
    *,
    after: Any = None,
    limit: int | None = None,
) -> list[Values]:
    """The rows after a key that meet the conditions whose value was given."""
    wanted = [condition for value, condition in conditions if value is not None]
    if after is not None:
        wanted.append(key > after)
    rows = connection.execute(statement.where(*wanted).order_by(key).limit(limit))
    return [dict(row._mapping) for row in rows]
