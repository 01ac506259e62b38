"""Harbin's agricultural townships, its counties and districts, and the products that are known in print.

Where each figure comes from, and what is not certain about it, stands in ``SOURCES.md`` beside this file.
"""

from __future__ import annotations

import json
from importlib.resources import files

import pandas as pd
from geopandas import GeoDataFrame

from geodata.crs import STORAGE_CRS

__all__ = ["counties", "featured_products", "townships"]


def townships() -> GeoDataFrame:
    """Load the 168 townships with their approximate service areas.

    Returns
    -------
    GeoDataFrame
        One row for each township, by ``code``, polygons in `STORAGE_CRS`. Columns: ``code`` (9 digits, text),
        ``name``, ``pinyin``, ``county_code`` (6 digits, text), ``county``, ``kind`` (``town`` or
        ``township``), ``seat_lon`` and ``seat_lat`` (degrees, WGS 84), ``seat_source``, ``seat_accuracy_m``,
        ``boundary_quality`` (``approximate`` throughout), ``boundary_tolerance_m``, ``roster_basis`` and
        ``note`` (text, often empty).
    """
    return _layer("townships.geojson")


def counties() -> GeoDataFrame:
    """Load the 18 counties and districts, of whose outlines the townships' areas are parts.

    Returns
    -------
    GeoDataFrame
        One row for each, by ``code`` (6 digits, text), polygons in `STORAGE_CRS`. Columns: ``code``,
        ``name``, ``pinyin``, ``kind`` (``district``, ``county`` or ``county_city``), ``boundary_quality``
        and ``boundary_tolerance_m``.
    """
    return _layer("counties.geojson")


def featured_products() -> pd.DataFrame:
    """Load the products that are known in print.

    Returns
    -------
    DataFrame
        All text. ``level`` (``county`` or ``township``) says what the ``code`` and the ``place`` stand for;
        ``product``, ``category``, and the ``basis`` in print.
    """
    with (files(__name__) / "products.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype=str, keep_default_na=False)


def _layer(name: str) -> GeoDataFrame:
    document = json.loads((files(__name__) / name).read_bytes())
    frame = GeoDataFrame.from_features(document["features"], crs=STORAGE_CRS)
    return frame[[*document["features"][0]["properties"], "geometry"]]
