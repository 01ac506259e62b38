"""Measuring in metres, whatever the layer; measuring in degrees is not offered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyproj
from geopandas import GeoDataFrame

from geodata.crs.storage import require_crs
from geodata.crs.systems import Bounds


def metric_crs(bounds: Bounds) -> pyproj.CRS:
    """Choose the system to measure metres in: the CGCS2000 3-degree Gauss-Kruger zone, or UTM elsewhere.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees. The zone of the middle is taken; lengths within 2 degrees of
        its meridian err by less than 0.1 %.

    Raises
    ------
    ValueError
        ``bounds`` are not degrees.
    """
    west, south, east, north = bounds
    if not np.isfinite(bounds).all() or max(-west, east) > 180 or max(-south, north) > 90:
        raise ValueError(f"not bounds in degrees: {bounds}")
    lon, lat = (west + east) / 2, (south + north) / 2
    meridian = round(lon / 3)
    if 25 <= meridian <= 45 and 0 <= lat <= 56:
        # EPSG:4534 is the zone of 75 E without prefix, EPSG:4554 that of 135 E.
        return pyproj.CRS.from_epsg(4534 + meridian - 25)
    zone = min(int((lon + 180) // 6) + 1, 60)
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def area_m2(frame: GeoDataFrame) -> pd.Series[float]:
    """Measure each geometry's area on the ellipsoid.

    Parameters
    ----------
    frame
        A layer in `STORAGE_CRS`.

    Returns
    -------
    Series of float
        Square metres, indexed as ``frame``; 0 for empty or missing geometry. An equal-area projection
        around the layer's middle is used, so that the size of the layer does not matter.

    Raises
    ------
    CrsMismatchError
        The layer is in another system, or states none.
    """
    require_crs(frame)
    west, south, east, north = (float(side) for side in frame.total_bounds)
    if np.isnan(west):
        return pd.Series(0.0, index=frame.index)
    equal_area = pyproj.CRS.from_dict(
        {"proj": "laea", "lon_0": (west + east) / 2, "lat_0": (south + north) / 2, "ellps": "WGS84"}
    )
    # Both stand on the same ellipsoid; the datum of the projection is WGS 84 by construction.
    return frame.geometry.to_crs(equal_area).area.fillna(0.0)
