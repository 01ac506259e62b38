"""Validity, repair, simplification along shared edges, and service areas around seats."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geodata.boundaries import (
    BrokenCoverageError,
    BrokenGeometryError,
    UnusableSeatsError,
    find_faults,
    overlap_area_m2,
    repair,
    service_areas,
    simplify_coverage,
)
from geodata.crs import STORAGE_CRS, CrsMismatchError, area_m2
from geodata.errors import Message

WEST, SOUTH = 127.0, 45.0


def county_of(*corners: tuple[float, float]) -> Polygon:
    """A county by corners counted from the south-west, with the vertices of a real one along its edges."""
    placed = Polygon([(WEST + x, SOUTH + y) for x, y in corners])
    return shapely.transform(shapely.segmentize(placed, 0.025), lambda degrees: np.round(degrees, 6))


# Two counties that share edges; the second one is bent, so that seats can be cut off from their places.
SQUARE_COUNTY = county_of((0, 0), (0.5, 0), (0.5, 0.1), (0.5, 0.4), (0.5, 0.5), (0, 0.5))
HOOK_COUNTY = county_of(
    (0.5, 0), (1, 0), (1, 0.5), (0.5, 0.5), (0.5, 0.4), (0.9, 0.4), (0.9, 0.1), (0.5, 0.1)
)

BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
SPIKE = Polygon([(0, 0), (2, 0), (2, 1), (3, 1), (2, 1), (2, 2), (0, 2)])
INVERTED_HOLE = Polygon([(0, 0), (4, 0), (4, 4), (2, 4), (3, 2), (1, 2), (2, 4), (0, 4)])
PART_DRAWN_TWICE = Polygon([(0, 0), (4, 0), (4, 4), (2, 4), (1, 2), (3, 2), (2, 4), (0, 4)])
TINY_CROSSING = Polygon([(0, 0), (2, 0), (2, 2), (1.0001, 2), (1, 2.0001), (1, 2), (1.0001, 2.0001), (0, 2)])
CROSSING_ON_A_VERTEX = Polygon([(8, 6), (6, 6), (3, 0), (0, 0), (5, 4)])
HOLE_OUTSIDE_SHELL = Polygon(box(0, 0, 1, 1).exterior, [box(2, 2, 3, 3).exterior])
PARTS_THAT_OVERLAP = MultiPolygon([box(0, 0, 2, 2), box(1, 0, 3, 2)])
PARTS_THAT_TOUCH_ALONG_AN_EDGE = MultiPolygon([box(0, 0, 1, 1), box(1, 0, 2, 1)])
POLYGON_WITH_A_DANGLING_LINE = GeometryCollection([box(0, 0, 1, 1), LineString([(1, 1), (2, 2)])])
NOT_A_NUMBER = shapely.transform(box(0, 0, 1, 1), lambda xy: np.where(xy == (0, 1), np.nan, xy))


def layer(*shapes: BaseGeometry | None, **columns: list[str]) -> gpd.GeoDataFrame:
    """A layer near Harbin of shapes drawn around the origin in hundredths of a degree."""
    placed = [
        None if shape is None else shapely.transform(shape, lambda xy: xy / 100 + (WEST, SOUTH))
        for shape in shapes
    ]
    return gpd.GeoDataFrame(columns, geometry=placed, crs=STORAGE_CRS)


def places(points: list[tuple[float, float]], county: str, first: int = 0) -> gpd.GeoDataFrame:
    codes = [f"{county}{number:03d}" for number in range(first, first + len(points))]
    return gpd.GeoDataFrame(
        {"code": codes, "county_code": county}, geometry=[Point(point) for point in points], crs=STORAGE_CRS
    )


def county_layer(**polygons: Polygon) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": list(polygons)}, geometry=list(polygons.values()), crs=STORAGE_CRS)


def seats_within(polygon: Polygon, count: int) -> st.SearchStrategy[list[tuple[float, float]]]:
    """Different points properly inside ``polygon``, on a grid of 0.001 degree."""
    inner = shapely.buffer(polygon, -0.005)
    west, south, east, north = (round(side * 1000) for side in inner.bounds)
    point = st.tuples(st.integers(west, east), st.integers(south, north)).map(
        lambda xy: (xy[0] / 1000, xy[1] / 1000)
    )
    return st.lists(
        point.filter(lambda xy: inner.contains(Point(xy))), min_size=1, max_size=count, unique=True
    )


# Validity and repair


def test_a_valid_layer_has_no_faults_and_is_left_alone() -> None:
    frame = layer(box(0, 0, 1, 1), box(1, 0, 2, 1))
    assert find_faults(frame) == ()
    mended, repaired = repair(frame)
    assert repaired == ()
    assert mended.geometry.geom_equals_exact(frame.geometry, tolerance=0).all()


@pytest.mark.parametrize(
    ("broken", "area"),
    [
        pytest.param(SPIKE, 4.0, id="spike"),
        pytest.param(INVERTED_HOLE, 14.0, id="inverted hole"),
        pytest.param(TINY_CROSSING, 4.0, id="tiny crossing"),
        pytest.param(PARTS_THAT_TOUCH_ALONG_AN_EDGE, 2.0, id="parts that touch along an edge"),
        pytest.param(POLYGON_WITH_A_DANGLING_LINE, 1.0, id="polygon with a dangling line"),
    ],
)
def test_what_has_one_reading_is_repaired_and_reported(broken: BaseGeometry, area: float) -> None:
    frame = layer(broken, code=["230102101"], name=["太平镇"])
    before = frame.geometry.iloc[0].wkb
    mended, (finding,) = repair(frame)
    assert mended.is_valid.all()
    assert mended.geometry.iloc[0].geom_type in {"Polygon", "MultiPolygon"}
    assert mended.geometry.iloc[0].area * 1e4 == pytest.approx(area, rel=1e-3)
    assert finding.feature == "230102101 太平镇"
    assert "太平镇" in str(finding.message)
    assert frame.geometry.iloc[0].wkb == before, "the layer given is not changed"


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(BOW_TIE, id="bow tie"),
        pytest.param(PART_DRAWN_TWICE, id="part drawn twice"),
        pytest.param(CROSSING_ON_A_VERTEX, id="crossing on a vertex"),
        pytest.param(HOLE_OUTSIDE_SHELL, id="hole outside its shell"),
        pytest.param(PARTS_THAT_OVERLAP, id="parts that overlap"),
        pytest.param(NOT_A_NUMBER, id="not a number"),
        pytest.param(Polygon(), id="empty"),
        pytest.param(Point(1, 1), id="point"),
        pytest.param(LineString([(0, 0), (1, 1)]), id="line"),
        pytest.param(Polygon([(0, 0), (1, 0), (2, 0)]), id="collapsed"),
        pytest.param(None, id="missing"),
    ],
)
def test_what_has_several_readings_or_none_is_refused_by_feature(broken: BaseGeometry | None) -> None:
    frame = layer(box(5, 5, 6, 6), broken, name=["好镇", "坏镇"])
    assert [fault.feature for fault in find_faults(frame)] == ["坏镇"]
    with pytest.raises(BrokenGeometryError) as refused:
        repair(frame)
    (finding,) = refused.value.findings
    assert (finding.label, finding.feature) == (1, "坏镇")
    assert "坏镇" in str(refused.value)


def test_every_refused_feature_is_named_at_once() -> None:
    with pytest.raises(BrokenGeometryError) as refused:
        repair(layer(BOW_TIE, box(0, 0, 1, 1), None))
    assert [finding.feature for finding in refused.value.findings] == ["#1", "#3"]


def test_what_is_wrong_is_said_in_words_that_can_be_translated_and_where() -> None:
    (fault,) = find_faults(layer(BOW_TIE, name=["坏镇"]))
    what = Message("the line crosses or repeats itself")
    assert fault.message == Message(
        "The boundary of {feature} is broken ({reason}). Correct it in a GIS program.",
        feature="坏镇",
        reason=Message("{what}, at {lon}, {lat}", what=what, lon="127.01000", lat="45.01000"),
    )


def test_heights_are_dropped_and_other_columns_kept() -> None:
    frame = layer(shapely.force_3d(box(0, 0, 1, 1), 120.0), name=["太平镇"])
    mended, _ = repair(frame)
    assert not mended.has_z.any()
    assert list(mended["name"]) == ["太平镇"]


coordinates = st.tuples(st.integers(0, 8), st.integers(0, 8))


@settings(max_examples=150, deadline=None)
@given(st.lists(coordinates, min_size=3, max_size=9))
def test_any_ring_is_either_made_valid_with_the_area_it_encloses_or_refused(
    ring: list[tuple[int, int]],
) -> None:
    frame = layer(Polygon(ring))
    was_valid = bool(frame.is_valid.all())
    try:
        mended, repaired = repair(frame)
    except BrokenGeometryError:
        assert [fault.feature for fault in find_faults(frame)] == ["#1"]
        return
    assert mended.is_valid.all()
    assert len(repaired) == (0 if was_valid else 1)
    assert repair(mended)[1] == (), "what was repaired needs no repair"
    x, y = np.array([*ring, ring[0]]).T
    enclosed = abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2
    assert mended.geometry.iloc[0].area * 1e4 == pytest.approx(enclosed, rel=2e-3, abs=1e-6)


# Simplification


def wavy_strips(count: int) -> gpd.GeoDataFrame:
    """Strips side by side whose common edges wind about."""
    heights = np.linspace(0, 20, 200)
    edges = [
        np.column_stack([number * 4 + np.sin(heights * 3 + number), heights]) for number in range(count + 1)
    ]
    strips = [Polygon([*left, *right[::-1]]) for left, right in itertools.pairwise(edges)]
    return layer(*strips, name=[f"{number}" for number in range(count)])


def test_simplified_neighbours_still_meet_exactly_with_far_fewer_vertices() -> None:
    strips = wavy_strips(5)
    simple = simplify_coverage(strips, 500, decimals=4)
    shapes = np.asarray(simple.geometry, dtype=object)
    assert shapely.coverage_is_valid(shapes)
    assert shapely.get_num_coordinates(shapes).sum() < shapely.get_num_coordinates(strips.geometry).sum() / 4
    for left, right in itertools.pairwise(shapes):
        assert left.intersection(right).length > 0.15
    assert area_m2(simple).to_numpy() == pytest.approx(area_m2(strips).to_numpy(), rel=0.1)
    assert list(simple["name"]) == list(strips["name"])
    assert np.allclose(
        np.round(shapely.get_coordinates(shapes), 4), shapely.get_coordinates(shapes), rtol=0, atol=0
    )


def test_simplifying_by_nothing_moves_nothing() -> None:
    strips = wavy_strips(2)
    simple = simplify_coverage(strips, 0)
    assert shapely.hausdorff_distance(simple.geometry, strips.geometry).max() < 1e-9
    assert list(shapely.get_num_coordinates(simple.geometry)) == list(
        shapely.get_num_coordinates(strips.geometry)
    )


def test_overlapping_polygons_are_refused_by_name() -> None:
    frame = layer(box(0, 0, 2, 2), box(1, 0, 3, 2), box(5, 0, 6, 1), name=["甲镇", "乙镇", "丙镇"])
    with pytest.raises(BrokenCoverageError) as refused:
        simplify_coverage(frame, 10)
    assert refused.value.features == ("甲镇", "乙镇")
    assert overlap_area_m2(frame) == pytest.approx(float(area_m2(layer(box(1, 0, 2, 2))).iloc[0]), rel=0.002)


def test_rounding_that_would_break_the_layer_is_refused() -> None:
    with pytest.raises(BrokenCoverageError):
        simplify_coverage(layer(box(0, 0, 1, 1), box(1, 0, 2, 1)), 0, decimals=1)


def test_polygons_that_only_touch_do_not_overlap() -> None:
    assert overlap_area_m2(layer(box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 1, 3, 2))) < 0.01
    assert overlap_area_m2(layer()) == 0


def test_a_negative_tolerance_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        simplify_coverage(layer(box(0, 0, 1, 1)), -1)


# Coordinate systems


@pytest.mark.parametrize("crs", [None, "EPSG:4490", "EPSG:3857"])
@pytest.mark.parametrize(
    "function",
    [
        find_faults,
        repair,
        overlap_area_m2,
        lambda frame: simplify_coverage(frame, 10),
        lambda frame: service_areas(frame, frame, frame),
    ],
)
def test_a_layer_in_no_or_another_system_is_refused(
    function: Callable[[gpd.GeoDataFrame], object], crs: str | None
) -> None:
    frame = gpd.GeoDataFrame({"code": ["1"], "county_code": ["1"]}, geometry=[box(0, 0, 1, 1)], crs=crs)
    with pytest.raises(CrsMismatchError):
        function(frame)


def test_each_of_the_three_layers_of_service_areas_is_checked() -> None:
    seats = places([(WEST + 0.1, SOUTH + 0.1)], "A")
    counties = county_layer(A=SQUARE_COUNTY)
    for position in range(3):
        layers = [seats, seats.iloc[:0], counties]
        layers[position] = layers[position].to_crs("EPSG:4490")
        with pytest.raises(CrsMismatchError):
            service_areas(*layers)


# Service areas


@settings(max_examples=25, deadline=None)
@given(
    square=seats_within(SQUARE_COUNTY, 9),
    hook=seats_within(HOOK_COUNTY, 7),
    rostered=st.integers(0, 16),
)
def test_service_areas_divide_counties_without_gap_or_overlap_around_their_seats(
    square: list[tuple[float, float]], hook: list[tuple[float, float]], rostered: int
) -> None:
    everything = pd.concat([places(square, "A"), places(hook, "B")], ignore_index=True)
    seats, others = everything.iloc[:rostered], everything.iloc[rostered:]
    counties = county_layer(A=SQUARE_COUNTY, B=HOOK_COUNTY)

    areas = service_areas(seats, others, counties)

    assert list(areas["code"]) == list(everything["code"])
    assert list(areas["of_other_seat"]) == [number >= rostered for number in range(len(everything))]
    assert areas.crs == STORAGE_CRS
    shapes = np.asarray(areas.geometry, dtype=object)
    assert shapely.coverage_is_valid(shapes)
    assert areas.geometry.contains(everything.geometry).all()
    assert (areas.geom_type == "Polygon").all(), "no piece is cut off from its seat"
    for county in counties.itertuples():
        own = areas[areas["county_code"] == county.code]
        union = shapely.coverage_union_all(np.asarray(own.geometry, dtype=object))
        # A straight edge in metres is not quite one in degrees, so new corners leave the edge by some metres.
        assert union.symmetric_difference(county.geometry).area < 1e-5


@settings(max_examples=25, deadline=None)
@given(square=seats_within(SQUARE_COUNTY, 8), place=st.tuples(st.floats(0.01, 0.49), st.floats(0.01, 0.49)))
def test_in_a_convex_county_every_place_belongs_to_the_nearest_seat(
    square: list[tuple[float, float]], place: tuple[float, float]
) -> None:
    seats = places(square, "A")
    areas = service_areas(seats, seats.iloc[:0], county_layer(A=SQUARE_COUNTY))
    spot = gpd.GeoSeries([Point(WEST + place[0], SOUTH + place[1])], crs=STORAGE_CRS)
    metric = pyproj.CRS("EPSG:32652")
    away_m = seats.to_crs(metric).distance(spot.to_crs(metric).iloc[0])
    holder = areas.to_crs(metric).distance(spot.to_crs(metric).iloc[0]).idxmin()
    # Two projections differ by some metres where two seats are equally far.
    assert away_m[holder] <= away_m.min() * 1.001 + 20


def test_a_county_with_one_seat_is_that_seats_area_whole() -> None:
    seats = places([(WEST + 0.1, SOUTH + 0.1)], "A")
    areas = service_areas(seats, seats.iloc[:0], county_layer(A=SQUARE_COUNTY))
    assert areas.geometry.iloc[0].symmetric_difference(SQUARE_COUNTY).area < 1e-7


def test_what_a_bent_county_cuts_off_goes_to_the_neighbour_that_clasps_it() -> None:
    # The lower arm's seat is nearest to the tip of the upper arm, but no way within the county leads there
    # except through the areas of the two others.
    lower_tip = (WEST + 0.55, SOUTH + 0.09)
    corners = [(WEST + 0.95, SOUTH + 0.05), (WEST + 0.95, SOUTH + 0.45)]
    areas = service_areas(
        places([lower_tip, *corners], "B"), places([], "B"), county_layer(B=HOOK_COUNTY)
    ).set_index("code")
    upper_tip = Point(WEST + 0.51, SOUTH + 0.45)
    assert upper_tip.distance(Point(lower_tip)) < upper_tip.distance(Point(corners[1]))
    assert areas.geometry["B002"].contains(upper_tip)
    assert (areas.geom_type == "Polygon").all()


def test_an_island_without_a_seat_stays_with_the_nearest_seat_of_its_county() -> None:
    island = box(WEST + 0.7, SOUTH, WEST + 0.8, SOUTH + 0.1)
    county = gpd.GeoDataFrame(
        {"code": ["A"]}, geometry=[MultiPolygon([SQUARE_COUNTY, island])], crs=STORAGE_CRS
    )
    seats = places([(WEST + 0.1, SOUTH + 0.3), (WEST + 0.4, SOUTH + 0.1)], "A")
    areas = service_areas(seats, seats.iloc[:0], county).set_index("code")
    assert areas.geometry["A001"].contains(shapely.centroid(island))
    assert areas.geometry["A001"].geom_type == "MultiPolygon"


def test_seats_outside_their_county_are_refused_by_name() -> None:
    seats = places([(WEST + 0.1, SOUTH + 0.1), (WEST + 0.7, SOUTH + 0.05)], "A")
    with pytest.raises(UnusableSeatsError, match="outside") as refused:
        service_areas(seats, seats.iloc[:0], county_layer(A=SQUARE_COUNTY))
    assert refused.value.features == ("A001",)


def test_seats_of_a_county_that_is_not_there_are_refused_by_name() -> None:
    seats = pd.concat([places([(WEST + 0.1, SOUTH + 0.1)], "A"), places([(WEST + 0.2, SOUTH + 0.1)], "X")])
    with pytest.raises(UnusableSeatsError) as refused:
        service_areas(seats, seats.iloc[:0], county_layer(A=SQUARE_COUNTY))
    assert refused.value.features == ("X000",)


def test_two_seats_in_one_place_are_refused_by_name() -> None:
    spot = (WEST + 0.1, SOUTH + 0.1)
    with pytest.raises(UnusableSeatsError, match="same place") as refused:
        service_areas(places([spot], "A"), places([spot], "A", first=1), county_layer(A=SQUARE_COUNTY))
    assert refused.value.features == ("A000", "A001")


def test_counties_that_overlap_are_refused_by_name() -> None:
    seats = pd.concat([places([(WEST + 0.1, SOUTH + 0.1)], "A"), places([(WEST + 0.7, SOUTH + 0.05)], "B")])
    with pytest.raises(BrokenCoverageError) as refused:
        service_areas(
            seats, seats.iloc[:0], county_layer(A=shapely.buffer(SQUARE_COUNTY, 0.01), B=HOOK_COUNTY)
        )
    assert refused.value.features == ("A", "B")


def test_a_county_without_a_seat_is_refused_by_name() -> None:
    seats = places([(WEST + 0.1, SOUTH + 0.1)], "A")
    with pytest.raises(UnusableSeatsError, match="No seat") as refused:
        service_areas(seats, seats.iloc[:0], county_layer(A=SQUARE_COUNTY, B=HOOK_COUNTY))
    assert refused.value.features == ("B",)
