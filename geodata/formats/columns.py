"""Columns of a table as the fields of a file: typed by what they hold, refused where they would be cut."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.errors import Message
from geodata.formats.faults import UnwritableLayerError

_SHAPEFILE_NAME_BYTES: Final = 10
_SHAPEFILE_TEXT_BYTES: Final = 254
_UTC: Final = 100
# What XML 1.0 has no way to write.
_NOT_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_NOT_TEXT: Final = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Field:
    """One column: its name, its values as GDAL takes them, and which of them are missing."""

    name: str
    data: NDArray[Any]
    missing: NDArray[np.bool_]
    utc: bool = False

    @property
    def offsets(self) -> NDArray[np.int32] | None:
        """GDAL's mark of the time zone of each value, where the column has one."""
        return np.full(len(self.data), _UTC, dtype=np.int32) if self.utc else None


def fields_of(frame: gpd.GeoDataFrame, ending: str) -> list[Field]:
    """Turn the attributes of ``frame`` into fields for the format with ``ending``.

    Raises
    ------
    UnwritableLayerError
        A column holds something that the format cannot keep whole.
    """
    attributes = frame.drop(columns=frame.geometry.name)
    names = [str(name) for name in attributes.columns]
    folded = [name.casefold() for name in names]
    if len(set(folded)) < len(folded) or "" in names:
        raise UnwritableLayerError(Message("Two columns have the same name, or one has none. Rename them."))
    fields = [_field(name, attributes.iloc[:, place], ending) for place, name in enumerate(names)]
    for field in fields:
        _refuse_lossy_text(field, ending)
    return fields


def shapefile_names(names: list[str]) -> dict[str, str]:
    """Give each column a field name of at most ten bytes, unlike any other in either case."""
    short: dict[str, str] = {}
    taken = {name.casefold() for name in names if len(name.encode()) <= _SHAPEFILE_NAME_BYTES}
    for name in names:
        chosen, number = name, 1
        if len(name.encode()) > _SHAPEFILE_NAME_BYTES:
            chosen = _cut(name, _SHAPEFILE_NAME_BYTES)
            while chosen.casefold() in taken:
                chosen = f"{_cut(name, _SHAPEFILE_NAME_BYTES - 1 - len(str(number)))}_{number}"
                number += 1
            taken.add(chosen.casefold())
        short[name] = chosen
    return short


def _cut(name: str, size: int) -> str:
    return name.encode()[:size].decode("utf-8", "ignore")


def _field(name: str, column: pd.Series[Any], ending: str) -> Field:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    missing = column.isna().to_numpy()
    plain = column.astype(object)
    kind = "empty" if missing.all() else pd.api.types.infer_dtype(column, skipna=True)
    values: NDArray[Any]
    match kind:
        case "string" | "empty":
            values = plain.where(~missing, None).to_numpy()
        case "boolean":
            values = plain.where(~missing, False).to_numpy(bool)
        case "integer" | "integer-na":
            values = _whole_numbers(column, missing, ending)
        case "floating" | "mixed-integer-float" | "decimal":
            values = plain.where(~missing, np.nan).to_numpy(np.float64)
        case "date":
            days = pd.to_datetime(column).to_numpy().astype("datetime64[D]")
            return _as_text(name, days, missing) if ending == ".kml" else Field(name, days, missing)
        case "datetime" | "datetime64":
            return _moments(name, column, missing, ending)
        case _:
            raise UnwritableLayerError(
                Message(
                    "The column {column} holds values of a kind ({kind}) that a layer cannot keep. Turn them"
                    " into text.",
                    column=name,
                    kind=kind,
                )
            )
    return Field(name, values, missing)


def _whole_numbers(column: pd.Series[Any], missing: NDArray[np.bool_], ending: str) -> NDArray[Any]:
    try:
        numbers = column.astype(object).where(~missing, 0).to_numpy(np.int64)
    except OverflowError as error:
        raise UnwritableLayerError(
            Message(
                "A number in the column {column} is too large. Turn the column into text.", column=column.name
            )
        ) from error
    # KML knows whole numbers of 32 bits only; up to 53 bits a real number is exact as well.
    small = numbers.size == 0 or np.abs(numbers).max() < 2**31
    if ending == ".kml":
        return numbers.astype(np.int32 if small else np.float64)
    return numbers


def _moments(name: str, column: pd.Series[Any], missing: NDArray[np.bool_], ending: str) -> Field:
    moments = pd.to_datetime(column, utc=True) if _is_zoned(column) else pd.to_datetime(column)
    utc = moments.dt.tz is not None
    values = (moments.dt.tz_convert(None) if utc else moments).to_numpy().astype("datetime64[ms]")
    if ending in {".kml", ".zip"}:
        # Neither has a field type for a time of day.
        return _as_text(name, values, missing, "Z" if utc else "")
    return Field(name, values, missing, utc)


def _is_zoned(column: pd.Series[Any]) -> bool:
    return bool(getattr(column.dropna().iloc[0], "tzinfo", None))


def _as_text(name: str, moments: NDArray[Any], missing: NDArray[np.bool_], zone: str = "") -> Field:
    text = np.array(
        [None if gap else f"{moment}{zone}" for moment, gap in zip(moments, missing, strict=True)], object
    )
    return Field(name, text, missing)


def _refuse_lossy_text(field: Field, ending: str) -> None:
    if field.data.dtype != object:
        return
    unwritable = _NOT_XML if ending == ".kml" else _NOT_TEXT
    for number, text in enumerate(field.data, start=1):
        if text is None:
            continue
        if unwritable.search(text):
            raise UnwritableLayerError(
                Message(
                    "Feature {number} has a control character in the column {column} ({text}). Remove it.",
                    number=number,
                    column=field.name,
                    text=json.dumps(text[:40], ensure_ascii=True),
                )
            )
        if ending == ".zip" and len(text.encode()) > _SHAPEFILE_TEXT_BYTES:
            raise UnwritableLayerError(
                Message(
                    "A Shapefile keeps at most 254 bytes of text (84 Chinese characters), but feature"
                    " {number} has {size} in the column {column}. Shorten it, or write a GeoPackage.",
                    number=number,
                    size=len(text.encode()),
                    column=field.name,
                )
            )
