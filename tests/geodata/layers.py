"""Named layers and files for the tests of formats, with the edge case in the name."""

from __future__ import annotations

import datetime as dt
import json
import struct
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from geodata.crs import STORAGE_CRS

LALIN = shapely.box(126.55, 45.20, 126.75, 45.35)
ISLAND = shapely.box(127.0, 45.2, 127.1, 45.3)
SQUARE_RING = [[126.0, 45.0], [127.0, 45.0], [127.0, 46.0], [126.0, 46.0], [126.0, 45.0]]
UNCLOSED_RING = SQUARE_RING[:-1]
REPEATED_POINTS_RING = [SQUARE_RING[0], SQUARE_RING[0], *SQUARE_RING[1:3], SQUARE_RING[2], *SQUARE_RING[3:]]
CLOCKWISE_RING = SQUARE_RING[::-1]
SELF_TOUCHING_RING = [
    [126.0, 45.0],
    [127.0, 45.0],
    [127.0, 46.0],
    [126.5, 46.0],
    [126.6, 45.5],
    [126.4, 45.5],
    [126.5, 46.0],
    [126.0, 46.0],
    [126.0, 45.0],
]
BOWTIE_RING = [[126.0, 45.0], [127.0, 46.0], [127.0, 45.0], [126.0, 46.0], [126.0, 45.0]]


def every_type_of_column() -> gpd.GeoDataFrame:
    """Text with Chinese and markup, codes, numbers, truth, days, times; with gaps where they can be."""
    hole = shapely.box(126.60, 45.25, 126.65, 45.30)
    return gpd.GeoDataFrame(
        {
            "code": ["230113101", "000000001", "230183100"],
            "name": ["拉林满族镇", None, "<b>&\"乡'</b>"],
            "county_code_of_the_township": ["230113", "0", None],
            "county_code_of_the_institution": ["230113", "", None],
            "乡镇名称很长的字段": ["甲", "乙", "丙" * 84],
            "id": ["a", "b", "c"],
            "description": ["水稻", None, "x"],
            "visibility": [1, 0, -7],
            "households": pd.array([1200, None, 3], dtype="Int64"),
            "population": [1, 3_000_000_000, 3],
            "yield_t": [0.1, None, -1e-9],
            "covered": [True, False, True],
            "started_on": [dt.date(2026, 1, 2), None, dt.date(1949, 10, 1)],
            "seen_at": pd.to_datetime(["2026-01-02 03:04:05", None, "2026-01-02 23:59:59"]),
            "sent_at": pd.to_datetime(["2026-01-02 03:04:05+08:00", None, "2026-07-02 23:59:59+08:00"]),
        },
        geometry=[
            shapely.difference(LALIN, hole),
            shapely.MultiPolygon([LALIN, ISLAND]),
            shapely.Polygon([(126.123456789012, 45.1), (126.2, 45.1), (126.2, 45.987654321098)]),
        ],
        crs=STORAGE_CRS,
    )


def named(*names: Any) -> gpd.GeoDataFrame:
    """A township for each name."""
    return gpd.GeoDataFrame({"name": list(names)}, geometry=[LALIN] * len(names), crs=STORAGE_CRS)


def geojson(path: Path, *geometries: Any, **members: Any) -> Path:
    """Write GeoJSON geometries, broken or not, as a file of features."""
    features = [{"type": "Feature", "properties": {}, "geometry": geometry} for geometry in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": features}), "utf-8")
    return path


def polygon(*rings: Any) -> dict[str, Any]:
    """A GeoJSON polygon, broken or not."""
    return {"type": "Polygon", "coordinates": list(rings)}


def shapefile(folder: Path, frame: gpd.GeoDataFrame, encoding: str, *, cpg: str | None = None) -> Path:
    """Write a Shapefile in ``encoding`` as other programs do, with or without a .cpg that says something."""
    folder.mkdir(exist_ok=True)
    path = folder / "乡镇.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # long field names are cut, as other programs do
        pyogrio.write_dataframe(frame, path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, "ascii")
    return path


def kml(path: Path, body: str, head: str = "") -> Path:
    """Write a KML document around ``body``."""
    text = f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2">{body}</kml>'
    path.write_text(text, "utf-8")
    return path


def placemark(name: str = "拉林满族镇", coordinates: str = "126,45,9 127,45,9 127,46,9 126,45,9") -> str:
    """A placemark with a polygon."""
    ring = f"<LinearRing><coordinates>{coordinates}</coordinates></LinearRing>"
    boundary = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
    return f"<Placemark><name>{name}</name>{boundary}</Placemark>"


def shared_index(shp: Path, times: int) -> None:
    """Make every entry of the .shx point to the first feature, ``times`` times."""
    shx, dbf = shp.with_suffix(".shx"), shp.with_suffix(".dbf")
    content = bytearray(shx.read_bytes()[:100] + shx.read_bytes()[100:108] * times)
    content[24:28] = struct.pack(">i", len(content) // 2)
    shx.write_bytes(content)
    table = bytearray(dbf.read_bytes())
    header, width = struct.unpack("<HH", table[8:12])
    table[4:8] = struct.pack("<I", times)
    dbf.write_bytes(table[:header] + table[header : header + width] * times)
