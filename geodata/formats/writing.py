"""Writing a layer to a file: whole, readable elsewhere, and equal when it is read back."""

from __future__ import annotations

import csv
import os
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pyogrio.raw
import shapely
from pyogrio.errors import DataSourceError, FeatureError, FieldError, GeometryError

from geodata.crs import STORAGE_CRS, require_crs
from geodata.errors import Message
from geodata.formats.columns import Field, fields_of, shapefile_names
from geodata.formats.drivers import configure_gdal
from geodata.formats.faults import UnknownFormatError, UnwritableLayerError
from geodata.formats.shapefiles import NAMES_ENDING

_DRIVERS: Final = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GPKG",
    ".kml": "LIBKML",
    ".zip": "ESRI Shapefile",
}
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)


def write_layer(frame: gpd.GeoDataFrame, path: str | Path) -> dict[str, str]:
    """Write a layer in the format that the path's ending names, whole or not at all.

    Parameters
    ----------
    frame
        Features in `STORAGE_CRS` with columns of text, numbers, truth values, days or times.
    path
        Ending in .geojson, .json, .gpkg, .kml, or .zip for a Shapefile; a file there is replaced.

    Returns
    -------
    dict of str to str
        For a Shapefile, the field name of each column whose name had to be shortened to ten bytes. The list
        is also packed beside the data, and `read_layer` uses it to restore the names. Else empty.

    Raises
    ------
    UnknownFormatError
        The ending names no format.
    UnwritableLayerError
        The format cannot keep a column or a geometry without loss; nothing was written.
    CrsMismatchError
        The layer is in another system, or states none.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in _DRIVERS:
        raise UnknownFormatError(
            Message(
                "{name} cannot be written. Layers are written to .geojson, .gpkg, .kml, and .zip for a"
                " Shapefile.",
                name=target.name,
            )
        )
    require_crs(frame)
    configure_gdal()
    flat = frame.set_geometry(frame.geometry.force_2d())
    fields = fields_of(flat, ending)
    short: dict[str, str] = {}
    # In the same folder, so that the finished file takes its place in one step.
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=target.parent) as name:
        folder = Path(name)
        if ending == ".zip":
            names = shapefile_names([field.name for field in fields])
            short = {column: field for column, field in names.items() if column != field}
            finished = _packed_shapefile(flat, fields, names, folder, target.stem)
        else:
            finished = folder / f"{target.stem}{ending}"
            _write(flat, fields, [field.name for field in fields], finished, ending)
        os.replace(finished, target)
    return short


def _write(frame: gpd.GeoDataFrame, fields: list[Field], names: list[str], path: Path, ending: str) -> None:
    geometries = frame.geometry.to_numpy()
    try:
        with warnings.catch_warnings():
            # GDAL's advice about widths and types is acted on before, in the fields themselves.
            warnings.simplefilter("ignore", RuntimeWarning)
            pyogrio.raw.write(
                str(path),
                shapely.to_wkb(geometries),
                [field.data for field in fields],
                names,
                field_mask=[field.missing for field in fields],
                layer=path.stem,
                driver=_DRIVERS[ending],
                geometry_type=_geometry_type(frame, ending),
                crs=STORAGE_CRS,
                encoding="UTF-8",
                gdal_tz_offsets={
                    name: field.offsets for name, field in zip(names, fields, strict=True) if field.utc
                },
                layer_options=_layer_options(ending, names),
            )
    except (DataSourceError, FeatureError, FieldError, GeometryError) as error:
        raise UnwritableLayerError(
            Message(
                "The layer cannot be written to {name} ({reason}).", name=path.name, reason=str(error)[:200]
            )
        ) from error


def _layer_options(ending: str, names: list[str]) -> dict[str, Any]:
    if ending in {".geojson", ".json"}:
        # Fifteen digits after the point give every coordinate back to the last bit.
        return {"RFC7946": "YES", "COORDINATE_PRECISION": "15", "WRITE_NAME": "NO"}
    if ending == ".gpkg":
        return {"FID": _free("fid", names), "GEOMETRY_NAME": _free("geom", names)}
    return {}


def _free(name: str, taken: list[str]) -> str:
    folded = {other.casefold() for other in taken}
    while name in folded:
        name += "_"
    return name


def _geometry_type(frame: gpd.GeoDataFrame, ending: str) -> str:
    kinds = sorted(set(frame.geom_type.dropna()))
    if ending == ".zip":
        families = {kind.removeprefix("Multi").replace("LinearRing", "LineString") for kind in kinds}
        if len(families) != 1 or "GeometryCollection" in families:
            raise UnwritableLayerError(
                Message(
                    "A Shapefile holds either points, lines or polygons, but the layer has: {kinds}. Split"
                    " it, or write a GeoPackage.",
                    kinds=", ".join(kinds) or "-",
                )
            )
        return kinds[0].removeprefix("Multi") if kinds[0] != "MultiPoint" else "MultiPoint"
    return kinds[0] if len(kinds) == 1 else "Unknown"


def _packed_shapefile(
    frame: gpd.GeoDataFrame, fields: list[Field], names: dict[str, str], folder: Path, stem: str
) -> Path:
    parts = folder / "parts"
    parts.mkdir()
    shp = parts / f"{stem}.shp"
    _write(frame, fields, [names[field.name] for field in fields], shp, ".zip")
    if any(column != field for column, field in names.items()):
        with (parts / f"{stem}{NAMES_ENDING}").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["field", "column"])
            writer.writerows((field, column) for column, field in names.items())
    packed = folder / "packed.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(parts.iterdir()):
            # Without the time of day the same layer gives the same bytes.
            archive.writestr(zipfile.ZipInfo(part.name, _EARLIEST), part.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed
