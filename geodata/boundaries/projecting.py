"""Between degrees, in which layers are stored, and the metres in which they are measured."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pyproj
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geodata.crs import STORAGE_CRS, metric_crs

Geometries: TypeAlias = NDArray[Any]
"""An array of shapely geometries."""


def metric_geometries(frame: GeoDataFrame) -> tuple[Geometries, pyproj.CRS]:
    """Project a non-empty layer in degrees to metres; the system is that of the middle of its bounds."""
    west, south, east, north = (float(side) for side in frame.total_bounds)
    crs = metric_crs((west, south, east, north))
    return _moved(np.asarray(frame.geometry, dtype=object), STORAGE_CRS, crs), crs


def projected(frame: GeoDataFrame, crs: pyproj.CRS) -> Geometries:
    """Project a layer in degrees to the metric system ``crs``."""
    return _moved(np.asarray(frame.geometry, dtype=object), STORAGE_CRS, crs)


def storage_geometries(geometries: Geometries, crs: pyproj.CRS) -> Geometries:
    """Bring metric geometries back to degrees."""
    return _moved(geometries, crs, STORAGE_CRS)


def _moved(geometries: Geometries, source: str | pyproj.CRS, target: str | pyproj.CRS) -> Geometries:
    # Point by point: what two polygons share before they share afterwards, to the last bit.
    # The stubs of shapely know the callable in its interleaved form only.
    move: Any = _transformer(source, target).transform
    return np.asarray(shapely.transform(geometries, move, interleaved=False))


@lru_cache(maxsize=64)
def _transformer(source: str | pyproj.CRS, target: str | pyproj.CRS) -> pyproj.Transformer:
    # PROJ looks through its database for a tenth of a second, and hundreds of townships share a zone.
    return pyproj.Transformer.from_crs(source, target, always_xy=True)
