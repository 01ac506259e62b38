"""Coordinate systems: round trips, refusals with candidates, and measuring in metres."""

from __future__ import annotations

import contextlib

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.crs import (
    STORAGE_CRS,
    CrsMismatchError,
    CrsMissingError,
    OutsideRegionError,
    ShiftedCrs,
    UnknownCrsError,
    area_m2,
    bd09_to_gcj02,
    bd09_to_wgs84,
    candidate_crs,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    metric_crs,
    parse_crs,
    require_crs,
    to_storage,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from geodata.errors import GeodataError

LALIN = shapely.box(126.55, 45.20, 126.75, 45.35)
GEOD = pyproj.Geod(ellps="WGS84")

inland_lon = st.floats(73.0, 137.0)
inland_lat = st.floats(2.0, 55.0)


def layer(*geometries: object, crs: str | None = None, **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns or {"name": ["x"] * len(geometries)}, geometry=list(geometries), crs=crs)


def in_system(crs: str) -> gpd.GeoDataFrame:
    """The township of Lalin in another system, not saying which."""
    away = layer(LALIN, crs="EPSG:4490").to_crs(crs)
    return away.set_crs(None, allow_override=True)


def metres_between(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> float:
    a, b = shapely.get_coordinates(one.geometry), shapely.get_coordinates(other.geometry)
    return float(np.max(GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2]))


class TestShiftedCoordinates:
    @pytest.mark.parametrize(
        ("wgs84", "gcj02"),
        [
            ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
            ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
            ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        ],
    )
    def test_published_pairs_of_wgs84_and_gcj02_are_met_within_a_metre(self, wgs84, gcj02):
        lon, lat = wgs84_to_gcj02(*wgs84)
        assert GEOD.inv(lon, lat, *gcj02)[2] < 1.0

    def test_the_published_pair_of_gcj02_and_bd09_is_met_within_a_metre(self):
        lon, lat = gcj02_to_bd09(116.404, 39.915)
        assert GEOD.inv(lon, lat, 116.41036949371029, 39.92133699351021)[2] < 1.0

    @given(inland_lon, inland_lat)
    def test_a_round_trip_through_gcj02_errs_by_less_than_a_millimetre(self, lon, lat):
        back = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
        assert GEOD.inv(lon, lat, *back)[2] < 0.001

    @given(inland_lon, inland_lat)
    def test_a_round_trip_through_bd09_errs_by_less_than_a_millimetre(self, lon, lat):
        assert GEOD.inv(lon, lat, *bd09_to_gcj02(*gcj02_to_bd09(lon, lat)))[2] < 0.001
        assert GEOD.inv(lon, lat, *bd09_to_wgs84(*wgs84_to_bd09(lon, lat)))[2] < 0.001

    @given(inland_lon, inland_lat)
    def test_the_shift_is_below_one_and_a_half_kilometres_everywhere_in_china(self, lon, lat):
        # It has no lower bound: the shift is a wave, and here and there it comes close to nothing.
        assert GEOD.inv(lon, lat, *wgs84_to_gcj02(lon, lat))[2] < 1500

    @given(st.floats(125.5, 130.3), st.floats(44.0, 47.0))
    def test_around_harbin_the_shift_is_some_hundred_metres(self, lon, lat):
        assert 300 < GEOD.inv(lon, lat, *wgs84_to_gcj02(lon, lat))[2] < 1000

    @given(st.floats(-180.0, 71.0), st.floats(-90.0, 90.0))
    def test_places_outside_china_are_not_shifted(self, lon, lat):
        assert wgs84_to_gcj02(lon, lat) == (lon, lat)
        assert gcj02_to_wgs84(lon, lat) == (lon, lat)

    def test_arrays_keep_their_shape_and_agree_with_single_points(self):
        lon = np.linspace(121.0, 135.0, 12).reshape(3, 4)
        lat = np.linspace(43.0, 53.0, 12).reshape(3, 4)
        for convert in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_gcj02):
            x, y = convert(lon, lat)
            assert x.shape == y.shape == (3, 4)
            assert convert(lon[1, 2], lat[1, 2]) == (x[1, 2], y[1, 2])


class TestNames:
    @pytest.mark.parametrize(
        ("name", "epsg"),
        [
            ("EPSG:4326", 4326),
            ("wgs84", 4326),
            ("WGS 84", 4326),
            ("4490", 4490),
            ("CGCS2000", 4490),
            ("cgcs 2000", 4490),
            ("国家2000", 4490),
            ("epsg:4528", 4528),
            ("EPSG4546", 4546),
            ("urn:ogc:def:crs:EPSG::4546", 4546),
            ("CGCS2000 / 3-degree Gauss-Kruger CM 126E", 4551),
            ("Web Mercator", 3857),
            ("  3857 ", 3857),
        ],
    )
    def test_a_name_as_people_write_it_is_understood(self, name, epsg):
        assert parse_crs(name) == pyproj.CRS.from_epsg(epsg)

    @pytest.mark.parametrize("name", ["gcj02", "GCJ-02", "gcj_02", "火星坐标系"])
    def test_gcj02_is_understood(self, name):
        assert parse_crs(name) is ShiftedCrs.GCJ02

    @pytest.mark.parametrize("name", ["bd09", "BD-09", "bd09ll", "百度坐标"])
    def test_bd09_is_understood(self, name):
        assert parse_crs(name) is ShiftedCrs.BD09

    @pytest.mark.parametrize(
        "name",
        ["", "   ", "Harbin", "EPSG:999999", "EPSG:5773", "+proj=longlat", "/etc/passwd", "4" * 5000, "12"],
    )
    def test_what_is_no_horizontal_system_is_refused(self, name):
        with pytest.raises(UnknownCrsError):
            parse_crs(name)

    @settings(deadline=None)
    @given(st.text(max_size=60))
    def test_no_text_at_all_breaks_the_parser(self, name):
        with contextlib.suppress(UnknownCrsError):
            assert isinstance(parse_crs(name), pyproj.CRS | ShiftedCrs)


class TestStorage:
    @pytest.mark.parametrize(
        "code",
        [4490, 3857, 4498, 4499, 4510, 4511, *range(4529, 4533), *range(4550, 4554), 32652],
    )
    def test_a_layer_in_a_declared_system_lands_where_it_belongs(self, code):
        moved = to_storage(in_system(f"EPSG:{code}"), f"EPSG:{code}")
        assert moved.crs == STORAGE_CRS
        assert metres_between(moved, layer(LALIN)) < 0.01

    @pytest.mark.parametrize(("name", "away"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
    def test_a_layer_from_a_web_map_is_shifted_back(self, name, away):
        shifted = layer(shapely.transform(LALIN, away, interleaved=False), crs="EPSG:4326")
        assert metres_between(to_storage(shifted, name), layer(LALIN)) < 0.001

    def test_the_layers_own_system_is_used_when_none_is_declared(self):
        moved = to_storage(layer(LALIN, crs="EPSG:4490").to_crs("EPSG:4551"))
        assert moved.crs == STORAGE_CRS
        assert metres_between(moved, layer(LALIN)) < 0.01

    def test_height_is_dropped_and_attributes_index_and_missing_geometry_stay(self):
        raised = shapely.force_3d(LALIN, 150.0)
        source = layer(raised, None, crs="EPSG:4490", name=["拉林满族镇", None]).set_index([[7, 9]])
        moved = to_storage(source)
        assert not moved.geometry.iloc[0].has_z
        assert moved.geometry.iloc[1] is None
        assert moved.index.tolist() == [7, 9]
        assert moved["name"].equals(source["name"])
        assert source.geometry.iloc[0].has_z

    def test_a_layer_without_a_system_is_refused_with_the_degrees_that_would_fit(self):
        with pytest.raises(CrsMissingError) as refused:
            to_storage(layer(LALIN))
        assert refused.value.candidates == ("EPSG:4326", "EPSG:4490", "GCJ-02", "BD-09")
        assert "EPSG:4490" in str(refused.value)

    @pytest.mark.parametrize("code", [4499, 4510, 4530, 4551, 3857])
    def test_a_layer_without_a_system_is_offered_the_one_it_is_in(self, code):
        with pytest.raises(CrsMissingError) as refused:
            to_storage(in_system(f"EPSG:{code}"))
        assert f"EPSG:{code}" in refused.value.candidates

    def test_every_candidate_is_a_name_that_can_be_given_back(self):
        unknown = in_system("EPSG:4551")
        for name in candidate_crs(tuple(unknown.total_bounds)):
            assert to_storage(unknown, name).crs == STORAGE_CRS

    def test_a_zone_prefix_leaves_one_candidate(self):
        assert candidate_crs(tuple(in_system("EPSG:4530").total_bounds)) == ("EPSG:4530",)

    def test_a_layer_that_fits_nowhere_is_refused_without_candidates(self):
        with pytest.raises(CrsMissingError) as refused:
            to_storage(layer(shapely.box(0, 0, 3, 4)))
        assert refused.value.candidates == ()

    @pytest.mark.parametrize("crs", [None, "EPSG:4326"])
    def test_swapped_axes_are_named_as_such(self, crs):
        with pytest.raises(GeodataError, match="swapped"):
            to_storage(layer(shapely.box(45.2, 126.5, 45.4, 126.8), crs=crs))

    def test_a_declaration_that_contradicts_the_file_raises(self):
        with pytest.raises(CrsMismatchError) as refused:
            to_storage(layer(LALIN, crs="EPSG:4326"), "EPSG:4530")
        assert refused.value.expected.startswith("EPSG:4530")
        assert refused.value.found is not None
        assert refused.value.found.startswith("EPSG:4326")

    def test_a_web_maps_system_declared_over_metres_raises(self):
        with pytest.raises(CrsMismatchError):
            to_storage(layer(LALIN, crs="EPSG:4490").to_crs("EPSG:4551"), "gcj02")

    def test_two_neighbouring_zones_contradict_each_other(self):
        with pytest.raises(CrsMismatchError):
            to_storage(layer(LALIN, crs="EPSG:4490").to_crs("EPSG:4551"), "EPSG:4552")

    def test_one_system_in_two_wordings_is_no_contradiction(self):
        esri = pyproj.CRS.from_epsg(4551).to_wkt("WKT1_ESRI")
        zoned = layer(LALIN, crs="EPSG:4490").to_crs("EPSG:4551").set_crs(esri, allow_override=True)
        assert metres_between(to_storage(zoned, "EPSG:4551"), layer(LALIN)) < 0.01
        assert to_storage(layer(LALIN, crs="EPSG:4326"), "CGCS2000").crs == STORAGE_CRS

    def test_a_layer_outside_the_province_is_refused_with_the_systems_that_would_fit(self):
        mislabelled = in_system("EPSG:4551").set_crs("EPSG:4547")
        with pytest.raises(OutsideRegionError) as refused:
            to_storage(mislabelled)
        assert "EPSG:4551" in refused.value.candidates

    def test_a_layer_of_another_province_is_refused_unless_the_region_is_opened(self):
        beijing = layer(shapely.box(116.2, 39.8, 116.5, 40.0), crs="EPSG:4326")
        with pytest.raises(OutsideRegionError) as refused:
            to_storage(beijing)
        assert refused.value.candidates == ()
        assert to_storage(beijing, region=None).crs == STORAGE_CRS

    def test_an_old_datum_without_an_accurate_way_is_refused(self):
        with pytest.raises(UnknownCrsError, match="Xian 1980"):
            to_storage(layer(LALIN), "EPSG:4610")

    def test_an_empty_layer_stays_empty(self):
        assert to_storage(layer(crs="EPSG:4490", name=[])).empty

    def test_coordinates_without_end_are_refused(self):
        endless = layer(shapely.Point(np.inf, 45.0), crs="EPSG:4326")
        with pytest.raises(OutsideRegionError):
            to_storage(endless)


class TestRequiringASystem:
    def test_the_stated_system_passes(self):
        require_crs(layer(LALIN, crs="EPSG:4326"))
        require_crs(layer(LALIN, crs="OGC:CRS84"))
        require_crs(layer(LALIN, crs="EPSG:4551"), "EPSG:4551")

    @pytest.mark.parametrize("crs", [None, "EPSG:4490", "EPSG:4551"])
    def test_any_other_raises(self, crs):
        with pytest.raises(CrsMismatchError, match="EPSG:4326"):
            require_crs(layer(LALIN, crs=crs))


class TestMeasuring:
    @pytest.mark.parametrize(
        ("bounds", "epsg"),
        [
            ((126.5, 45.0, 126.9, 45.5), 4551),
            ((121.1, 50.0, 121.5, 50.5), 4549),
            ((134.0, 48.0, 135.0, 48.5), 4554),
            ((2.0, 48.0, 3.0, 49.0), 32631),
            ((-60.0, -33.0, -59.0, -32.0), 32721),
        ],
    )
    def test_the_zone_of_the_middle_is_chosen(self, bounds, epsg):
        assert metric_crs(bounds).to_epsg() == epsg

    @pytest.mark.parametrize("bounds", [(5e5, 5e6, 6e5, 5.1e6), (np.nan, 1.0, 2.0, 3.0)])
    def test_a_zone_cannot_be_chosen_for_metres(self, bounds):
        with pytest.raises(ValueError, match="degrees"):
            metric_crs(bounds)

    @given(st.floats(121.2, 134.0), st.floats(43.5, 53.0), st.floats(0.01, 1.0))
    def test_areas_agree_with_the_ellipsoid(self, west, south, size):
        square = shapely.box(west, south, west + size, south + size)
        expected = GEOD.geometry_area_perimeter(square)[0]
        assert area_m2(layer(square, crs=STORAGE_CRS)).iloc[0] == pytest.approx(expected, rel=1e-4)

    def test_missing_and_empty_geometry_measures_nothing(self):
        areas = area_m2(layer(LALIN, None, shapely.Polygon(), crs=STORAGE_CRS))
        assert areas.iloc[0] > 1e8
        assert areas.iloc[1:].tolist() == [0.0, 0.0]
        assert area_m2(layer(None, crs=STORAGE_CRS)).tolist() == [0.0]

    @pytest.mark.parametrize("crs", [None, "EPSG:4490", "EPSG:4551"])
    def test_a_layer_in_another_system_is_not_measured(self, crs):
        with pytest.raises(CrsMismatchError):
            area_m2(layer(LALIN, crs=crs))
