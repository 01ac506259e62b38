"""Coverage (一乡一员一品): the ladder of a township on a day, and the figures that come from it.

`coverage_table` is the one function behind every figure on every screen, in every export and in the API.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from fieldapp.domain.assignments import SERVING_STATES
from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.periods import (
    FIRST_DAY,
    LAST_DAY,
    Flags,
    Numbers,
    Periods,
    day_number,
    day_numbers,
    days,
    held_until,
    holding,
    periods_of,
    require_columns,
)
from geodata.crs import STORAGE_CRS, require_crs
from geodata.errors import Message

RUNGS = ("assigned", "product", "signed", "visited", "verified")


class CoverageStatus(StrEnum):
    """What a township shows as: the lowest rung that it lacks, or covered."""

    UNCOVERED = "uncovered"
    NO_PRODUCT = "no_product"
    UNSIGNED = "unsigned"
    DORMANT = "dormant"
    UNVERIFIED = "unverified"
    COVERED = "covered"

    @property
    def words(self) -> Message:
        return _STATUS_WORDS[self]


_STATUS_WORDS = {
    CoverageStatus.UNCOVERED: Message("uncovered"),
    CoverageStatus.NO_PRODUCT: Message("no product"),
    CoverageStatus.UNSIGNED: Message("unsigned"),
    CoverageStatus.DORMANT: Message("dormant"),
    CoverageStatus.UNVERIFIED: Message("unverified"),
    CoverageStatus.COVERED: Message("covered"),
}


@dataclass(frozen=True)
class CoveragePolicy:
    """``window_days``: a visit counts on its own day and the ``window_days - 1`` days after it."""

    window_days: int = 90

    def __post_init__(self) -> None:
        if self.window_days < 1:
            raise InvalidInputError(Message("The window of a coverage policy is at least one day."))


STANDARD_POLICY = CoveragePolicy()
_ASSIGNMENT_COLUMNS = (
    *("id", "commissioner_id", "commissioner", "institution", "state", "ended_on"),
    "agreement_approved_on",
)


@dataclass(frozen=True)
class CoverageCounts:
    """How many townships hold each rung (and ``full``: assigned and product), and show each status."""

    roster: int
    counts: dict[str, int]
    status: dict[str, int]

    @property
    def full(self) -> bool:
        """Whether every township of a roster that is not empty has a commissioner and a product."""
        return 0 < self.roster == self.counts["full"]


def coverage_table(
    townships: gpd.GeoDataFrame | pd.DataFrame,
    *,
    roster: pd.DataFrame,
    assignments: pd.DataFrame,
    featured_products: pd.DataFrame,
    visits: pd.DataFrame,
    as_of: date,
    policy: CoveragePolicy = STANDARD_POLICY,
    county: str | None = None,
    lineage: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Tell for each township on the roster on a day which rungs it holds and until when.

    Parameters
    ----------
    townships
        One row a township: ``code`` (str, unique), ``name``, ``county_code``, ``starts_on`` and
        ``ends_on`` (its own validity; missing is open). A GeoDataFrame in EPSG:4326, or a table without
        geometry.
    roster
        ``township_code, starts_on, ends_on``: memberships; a missing ``ends_on`` is open.
    assignments
        ``id, township_code, commissioner_id, commissioner, institution, state, starts_on, ends_on,
        ended_on, agreement_approved_on``. Those whose state is not a serving one are left out.
    featured_products
        ``township_code, name, starts_on, ends_on``; a missing ``ends_on`` is open.
    visits
        One row a township and commissioner, aggregated over the visits up to ``as_of`` that are neither
        rejected nor deleted: ``township_code, commissioner_id, last_visit_on`` and ``last_verified_on``
        (of visits with evidence grade A or B or an approved confirmation; missing where there are none).
    as_of
        The day that is asked about, past or future.
    policy
        The window that a visit counts in.
    county
        Restrict the answer to the townships of this county code.
    lineage
        ``from_code, to_code, from_name, effective_on``: where given, a township that was renamed later
        keeps, on ``as_of``, the name it had then.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a township, sorted by ``code``, in EPSG:4326: ``code, name, county_code`` (object);
        ``assigned, product, signed, visited, verified, full`` (bool); ``status`` (object, a
        `CoverageStatus` value); ``assignment_id`` (Int64); ``commissioner_id, commissioner,
        institution`` (object, None where there is none); ``starts_on, ends_on`` (datetime64[s], the term
        as served); ``featured_product`` (object or None); ``last_visit_on`` (datetime64[s], of the
        commissioner in office); ``lapses_on`` (datetime64[s]); ``geometry`` (null where none was given).

        ``lapses_on`` is the first day after ``as_of`` on which the township has no commissioner any
        more, successors without a gap counted in, or no featured product, if it has one on ``as_of``. It
        is missing where the township is not assigned, where nothing is known to end, and where the
        township is off the roster by then.

    Raises
    ------
    geodata.crs.CrsMismatchError
        The townships have a CRS other than EPSG:4326, or geometry without one.
    fieldapp.domain.errors.InvalidInputError
        A table lacks a column, a code is there twice, or the visits go beyond ``as_of``.

    Notes
    -----
    Days are ``datetime.date``, ``datetime64`` or ISO text; periods are closed. Where two terms of one
    township cover ``as_of``, which the database forbids, the one that began last counts.

    Examples
    --------
    >>> table = coverage_table(
    ...     gpd.read_file("townships.geojson"),
    ...     roster=roster, assignments=assignments, featured_products=products, visits=visits,
    ...     as_of=date(2026, 11, 22),
    ... )  # doctest: +SKIP
    >>> table.query("status == 'uncovered'")[["code", "name"]]  # doctest: +SKIP
    >>> count_coverage(table).counts["full"]  # doctest: +SKIP
    """
    today = day_number(as_of)
    since = today - policy.window_days  # a visit on this day or before is out of the window
    places = _places(townships)
    count = len(places)

    require_columns(assignments, "assignments", _ASSIGNMENT_COLUMNS)
    # Of two terms that began on one day, which the database forbids, the one noted last counts.
    assignments = assignments.sort_values("id", kind="stable")
    terms = _terms(assignments, places)
    features = periods_of(featured_products, "featured_products", places)
    require_columns(featured_products, "featured_products", ("name",))
    term, feature = holding(terms, today, count), holding(features, today, count)
    commissioner_id = _taken(assignments["commissioner_id"], term)
    last_visit, last_verified = _last_visits(visits, places, commissioner_id, today)
    approved = day_numbers(assignments["agreement_approved_on"], LAST_DAY)

    assigned, product = term >= 0, feature >= 0
    rungs = {
        "assigned": assigned,
        "product": product,
        "signed": assigned & (_taken(approved, term, LAST_DAY) <= today),
        "visited": assigned & (last_visit > since),
        "verified": assigned & (last_verified > since),
    }
    leaves = _member_until(townships, roster, places, today) + 1
    stop = held_until(terms, today, count) + 1
    stop = np.where(product, np.minimum(stop, held_until(features, today, count) + 1), stop)

    table = gpd.GeoDataFrame(
        {
            "code": pd.Series(places, dtype=object),
            "name": _names_then(townships, places, lineage, today),
            "county_code": pd.Series(townships["county_code"].to_numpy(object), dtype=object),
            **rungs,
            "full": assigned & product,
            "status": pd.Series(_status(rungs), dtype=object),
            "assignment_id": pd.array(_taken(assignments["id"], term), dtype="Int64"),
            "commissioner_id": pd.Series(commissioner_id, dtype=object),
            "commissioner": pd.Series(_taken(assignments["commissioner"], term), dtype=object),
            "institution": pd.Series(_taken(assignments["institution"], term), dtype=object),
            "starts_on": days(_taken(terms.starts, term, LAST_DAY)),
            "ends_on": days(_taken(terms.ends, term, LAST_DAY)),
            "featured_product": pd.Series(_taken(featured_products["name"], feature), dtype=object),
            "last_visit_on": days(last_visit),
            "lapses_on": days(np.where(assigned & (stop < leaves), stop, LAST_DAY)),
        },
        geometry=_geometry(townships),
        crs=STORAGE_CRS,
    )
    counts = leaves > today
    if county is not None:
        counts &= (table["county_code"] == county).to_numpy()
    kept: gpd.GeoDataFrame = table[counts].sort_values("code", ignore_index=True)
    return kept


def count_coverage(table: pd.DataFrame) -> CoverageCounts:
    """Count the rungs and the statuses of a coverage table or of any selection of its rows."""
    shown = table["status"].value_counts()
    return CoverageCounts(
        roster=len(table),
        counts={
            name: int(table[name].sum())
            for name in ("assigned", "product", "full", "signed", "visited", "verified")
        },
        status={status.value: int(shown.get(status.value, 0)) for status in CoverageStatus},
    )


def _places(townships: pd.DataFrame) -> pd.Index[Any]:
    require_columns(townships, "townships", ("code", "name", "county_code", "starts_on", "ends_on"))
    places: pd.Index[Any] = pd.Index(townships["code"], dtype=object)
    if not places.is_unique:
        twice = places[places.duplicated()][0]
        raise InvalidInputError(Message("The township {code} is in the table twice.", code=twice))
    return places


def _member_until(
    townships: pd.DataFrame, roster: pd.DataFrame, places: pd.Index[Any], today: int
) -> Numbers:
    """The last day up to which each township counts from today on; before today where it does not."""
    membership = held_until(periods_of(roster, "roster", places), today, len(places))
    validity = held_until(periods_of(townships, "townships", places, key="code"), today, len(places))
    return np.minimum(membership, validity)


def _terms(assignments: pd.DataFrame, places: pd.Index[Any]) -> Periods:
    """The terms that make a township assigned, up to the last day served; the others have no place."""
    terms = periods_of(assignments, "assignments", places)
    serving = assignments["state"].isin([state.value for state in SERVING_STATES]).to_numpy()
    return Periods(
        place=np.where(serving, terms.place, -1),
        starts=terms.starts,
        # A term that was cut short ended then; nothing prolongs it.
        ends=np.minimum(terms.ends, day_numbers(assignments["ended_on"], LAST_DAY)),
    )


def _taken(column: pd.Series[Any] | Numbers, rows: Numbers, missing: Any = None) -> npt.NDArray[Any]:
    """The values of a column in these rows; ``missing`` where the row is -1 or its value is missing."""
    if isinstance(column, pd.Series):
        text = column.to_numpy(object, copy=True)
        text[pd.isna(text)] = missing
        return np.append(text, np.array([missing], dtype=object))[rows]
    return np.append(column, missing)[rows]


def _last_visits(
    visits: pd.DataFrame, places: pd.Index[Any], commissioner_id: npt.NDArray[Any], today: int
) -> tuple[Numbers, Numbers]:
    """For each township the last visit and the last verified one of the commissioner in office."""
    require_columns(
        visits, "visits", ("township_code", "commissioner_id", "last_visit_on", "last_verified_on")
    )
    place = places.get_indexer(pd.Index(visits["township_code"]))
    theirs = (place >= 0) & (visits["commissioner_id"].to_numpy(object) == commissioner_id[place])
    place = place[theirs]
    if len(np.unique(place)) < len(place):
        raise InvalidInputError(
            Message("The visits hold a township and commissioner twice. Aggregate them to one row each.")
        )
    found = []
    for column in ("last_visit_on", "last_verified_on"):
        numbers = day_numbers(visits[column], FIRST_DAY)
        if (numbers > today).any():
            raise InvalidInputError(
                Message("The visits go beyond the day asked about. Aggregate them up to that day.")
            )
        last = np.full(len(places), FIRST_DAY)
        last[place] = numbers[theirs]
        found.append(last)
    return found[0], found[1]


def _status(rungs: dict[str, Flags]) -> npt.NDArray[Any]:
    """The status of the lowest rung that is missing."""
    in_order = [status.value for status in CoverageStatus]
    return np.select([~rungs[rung] for rung in RUNGS], in_order[: len(RUNGS)], in_order[-1])


def _names_then(
    townships: pd.DataFrame, places: pd.Index[Any], lineage: pd.DataFrame | None, today: int
) -> pd.Series[Any]:
    """The names of the day: of a township that was renamed later, the name before the next renaming."""
    names = townships["name"].to_numpy(object, copy=True)
    if lineage is not None:
        require_columns(lineage, "lineage", ("from_code", "to_code", "from_name", "effective_on"))
        day = day_numbers(lineage["effective_on"], FIRST_DAY)
        place = places.get_indexer(pd.Index(lineage["from_code"]))
        same = lineage["from_code"].to_numpy(object) == lineage["to_code"].to_numpy(object)
        later = np.flatnonzero(same & (place >= 0) & (day > today))
        latest_first = later[np.argsort(-day[later], kind="stable")]
        names[place[latest_first]] = lineage["from_name"].to_numpy(object)[latest_first]
    return pd.Series(names, dtype=object)


def _geometry(townships: gpd.GeoDataFrame | pd.DataFrame) -> npt.NDArray[Any]:
    if not isinstance(townships, gpd.GeoDataFrame) or townships.active_geometry_name is None:
        return np.full(len(townships), None)
    require_crs(townships)
    return townships.geometry.to_numpy()
