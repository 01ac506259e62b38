"""Where a position lies, in metres: against a township's boundary, and from another position."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import shapely
from pyproj import Geod, Proj
from shapely.geometry.base import BaseGeometry

from geodata.crs import metric_crs

_EARTH = Geod(ellps="WGS84")
# A boundary's edges are straight in degrees. In pieces of this length, in degrees, they are so in metres too,
# to the centimetre.
_PIECE = 0.005


@dataclass(frozen=True)
class MeasuredBoundary:
    """A township's boundary, ready to be measured against in metres again and again.

    ``geometry`` is in `STORAGE_CRS`; ``tolerance_m`` is how far it may err.
    """

    geometry: BaseGeometry
    tolerance_m: float = 0.0
    _to_metres: Proj = field(init=False, repr=False, compare=False)
    _shape: BaseGeometry = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A bare projection: to look for the operations between two systems takes two hundred times as long,
        # and between WGS 84 and CGCS2000 it finds none to apply.
        to_metres = Proj(metric_crs(self.geometry.bounds))
        shape = shapely.transform(
            shapely.segmentize(self.geometry, _PIECE),
            lambda places: np.column_stack(to_metres(places[:, 0], places[:, 1])),
        )
        shapely.prepare(shape)
        object.__setattr__(self, "_to_metres", to_metres)
        object.__setattr__(self, "_shape", shape)

    def outside_m(self, lon: float, lat: float) -> float:
        """How far a position in degrees lies outside; 0 in the boundary or on it."""
        x, y = self._to_metres(lon, lat)
        if math.isfinite(x) and math.isfinite(y):
            return float(shapely.distance(self._shape, shapely.Point(x, y)))
        # The other side of the earth: no plane reaches so far.
        middle = self.geometry.centroid
        return distance_m(lon, lat, middle.x, middle.y)


def distance_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """The shortest way over the ellipsoid between two positions in degrees."""
    return float(_EARTH.inv(lon, lat, other_lon, other_lat)[2])
