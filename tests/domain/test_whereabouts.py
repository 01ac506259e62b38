"""Distances are metres wherever on earth, and never degrees."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, box

from fieldapp.domain.whereabouts import MeasuredBoundary, distance_m

WEST, SOUTH, EAST, NORTH = 126.9, 45.1, 127.1, 45.3
TOWNSHIP = MeasuredBoundary(MultiPolygon([box(WEST, SOUTH, EAST, NORTH)]), 500.0)


@settings(deadline=None)
@given(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))
def test_no_place_in_the_boundary_lies_outside(lon: float, lat: float) -> None:
    assert TOWNSHIP.outside_m(lon, lat) < 0.05  # the edges, too


@pytest.mark.parametrize(("lon", "lat"), [(EAST + 0.001, 45.2), (127.0, NORTH + 0.001), (EAST + 2, 45.2)])
def test_outside_is_measured_over_the_ground(lon: float, lat: float) -> None:
    nearest = (min(lon, EAST), min(lat, NORTH))
    assert TOWNSHIP.outside_m(lon, lat) == pytest.approx(distance_m(lon, lat, *nearest), rel=0.02)


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_every_place_on_earth_has_a_distance(lon: float, lat: float) -> None:
    assert 0 <= TOWNSHIP.outside_m(lon, lat) < 4e7


def test_a_degree_of_longitude_is_shorter_up_north() -> None:
    assert distance_m(127, 45, 128, 45) == pytest.approx(78_850, rel=0.001)
    assert distance_m(127, 0, 128, 0) == pytest.approx(111_320, rel=0.001)
