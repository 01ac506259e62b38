"""GCJ-02 and BD-09, the shifted coordinates of Chinese web maps, to and from WGS 84.

The formulas are the published reverse engineering of the shift (there is no official text); inverses are
iterated, so that a round trip errs by far less than a millimetre. All functions take longitudes and
latitudes in degrees, as numbers or arrays of one shape, and return two arrays of that shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Coordinates = tuple[NDArray[np.float64], NDArray[np.float64]]

# Krassovsky 1940, which the shift is defined on.
_SEMI_MAJOR_M: Final = 6378245.0
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
# The shift is applied inside this box only, as web maps do.
_SHIFTED_WEST, _SHIFTED_EAST = 72.004, 137.8347
_SHIFTED_SOUTH, _SHIFTED_NORTH = 0.8293, 55.8271
# The shift changes by at most about 3 % of the way moved, so every step gains more than one digit.
_STEPS: Final = 12


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Shift WGS 84 degrees to GCJ-02; places outside the box of China stay where they are."""
    x, y = _as_degrees(lon, lat)
    inside = _in_shifted_box(x, y)
    shifted_x, shifted_y = _shift(*_tamed(inside, x, y))
    return np.where(inside, shifted_x, x), np.where(inside, shifted_y, y)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Undo `wgs84_to_gcj02`, to far less than a millimetre."""
    x, y = _as_degrees(lon, lat)
    near = _in_shifted_box(x, y, margin=0.1)
    plain_x, plain_y = _inverted(_shift, *_tamed(near, x, y))
    inside = near & _in_shifted_box(plain_x, plain_y)
    return np.where(inside, plain_x, x), np.where(inside, plain_y, y)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Turn GCJ-02 degrees into BD-09 degrees, the system of Baidu's maps."""
    return _baidu(*_as_degrees(lon, lat))


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Undo `gcj02_to_bd09`, to far less than a millimetre."""
    return _inverted(_baidu, *_as_degrees(lon, lat))


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Turn WGS 84 degrees into BD-09 degrees."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    """Turn BD-09 degrees into WGS 84 degrees."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _as_degrees(lon: ArrayLike, lat: ArrayLike) -> Coordinates:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _in_shifted_box(x: NDArray[np.float64], y: NDArray[np.float64], margin: float = 0.0) -> NDArray[np.bool_]:
    in_columns = (x >= _SHIFTED_WEST - margin) & (x <= _SHIFTED_EAST + margin)
    return in_columns & (y >= _SHIFTED_SOUTH - margin) & (y <= _SHIFTED_NORTH + margin)


def _tamed(wanted: NDArray[np.bool_], x: NDArray[np.float64], y: NDArray[np.float64]) -> Coordinates:
    """Replace what is not wanted by the formula's origin, since far from China its terms overflow."""
    return np.where(wanted, x, 105.0), np.where(wanted, y, 35.0)


def _inverted(
    forward: Callable[[NDArray[np.float64], NDArray[np.float64]], Coordinates],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> Coordinates:
    """Solve ``forward(a, b) == (x, y)`` by fixed-point steps."""
    a, b = x, y
    for _ in range(_STEPS):
        reached_x, reached_y = forward(a, b)
        a, b = a + (x - reached_x), b + (y - reached_y)
    return a, b


def _shift(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Coordinates:
    x, y = lon - 105.0, lat - 35.0
    pi = np.pi
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north_m += (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east_m += (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0

    phi = np.radians(lat)
    curvature = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / curvature**1.5
    parallel_m = _SEMI_MAJOR_M / np.sqrt(curvature) * np.cos(phi)
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _baidu(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Coordinates:
    wave = np.pi * 3000.0 / 180.0
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * wave)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * wave)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
