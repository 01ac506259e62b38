"""The tables that coverage is computed from: what may be in them, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from fieldapp.domain.coverage import (
    CoveragePolicy,
    count_coverage,
    coverage_table,
)
from fieldapp.domain.errors import InvalidInputError
from geodata.crs import CrsMismatchError
from tests.domain.worlds import COLUMNS, DAY, TODAY, World, aggregated, measured, one_township, only, term


def test_the_columns_are_there_also_when_nothing_is() -> None:
    table = measured({"townships": []})
    assert list(table.columns)[:5] == ["code", "name", "county_code", "assigned", "product"]
    assert table.crs == "EPSG:4326"
    assert str(table.dtypes["lapses_on"]) == "datetime64[s]"
    assert count_coverage(table).roster == 0
    assert not count_coverage(table).full


def test_boundaries_stay_with_their_townships() -> None:
    world = one_township()
    layer = gpd.GeoDataFrame(world["townships"], geometry=[Point(127, 45)], crs="EPSG:4326")
    table = measured_with(layer, world)
    assert table.geometry.iloc[0].equals(Point(127, 45))


@pytest.mark.parametrize("crs", ["EPSG:3857", None])
def test_boundaries_in_another_system_are_refused(crs: str | None) -> None:
    world = one_township()
    layer = gpd.GeoDataFrame(world["townships"], geometry=[Point(127, 45)], crs=crs)
    with pytest.raises(CrsMismatchError):
        measured_with(layer, world)


def measured_with(townships: pd.DataFrame, world: World, **given: Any) -> gpd.GeoDataFrame:
    frames: dict[str, Any] = {
        name: pd.DataFrame(world.get(name, []), columns=list(COLUMNS[name]), dtype=object)
        for name in ("roster", "assignments", "featured_products")
    }
    frames["visits"] = aggregated(world, TODAY, 90)
    return coverage_table(townships, **(frames | given), as_of=TODAY)


def test_a_township_that_is_there_twice_is_refused() -> None:
    world = one_township()
    with pytest.raises(InvalidInputError, match="230184101"):
        measured_with(pd.DataFrame(world["townships"] * 2), world)


@pytest.mark.parametrize("name", ["roster", "assignments", "featured_products", "visits"])
def test_a_table_that_lacks_a_column_is_refused_by_name(name: str) -> None:
    world = one_township()
    with pytest.raises(InvalidInputError, match=name):
        measured_with(pd.DataFrame(world["townships"]), world, **{name: pd.DataFrame({"other": []})})


def test_visits_after_the_day_are_refused_because_they_hide_earlier_ones() -> None:
    visits = pd.DataFrame(
        {
            "township_code": ["230184101"],
            "commissioner_id": ["C1"],
            "last_visit_on": [TODAY + DAY],
            "last_verified_on": [None],
        }
    )
    world = one_township()
    with pytest.raises(InvalidInputError):
        measured_with(pd.DataFrame(world["townships"]), world, visits=visits)


def test_something_that_is_not_a_day_is_refused_with_its_column() -> None:
    world = one_township()
    world["roster"][0]["starts_on"] = "next spring"
    with pytest.raises(InvalidInputError, match="starts_on"):
        measured(world)


@pytest.mark.parametrize("as_text", [str, pd.Timestamp])
def test_days_may_be_text_or_instants(as_text: Any) -> None:
    world = one_township(assignments=[term(1, as_text(date(2026, 1, 1)), as_text(date(2026, 12, 31)))])
    assert only(measured(world))["lapses_on"] == date(2027, 1, 1)


def test_a_window_of_no_days_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        CoveragePolicy(0)
