"""Reading layers: encodings, systems, repairs and refusals."""

from __future__ import annotations

import shutil
import zipfile

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geodata.boundaries import BrokenGeometryError
from geodata.crs import STORAGE_CRS, CrsMismatchError, CrsMissingError, OutsideRegionError, wgs84_to_gcj02
from geodata.formats import (
    AmbiguousLayerError,
    TextEncodingError,
    UnknownFormatError,
    UnreadableFileError,
    read_boundaries,
    read_layer,
    write_layer,
)
from tests.geodata.layers import (
    BOWTIE_RING,
    CLOCKWISE_RING,
    LALIN,
    REPEATED_POINTS_RING,
    SELF_TOUCHING_RING,
    SQUARE_RING,
    UNCLOSED_RING,
    geojson,
    kml,
    named,
    placemark,
    polygon,
    shapefile,
)

SQUARE = shapely.Polygon(SQUARE_RING)
TOWNSHIPS = ("拉林满族镇", "营城子满族乡", "红旗满族乡", "五家街道")


def zipped(folder, path, **renamed):
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, renamed.get(part.suffix[1:], part.name))
    return path


class TestShapefileText:
    @pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB18030"])
    @pytest.mark.parametrize("states", [True, False])
    @pytest.mark.parametrize("packed", ["shp", "folder", "zip"])
    def test_chinese_is_read_in_any_encoding_with_and_without_cpg(self, encoding, states, packed, tmp_path):
        shp = shapefile(tmp_path / "a", named(*TOWNSHIPS), encoding, cpg=encoding if states else None)
        source = {"shp": shp, "folder": shp.parent}.get(packed) or zipped(shp.parent, tmp_path / "a.zip")
        assert read_layer(source).frame["name"].tolist() == list(TOWNSHIPS)

    @pytest.mark.parametrize("word", ["936", "ANSI 936", "CP936", "gbk\n"])
    def test_a_cpg_may_name_a_code_page(self, word, tmp_path):
        shp = shapefile(tmp_path / "a", named(*TOWNSHIPS), "GBK", cpg=word)
        assert read_layer(shp).frame["name"].tolist() == list(TOWNSHIPS)

    def test_a_cpg_that_lies_is_refused_with_the_encoding_that_would_do(self, tmp_path):
        shp = shapefile(tmp_path / "a", named("拉林镇"), "GBK", cpg="UTF-8")
        with pytest.raises(TextEncodingError, match="拉林镇") as refused:
            read_layer(shp)
        assert refused.value.candidates == ("GB18030",)
        assert read_layer(shp, encoding="gbk").frame["name"].tolist() == ["拉林镇"]

    def test_a_wrong_declaration_is_refused(self, tmp_path):
        shp = shapefile(tmp_path / "a", named("拉林镇"), "GBK")
        for wrong in ("utf-8", "klingon"):
            with pytest.raises(TextEncodingError):
                read_layer(shp, encoding=wrong)

    def test_text_that_reads_well_both_ways_is_refused_until_the_encoding_is_said(self, tmp_path):
        # Cyrillic in one encoding, Chinese in the other, and everyday characters in both.
        reading = "вг".encode().decode("gb18030")
        shp = shapefile(tmp_path / "a", named("вг"), "UTF-8")
        with pytest.raises(TextEncodingError) as refused:
            read_layer(shp)
        assert set(refused.value.candidates) == {"UTF-8", "GB18030"}
        assert read_layer(shp, encoding="UTF-8").frame["name"].tolist() == ["вг"]
        assert read_layer(shp, encoding="GB18030").frame["name"].tolist() == [reading]

    def test_text_in_neither_encoding_is_refused(self, tmp_path):
        shp = shapefile(tmp_path / "a", named("é"), "ISO-8859-1")
        with pytest.raises(TextEncodingError):
            read_layer(shp)
        assert read_layer(shp, encoding="ISO-8859-1").frame["name"].tolist() == ["é"]

    def test_a_chinese_field_name_cut_within_a_character_is_mended(self, tmp_path):
        shp = shapefile(tmp_path / "a", named("甲").rename(columns={"name": "乡镇名称很长的字段"}), "UTF-8")
        found = read_layer(shp).frame
        assert found["乡镇名"].tolist() == ["甲"]

    def test_names_in_an_archive_may_be_in_gbk(self, tmp_path):
        shp = shapefile(tmp_path / "a", named(*TOWNSHIPS), "GBK")
        packed = zipped(shp.parent, tmp_path / "a.zip")
        content = packed.read_bytes().replace("乡镇".encode(), "乡镇x".encode("gbk") + b"x")
        stripped = bytearray(content)
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            start = stripped.find(mark)
            while start >= 0:
                stripped[start + offset + 1] &= ~0x08
                start = stripped.find(mark, start + 4)
        packed.write_bytes(stripped)
        assert read_layer(packed).frame["name"].tolist() == list(TOWNSHIPS)

    def test_codes_with_leading_zeros_stay_text(self, tmp_path):
        shp = shapefile(tmp_path / "a", named("甲").assign(code=["012345678"]), "GBK")
        assert read_layer(shp).frame["code"].tolist() == ["012345678"]

    @pytest.mark.parametrize("missing", ["dbf", "shx"])
    def test_a_shapefile_without_one_of_its_files_is_refused_by_name(self, missing, tmp_path):
        shp = shapefile(tmp_path / "a", named("甲"), "UTF-8")
        shp.with_suffix(f".{missing}").unlink()
        with pytest.raises(UnreadableFileError, match=rf"\.{missing}"):
            read_layer(shp.parent)

    def test_of_several_shapefiles_one_must_be_named(self, tmp_path):
        one = shapefile(tmp_path / "a", named("甲"), "UTF-8")
        for part in list(one.parent.iterdir()):
            shutil.copy(part, one.parent / f"seats{part.suffix.upper()}")
        with pytest.raises(AmbiguousLayerError) as refused:
            read_layer(one.parent)
        assert sorted(refused.value.layers) == ["seats", "乡镇"]
        assert read_layer(one.parent, layer="seats").frame["name"].tolist() == ["甲"]


class TestSystems:
    def test_a_shapefile_in_a_gauss_kruger_zone_lands_where_it_belongs(self, tmp_path):
        shp = shapefile(tmp_path / "a", named("甲").to_crs("EPSG:4530"), "UTF-8")
        found = read_layer(shp).frame
        assert found.crs == STORAGE_CRS
        assert shapely.hausdorff_distance(found.geometry.iloc[0], LALIN) < 1e-6

    def test_a_shapefile_without_prj_needs_a_declaration(self, tmp_path):
        shp = shapefile(tmp_path / "a", named("甲").to_crs("EPSG:4551"), "UTF-8")
        shp.with_suffix(".prj").unlink()
        with pytest.raises(CrsMissingError) as refused:
            read_layer(shp)
        assert "EPSG:4551" in refused.value.candidates
        found = read_layer(shp, crs="EPSG:4551").frame
        assert shapely.hausdorff_distance(found.geometry.iloc[0], LALIN) < 1e-6

    def test_a_declaration_against_the_prj_raises(self, tmp_path):
        shp = shapefile(tmp_path / "a", named("甲").to_crs("EPSG:4551"), "UTF-8")
        with pytest.raises(CrsMismatchError):
            read_layer(shp, crs="EPSG:4552")

    def test_a_geojson_from_a_web_map_is_shifted_back_when_declared(self, tmp_path):
        shifted = shapely.transform(LALIN, wgs84_to_gcj02, interleaved=False)
        path = geojson(tmp_path / "a.geojson", shapely.geometry.mapping(shifted))
        found = read_layer(path, crs="gcj02").frame
        assert shapely.hausdorff_distance(found.geometry.iloc[0], LALIN) < 1e-8

    def test_a_geojson_that_says_nothing_may_be_declared_in_metres(self, tmp_path):
        metres = named("甲").to_crs("EPSG:4551").geometry.iloc[0]
        path = geojson(tmp_path / "a.geojson", shapely.geometry.mapping(metres))
        with pytest.raises(OutsideRegionError):
            read_layer(path)
        found = read_layer(path, crs="EPSG:4551").frame
        assert shapely.hausdorff_distance(found.geometry.iloc[0], LALIN) < 1e-6

    def test_a_geojson_that_states_its_system_is_believed(self, tmp_path):
        metres = shapely.geometry.mapping(named("甲").to_crs("EPSG:4551").geometry.iloc[0])
        stated = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4551"}}
        path = geojson(tmp_path / "a.geojson", metres, crs=stated)
        assert shapely.hausdorff_distance(read_layer(path).frame.geometry.iloc[0], LALIN) < 1e-6
        with pytest.raises(CrsMismatchError):
            read_layer(path, crs="EPSG:4552")

    @pytest.mark.parametrize(
        "stated",
        [
            None,
            "WGS84",
            {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}},
            {"type": "name", "properties": {"name": "GCJ-02"}},
            {"type": "link", "properties": {"href": "http://127.0.0.1:9/a.prj", "type": "ogcwkt"}},
        ],
    )
    def test_a_geojson_that_states_something_unknown_is_not_taken_for_wgs84(self, stated, tmp_path):
        path = geojson(tmp_path / "a.geojson", shapely.geometry.mapping(LALIN), crs=stated)
        with pytest.raises(CrsMissingError):
            read_layer(path)
        assert read_layer(path, crs="CGCS2000").frame.crs == STORAGE_CRS

    @pytest.mark.parametrize(
        "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4490"]
    )
    def test_a_geojson_may_state_degrees(self, name, tmp_path):
        stated = {"type": "name", "properties": {"name": name}}
        path = geojson(tmp_path / "a.geojson", shapely.geometry.mapping(LALIN), crs=stated)
        assert read_layer(path).frame.geometry.iloc[0].equals(LALIN)

    def test_a_property_called_crs_states_nothing(self, tmp_path):
        write_layer(named("甲").assign(crs=["EPSG:4551"]), tmp_path / "a.geojson")
        assert read_layer(tmp_path / "a.geojson").frame["crs"].tolist() == ["EPSG:4551"]


class TestRepairs:
    @pytest.mark.parametrize("ring", [SQUARE_RING, CLOCKWISE_RING, REPEATED_POINTS_RING])
    def test_sound_rings_need_no_repair(self, ring, tmp_path):
        found = read_boundaries(geojson(tmp_path / "a.geojson", polygon(ring)))
        assert found.repairs == ()
        assert found.frame.geometry.iloc[0].equals(SQUARE)

    def test_an_unclosed_ring_is_closed_and_reported_by_number(self, tmp_path):
        path = geojson(tmp_path / "a.geojson", polygon(SQUARE_RING), polygon(UNCLOSED_RING))
        found = read_boundaries(path)
        assert found.frame.geometry.iloc[1].equals(SQUARE)
        assert [(repair.label, repair.feature) for repair in found.repairs] == [(1, "#2")]
        assert "not closed" in str(found.repairs[0].message)

    def test_a_self_touching_ring_is_repaired_and_reported(self, tmp_path):
        found = read_boundaries(geojson(tmp_path / "a.geojson", polygon(SELF_TOUCHING_RING)))
        assert found.frame.geometry.is_valid.all()
        assert [repair.feature for repair in found.repairs] == ["#1"]

    @pytest.mark.parametrize(
        "geometry",
        [
            polygon(BOWTIE_RING),
            polygon(),
            None,
            {"type": "Point", "coordinates": [126.0, 45.0]},
            polygon(SQUARE_RING[:2]),
            polygon([[126.0, None], *SQUARE_RING[1:]]),
        ],
    )
    def test_what_cannot_be_repaired_is_refused_by_number(self, geometry, tmp_path):
        path = geojson(tmp_path / "a.geojson", polygon(SQUARE_RING), geometry)
        with pytest.raises(BrokenGeometryError) as refused:
            read_layer(path)
        assert [(finding.label, finding.feature) for finding in refused.value.findings] == [(1, "#2")]

    def test_a_refused_feature_is_named_as_far_as_it_has_a_name(self, tmp_path):
        frame = named("拉林满族镇", None).assign(code=["230113101", "230113102"])
        frame = frame.set_geometry([LALIN, shapely.Polygon(BOWTIE_RING)], crs=STORAGE_CRS)
        pyogrio.write_dataframe(frame, tmp_path / "a.gpkg")
        with pytest.raises(BrokenGeometryError, match="#2 230113102"):
            read_layer(tmp_path / "a.gpkg")

    def test_a_layer_of_points_is_no_layer_of_boundaries(self, tmp_path):
        seats = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shapely.Point(126, 45)], crs=STORAGE_CRS)
        write_layer(seats, tmp_path / "a.gpkg")
        assert len(read_layer(tmp_path / "a.gpkg").frame) == 1
        with pytest.raises(BrokenGeometryError, match="not a polygon"):
            read_boundaries(tmp_path / "a.gpkg")

    def test_a_point_that_is_nowhere_is_refused_by_number(self, tmp_path):
        path = geojson(tmp_path / "a.geojson", {"type": "Point", "coordinates": [126.0, 45.0]}, None)
        with pytest.raises(BrokenGeometryError, match="#2"):
            read_layer(path)


class TestGeoPackageAndKml:
    def test_of_several_layers_one_must_be_named(self, tmp_path):
        path = tmp_path / "a.gpkg"
        pyogrio.write_dataframe(named("甲"), path, layer="townships")
        pyogrio.write_dataframe(named("乙"), path, layer='with "quotes"', append=True)
        with pytest.raises(AmbiguousLayerError) as refused:
            read_layer(path)
        assert refused.value.layers == ("townships", 'with "quotes"')
        assert read_layer(path, layer='with "quotes"').frame["name"].tolist() == ["乙"]
        with pytest.raises(AmbiguousLayerError):
            read_layer(path, layer="roads")

    def test_folders_of_a_kml_are_read_together_and_flat(self, tmp_path):
        folders = "".join(f"<Folder><name>{n}</name>{placemark(n)}</Folder>" for n in ("双城区", "五常市"))
        found = read_layer(kml(tmp_path / "a.kml", f"<Document>{folders}</Document>")).frame
        assert found["name"].tolist() == ["双城区", "五常市"]
        assert list(found.columns) == ["name", "geometry"]
        assert not found.has_z.any()

    def test_a_description_that_a_person_wrote_is_kept(self, tmp_path):
        body = placemark().replace("</name>", "</name><description>水稻</description>")
        found = read_layer(kml(tmp_path / "a.kml", f"<Document>{body}</Document>")).frame
        assert found["description"].tolist() == ["水稻"]


class TestFiles:
    def test_a_missing_file_is_named(self, tmp_path):
        with pytest.raises(UnreadableFileError, match=r"gone\.geojson"):
            read_layer(tmp_path / "gone.geojson")

    @pytest.mark.parametrize("name", ["a.dwg", "a.csv", "a", "a.gml", "a.vrt"])
    def test_another_ending_is_refused(self, name, tmp_path):
        (tmp_path / name).write_text("x")
        with pytest.raises(UnknownFormatError, match=r"\.gpkg"):
            read_layer(tmp_path / name)

    @pytest.mark.parametrize("ending", ["geojson", "gpkg", "kml", "shp", "zip"])
    @pytest.mark.parametrize(
        "content", [b"", b"\x00" * 200, "乡镇".encode("gbk"), b"{}", b"<html></html>", b"[[[["]
    )
    def test_a_file_that_is_something_else_is_refused(self, ending, content, tmp_path):
        path = tmp_path / f"a.{ending}"
        path.write_bytes(content)
        with pytest.raises(UnreadableFileError):
            read_layer(path)

    @pytest.mark.parametrize("ending", ["geojson", "gpkg", "kml", "zip"])
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_a_file_that_was_cut_short_is_refused(self, ending, share, tmp_path):
        path = tmp_path / f"a.{ending}"
        write_layer(named(*TOWNSHIPS * 50), path)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(UnreadableFileError):
            read_layer(path)

    def test_a_layer_without_features_is_refused(self, tmp_path):
        with pytest.raises(UnreadableFileError, match="no features"):
            read_layer(geojson(tmp_path / "a.geojson"))

    def test_a_geojson_in_gb18030_is_read_when_declared(self, tmp_path):
        write_layer(named(*TOWNSHIPS), tmp_path / "a.geojson")
        path = tmp_path / "gb.geojson"
        path.write_bytes((tmp_path / "a.geojson").read_text("utf-8").encode("gb18030"))
        with pytest.raises(UnreadableFileError, match="UTF-8"):
            read_layer(path)
        assert read_layer(path, encoding="GB18030").frame["name"].tolist() == list(TOWNSHIPS)
        with pytest.raises(TextEncodingError):
            read_layer(path, encoding="ascii")

    def test_a_geojson_with_a_byte_order_mark_is_read(self, tmp_path):
        path = geojson(tmp_path / "a.geojson", polygon(SQUARE_RING))
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
        assert len(read_layer(path).frame) == 1
