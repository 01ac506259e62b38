"""Columns as they were read, given the types that were meant."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geodata.formats.drivers import KML_FIELDS

_ISO_DATE: Final = r"\d{4}-\d{2}-\d{2}"
_ISO_TIME: Final = _ISO_DATE + r"T\d{2}:\d{2}:\d{2}(?:\.\d+)?"
_ZONE: Final = r"(?:Z|[+-]\d{2}:\d{2})"


def typed(frame: gpd.GeoDataFrame, kinds: dict[str, str]) -> gpd.GeoDataFrame:
    """Give columns the types that their format means: days, times, whole numbers with gaps.

    Parameters
    ----------
    frame
        As GDAL gave it.
    kinds
        OGR's type of each field, such as ``OFTDate``.
    """
    columns: dict[str, pd.Series[Any]] = {}
    for name, kind in kinds.items():
        column = pd.Series(frame[name])
        if kind == "OFTDate":
            columns[name] = _as_days(pd.to_datetime(column))
        elif kind in {"OFTInteger", "OFTInteger64"} and column.dtype != bool:
            columns[name] = column.astype("Int64" if column.isna().any() else "int64")
        elif kind == "OFTString" and name not in KML_FIELDS:
            columns[name] = _dated(column)
    return frame.assign(**columns)


def _dated(text: pd.Series[Any]) -> pd.Series[Any]:
    """Turn text into days or times where every value is one in ISO form, as Shapefile and KML write them."""
    values = text.dropna().astype(str)
    try:
        if len(values) and values.str.fullmatch(_ISO_DATE).all():
            return _as_days(pd.to_datetime(text, format="%Y-%m-%d"))
        for pattern, zoned in ((_ISO_TIME, False), (_ISO_TIME + _ZONE, True)):
            if len(values) and values.str.fullmatch(pattern).all():
                return pd.to_datetime(text, format="ISO8601", utc=zoned).dt.as_unit("ms")
    except ValueError:
        return text
    return text


def _as_days(column: pd.Series[Any]) -> pd.Series[Any]:
    days: list[dt.date | None] = [None if pd.isna(value) else value.date() for value in column]
    return pd.Series(days, index=column.index, dtype=object)
