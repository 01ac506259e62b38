"""How far two outlines are apart, and which boundaries cover the same ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from geodata.boundaries.projecting import Geometries, metric_geometries
from geodata.crs import STORAGE_CRS, require_crs


@dataclass(frozen=True)
class Overlap:
    """Two rows of a layer, the area that both cover, and its share of the smaller of the two (0 to 1)."""

    one: int
    other: int
    area_m2: float
    share: float


def outline_shift_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Measure how far the outlines of two polygons are apart, in metres.

    It is the Hausdorff distance taken at the vertices: the longest way from a vertex of one outline to the
    nearest place on the other, either way round. Time grows with n log n of the vertices.

    Parameters
    ----------
    one, other
        Polygons or multipolygons in degrees of `STORAGE_CRS`, neither empty.
    """
    metric, _ = metric_geometries(GeoDataFrame(geometry=[one, other], crs=STORAGE_CRS))
    return max(_farthest(metric[0], metric[1]), _farthest(metric[1], metric[0]))


def _farthest(one: BaseGeometry, other: BaseGeometry) -> float:
    points = shapely.points(shapely.get_coordinates(one))
    _, distances = shapely.STRtree(_edges(other)).query_nearest(
        points, all_matches=False, return_distance=True
    )
    return float(distances.max())


def _edges(shape: BaseGeometry) -> Geometries:
    rings = shapely.get_rings(shapely.get_parts(shape))
    pieces = []
    for ring in rings:
        corners = shapely.get_coordinates(ring)
        pieces.append(np.stack([corners[:-1], corners[1:]], axis=1))
    return np.asarray(shapely.linestrings(np.concatenate(pieces)))


def find_overlaps(frame: GeoDataFrame) -> tuple[Overlap, ...]:
    """Find the pairs of polygons that cover the same ground, the largest share first.

    Parameters
    ----------
    frame
        Valid polygons in `STORAGE_CRS`, none missing.

    Returns
    -------
    tuple of Overlap
        Pairs by the position of their rows, ``one`` before ``other``. Areas are measured in an equal-area
        projection around the layer's middle. Polygons that only touch are no pair.

    Raises
    ------
    CrsMismatchError
        The layer is in another system, or states none.
    """
    require_crs(frame)
    if frame.empty:
        return ()
    west, south, east, north = (float(side) for side in frame.total_bounds)
    equal_area = pyproj.CRS.from_dict(
        {
            "proj": "laea",
            "lon_0": (west + east) / 2,
            "lat_0": (south + north) / 2,
            "ellps": "WGS84",
        }
    )
    shapes = np.asarray(frame.geometry.to_crs(equal_area), dtype=object)
    areas = shapely.area(shapes)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    smaller = np.minimum(areas[one], areas[other])
    found = [
        Overlap(int(a), int(b), float(area), float(area / least))
        for a, b, area, least in zip(one, other, shared, smaller, strict=True)
        if area > 0
    ]
    return tuple(sorted(found, key=lambda overlap: (-overlap.share, overlap.one, overlap.other)))
