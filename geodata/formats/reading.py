"""Reading a layer from a file: checked before it is parsed, brought to WGS 84, repaired or refused."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio
import pyogrio.raw
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from geodata.boundaries import GeometryFinding
from geodata.crs import HEILONGJIANG, STORAGE_CRS, Bounds, to_storage
from geodata.errors import Message
from geodata.formats import documents, shapefiles
from geodata.formats.column_types import typed
from geodata.formats.drivers import configure_gdal, local_path, restored_kml_columns
from geodata.formats.faults import (
    DEFAULT_LIMITS,
    AmbiguousLayerError,
    Limits,
    TextEncodingError,
    UnknownFormatError,
    UnreadableFileError,
)
from geodata.formats.soundness import NAME_COLUMNS, feature_name, made_sound, require_boundaries

_BROKEN: Final = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    shapely.errors.ShapelyError,
    UnicodeDecodeError,
)
_ASK_GDAL: Final = "as GDAL says"


@dataclass(frozen=True)
class Layer:
    """What a file held: the features in `STORAGE_CRS`, and what was repaired in them."""

    frame: gpd.GeoDataFrame
    repairs: tuple[GeometryFinding, ...]


@dataclass(frozen=True)
class _Staged:
    """A checked copy of the file, ready for GDAL."""

    path: str
    layers: tuple[str | None, ...]
    encoding: str | None = None
    crs: pyproj.CRS | str | None = _ASK_GDAL


def read_layer(
    path: str | Path,
    *,
    crs: str | None = None,
    encoding: str | None = None,
    layer: str | None = None,
    region: Bounds | None = HEILONGJIANG,
    limits: Limits = DEFAULT_LIMITS,
    name_columns: Collection[str] = NAME_COLUMNS,
) -> Layer:
    """Read a layer of features.

    Parameters
    ----------
    path
        A file ending in .geojson, .json, .gpkg, .kml, .shp, or .zip with a Shapefile in it; or a folder
        with a Shapefile in it.
    crs
        The system of its coordinates as a person names it (see `geodata.crs.parse_crs`), where the file
        does not say it.
    encoding
        Of the text, for a Shapefile or GeoJSON; by default what the bytes prove.
    layer
        The layer's name, where the file has several. Folders of a KML file are read together without one.
    region
        Where the features must lie, in degrees; None for anywhere.
    limits
        How large the layer may be.
    name_columns
        The columns, whatever their case, by which a feature is named to people.

    Returns
    -------
    Layer
        Two-dimensional features in `STORAGE_CRS`. Dates are `datetime.date`, whole numbers with gaps are
        ``Int64``, codes stay text. In a layer with polygons, every feature is a valid polygon.

    Raises
    ------
    GeodataError
        The file is missing, unknown, damaged, unsafe or too large; its encoding, layer or system is not
        certain; or features are broken beyond certain repair (`BrokenGeometryError`).
    """
    source = local_path(path)
    configure_gdal()
    with tempfile.TemporaryDirectory(prefix="layer-") as folder, _gdal_at_work(source) as said:
        staged = _stage(source, Path(folder), limits, crs=crs, encoding=encoding, layer=layer)
        frame, unclosed = _read(staged, said, limits)
        if source.suffix.lower() == ".kml":
            frame = restored_kml_columns(frame)
        if staged.path.endswith(".shp"):
            frame = frame.rename(columns=shapefiles.full_names(Path(staged.path)))
    placed = to_storage(frame, crs, region=region)
    sound, repairs = made_sound(placed, unclosed, name_columns=name_columns)
    return Layer(sound, repairs)


def read_boundaries(
    path: str | Path,
    *,
    crs: str | None = None,
    encoding: str | None = None,
    layer: str | None = None,
    region: Bounds | None = HEILONGJIANG,
    limits: Limits = DEFAULT_LIMITS,
) -> Layer:
    """Read a layer whose features must all be polygons; otherwise as `read_layer`."""
    found = read_layer(path, crs=crs, encoding=encoding, layer=layer, region=region, limits=limits)
    require_boundaries(found.frame)
    return found


def as_multipolygons(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Turn every polygon into a multipolygon of one part, so that the layer is of one kind."""
    geometries = [shapely.MultiPolygon([g]) if isinstance(g, shapely.Polygon) else g for g in frame.geometry]
    return frame.set_geometry(gpd.GeoSeries(geometries, index=frame.index, crs=frame.crs))


def _stage(
    source: Path, folder: Path, limits: Limits, *, crs: str | None, encoding: str | None, layer: str | None
) -> _Staged:
    suffix = source.suffix.lower()
    if source.is_dir() or suffix in {".shp", ".zip"}:
        if not source.is_dir():
            limits.check_size(source.stat().st_size)
        shp = shapefiles.lay_out(source, folder, layer, limits)
        return _Staged(str(shp), (None,), encoding=shapefiles.settle_text(shp, encoding))

    limits.check_size(source.stat().st_size)
    copy = folder / f"layer{suffix}"
    if suffix in {".geojson", ".json"}:
        _copy_text(source, copy, encoding)
        documents.check_geojson(copy, limits)
        # The prefix keeps GDAL from taking the text for one of its other JSON formats, some of which
        # are instructions to fetch things.
        stated, system = documents.take_geojson_crs(copy)
        return _Staged(f"GeoJSON:{copy}", (None,), crs=system if stated else _unless(crs))
    shutil.copyfile(source, copy)
    if suffix == ".kml":
        documents.check_kml(copy, limits)
        names = tuple(str(name) for name in pyogrio.list_layers(copy)[:, 0])
        layers = _chosen(names, layer, source) if layer is not None else names
        return _Staged(str(copy), layers, crs=_unless(crs))
    if suffix == ".gpkg":
        return _Staged(str(copy), _chosen(documents.geopackage_layers(copy, limits), layer, source))
    raise UnknownFormatError(
        Message(
            "{name} cannot be read. Layers are read from .geojson, .gpkg, .kml, .shp, and .zip with a"
            " Shapefile.",
            name=source.name,
        )
    )


def _unless(declared: str | None) -> str | None:
    """WGS 84, which a format means that cannot say its system, unless a person says another."""
    return STORAGE_CRS if declared is None else None


def _copy_text(source: Path, copy: Path, encoding: str | None) -> None:
    if encoding is None:
        shutil.copyfile(source, copy)
        return
    try:
        copy.write_text(source.read_text(encoding), "utf-8")
    except (UnicodeDecodeError, LookupError) as error:
        raise TextEncodingError(
            Message("{name} is not in the encoding {encoding}.", name=source.name, encoding=encoding), ()
        ) from error


def _chosen(names: tuple[str, ...], layer: str | None, source: Path) -> tuple[str, ...]:
    if layer in names:
        return (layer,) if layer is not None else ()
    if layer is None and len(names) == 1:
        return names
    if not names:
        raise _empty(source)
    raise AmbiguousLayerError(
        Message("{name} holds these layers: {layers}. Name one.", name=source.name, layers=", ".join(names)),
        names,
    )


@contextmanager
def _gdal_at_work(source: Path) -> Iterator[list[warnings.WarningMessage]]:
    """Gather GDAL's warnings, and turn its errors into one that names the file."""
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            yield said
    except _BROKEN as error:
        raise UnreadableFileError(
            Message(
                "{name} cannot be read ({reason}). Export it again.",
                name=source.name,
                reason=str(error)[:200],
            )
        ) from error


def _read(
    staged: _Staged, said: list[warnings.WarningMessage], limits: Limits
) -> tuple[gpd.GeoDataFrame, list[int]]:
    """Read the layers one below the other; also the row numbers whose rings were not closed."""
    frames: list[gpd.GeoDataFrame] = []
    unclosed: list[int] = []
    for name in staged.layers:
        said.clear()
        frame = pyogrio.read_dataframe(
            staged.path,
            layer=name,
            encoding=staged.encoding,
            max_features=limits.features + 1,
            on_invalid="fix",
        )
        if not isinstance(frame, gpd.GeoDataFrame):
            raise DataLayerError("no geometry")
        limits.check_fields(frame.shape[1])
        rows = sum(len(earlier) for earlier in frames)
        if any("Non closed ring" in str(warning.message) for warning in said):
            unclosed += [rows + number for number in _unclosed(staged, name)]
        frames.append(typed(frame, _kinds(staged, name)))
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        raise DataLayerError("no features")
    whole = filled[0] if len(filled) == 1 else gpd.GeoDataFrame(pd.concat(filled, ignore_index=True))
    limits.check_features(len(whole))
    vertices = shapely.get_num_coordinates(whole.geometry.to_numpy())
    limits.check_vertices(int(vertices.sum()))
    largest = int(vertices.argmax())
    limits.check_feature_vertices(feature_name(whole, largest), int(vertices[largest]))
    if staged.crs != _ASK_GDAL:
        whole = gpd.GeoDataFrame(whole.set_crs(staged.crs, allow_override=True))  # type: ignore[arg-type]
    return whole, unclosed


def _unclosed(staged: _Staged, layer: str | None) -> list[int]:
    _, _, geometries, _ = pyogrio.raw.read(staged.path, layer=layer, columns=[], encoding=staged.encoding)
    return [
        number
        for number, wkb in enumerate(geometries)
        if wkb is not None and shapely.from_wkb(wkb, on_invalid="ignore") is None
    ]


def _kinds(staged: _Staged, layer: str | None) -> dict[str, str]:
    facts = pyogrio.read_info(staged.path, layer=layer, encoding=staged.encoding)
    return dict(zip(facts["fields"], facts["ogr_types"], strict=True))


def _empty(source: Path) -> UnreadableFileError:
    return UnreadableFileError(Message("{name} holds no features.", name=source.name))
