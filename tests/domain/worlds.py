"""Small worlds to measure coverage in: the tables of a few townships, and what the function says of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import pandas as pd

from fieldapp.domain.coverage import (
    CoveragePolicy,
    coverage_table,
)

DAY = timedelta(days=1)

DAY = timedelta(days=1)
TODAY = date(2026, 11, 22)
COLUMNS = {
    "townships": ("code", "name", "county_code", "starts_on", "ends_on"),
    "roster": ("township_code", "starts_on", "ends_on"),
    "assignments": (
        *("id", "township_code", "commissioner_id", "commissioner", "institution", "state"),
        *("starts_on", "ends_on", "ended_on", "agreement_approved_on"),
    ),
    "featured_products": ("township_code", "name", "starts_on", "ends_on"),
    "visits": ("township_code", "commissioner_id", "visited_on", "counts", "verifies"),
    "lineage": ("from_code", "to_code", "from_name", "effective_on"),
}
World = dict[str, list[dict[str, Any]]]


def measured(
    world: World, as_of: date = TODAY, window_days: int = 90, county: str | None = None, **given: Any
) -> gpd.GeoDataFrame:
    """What the function under test says of a world; visits are aggregated as the database does."""
    frames = {
        name: pd.DataFrame(world.get(name, []), columns=list(columns), dtype=object)
        for name, columns in COLUMNS.items()
    }
    frames["visits"] = aggregated(world, as_of, window_days)
    return coverage_table(
        frames.pop("townships"),
        **(frames | given),
        as_of=as_of,
        policy=CoveragePolicy(window_days),
        county=county,
    )


def aggregated(world: World, as_of: date, window_days: int) -> pd.DataFrame:
    rows = []
    for place, person in sorted(
        {(v["township_code"], v["commissioner_id"]) for v in world.get("visits", [])}
    ):
        theirs = [
            visit
            for visit in world["visits"]
            if (visit["township_code"], visit["commissioner_id"]) == (place, person)
            and visit["counts"]
            and visit["visited_on"] <= as_of
        ]
        since = as_of - window_days * DAY
        verified = [v["visited_on"] for v in theirs if v["verifies"] and v["visited_on"] > since]
        last = max((v["visited_on"] for v in theirs), default=None)
        rows.append((place, person, last, max(verified, default=None)))
    return pd.DataFrame(
        rows, columns=["township_code", "commissioner_id", "last_visit_on", "last_verified_on"], dtype=object
    )


def plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


def one_township(**more: list[dict[str, Any]]) -> World:
    return {
        "townships": [row_of("townships", code="230184101", name="拉林满族镇", county_code="230184")],
        "roster": [row_of("roster", township_code="230184101", starts_on=date(2025, 1, 1))],
        **more,
    }


def row_of(table: str, **values: Any) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS[table]) | values


def term(number: int, starts_on: date, ends_on: date, **more: Any) -> dict[str, Any]:
    return (
        row_of(
            "assignments",
            id=number,
            township_code="230184101",
            commissioner_id=f"C{number}",
            commissioner=f"commissioner {number}",
            state="active",
            starts_on=starts_on,
            ends_on=ends_on,
        )
        | more
    )


def only(table: gpd.GeoDataFrame) -> dict[str, Any]:
    assert len(table) == 1
    return {str(name): plain(value) for name, value in table.iloc[0].items()}
