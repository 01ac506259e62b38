"""What is written reads back equal, in every format, or is refused before a file exists."""

from __future__ import annotations

import datetime as dt
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.crs import STORAGE_CRS, CrsMismatchError
from geodata.formats import (
    UnknownFormatError,
    UnwritableLayerError,
    as_multipolygons,
    read_boundaries,
    read_layer,
    write_layer,
)
from geodata.formats.columns import shapefile_names
from tests.geodata.layers import ISLAND, LALIN, every_type_of_column, named

ENDINGS = ["geojson", "json", "gpkg", "zip", "kml"]


@pytest.fixture(params=ENDINGS)
def ending(request):
    return request.param


def back(frame, path):
    write_layer(frame, path)
    return read_layer(path).frame


class TestRoundTrip:
    def test_every_type_of_column_comes_back_equal(self, ending, tmp_path):
        frame = every_type_of_column()
        found = back(frame, tmp_path / f"乡镇.{ending}")
        if ending in {"zip", "kml"}:
            # Neither can tell empty text from missing text.
            frame = frame.replace({"county_code_of_the_institution": {"": None}})
        # KML keeps the name apart from other fields, and so it comes first.
        assert sorted(found.columns) == sorted(frame.columns)
        for column in frame.columns.drop("geometry"):
            expected, got = frame[column], found[column]
            assert got.isna().tolist() == expected.isna().tolist(), column
            if expected.dtype == float:
                assert got.dropna().tolist() == pytest.approx(expected.dropna().tolist(), abs=0, rel=1e-14)
            else:
                assert got.dropna().tolist() == expected.dropna().tolist(), column
        assert found["code"].tolist() == ["230113101", "000000001", "230183100"]
        assert found["started_on"].iloc[0] == dt.date(2026, 1, 2)
        assert found.crs == STORAGE_CRS

    def test_geometry_comes_back_to_the_last_bit(self, ending, tmp_path):
        frame = every_type_of_column()
        found = back(frame, tmp_path / f"层.{ending}")
        for one, other in zip(frame.geometry, found.geometry, strict=True):
            assert as_parts(one) == as_parts(other)

    @pytest.mark.parametrize(
        "geometry",
        [
            shapely.Point(126.6, 45.7),
            shapely.LineString([(126.6, 45.7), (126.7, 45.8)]),
            shapely.MultiPoint([(126.6, 45.7), (126.7, 45.8)]),
        ],
    )
    def test_points_and_lines_come_back(self, geometry, ending, tmp_path):
        frame = gpd.GeoDataFrame({"name": ["驻地"]}, geometry=[geometry], crs=STORAGE_CRS)
        found = back(frame, tmp_path / f"seats.{ending}")
        assert shapely.equals(found.geometry.iloc[0], geometry)
        assert found["name"].tolist() == ["驻地"]

    @settings(max_examples=12, deadline=None)
    @given(
        st.lists(
            st.text(
                st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cn"]),
                min_size=1,
                max_size=30,
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_any_text_comes_back(self, tmp_path_factory, texts):
        folder = tmp_path_factory.mktemp("text")
        frame = named(*(f"乡{text}镇" for text in texts))
        for ending in ENDINGS:
            assert back(frame, folder / f"a.{ending}")["name"].tolist() == frame["name"].tolist()

    def test_a_file_is_replaced_whole(self, ending, tmp_path):
        path = tmp_path / f"layer.{ending}"
        write_layer(named("甲", "乙"), path)
        assert back(named("丙"), path)["name"].tolist() == ["丙"]
        assert [file.name for file in tmp_path.iterdir()] == [path.name]

    def test_height_is_dropped(self, ending, tmp_path):
        frame = named("甲").set_geometry(named("甲").geometry.force_3d(99.0))
        assert not back(frame, tmp_path / f"a.{ending}").has_z.any()

    def test_columns_named_like_the_geopackages_own_come_back(self, tmp_path):
        frame = named("甲").assign(fid=[7], geom=["x"])
        found = back(frame, tmp_path / "a.gpkg")
        assert found["fid"].tolist() == [7]
        assert found["geom"].tolist() == ["x"]

    def test_a_column_without_any_value_does_no_harm(self, ending, tmp_path):
        frame = named("甲", "乙").assign(note=[None, None])
        found = back(frame, tmp_path / f"a.{ending}")
        assert found["name"].tolist() == ["甲", "乙"]
        assert "note" not in found or found["note"].isna().all()

    def test_categories_are_written_as_their_text(self, tmp_path):
        frame = named("甲", "乙").assign(kind=pd.Categorical(["乡", "镇"]))
        assert back(frame, tmp_path / "a.gpkg")["kind"].tolist() == ["乡", "镇"]


class TestShapefileZip:
    def test_long_names_are_shortened_stated_and_restored(self, tmp_path):
        frame = named("甲").assign(county_code_a=["1"], county_code_b=["2"], county_cod=["3"], 乡镇名称=["4"])
        short = write_layer(frame, tmp_path / "a.zip")
        assert short == {"county_code_a": "county_c_1", "county_code_b": "county_c_2", "乡镇名称": "乡镇名"}
        assert read_layer(tmp_path / "a.zip").frame.drop(columns="geometry").loc[0].to_dict() == {
            "name": "甲",
            "county_code_a": "1",
            "county_code_b": "2",
            "county_cod": "3",
            "乡镇名称": "4",
        }

    @given(st.lists(st.text(min_size=1, max_size=15), unique_by=str.casefold, max_size=20))
    def test_field_names_are_short_and_unlike(self, names):
        names = [name.encode("utf-8", "ignore").decode() or "x" for name in names]
        short = shapefile_names(list(dict.fromkeys(names)))
        assert all(len(name.encode()) <= 10 for name in short.values())
        assert all(short[name] == name for name in short if len(name.encode()) <= 10)
        shortened = [short[name].casefold() for name in short if short[name] != name]
        assert len(set(shortened)) == len(shortened)

    def test_it_holds_what_other_programs_need_and_says_utf8(self, tmp_path):
        write_layer(named("拉林满族镇"), tmp_path / "townships.zip")
        with zipfile.ZipFile(tmp_path / "townships.zip") as archive:
            assert archive.read("townships.cpg") == b"UTF-8"
            names = set(archive.namelist())
        assert names == {f"townships.{ending}" for ending in ("shp", "shx", "dbf", "prj", "cpg")}

    def test_the_same_layer_gives_the_same_bytes(self, tmp_path):
        for folder in ("one", "two"):
            (tmp_path / folder).mkdir()
            write_layer(every_type_of_column(), tmp_path / folder / "a.zip")
        assert (tmp_path / "one/a.zip").read_bytes() == (tmp_path / "two/a.zip").read_bytes()

    def test_text_beyond_254_bytes_is_an_error_not_a_cut(self, tmp_path):
        with pytest.raises(UnwritableLayerError, match="feature 2 has 255 in the column name"):
            write_layer(named("短", "长" * 85), tmp_path / "a.zip")
        assert list(tmp_path.iterdir()) == []

    def test_points_and_polygons_together_are_refused(self, tmp_path):
        mixed = gpd.GeoDataFrame(geometry=[LALIN, shapely.Point(126, 45)], crs=STORAGE_CRS)
        with pytest.raises(UnwritableLayerError, match="Point, Polygon"):
            write_layer(mixed, tmp_path / "a.zip")


class TestRefusals:
    @pytest.mark.parametrize("name", ["a.shp", "a.dwg", "a", "a.geojson.exe"])
    def test_another_ending_is_refused(self, name, tmp_path):
        with pytest.raises(UnknownFormatError, match="cannot be written"):
            write_layer(named("甲"), tmp_path / name)

    @pytest.mark.parametrize("crs", [None, "EPSG:4490", "EPSG:3857"])
    def test_a_layer_in_another_system_is_refused(self, crs, tmp_path):
        frame = gpd.GeoDataFrame(geometry=[LALIN], crs=crs)
        with pytest.raises(CrsMismatchError):
            write_layer(frame, tmp_path / "a.gpkg")

    def test_text_that_would_be_cut_at_a_zero_byte_is_refused(self, ending, tmp_path):
        with pytest.raises(UnwritableLayerError, match="Feature 2"):
            write_layer(named("甲", "乙\0丙"), tmp_path / f"a.{ending}")
        assert list(tmp_path.iterdir()) == []

    def test_a_control_character_cannot_be_written_to_kml(self, tmp_path):
        with pytest.raises(UnwritableLayerError, match="control character"):
            write_layer(named("甲\x01"), tmp_path / "a.kml")

    @pytest.mark.parametrize("values", [[[1], [2]], [{"a": 1}, {}], ["x", 1], [2**70, 1]])
    def test_values_that_no_field_can_hold_are_refused(self, values, ending, tmp_path):
        frame = named("甲", "乙").assign(things=pd.Series(values, dtype=object))
        with pytest.raises(UnwritableLayerError, match="things"):
            write_layer(frame, tmp_path / f"a.{ending}")
        assert list(tmp_path.iterdir()) == []

    def test_two_columns_of_one_name_are_refused(self, ending, tmp_path):
        with pytest.raises(UnwritableLayerError, match="same name"):
            write_layer(named("甲").assign(NAME=["乙"]), tmp_path / f"a.{ending}")


def test_polygons_become_multipolygons_where_asked(tmp_path):
    mixed = gpd.GeoDataFrame(geometry=[LALIN, shapely.MultiPolygon([LALIN, ISLAND])], crs=STORAGE_CRS)
    write_layer(mixed, tmp_path / "a.geojson")
    alike = as_multipolygons(read_boundaries(tmp_path / "a.geojson").frame)
    assert set(alike.geom_type) == {"MultiPolygon"}
    assert alike.crs == STORAGE_CRS
    assert alike.geometry.geom_equals(mixed.geometry).all()


def as_parts(geometry):
    return [part.normalize() for part in shapely.get_parts(shapely.normalize(geometry))]
