"""Coordinate reference systems: named, checked, and never guessed silently.

Everything is stored as WGS 84 longitude and latitude (`STORAGE_CRS`). Layers arrive in CGCS2000, in one
of its Gauss-Kruger zones, in Web Mercator, or in the shifted systems of Chinese web maps, GCJ-02 and
BD-09, which no file format can name.
"""

from __future__ import annotations

from geodata.crs.candidates import HEILONGJIANG, candidate_crs
from geodata.crs.measuring import area_m2, metric_crs
from geodata.crs.shifted import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from geodata.crs.storage import (
    CrsMismatchError,
    CrsMissingError,
    OutsideRegionError,
    require_crs,
    to_storage,
)
from geodata.crs.systems import STORAGE_CRS, AnyCrs, Bounds, ShiftedCrs, UnknownCrsError, parse_crs

__all__ = [
    "HEILONGJIANG",
    "STORAGE_CRS",
    "AnyCrs",
    "Bounds",
    "CrsMismatchError",
    "CrsMissingError",
    "OutsideRegionError",
    "ShiftedCrs",
    "UnknownCrsError",
    "area_m2",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "candidate_crs",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "metric_crs",
    "parse_crs",
    "require_crs",
    "to_storage",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]
