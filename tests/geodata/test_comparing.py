"""Outlines that are apart, and polygons that cover the same ground, measured in metres."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import MultiPolygon, Polygon, box

from geodata.boundaries import find_overlaps, outline_shift_m
from geodata.crs import CrsMismatchError

SQUARE = box(127.0, 45.0, 127.1, 45.1)


def test_an_outline_is_as_far_away_as_its_farthest_corner():
    spiked = Polygon([(127.0, 45.0), (127.1, 45.0), (127.1, 45.1), (127.05, 45.109), (127.0, 45.1)])
    assert outline_shift_m(SQUARE, spiked) == pytest.approx(1000, rel=0.01)
    assert outline_shift_m(spiked, SQUARE) == outline_shift_m(SQUARE, spiked)


def test_neither_more_corners_nor_another_beginning_move_an_outline():
    again = Polygon([(127.1, 45.05), (127.1, 45.0), (127.0, 45.0), (127.0, 45.1), (127.1, 45.1)])
    assert outline_shift_m(SQUARE, MultiPolygon([again])) < 0.1


def test_a_hole_and_a_second_part_count():
    holed = Polygon(SQUARE.exterior.coords, [box(127.04, 45.04, 127.06, 45.06).exterior.coords])
    assert outline_shift_m(SQUARE, holed) > 3000
    assert outline_shift_m(SQUARE, MultiPolygon([SQUARE, box(128, 45, 128.1, 45.1)])) > 60_000


def test_overlaps_are_shares_of_the_smaller_and_touching_is_none():
    frame = gpd.GeoDataFrame(
        geometry=[SQUARE, box(127.1, 45.0, 127.2, 45.1), box(127.09, 45.0, 127.11, 45.1)], crs="EPSG:4326"
    )
    found = find_overlaps(frame)
    assert [(each.one, each.other) for each in found] == [(0, 2), (1, 2)]
    assert [each.share for each in found] == pytest.approx([0.5, 0.5], abs=0.001)
    assert found[0].area_m2 == pytest.approx(787 * 11_112, rel=0.01)
    assert find_overlaps(frame.iloc[:0]) == ()
    with pytest.raises(CrsMismatchError):
        find_overlaps(frame.set_crs("EPSG:4490", allow_override=True))
