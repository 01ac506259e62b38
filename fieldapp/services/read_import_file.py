"""Read a file that somebody imports, sheet or layer, as the rows of its kind."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.importing import ImportFault
from fieldapp.services.columns import COLUMNS, ImportKind
from fieldapp.services.import_plan import ImportOptions, ImportTable
from fieldapp.services.read_attributes import sheet_of
from fieldapp.workbooks.reading import Sheet, read_rows
from geodata.boundaries import BrokenGeometryError, GeometryFinding
from geodata.crs import to_storage
from geodata.errors import Message
from geodata.formats import DEFAULT_LIMITS, Layer, UnreadableFileError, read_layer
from geodata.formats.documents import check_geojson, geopackage_layers

LAYER_ENDINGS = (".geojson", ".gpkg", ".kml", ".zip", ".shp")
SHEET_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt")
_POSITIONS: Mapping[str, tuple[str, str]] = {
    "townships": ("seat_lon", "seat_lat"),
    "commissioners": ("home_lon", "home_lat"),
}
_NO_DISTANCE = Message(
    "There is no row under the headers. Fill one in; to remove all imported distances, do so on the page of "
    "imports or by fieldapp import travel --clear."
)
_NAMED_BY = tuple(
    name for column in COLUMNS["townships"] if column.key in ("code", "name") for name in column.names
)


class RefusedFeaturesError(Exception):
    """Features of a layer that cannot be used; ``faults`` has one for each."""

    def __init__(self, faults: tuple[ImportFault, ...]) -> None:
        super().__init__(str(faults[0].message))
        self.faults = faults


def read_import_file(
    path: Path, kind: ImportKind, options: ImportOptions, *, name: str | None = None
) -> ImportTable:
    """The rows of the file; ``name`` is what its sender calls it.

    Raises `RefusedFeaturesError` for features that cannot be used, `InvalidInputError` or `GeodataError`
    when the file as a whole cannot be read; all other faults are in the table's sheet.
    """
    if not path.exists():
        raise InvalidInputError(Message("There is no file {path}.", path=path))
    ending = Path(name or path.name).suffix.casefold()
    if ending in (".json", ".geojson"):
        return _read_json(path, kind, options)
    if ending == ".gpkg":
        return _read_geopackage(path, kind, options)
    if ending in LAYER_ENDINGS or path.is_dir():
        return _whole_layer(path, kind, options)
    told = {"when_empty": _NO_DISTANCE} if kind == "travel" else {}
    sheet = read_rows(path, COLUMNS[kind], encoding=options.encoding, name=name, sheet=options.sheet, **told)
    if options.crs is not None:
        _place(sheet, kind, options.crs)
    return ImportTable(sheet, notices=list(sheet.notes))


def _read_json(path: Path, kind: ImportKind, options: ImportOptions) -> ImportTable:
    DEFAULT_LIMITS.check_size(path.stat().st_size)
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        whole = Path(folder) / "layer.geojson"
        try:
            content = path.read_text(options.encoding or "utf-8-sig")
            if content.lstrip().startswith("{"):
                whole.write_text(content, "utf-8")
                check_geojson(whole, DEFAULT_LIMITS)
            document = json.loads(content)
        except (ValueError, RecursionError, LookupError):
            raise InvalidInputError(
                Message("The file is not JSON in UTF-8, or is damaged. Export it again.")
            ) from None
        return _table_of_json(document, kind, options, whole)


def _table_of_json(document: Any, kind: ImportKind, options: ImportOptions, whole: Path) -> ImportTable:
    features = document.get("features") if isinstance(document, dict) else None
    if features is None:
        if not isinstance(document, list) or not all(isinstance(record, dict) for record in document):
            raise _no_records()
        return ImportTable(sheet_of(document, kind))
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise _no_records()
    records = [_properties(feature) for feature in features]
    placed = [number for number, feature in enumerate(features) if feature.get("geometry")]
    if kind != "townships" or not placed:
        return ImportTable(sheet_of(records, kind))
    # A township whose boundary is not known yet has none in an export either; a layer cannot have that.
    document["features"] = [features[number] for number in placed]
    whole.write_text(json.dumps(document), "utf-8")
    with _told_by_row(placed):
        layer = read_layer(whole, crs=options.crs, name_columns=_NAMED_BY)
    return _table(kind, records, placed, layer)


def _no_records() -> InvalidInputError:
    return InvalidInputError(
        Message("The JSON is not a list of objects, one for each row. Compare it with an export.")
    )


def _properties(feature: Mapping[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def _read_geopackage(path: Path, kind: ImportKind, options: ImportOptions) -> ImportTable:
    DEFAULT_LIMITS.check_size(path.stat().st_size)
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        whole = Path(folder) / "layer.gpkg"
        whole.write_bytes(path.read_bytes())
        names = geopackage_layers(whole, DEFAULT_LIMITS)
        chosen = options.sheet if options.sheet in names else names[0] if len(names) == 1 else None
        if chosen is None:
            # It says in its own words that the layer is unknown, or which of several to name.
            return _whole_layer(whole, kind, options)
        try:
            frame = pyogrio.read_dataframe(whole, layer=chosen, max_features=DEFAULT_LIMITS.features + 1)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
            raise UnreadableFileError(
                Message(
                    "{name} cannot be read ({reason}). Export it again.",
                    name=path.name,
                    reason=str(error)[:200],
                )
            ) from error
        DEFAULT_LIMITS.check_features(len(frame))
        if not isinstance(frame, gpd.GeoDataFrame):
            return ImportTable(sheet_of(map(_with_text_keys, frame.to_dict("records")), kind))
        shapes = frame.geometry
        records = [_with_text_keys(each) for each in frame.drop(columns=shapes.name).to_dict("records")]
        placed = [number for number, missing in enumerate(shapes.isna() | shapes.is_empty) if not missing]
        if kind != "townships" or not placed:
            return ImportTable(sheet_of(records, kind))
        if len(placed) < len(frame):
            whole, chosen = Path(folder) / "placed.gpkg", "placed"
            frame.iloc[placed].to_file(whole, layer=chosen, driver="GPKG")
        with _told_by_row(placed):
            layer = read_layer(whole, crs=options.crs, layer=chosen, name_columns=_NAMED_BY)
        return _table(kind, records, placed, layer)


def _whole_layer(path: Path, kind: ImportKind, options: ImportOptions) -> ImportTable:
    with _told_by_row():
        layer = read_layer(
            path,
            crs=options.crs,
            encoding=options.encoding,
            layer=options.sheet,
            name_columns=_NAMED_BY,
        )
    records = layer.frame.drop(columns=layer.frame.geometry.name).to_dict("records")
    return _table(kind, [_with_text_keys(record) for record in records], list(range(len(records))), layer)


def _table(kind: ImportKind, records: list[dict[str, Any]], placed: list[int], layer: Layer) -> ImportTable:
    """The records with the shapes of those at the positions ``placed``."""
    notices = [_as_numbered(finding, placed[_row(finding)] + 1) for finding in layer.repairs]
    shapes = zip(placed, layer.frame.geometry, strict=True)
    geometries = {number + 1: form for number, shape in shapes if (form := _stored_form(shape)) is not None}
    return ImportTable(sheet_of(records, kind), geometries, notices)


@contextmanager
def _told_by_row(placed: Sequence[int] | None = None) -> Iterator[None]:
    """Tell every feature that is refused, by its number among all that the file holds."""
    try:
        yield
    except BrokenGeometryError as error:
        numbers = [
            1 + (_row(finding) if placed is None else placed[_row(finding)]) for finding in error.findings
        ]
        raise RefusedFeaturesError(
            tuple(
                ImportFault(None, number, None, None, _as_numbered(finding, number))
                for number, finding in zip(numbers, error.findings, strict=True)
            )
        ) from error


def _row(finding: GeometryFinding) -> int:
    """The row of the layer, from 0: a layer as it is read is labelled by its rows."""
    return int(str(finding.label))


def _as_numbered(finding: GeometryFinding, number: int) -> Message:
    """The sentence of the finding, its feature called by the number that it has in the file."""
    _, _, name = finding.feature.partition(" ")
    called = f"#{number} {name}".rstrip()
    return Message(finding.message.template, **{**finding.message.values, "feature": called})


def _with_text_keys(record: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in record.items()}


def _stored_form(shape: BaseGeometry | None) -> BaseGeometry | None:
    """The shape as a township has it: its boundary as a multipolygon, or its seat as a point."""
    if isinstance(shape, Polygon):
        return MultiPolygon([shape])
    return shape if isinstance(shape, MultiPolygon | Point) and not shape.is_empty else None


def _place(sheet: Sheet, kind: ImportKind, crs: str) -> None:
    """Bring the positions of a sheet from the system that was named to the one that is stored."""
    if kind not in _POSITIONS:
        return
    lon, lat = _POSITIONS[kind]
    given = [(row, row.values.get(lon), row.values.get(lat)) for row in sheet.rows]
    placed = [(row, Point(x, y)) for row, x, y in given if isinstance(x, float) and isinstance(y, float)]
    if not placed:
        return
    points = gpd.GeoDataFrame(geometry=gpd.GeoSeries([point for _, point in placed]))
    stored = to_storage(points, crs, region=None).geometry
    for (row, _), x, y in zip(placed, stored.x, stored.y, strict=True):
        row.values[lon], row.values[lat] = float(x), float(y)
