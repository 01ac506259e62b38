"""What coverage is measured from, read in one snapshot; visits are aggregated by the database.

Who has read it before is told what changed since: after a visit only the visits of its commissioner are
looked at again, so that measuring once more costs little however many townships and visits there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, ScalarSelect, Select, and_, func, or_, select

from fieldapp.domain.assignments import SERVING_STATES
from fieldapp.domain.visits import VERIFYING_GRADES, Review
from fieldapp.persistence.engine import connected
from fieldapp.persistence.schema import (
    assignments,
    commissioners,
    counties,
    featured_products,
    institutions,
    products,
    roster_memberships,
    roster_targets,
    township_lineage,
    townships,
    visits,
)
from fieldapp.persistence.unit_of_work import PLACES, REGISTER, TOPICS, VISITS, change_versions
from geodata.crs import STORAGE_CRS

_Question = tuple[date, int, bool]  # the day, the days of the window, whether with boundaries

# From so many commissioners with changed visits on, everybody's are read again: that is one plain statement.
_MANY = 1000


@dataclass(frozen=True)
class Places:
    """Which townships count, what they feature, and what stands beside them."""

    townships: pd.DataFrame
    roster: pd.DataFrame
    featured_products: pd.DataFrame
    lineage: pd.DataFrame
    county_names: dict[str, str]
    target: int | None


@dataclass(frozen=True)
class CoverageInputs:
    """The tables that `fieldapp.domain.coverage.coverage_table` takes.

    ``versions`` are those of the topics of change as the snapshot saw them.
    """

    places: Places
    assignments: pd.DataFrame
    visits: pd.DataFrame
    question: _Question
    versions: Mapping[str, int]


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection whose statements all see the database as it is at the first of them."""
    with connected(engine) as connection:
        if connection.dialect.name == "postgresql":  # SQLite's transactions are snapshots already
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


def read_coverage_inputs(
    connection: Connection,
    *,
    as_of: date,
    window_days: int,
    geometry: bool = False,
    known: CoverageInputs | None = None,
) -> CoverageInputs:
    """Read everything for a day; the boundaries only where ``geometry`` asks for them.

    Of ``known``, an earlier answer to the same question from the same database, the answer takes over what
    has not changed since.
    """
    question, versions = (as_of, window_days, geometry), change_versions(connection)
    if known is None or known.question != question or _went_back(known.versions, versions):
        return CoverageInputs(
            _places(connection, as_of, geometry),
            _frame(connection, _assignments(as_of)),
            _frame(connection, _visits(as_of, window_days)),
            question,
            versions,
        )
    same = {topic for topic in TOPICS if known.versions[topic] == versions[topic]}
    places = known.places if PLACES in same else _places(connection, as_of, geometry)
    terms = known.assignments
    outdated = _changed_since(connection, known.versions[VISITS])
    if REGISTER not in same:
        terms = _frame(connection, _assignments(as_of))
        outdated |= _new_in_office(terms, known, as_of)
    return CoverageInputs(places, terms, _visits_anew(connection, known, outdated), question, versions)


def _places(connection: Connection, as_of: date, geometry: bool) -> Places:
    return Places(
        townships=_townships(connection, geometry),
        roster=_frame(
            connection,
            select(
                roster_memberships.c.township_code,
                roster_memberships.c.starts_on,
                roster_memberships.c.ends_on,
            ).where(_not_over(roster_memberships.c.ends_on, as_of)),
        ),
        featured_products=_frame(
            connection,
            select(
                featured_products.c.township_code,
                products.c.name,
                featured_products.c.starts_on,
                featured_products.c.ends_on,
            )
            .join(products, products.c.id == featured_products.c.product_id)
            .where(_not_over(featured_products.c.ends_on, as_of)),
        ),
        lineage=_frame(
            connection,
            select(
                township_lineage.c.from_code,
                township_lineage.c.to_code,
                township_lineage.c.from_name,
                township_lineage.c.effective_on,
            ).where(township_lineage.c.effective_on > as_of),
        ),
        county_names={
            row.code: row.name for row in connection.execute(select(counties.c.code, counties.c.name))
        },
        target=connection.scalar(
            select(roster_targets.c.target)
            .where(roster_targets.c.starts_on <= as_of)
            .order_by(roster_targets.c.starts_on.desc())
            .limit(1)
        ),
    )


def _went_back(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Whether a backup has been restored meanwhile."""
    return any(now[topic] < version for topic, version in before.items())


def _changed_since(connection: Connection, version: int) -> set[str]:
    """The commissioners of visits that were logged, moved, deleted, graded or reviewed since a version."""
    changed = select(visits.c.commissioner_id).where(visits.c.changed > version)
    return set(connection.scalars(changed.distinct()))


def _new_in_office(terms: pd.DataFrame, known: CoverageInputs, as_of: date) -> set[str]:
    """The commissioners in office on the day in a township for which their visits are not known."""
    on_the_day = terms[terms["starts_on"] <= as_of]
    pairs = zip(on_the_day["township_code"], on_the_day["commissioner_id"], strict=True)
    before = zip(known.visits["township_code"], known.visits["commissioner_id"], strict=True)
    return {commissioner_id for _, commissioner_id in set(pairs).difference(before)}


def _visits_anew(connection: Connection, known: CoverageInputs, outdated: set[str]) -> pd.DataFrame:
    """The last visits, those of the outdated commissioners read again; who left office may still be there."""
    if not outdated:
        return known.visits
    as_of, window_days, _ = known.question
    if len(outdated) > _MANY:
        return _frame(connection, _visits(as_of, window_days))
    anew = _frame(connection, _visits(as_of, window_days, assignments.c.commissioner_id.in_(outdated)))
    others = known.visits[~known.visits["commissioner_id"].isin(outdated)]
    return pd.concat([others, anew], ignore_index=True) if len(anew) else others


def _frame(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    rows = connection.execute(query)
    names = list(rows.keys())
    # Plain tuples: of other rows a frame is made ten times slower.
    return pd.DataFrame(list(map(tuple, rows)), columns=names, dtype=object)


def _townships(connection: Connection, geometry: bool) -> pd.DataFrame:
    columns = [getattr(townships.c, name) for name in ("code", "name", "county_code", "starts_on", "ends_on")]
    if not geometry:
        return _frame(connection, select(*columns))
    frame = _frame(connection, select(*columns, townships.c.boundary.label("geometry")))
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=STORAGE_CRS)


def _not_over(ends_on: ColumnElement[date], as_of: date) -> ColumnElement[bool]:
    """Whether a period reaches the day; one that begins later is needed to see what follows."""
    return or_(ends_on.is_(None), ends_on >= as_of)


def _last_served() -> ColumnElement[date]:
    return func.coalesce(assignments.c.ended_on, assignments.c.ends_on)


def _serving() -> ColumnElement[bool]:
    return assignments.c.state.in_([state.value for state in SERVING_STATES])


def _assignments(as_of: date) -> Select[Any]:
    return (
        select(
            assignments.c.id,
            assignments.c.township_code,
            assignments.c.commissioner_id,
            commissioners.c.name.label("commissioner"),
            institutions.c.name.label("institution"),
            assignments.c.state,
            assignments.c.starts_on,
            assignments.c.ends_on,
            assignments.c.ended_on,
            assignments.c.agreement_approved_on,
        )
        .join(commissioners, commissioners.c.id == assignments.c.commissioner_id)
        .outerjoin(institutions, institutions.c.id == commissioners.c.institution_id)
        .where(_serving(), _last_served() >= as_of)
    )


def _visits(as_of: date, window_days: int, *terms: ColumnElement[bool]) -> Select[Any]:
    """The last visit and the last verified one of each commissioner in office on the day.

    Each is one step back along the index of visits, so the cost grows with townships and not with visits.
    """
    verifying = or_(
        visits.c.grade.in_([grade.value for grade in VERIFYING_GRADES]), visits.c.confirmation_approved
    )
    since = as_of - timedelta(days=window_days)
    in_office = (
        select(assignments.c.township_code, assignments.c.commissioner_id)
        .where(_serving(), assignments.c.starts_on <= as_of, _last_served() >= as_of, *terms)
        .distinct()
        .subquery("in_office")
    )

    def last(*conditions: ColumnElement[bool]) -> ScalarSelect[date]:
        return (
            select(visits.c.visited_on)
            .where(
                visits.c.township_code == in_office.c.township_code,
                visits.c.commissioner_id == in_office.c.commissioner_id,
                visits.c.visited_on <= as_of,
                and_(visits.c.deleted_at.is_(None), visits.c.review != Review.REJECTED.value),
                *conditions,
            )
            .order_by(visits.c.visited_on.desc())
            .limit(1)
            .correlate(in_office)
            .scalar_subquery()
        )

    return select(
        in_office.c.township_code,
        in_office.c.commissioner_id,
        last().label("last_visit_on"),
        last(visits.c.visited_on > since, verifying).label("last_verified_on"),
    )
