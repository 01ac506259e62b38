"""Which coordinate systems would put a layer where it belongs."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from geodata.crs.systems import AnyCrs, Bounds, ShiftedCrs, bounds_in_wgs84, label, parse_crs

HEILONGJIANG: Final[Bounds] = (121.1, 43.4, 135.1, 53.6)
"""Bounds of the province in degrees, WGS 84."""

_ZONE_FAMILIES: Final = ("CGCS2000 / 3-degree", "CGCS2000 / Gauss-Kruger", "WGS 84 / UTM zone")


def candidate_crs(bounds: Bounds, region: Bounds = HEILONGJIANG) -> tuple[str, ...]:
    """Name the coordinate systems in which ``bounds`` would lie inside ``region``.

    Parameters
    ----------
    bounds
        Least x, least y, greatest x, greatest y in the unknown system's own units.
    region
        West, south, east, north in degrees, WGS 84.

    Returns
    -------
    tuple of str
        Names that `parse_crs` understands: degrees first, then Gauss-Kruger zones, UTM and Web Mercator;
        empty when none fits.
    """
    if not np.isfinite(bounds).all():
        return ()
    return tuple(
        name for name, system in _usual_systems(region) if inside(bounds_in_wgs84(bounds, system), region)
    )


def described(candidates: tuple[str, ...]) -> str:
    """List candidates for a person, each with its full name."""
    return ", ".join(label(parse_crs(name)) for name in candidates)


def inside(bounds: Bounds | None, region: Bounds) -> bool:
    """Tell whether ``bounds`` lie wholly in ``region``."""
    return bounds is not None and (
        region[0] <= bounds[0]
        and region[1] <= bounds[1]
        and bounds[2] <= region[2]
        and bounds[3] <= region[3]
    )


@cache
def _usual_systems(region: Bounds) -> tuple[tuple[str, AnyCrs], ...]:
    """Systems that layers of ``region`` are usually in, the zones from the EPSG database."""
    zones = query_crs_info("EPSG", pj_types=[PJType.PROJECTED_CRS], area_of_interest=AreaOfInterest(*region))
    names = [
        "EPSG:4326",
        "EPSG:4490",
        *(system.value for system in ShiftedCrs),
        *(f"EPSG:{zone.code}" for family in _ZONE_FAMILIES for zone in zones if zone.name.startswith(family)),
        "EPSG:3857",
    ]
    return tuple((name, parse_crs(name)) for name in names)
