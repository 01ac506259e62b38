"""What an import does, in words: each change with its values before and after, each fault with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

import pyproj
import shapely
from geopandas import GeoDataFrame
from shapely import Point
from shapely.geometry.base import BaseGeometry

from fieldapp.domain.importing import Action, RowChange
from fieldapp.i18n import translate
from fieldapp.services.columns import COLUMNS, ImportKind
from fieldapp.services.import_file import ImportResult
from fieldapp.workbooks.columns import NO, YES, Column
from fieldapp.workbooks.writing import write_table
from geodata.boundaries import outline_shift_m
from geodata.crs import STORAGE_CRS, area_m2
from geodata.errors import Message

_ELLIPSOID = pyproj.Geod(ellps="WGS84")
_BESIDE: Mapping[str, Message] = {
    "boundary": Message("boundary"),
    "seat": Message("seat"),
    "target": Message("target of the roster"),
    "commissioner_id": Message("commissioner id"),
    "township_code": Message("township code"),
}


@dataclass(frozen=True)
class Difference:
    """One value that changes."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownChange:
    """One change as a person reads it; ``row`` is null where no row of the file stands behind it."""

    action: Action
    row: int | None
    title: str
    differences: tuple[Difference, ...]


def shown_changes(result: ImportResult, locale: str) -> Iterator[ShownChange]:
    """Everything that changes, in the order of the file, then what changes beside it."""
    labels = _labels(result.kind, locale)
    columns = {column.key: column for column in COLUMNS[result.kind]}
    for change in (*result.planned, *result.side_changes):
        if change.action is not Action.KEEP:
            yield _shown(change, labels, columns, locale)


def write_changes(result: ImportResult, target: BinaryIO, locale: str) -> None:
    """All changes as a CSV file, one line a value."""
    table = (
        Column("row", Message("row")),
        Column("change", Message("change")),
        Column("subject", Message("subject")),
        Column("column", Message("column")),
        Column("before", Message("before")),
        Column("after", Message("after")),
    )
    lines = (
        {
            "row": change.row,
            "change": translate(change.action.words, locale),
            "subject": change.title,
            "column": difference.label,
            "before": difference.before,
            "after": difference.after,
        }
        for change in shown_changes(result, locale)
        for difference in change.differences or (Difference("", "", ""),)
    )
    write_table(table, lines, target, file_format="csv", headers="words", locale=locale)


def write_faults(result: ImportResult, target: BinaryIO, locale: str) -> None:
    """All faults as a CSV file."""
    table = (
        Column("sheet", Message("sheet")),
        Column("row", Message("row")),
        Column("column", Message("column")),
        Column("value", Message("value")),
        Column("message", Message("fault and cure")),
    )
    lines = (fault.document(lambda message: translate(message, locale)) for fault in result.outcome.errors)
    write_table(table, lines, target, file_format="csv", headers="words", locale=locale)


def _labels(kind: ImportKind, locale: str) -> dict[str, str]:
    beside = {key: translate(words, locale) for key, words in _BESIDE.items()}
    return beside | {column.key: column.header(locale) for column in COLUMNS[kind]}


def _shown(
    change: RowChange, labels: Mapping[str, str], columns: Mapping[str, Column], locale: str
) -> ShownChange:
    differences = (
        Difference(
            labels.get(key, key),
            _value(change.before.get(key), columns.get(key), locale),
            _value(change.after.get(key), columns.get(key), locale)
            + _moved(change.before.get(key), change.after.get(key), locale),
        )
        for key in change.changed_keys
    )
    return ShownChange(change.action, change.row, change.title, tuple(differences))


def _value(value: object, column: Column | None, locale: str) -> str:
    if value is None or value in ("", ()):
        return ""
    if isinstance(value, bool):
        return translate(YES if value else NO, locale)
    if isinstance(value, BaseGeometry):
        return _shape(value, locale)
    if isinstance(value, tuple | list):
        return "、".join(_value(item, column, locale) for item in value)
    if isinstance(value, str) and column is not None:
        return column.choice_words(value, locale)
    if isinstance(value, datetime):
        value = value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _shape(shape: BaseGeometry, locale: str) -> str:
    if shape.geom_type == "Point":
        x, y = shape.coords[0]
        return f"{x:.5f}, {y:.5f}"
    area = area_m2(GeoDataFrame(geometry=[shape], crs=STORAGE_CRS)).iloc[0] / 1e6
    vertices = int(shapely.get_num_coordinates(shape))
    return translate(Message("{area} km², {count} vertices", area=f"{area:.2f}", count=vertices), locale)


def _moved(before: object, after: object, locale: str) -> str:
    """How far a seat moved or an outline shifted, as an addition to the value after."""
    if not isinstance(before, BaseGeometry) or not isinstance(after, BaseGeometry):
        return ""
    if isinstance(before, Point) and isinstance(after, Point):
        _, _, metres = _ELLIPSOID.inv(before.x, before.y, after.x, after.y)
        return translate(Message(" (moved by {metres} m)", metres=f"{metres:.0f}"), locale)
    metres = outline_shift_m(before, after)
    return translate(Message(" (outline shifted by up to {metres} m)", metres=f"{metres:.0f}"), locale)
