"""Layers of polygons that share edges: simplified together, so that neighbours stay neighbours."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geodata.boundaries.projecting import Geometries, metric_geometries, storage_geometries
from geodata.boundaries.validity import feature_names
from geodata.crs import require_crs
from geodata.errors import GeodataError, Message


class BrokenCoverageError(GeodataError):
    """Polygons that overlap or leave slivers between them; ``features`` names those concerned."""

    def __init__(self, features: tuple[str, ...]) -> None:
        super().__init__(
            Message(
                "These features overlap a neighbour or do not meet it exactly: {features}. Snap their edges"
                " together in a GIS program.",
                features=", ".join(features),
            )
        )
        self.features = features


def simplify_coverage(frame: GeoDataFrame, tolerance_m: float, decimals: int | None = None) -> GeoDataFrame:
    """Simplify polygons along their shared edges, each edge once, so that no gap or overlap appears.

    Parameters
    ----------
    frame
        Polygons in `STORAGE_CRS` whose common edges have the same vertices (a valid coverage).
    tolerance_m
        Side of the square, in metres, below whose area a corner is dropped (Visvalingam-Whyatt).
    decimals
        Digits after the point to which degrees are rounded afterwards; None to leave them.

    Returns
    -------
    GeoDataFrame
        The same rows, again a valid coverage; points where three polygons meet stay.

    Raises
    ------
    BrokenCoverageError
        The polygons overlap or do not meet exactly, or rounding to ``decimals`` would make them so.
    CrsMismatchError
        The layer is in another system, or states none.
    ValueError
        ``tolerance_m`` is negative.
    """
    require_crs(frame)
    if tolerance_m < 0:
        raise ValueError(f"a tolerance cannot be negative: {tolerance_m}")
    if frame.empty:
        return frame.copy()
    metric, crs = metric_geometries(frame)
    require_coverage(frame, metric)
    simplified = storage_geometries(shapely.coverage_simplify(metric, tolerance_m), crs)
    if decimals is not None:
        rounded = shapely.transform(simplified, lambda degrees: np.round(degrees, decimals))
        _refuse(frame, ~shapely.is_valid(rounded))
        simplified = shapely.remove_repeated_points(rounded)
    require_coverage(frame, simplified)
    return frame.set_geometry(simplified, crs=frame.crs)


def overlap_area_m2(frame: GeoDataFrame) -> float:
    """Measure how much area is covered more than once, in square metres.

    Parameters
    ----------
    frame
        Valid polygons in `STORAGE_CRS`.

    Raises
    ------
    CrsMismatchError
        The layer is in another system, or states none.
    """
    require_crs(frame)
    if frame.empty:
        return 0.0
    metric, _ = metric_geometries(frame)
    one, other = shapely.STRtree(metric).query(metric, predicate="intersects")
    each_pair_once = one < other
    shared = shapely.intersection(metric[one[each_pair_once]], metric[other[each_pair_once]])
    return float(shapely.area(shared).sum())


def require_coverage(frame: GeoDataFrame, geometries: Geometries) -> None:
    """Raise `BrokenCoverageError` unless ``geometries``, those of ``frame``, meet exactly without overlap."""
    _refuse(frame, ~shapely.is_valid(geometries))
    _refuse(frame, ~shapely.is_empty(shapely.coverage_invalid_edges(geometries)))


def _refuse(frame: GeoDataFrame, broken: NDArray[np.bool_]) -> None:
    if broken.any():
        names = np.array(feature_names(frame), dtype=object)
        raise BrokenCoverageError(tuple(names[broken]))
