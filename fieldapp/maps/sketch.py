"""A small drawing of the townships, as paths of an SVG: no script, no tiles, a few kilobytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

_MAP_CRS = "EPSG:3857"  # the same shapes as on the map page
_WIDTH = 600  # units of the drawing; a screen shows two of them to a pixel
_TOLERANCE = 1.5  # units


@dataclass(frozen=True)
class Cell:
    """One township of the drawing."""

    code: str
    name: str
    status: str
    path: str


@dataclass(frozen=True)
class Sketch:
    """The drawing: its size, the cells, the outlines of counties, and how many places have no boundary."""

    width: int
    height: int
    cells: tuple[Cell, ...]
    outlines: str
    missing: int


def draw_sketch(table: gpd.GeoDataFrame) -> Sketch | None:
    """Draw a coverage table (columns code, name, county_code, status, geometry; any CRS).

    Neighbours keep their common edge. None where no township has a boundary.
    """
    known = table[~(table.geometry.isna() | table.geometry.is_empty)]
    if known.empty:
        return None
    shapes = known.geometry.to_crs(_MAP_CRS)
    west, south, east, north = shapes.total_bounds
    unit = (east - west) / _WIDTH
    shapes = shapes.affine_transform([1 / unit, 0, 0, -1 / unit, -west / unit, north / unit])
    shapes = shapes.simplify_coverage(_TOLERANCE)
    counties = [shapely.union_all(list(group)) for _, group in shapes.groupby(known["county_code"])]
    return Sketch(
        width=_WIDTH,
        height=int(np.ceil((north - south) / unit)),
        cells=tuple(
            Cell(code, name, status, _path(shape))
            for code, name, status, shape in zip(
                known["code"], known["name"], known["status"], shapes, strict=True
            )
        ),
        outlines="".join(_path(county) for county in counties),
        missing=len(table) - len(known),
    )


def _path(shape: BaseGeometry) -> str:
    return "".join(_ring(points) for points in _rings(shape))


def _rings(shape: BaseGeometry) -> Iterator[np.ndarray]:
    for part in shapely.get_parts(shape):
        for ring in [part.exterior, *part.interiors]:
            points = np.rint(shapely.get_coordinates(ring)[:-1]).astype(int)
            moved = np.any(points != np.roll(points, 1, axis=0), axis=1)
            if moved.sum() >= 3:
                yield points[moved]


def _ring(points: np.ndarray) -> str:
    steps = np.diff(points, axis=0)
    start = f"M{points[0][0]} {points[0][1]}"
    return start + "l" + " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-") + "z"
