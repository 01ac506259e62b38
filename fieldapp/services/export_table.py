"""Export a table of the register, as a sheet, as JSON or as a layer for a map."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pandas import DataFrame
from shapely.geometry.base import BaseGeometry

from fieldapp.domain.permissions import SYSTEM, Person
from fieldapp.persistence.register import Values
from fieldapp.services.columns import ExportKind
from fieldapp.services.context import Context
from fieldapp.services.export_rows import SHAPE, export_rows
from fieldapp.services.export_scope import own_rows, require_export
from fieldapp.services.withhold_positions import shown_columns
from fieldapp.workbooks.columns import Column
from fieldapp.workbooks.targets import whole_file
from fieldapp.workbooks.texts import text_in_files
from fieldapp.workbooks.writing import write_table
from geodata.crs import STORAGE_CRS
from geodata.formats import write_layer

ExportFormat = Literal["csv", "xlsx", "json", "geojson", "gpkg"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = ("csv", "xlsx", "json", "geojson", "gpkg")
MEDIA_TYPES: Mapping[ExportFormat, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}


def export_table(
    context: Context,
    kind: ExportKind,
    file_format: ExportFormat,
    target: Path | BinaryIO,
    *,
    locale: str | None = None,
    with_phones: bool = False,
    by: Person = SYSTEM,
) -> int:
    """Write a table as it stands and return its number of rows; a file appears only when it is complete.

    With a ``locale``, headers and words are in its language; without, headers are the stable snake_case
    names and values the stored ones. Phones are masked unless ``with_phones``; what is masked is left as it
    is when the file is imported. Only what ``by`` may read is written, and phones only of those whom ``by``
    must call; a person's export is an audit event. Only a GeoPackage is held in memory as a whole.
    """
    require_export(kind, by)
    if by.user_id is not None or with_phones:
        with context.work(actor=by.actor) as work:
            told = {"format": file_format, "phones": with_phones}
            work.record("table.exported", "table", kind, after=told, topic=None)
            work.commit()
    columns = shown_columns(kind, by)
    with context.reading() as connection:
        every = export_rows(
            context,
            connection,
            kind,
            with_phones=with_phones,
            with_shapes=file_format in ("geojson", "gpkg"),
        )
        rows = own_rows(connection, kind, every, by)
        if file_format in ("csv", "xlsx"):
            return write_table(
                columns,
                rows,
                target,
                file_format=file_format,
                headers="words" if locale else "key",
                locale=locale or "zh_CN",
                sheet_name=kind,
            )
        if file_format == "gpkg":
            return _write_geopackage(columns, rows, target, locale)
        with whole_file(target) as stream:
            if file_format == "json":
                return _write_parts(stream, "[", (_record(columns, row, locale) for row in rows), "]\n")
            opening = f'{{"type":"FeatureCollection","name":"{kind}","features":['
            return _write_parts(stream, opening, _features(columns, rows, locale), "]}\n")


def _write_parts(stream: BinaryIO, opening: str, parts: Iterable[str], closing: str) -> int:
    stream.write(opening.encode())
    count = 0
    for count, part in enumerate(parts, start=1):
        stream.write((",\n" if count > 1 else "\n").encode() + part.encode())
    stream.write(f"\n{closing}".encode())
    return count


def _record(columns: Sequence[Column], row: Mapping[str, object], locale: str | None) -> str:
    record = {_name(column, locale): _json_value(column, row.get(column.key), locale) for column in columns}
    return json.dumps(record, ensure_ascii=False, default=_as_json)


def _features(columns: Sequence[Column], rows: Iterable[Values], locale: str | None) -> Iterator[str]:
    for row in rows:
        shape = row[SHAPE]
        geometry = "null" if shape is None else shapely.to_geojson(shape)
        yield f'{{"type":"Feature","properties":{_record(columns, row, locale)},"geometry":{geometry}}}'


def _write_geopackage(
    columns: Sequence[Column], rows: Iterable[Values], target: Path | BinaryIO, locale: str | None
) -> int:
    shapes: list[BaseGeometry | None] = []
    values: dict[str, list[object]] = {_name(column, locale): [] for column in columns}
    for row in rows:
        shapes.append(row[SHAPE])
        for column in columns:
            values[_name(column, locale)].append(_field(column, row.get(column.key), locale))
    geometry = GeoSeries(np.array(shapes, dtype=object), crs=STORAGE_CRS)
    frame = GeoDataFrame(DataFrame(values, dtype=object), geometry=geometry)
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        draft = Path(folder) / "layer.gpkg"
        write_layer(frame, draft)
        with draft.open("rb") as content, whole_file(target) as stream:
            shutil.copyfileobj(content, stream)
    return len(frame)


def _name(column: Column, locale: str | None) -> str:
    return column.header(locale) if locale else column.key


def _json_value(column: Column, value: object, locale: str | None) -> object:
    if isinstance(value, tuple):
        return [_said(column, item, locale) for item in value]
    return _said(column, value, locale)


def _field(column: Column, value: object, locale: str | None) -> object:
    """The value as a layer's field has it: several words in one text."""
    if isinstance(value, tuple):
        return "、".join(str(_said(column, item, locale)) for item in value)
    value = _said(column, value, locale)
    return float(value) if isinstance(value, Decimal) else value


def _said(column: Column, value: object, locale: str | None) -> object:
    if not isinstance(value, str):
        return value
    return column.choice_words(value, locale) if locale and column.choices else text_in_files(value)


def _as_json(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
