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
import pandas as pd

from fieldapp.domain.assignments import SERVING_STATES
from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.periods import (
    FIRST_DAY,
    LAST_DAY,
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
    terms = _serving_terms(assignments)
    featured = periods_of(featured_products, "featured_products", ("township_code", "name"))

    table = _on_roster(townships, roster, today, county)
    table["name"] = _names_then(table, lineage, today)
    table = table.join(holding(terms, today), on="code")
    table = table.join(holding(featured, today)["name"].rename("featured_product"), on="code")
    table = _with_visits(table, visits, today)

    table["assigned"] = table["assignment_id"].notna()
    table["product"] = table["featured_product"].notna()
    table["signed"] = table["assigned"] & (table["approved"] <= today)
    table["visited"] = table["assigned"] & (table["last_visit"] > since)
    table["verified"] = table["assigned"] & (table["last_verified"] > since)
    table["full"] = table["assigned"] & table["product"]
    missing = [~table[rung] for rung in RUNGS]
    table["status"] = np.select(missing, _STATUS_OF_MISSING, CoverageStatus.COVERED.value)

    stops = [
        held_until(periods, today).reindex(table["code"]).to_numpy() + 1 for periods in (terms, featured)
    ]
    stop = np.fmin(*stops)  # NaN where there was nothing to lapse
    lapses = table["assigned"] & (stop <= LAST_DAY) & (stop < table["leaves"])
    table["lapses"] = np.where(lapses, stop, np.nan)
    return _finished(table)


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


# The statuses in the order of RUNGS: what lacking each of them shows as.
_STATUS_OF_MISSING = [status.value for status in CoverageStatus][: len(RUNGS)]
_COLUMNS = [
    *("code", "name", "county_code", *RUNGS, "full", "status", "assignment_id", "commissioner_id"),
    *(
        "commissioner",
        "institution",
        "starts_on",
        "ends_on",
        "featured_product",
        "last_visit_on",
        "lapses_on",
    ),
]


def _on_roster(
    townships: gpd.GeoDataFrame | pd.DataFrame, roster: pd.DataFrame, today: int, county: str | None
) -> gpd.GeoDataFrame:
    """The townships that count on the day, by code, each with the day on which it leaves the roster."""
    require_columns(townships, "townships", ("code", "name", "county_code", "starts_on", "ends_on"))
    if townships["code"].duplicated().any():
        twice = townships.loc[townships["code"].duplicated(), "code"].iloc[0]
        raise InvalidInputError(Message("The township {code} is in the table twice.", code=twice))
    validity = periods_of(townships, "townships", ("code",))
    members = held_until(periods_of(roster, "roster", ("township_code",)), today)
    member_until = members.reindex(townships["code"]).to_numpy()
    counts = (validity["starts"] <= today) & (today <= validity["ends"]) & ~np.isnan(member_until)
    if county is not None:
        counts &= (townships["county_code"] == county).to_numpy()
    table = gpd.GeoDataFrame(
        townships[["code", "name", "county_code"]].reset_index(drop=True), geometry=_geometry(townships)
    )
    table["leaves"] = np.fmin(member_until, validity["ends"]) + 1
    kept: gpd.GeoDataFrame = table[counts].sort_values("code", ignore_index=True)
    return kept


def _geometry(townships: gpd.GeoDataFrame | pd.DataFrame) -> gpd.GeoSeries:
    if not isinstance(townships, gpd.GeoDataFrame) or townships.active_geometry_name is None:
        return gpd.GeoSeries(np.full(len(townships), None), crs=STORAGE_CRS)
    require_crs(townships)
    return gpd.GeoSeries(townships.geometry.to_numpy(), crs=STORAGE_CRS)


def _names_then(table: pd.DataFrame, lineage: pd.DataFrame | None, today: int) -> pd.Series[Any]:
    """The names of the day: of a township that was renamed later, the name before the next renaming."""
    if lineage is None or lineage.empty:
        return table["name"]
    require_columns(lineage, "lineage", ("from_code", "to_code", "from_name", "effective_on"))
    changes = lineage[["from_code", "from_name"]].assign(day=day_numbers(lineage["effective_on"], FIRST_DAY))
    later = changes[(changes["day"] > today) & (lineage["from_code"] == lineage["to_code"])]
    next_change = later.sort_values("day", kind="stable").drop_duplicates("from_code")
    return table["code"].map(next_change.set_index("from_code")["from_name"]).fillna(table["name"])


def _serving_terms(assignments: pd.DataFrame) -> pd.DataFrame:
    """The terms that make a township assigned, ending with the last day served."""
    people = ("id", "township_code", "commissioner_id", "commissioner", "institution")
    require_columns(assignments, "assignments", (*people, "state", "ended_on", "agreement_approved_on"))
    terms = periods_of(assignments, "assignments", people).rename(columns={"id": "assignment_id"})
    # A term that was cut short ended then; nothing can prolong it.
    terms["ends"] = np.minimum(terms["ends"], day_numbers(assignments["ended_on"], LAST_DAY))
    terms["approved"] = day_numbers(assignments["agreement_approved_on"], LAST_DAY + 1)
    serving = assignments["state"].isin([state.value for state in SERVING_STATES]).to_numpy()
    # Of two terms that began on one day, which the database forbids, the one noted last counts.
    return terms[serving].sort_values("assignment_id", kind="stable")


def _with_visits(table: gpd.GeoDataFrame, visits: pd.DataFrame, today: int) -> gpd.GeoDataFrame:
    """The table with ``last_visit`` and ``last_verified`` of the commissioner in office, as day numbers."""
    require_columns(
        visits, "visits", ("township_code", "commissioner_id", "last_visit_on", "last_verified_on")
    )
    aggregated = visits[["township_code", "commissioner_id"]].rename(columns={"township_code": "code"})
    aggregated["last_visit"] = day_numbers(visits["last_visit_on"], FIRST_DAY)
    aggregated["last_verified"] = day_numbers(visits["last_verified_on"], FIRST_DAY)
    if (aggregated[["last_visit", "last_verified"]] > today).any(axis=None):
        raise InvalidInputError(
            Message("The visits go beyond the day asked about. Aggregate up to that day.")
        )
    if aggregated.duplicated(["code", "commissioner_id"]).any():
        raise InvalidInputError(
            Message("The visits hold a township and commissioner twice. Aggregate them to one row each.")
        )
    return table.merge(aggregated, how="left", on=["code", "commissioner_id"])


def _finished(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The table as promised: days as days, missing text as None, the columns in their order."""
    for column, numbers in (
        ("starts_on", "starts"),
        ("ends_on", "ends"),
        ("last_visit_on", "last_visit"),
        ("lapses_on", "lapses"),
    ):
        table[column] = days(table[numbers])
    table["assignment_id"] = table["assignment_id"].astype("Int64")
    for column in table.columns[table.dtypes.map(pd.api.types.is_string_dtype)]:
        text = table[column].astype(object)
        table[column] = text.where(text.notna(), None)
    return gpd.GeoDataFrame(table[[*_COLUMNS, "geometry"]], geometry="geometry", crs=STORAGE_CRS)
