"""The values of a row beside those that are stored: merged, compared, and refused where they cannot stay."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from pypinyin import lazy_pinyin
from shapely import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import String, Table

from fieldapp.domain.wording import one_line, plain_text
from fieldapp.persistence.register import Values
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.workbooks.reading import Row
from geodata.errors import Message

# Coordinates nearer than this many degrees (a centimetre) are the same: formats round differently.
SAME_DEGREES = 1e-7


def same(stored: object, given: object) -> bool:
    """Whether two values are the same for the register, however a format has rounded them."""
    if isinstance(stored, BaseGeometry) and isinstance(given, BaseGeometry):
        return bool(
            shapely.equals_exact(stored.normalize(), given.normalize(), tolerance=SAME_DEGREES)
            or stored.equals_exact(given, SAME_DEGREES)
        )
    if isinstance(stored, float) and isinstance(given, int | float):
        return math.isclose(stored, given, rel_tol=1e-9, abs_tol=SAME_DEGREES / 100)
    if isinstance(stored, str) and isinstance(given, str):
        return plain_text(stored) == plain_text(given)
    return stored == given


def person_pinyin(name: str) -> str:
    """The name of a commissioner as it is spoken, as long as is kept."""
    return " ".join(lazy_pinyin(name))[:200]


def differing(stored: Mapping[str, Any], given: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """The keys whose values are not the same."""
    return [key for key in keys if not same(stored[key], given[key])]


@dataclass(frozen=True)
class Field:
    """A value that a column gives: its ``default`` for a new record, and whether a blank cell clears it.

    Text is one line unless ``lines`` says otherwise.
    """

    key: str
    default: object = None
    clears: bool = True
    lines: bool = False


def merged(table: ImportTable, row: Row, stored: Mapping[str, Any] | None, fields: Iterable[Field]) -> Values:
    """The record as the row would have it: a column that is not in the file leaves what is stored."""
    values: Values = {}
    for item in fields:
        kept = item.default if stored is None else stored[item.key]
        if not table.has(item.key):
            values[item.key] = kept
            continue
        given = row.values.get(item.key)
        if given is None or given == "":
            values[item.key] = item.default if stored is None or item.clears else kept
        else:
            read = plain_text if item.lines else one_line
            values[item.key] = read(given) if isinstance(given, str) else given
    return values


def check_lengths(plan: Plan, row: Row, stored_in: Table, values: Mapping[str, Any]) -> None:
    """Refuse text that is longer than its column in the database."""
    for key, value in values.items():
        column = stored_in.c.get(key)
        kind = None if column is None else column.type
        if isinstance(kind, String) and kind.length and isinstance(value, str):
            refuse_long(plan, row, key, value, kind.length)


def refuse_long(plan: Plan, row: Row, key: str, text: str, limit: int) -> None:
    """Refuse text of more characters than are kept."""
    if len(text) > limit:
        plan.refuse(
            row,
            key,
            Message(
                "The text has {length} characters, more than the {limit} that are kept. Shorten it.",
                length=len(text),
                limit=limit,
            ),
        )


def degrees(plan: Plan, row: Row, lon_key: str, lat_key: str) -> Point | None:
    """The point of two columns; None, with a fault, where they are not one on the globe."""
    lon, lat = row.values.get(lon_key), row.values.get(lat_key)
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        plan.refuse(
            row,
            lon_key if lon is None else lat_key,
            Message("A position needs longitude and latitude. Give both, or neither."),
        )
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        plan.refuse(
            row,
            lat_key if -180 <= lon <= 180 else lon_key,
            Message(
                "The position {lon}, {lat} is not in degrees. Write longitude, then latitude.",
                lon=lon,
                lat=lat,
            ),
        )
        return None
    return Point(float(lon), float(lat))


def refuse_repeated(plan: Plan, row: Row, first: Row, key: str | None) -> None:
    """Refuse a row that is about the same thing as an earlier one."""
    plan.refuse(
        row,
        key,
        Message("Row {row} is about the same. Leave one of the two in the file.", row=first.number),
    )
