"""The names of coordinate systems, and the way from each to WGS 84."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from geodata.crs.shifted import bd09_to_wgs84, gcj02_to_wgs84
from geodata.errors import GeodataError, Message

STORAGE_CRS: Final = "EPSG:4326"
"""WGS 84, longitude then latitude, in degrees."""

Bounds: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north (or least x, least y, greatest x, greatest y)."""

Geometries: TypeAlias = NDArray[Any]
"""An array of shapely geometries; missing ones are None."""


class ShiftedCrs(Enum):
    """The systems of Chinese web maps: WGS 84 with a shift of some hundred metres that varies by place."""

    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


AnyCrs: TypeAlias = pyproj.CRS | ShiftedCrs

_CGCS2000: Final = "EPSG:4490"
_NAMES: Final[dict[str, str | ShiftedCrs]] = {
    "wgs84": STORAGE_CRS,
    "crs84": STORAGE_CRS,
    "ogccrs84": STORAGE_CRS,
    "urnogcdefcrsogc1.3crs84": STORAGE_CRS,
    "urnogcdefcrsogccrs84": STORAGE_CRS,
    "cgcs2000": _CGCS2000,
    "国家2000": _CGCS2000,
    "2000国家大地坐标系": _CGCS2000,
    "webmercator": "EPSG:3857",
    "gcj02": ShiftedCrs.GCJ02,
    "火星坐标": ShiftedCrs.GCJ02,
    "火星坐标系": ShiftedCrs.GCJ02,
    "bd09": ShiftedCrs.BD09,
    "bd09ll": ShiftedCrs.BD09,
    "百度坐标": ShiftedCrs.BD09,
    "百度坐标系": ShiftedCrs.BD09,
}
_EPSG: Final = re.compile(r"(?:urn:ogc:def:crs:epsg:[\d.]*:|epsg:{0,2}\s?)?(\d{4,6})", re.IGNORECASE)
# The full name of an EPSG system; "=" and "+" would let a PROJ text through, which can name files.
_FULL_NAME: Final = re.compile(r"[A-Za-z0-9][\w .,:/()'\-]{3,80}")


class UnknownCrsError(GeodataError):
    """A name that stands for no coordinate system, or for one that cannot be brought to WGS 84."""


def parse_crs(name: str) -> AnyCrs:
    """Understand the name of a coordinate system as a person writes it.

    Parameters
    ----------
    name
        ``EPSG:4528``, ``4528``, ``CGCS2000``, ``WGS84``, ``gcj02``, ``bd09``, ``Web Mercator``, ``火星坐标``,
        or the full EPSG name; upper or lower case.

    Raises
    ------
    UnknownCrsError
        The name stands for nothing, or for something that is not a horizontal system on the Earth.
    """
    text = name.strip()
    known = _NAMES.get(re.sub(r"[\s_\-/():]", "", text).lower())
    if isinstance(known, ShiftedCrs):
        return known
    code = _EPSG.fullmatch(text)
    try:
        if known is not None:
            return _epsg(known)
        if code:
            found = _epsg(f"EPSG:{code[1]}")
        elif _FULL_NAME.fullmatch(text):
            found = pyproj.CRS.from_user_input(text)
        else:
            raise _unknown(text)
    except CRSError as error:
        raise _unknown(text) from error
    if not (found.is_geographic or found.is_projected):
        raise _unknown(text)
    return found.to_2d()


def label(system: AnyCrs) -> str:
    """Name a system for a person: its EPSG code, where it has one, and its full name."""
    if isinstance(system, ShiftedCrs):
        return system.value
    code = system.to_epsg()
    return system.name if code is None else f"EPSG:{code} ({system.name})"


def same_crs(one: pyproj.CRS, other: pyproj.CRS) -> bool:
    """Tell whether two systems are one, whatever order of axes their texts state."""
    return one.equals(other, ignore_axis_order=True)


def to_wgs84(geometries: Geometries, system: AnyCrs) -> Geometries:
    """Bring geometries from ``system`` to WGS 84 degrees, longitude first, in two dimensions.

    Raises
    ------
    UnknownCrsError
        Only a rough guess of PROJ's (a ballpark transformation) would lead to WGS 84.
    """
    move: Any  # the stubs of shapely know the callable in its interleaved form only
    if system is ShiftedCrs.GCJ02:
        move = gcj02_to_wgs84
    elif system is ShiftedCrs.BD09:
        move = bd09_to_wgs84
    elif same_crs(system, _epsg(STORAGE_CRS)):
        return np.asarray(shapely.force_2d(geometries))
    else:
        move = _transformer(system).transform
    return np.asarray(shapely.transform(geometries, move, include_z=False, interleaved=False))


def bounds_in_wgs84(bounds: Bounds, system: AnyCrs) -> Bounds | None:
    """Where the corners of ``bounds`` would lie; None where they would lie nowhere on Earth."""
    if isinstance(system, ShiftedCrs) and not _are_degrees(bounds):
        return None
    corners = np.array([shapely.box(*bounds)], dtype=object)
    west, south, east, north = (float(side) for side in shapely.total_bounds(to_wgs84(corners, system)))
    placed = (west, south, east, north)
    return placed if _are_degrees(placed) else None


def _are_degrees(bounds: Bounds) -> bool:
    west, south, east, north = bounds
    return bool(np.isfinite(bounds).all()) and max(-west, east) <= 180 and max(-south, north) <= 90


@cache
def _epsg(code: str) -> pyproj.CRS:
    return pyproj.CRS.from_user_input(code)


def _transformer(system: pyproj.CRS) -> pyproj.Transformer:
    # EPSG lists no operation between CGCS2000 and WGS 84: they agree to a few centimetres, so reaching
    # CGCS2000 degrees is reaching WGS 84.
    geodetic = system.geodetic_crs
    china = geodetic is not None and same_crs(geodetic.to_2d(), _epsg(_CGCS2000))
    target = _CGCS2000 if china else STORAGE_CRS
    try:
        return pyproj.Transformer.from_crs(system, target, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise UnknownCrsError(
            Message(
                "There is no accurate conversion from {name} to WGS 84. Convert the layer to CGCS2000"
                " (EPSG:4490) first.",
                name=label(system),
            )
        ) from error


def _unknown(text: str) -> UnknownCrsError:
    return UnknownCrsError(
        Message(
            "The coordinate system {name} is not known. Give an EPSG code such as EPSG:4490, or one of"
            " WGS84, CGCS2000, GCJ-02, BD-09.",
            name=repr(text[:80]),
        )
    )
