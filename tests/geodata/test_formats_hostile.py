"""Bombs, giants and traps cost a clear error, and little memory."""

from __future__ import annotations

import http.server
import json
import resource
import sqlite3
import stat
import struct
import subprocess
import sys
import textwrap
import threading
import zipfile
import zlib

import pytest

from geodata.errors import GeodataError
from geodata.formats import (
    Limits,
    TooLargeError,
    UnknownFormatError,
    UnreadableFileError,
    UnsafeFileError,
    read_layer,
    write_layer,
)
from tests.geodata.layers import (
    SQUARE_RING,
    geojson,
    kml,
    named,
    placemark,
    polygon,
    shapefile,
    shared_index,
)

MIB = 1 << 20


def refused_within(path, mebibytes):
    """Read ``path`` in a process of its own; return its error and how far its memory rose meanwhile."""
    program = """
        import resource, sys
        import geodata.formats as formats
        from geodata.errors import GeodataError
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            formats.read_layer(sys.argv[1])
        except GeodataError as error:
            print(type(error).__name__)
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(path)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60)),
    )
    error, rise = done.stdout.split()
    assert int(rise) < mebibytes, f"memory rose by {rise} MiB"
    return error


class TestArchives:
    def test_a_bomb_that_states_its_size_is_refused_in_little_memory(self, tmp_path):
        path = tmp_path / "bomb.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.shp", "w") as entry:
            for _ in range(300):
                entry.write(bytes(MIB))
        assert path.stat().st_size < MIB
        assert refused_within(path, 60) == "TooLargeError"

    def test_a_bomb_that_lies_about_its_size_is_refused_in_little_memory(self, tmp_path):
        path = tmp_path / "bomb.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for ending in ("shx", "dbf"):
                archive.writestr(f"a.{ending}", b"x")
            with archive.open("a.shp", "w") as entry:
                for _ in range(300):
                    entry.write(bytes(MIB))
        content = bytearray(path.read_bytes())
        true_size = struct.pack("<I", 300 * MIB)
        while (place := content.find(true_size)) >= 0:
            content[place : place + 4] = struct.pack("<I", 1000)
        path.write_bytes(content)
        assert refused_within(path, 60) in {"TooLargeError", "UnreadableFileError"}

    def test_what_unpacks_to_more_than_the_limit_is_refused(self, tmp_path):
        path = tmp_path / "a.zip"
        write_layer(named(*["甲"] * 500), path)
        assert path.stat().st_size < 20_000
        with pytest.raises(TooLargeError):
            read_layer(path, limits=Limits(size_bytes=20_000))

    @pytest.mark.parametrize(
        "name", ["../a.shp", "a/../../b.shp", "/etc/a.shp", "..\\a.shp", "C:\\a.shp", "c:/a.shp"]
    )
    def test_paths_that_leave_the_folder_are_refused(self, name, tmp_path):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(zipfile.ZipInfo(name), b"x")
        with pytest.raises(UnsafeFileError, match="outside its folder"):
            read_layer(tmp_path / "a.zip")

    def test_links_are_refused(self, tmp_path):
        link = zipfile.ZipInfo("a.shp")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(link, b"/etc/passwd")
        with pytest.raises(UnsafeFileError, match="link"):
            read_layer(tmp_path / "a.zip")

    def test_too_many_entries_are_refused(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for number in range(1001):
                archive.writestr(f"{number}.txt", b"")
        with pytest.raises(TooLargeError, match="1000 entries"):
            read_layer(tmp_path / "a.zip")

    def test_an_encrypted_archive_is_refused(self, tmp_path):
        write_layer(named("甲"), tmp_path / "a.zip")
        content = bytearray((tmp_path / "a.zip").read_bytes())
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            start = content.find(mark)
            while start >= 0:
                content[start + offset] |= 1
                start = content.find(mark, start + 4)
        (tmp_path / "a.zip").write_bytes(content)
        with pytest.raises(UnreadableFileError, match="password"):
            read_layer(tmp_path / "a.zip")

    def test_a_damaged_entry_is_refused_by_name(self, tmp_path):
        write_layer(named("甲"), tmp_path / "a.zip")
        content = (tmp_path / "a.zip").read_bytes()
        checksum = struct.pack("<I", zlib.crc32(b"UTF-8"))
        (tmp_path / "a.zip").write_bytes(content.replace(checksum, b"\x01\x02\x03\x04"))
        with pytest.raises(UnreadableFileError, match=r"a\.cpg"):
            read_layer(tmp_path / "a.zip")

    def test_an_index_that_repeats_one_feature_is_refused(self, tmp_path):
        shp = shapefile(tmp_path / "a", named("甲"), "UTF-8")
        shared_index(shp, 1000)
        with pytest.raises(UnsafeFileError, match=r"\.shx"):
            read_layer(shp)


class TestGiants:
    @pytest.mark.parametrize("ending", ["geojson", "gpkg", "kml", "shp", "zip"])
    def test_a_file_over_the_limit_is_refused_unread(self, ending, tmp_path):
        path = tmp_path / f"a.{ending}"
        with path.open("wb") as file:
            file.truncate(65 * MIB)
        with pytest.raises(TooLargeError, match="64 MiB"):
            read_layer(path)

    def test_millions_of_vertices_are_refused_in_little_memory(self, tmp_path):
        path = tmp_path / "a.geojson"
        head, tail = json.dumps({"type": "Polygon", "coordinates": [["@"]]}).split('"@"')
        with path.open("w") as file:
            file.write(head + ",".join(["[126.1,45.1]"] * 2_100_000) + tail)
        assert refused_within(path, 60) == "TooLargeError"

    def test_one_feature_of_many_vertices_is_refused_by_name_in_little_memory(self, tmp_path):
        path = tmp_path / "a.geojson"
        ring = [[126 + number / 1e6, 45] for number in range(60_000)] + [[126, 46], [126, 45]]
        feature = {"type": "Feature", "properties": {"name": "甲"}, "geometry": None}
        feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        assert refused_within(path, 150) == "TooLargeError"
        with pytest.raises(TooLargeError, match="#1 甲 has 60002 vertices"):
            read_layer(path)

    def test_deep_nesting_is_refused_in_little_memory(self, tmp_path):
        path = tmp_path / "a.geojson"
        path.write_text('{"type":"Polygon","coordinates":' + "[" * 20_000_000)
        assert refused_within(path, 60) == "UnsafeFileError"

    def test_a_field_for_every_feature_is_refused_in_little_memory(self, tmp_path):
        features = [f'{{"type":"Feature","properties":{{"p{n}":1}},"geometry":null}}' for n in range(99_000)]
        path = tmp_path / "a.geojson"
        with path.open("w") as file:
            file.write('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}")
        assert refused_within(path, 60) == "TooLargeError"

    def test_brackets_quotes_and_escapes_in_text_are_no_nesting(self, tmp_path):
        trap = "[[[{{\\" * 200 + '"' * 5 + "\\\\"
        write_layer(named(trap, '\\"[', "]"), tmp_path / "a.geojson")
        assert read_layer(tmp_path / "a.geojson").frame["name"].tolist() == [trap, '\\"[', "]"]

    @pytest.mark.parametrize("ending", ["geojson", "gpkg", "kml", "zip"])
    @pytest.mark.parametrize("limits", [Limits(features=2), Limits(vertices=14), Limits(fields=2)])
    def test_features_vertices_and_fields_have_limits_in_every_format(self, ending, limits, tmp_path):
        path = tmp_path / f"a.{ending}"
        frame = named("甲", "乙", "丙").assign(a=1, b=2, c=3, d=4, e=5, f=6, g=7, h=8)
        write_layer(frame, path)
        assert len(read_layer(path).frame) == 3
        with pytest.raises(TooLargeError):
            read_layer(path, limits=limits)


class TestKml:
    @pytest.mark.parametrize(
        "head",
        [
            '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd">',
            '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        ],
    )
    def test_a_document_type_or_entities_are_refused(self, head, tmp_path):
        with pytest.raises(UnsafeFileError, match="DOCTYPE"):
            read_layer(kml(tmp_path / "a.kml", f"<Document>{placemark('&x;')}</Document>", head))

    def test_a_billion_laughs_cost_little_memory(self, tmp_path):
        levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        head = f'<!DOCTYPE kml [<!ENTITY l0 "ha">{levels}]>'
        path = kml(tmp_path / "a.kml", f"<Document>{placemark('&l9;')}</Document>", head)
        assert refused_within(path, 60) == "UnsafeFileError"

    def test_elements_without_end_are_refused_in_little_memory(self, tmp_path):
        assert refused_within(kml(tmp_path / "a.kml", "<a>" * 5_000_000), 60) == "UnsafeFileError"
        assert refused_within(kml(tmp_path / "b.kml", "<a/>" * 10_000_000), 60) == "TooLargeError"

    def test_instructions_to_read_another_file_are_refused(self, tmp_path):
        write_layer(named("secret"), tmp_path / "secret.geojson")
        trick = (
            f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{tmp_path}/secret.geojson'
            "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
        )
        with pytest.raises(GeodataError):
            read_layer(kml(tmp_path / "a.kml", trick))


class TestGeoPackages:
    def make(self, tmp_path, *statements):
        path = tmp_path / "a.gpkg"
        write_layer(named("甲"), path)
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return path

    def test_a_view_without_end_is_refused(self, tmp_path):
        rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid FROM n"
        path = self.make(
            tmp_path,
            f"CREATE VIEW endless AS {rows}",
            "UPDATE gpkg_contents SET table_name = 'endless'",
            "UPDATE gpkg_geometry_columns SET table_name = 'endless'",
        )
        with pytest.raises(UnsafeFileError, match="endless"):
            read_layer(path)

    def test_computed_columns_are_refused(self, tmp_path):
        path = self.make(
            tmp_path, "CREATE TABLE big (i INTEGER, b GENERATED ALWAYS AS (zeroblob(900000000)) VIRTUAL)"
        )
        with pytest.raises(UnsafeFileError, match="big"):
            read_layer(path)

    def test_a_plain_database_is_no_geopackage(self, tmp_path):
        connection = sqlite3.connect(tmp_path / "a.gpkg")
        connection.execute("CREATE TABLE t (i INTEGER)")
        connection.close()
        with pytest.raises(UnreadableFileError, match="GeoPackage"):
            read_layer(tmp_path / "a.gpkg")


class TestReachingOut:
    @pytest.mark.parametrize(
        "name",
        [
            "http://127.0.0.1:9/a.geojson",
            "https://example.org/a.gpkg",
            "/vsicurl/http://127.0.0.1:9/a.geojson",
            "/vsizip/a.zip",
            "zip:///tmp/a.zip",
            "/vsimem/a.gpkg",
            "a\0.geojson",
        ],
    )
    def test_an_address_is_no_file(self, name):
        with pytest.raises(UnknownFormatError, match="not a file on this machine"):
            read_layer(name)

    @pytest.mark.parametrize("ending", ["geojson", "kml"])
    def test_no_file_makes_the_reader_call_another_host(self, ending, tmp_path):
        calls: list[str] = []

        class Listener(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                calls.append(self.path)
                self.send_error(404)

            def log_message(self, *_args):
                """Stay quiet."""

        with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            address = f"http://127.0.0.1:{server.server_port}/a"
            try:
                sound, *refused = self.tricks(ending, address, tmp_path)
                assert len(read_layer(sound).frame) == 1
                for path in refused:
                    with pytest.raises(GeodataError):
                        read_layer(path)
            finally:
                server.shutdown()
                thread.join()
        assert calls == []

    def tricks(self, ending, address, folder):
        """A file whose address is to be left alone, then files that are nothing but addresses."""
        if ending == "geojson":
            square = polygon(SQUARE_RING)
            link = {"type": "link", "properties": {"href": f"{address}.prj", "type": "ogcwkt"}}
            plain = geojson(folder / "plain.geojson", square, crs=link)
            escaped = folder / "escaped.geojson"
            escaped.write_text(plain.read_text().replace('"crs"', '"cr\\u0073"'))
            commented = folder / "commented.geojson"
            commented.write_text(plain.read_text().replace('"crs":', '"crs"/**/:'))
            quoted = folder / "quoted.geojson"
            quoted.write_text(plain.read_text().replace('"crs":', "'crs':"))
            named_so = {"type": "name", "properties": {"name": f"{address}.prj"}}
            pipeline = f"gdal vector pipeline ! read /vsicurl/{address}.geojson ! write streamed"
            return [
                geojson(folder / "a.geojson", {**square, "crs": link}, links=[{"href": address}]),
                plain,
                escaped,
                commented,
                quoted,
                geojson(folder / "b.geojson", square, crs=named_so),
                _text(folder / "c.geojson", {"type": "gdal_streamed_alg", "command_line": pipeline}),
            ]
        link = f"<Link><href>{address}.kml</href></Link>"
        vrt = (
            f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/vsicurl/{address}.json"
            "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
        )
        styled = f"<Document><Style><IconStyle><Icon><href>{address}.png</href></Icon></IconStyle></Style>"
        return [
            kml(folder / "a.kml", f"{styled}<NetworkLink>{link}</NetworkLink>{placemark()}</Document>"),
            kml(folder / "b.kml", f"<Document><NetworkLink>{link}</NetworkLink></Document>"),
            kml(folder / "c.kml", vrt),
        ]


def _text(path, document):
    path.write_text(json.dumps(document))
    return path
