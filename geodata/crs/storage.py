"""Bringing a layer to the one system it is stored in, or refusing it with advice."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj

from geodata.crs.candidates import HEILONGJIANG, candidate_crs, described, inside
from geodata.crs.systems import (
    STORAGE_CRS,
    AnyCrs,
    Bounds,
    ShiftedCrs,
    bounds_in_wgs84,
    label,
    parse_crs,
    same_crs,
    to_wgs84,
)
from geodata.errors import GeodataError, Message


class CrsMissingError(GeodataError):
    """A layer that does not say its coordinate system; ``candidates`` are those that would fit."""

    def __init__(self, message: Message, candidates: tuple[str, ...]) -> None:
        super().__init__(message)
        self.candidates = candidates


class CrsMismatchError(GeodataError):
    """Two statements about one layer's coordinate system that contradict each other."""

    def __init__(self, message: Message, expected: str, found: str | None) -> None:
        super().__init__(message)
        self.expected = expected
        self.found = found


class OutsideRegionError(GeodataError):
    """A layer that lies elsewhere; ``candidates`` are the systems that would put it inside."""

    def __init__(self, message: Message, candidates: tuple[str, ...]) -> None:
        super().__init__(message)
        self.candidates = candidates


def to_storage(
    frame: gpd.GeoDataFrame, declared: str | None = None, *, region: Bounds | None = HEILONGJIANG
) -> gpd.GeoDataFrame:
    """Bring a layer to `STORAGE_CRS`, in two dimensions.

    Parameters
    ----------
    frame
        Any layer, with or without a CRS of its own.
    declared
        The system that a person says it is in (see `parse_crs`). GCJ-02 and BD-09 may be declared over a
        frame labelled with plain degrees, because no file can say them.
    region
        Where the result must lie, in degrees; None for anywhere.

    Raises
    ------
    CrsMissingError
        Neither the frame nor ``declared`` says the system.
    CrsMismatchError
        Both do, and they would put the layer in two places.
    OutsideRegionError
        The layer does not lie in ``region``.
    UnknownCrsError
        ``declared`` is not known, or no accurate way leads from it to WGS 84.
    """
    raw = _total_bounds(frame)
    own = None if frame.crs is None else pyproj.CRS(frame.crs).to_2d()
    system: AnyCrs
    if declared is not None:
        system = parse_crs(declared)
        _refuse_contradiction(own, system, raw)
    elif own is not None:
        system = own
    else:
        raise _missing(raw, region or HEILONGJIANG)

    placed = gpd.GeoSeries(to_wgs84(frame.geometry.to_numpy(), system), index=frame.index, crs=STORAGE_CRS)
    moved = frame.assign(**{str(frame.geometry.name): placed}).set_geometry(str(frame.geometry.name))
    if region is not None:
        _refuse_outside(_total_bounds(moved), region, raw, system)
    return moved


def require_crs(frame: gpd.GeoDataFrame, crs: str = STORAGE_CRS) -> None:
    """Raise `CrsMismatchError` unless ``frame`` states exactly ``crs``."""
    own = None if frame.crs is None else pyproj.CRS(frame.crs)
    if own is None or not same_crs(own, pyproj.CRS(crs)):
        raise CrsMismatchError(
            Message(
                "Coordinates in {expected} are needed here, but the layer is in {found}.",
                expected=crs,
                found=Message("an unstated system") if own is None else label(own),
            ),
            expected=crs,
            found=None if own is None else label(own),
        )


def _total_bounds(frame: gpd.GeoDataFrame) -> Bounds:
    west, south, east, north = (float(side) for side in frame.total_bounds)
    return west, south, east, north


def _refuse_contradiction(own: pyproj.CRS | None, declared: AnyCrs, raw: Bounds) -> None:
    """Raise where the file's own system and the declared one would put the layer in two places."""
    if own is None:
        return
    if isinstance(declared, ShiftedCrs):
        agree = own.is_geographic
    elif same_crs(own, declared) or np.isnan(raw).any():
        agree = True
    else:
        # Two texts may state one system (WGS 84 and CGCS2000 degrees, an Esri and an EPSG text).
        one, other = bounds_in_wgs84(raw, own), bounds_in_wgs84(raw, declared)
        agree = one is not None and other is not None and np.allclose(one, other, rtol=0, atol=1e-7)
    if not agree:
        raise CrsMismatchError(
            Message(
                "The layer was declared to be in {declared}, but it says itself that it is in {own}. Leave"
                " the declaration out, or correct the file if what it says is wrong.",
                declared=label(declared),
                own=label(own),
            ),
            expected=label(declared),
            found=label(own),
        )


def _missing(raw: Bounds, region: Bounds) -> CrsMissingError:
    candidates = candidate_crs(raw, region)
    if candidates:
        message = Message(
            "The layer does not say its coordinate system. These would put it in the region:"
            " {candidates}. Ask whoever made the file, then name the right one.",
            candidates=described(candidates),
        )
    elif _axes_swapped(raw, region):
        message = Message(
            "The layer does not say its coordinate system, and its two axes seem to be swapped: write x"
            " (longitude or easting) before y (latitude or northing), then name the system."
        )
    else:
        message = Message(
            "The layer does not say its coordinate system, and in no usual one does it lie in the region"
            " (x {west} to {east}, y {south} to {north}). Ask whoever made the file for the system.",
            **_rounded(raw),
        )
    return CrsMissingError(message, candidates)


def _refuse_outside(placed: Bounds, region: Bounds, raw: Bounds, system: AnyCrs) -> None:
    if inside(placed, region) or np.isnan(placed).all():
        return
    candidates = candidate_crs(raw, region)
    if candidates:
        message = Message(
            "Read as {system}, the layer lies outside the region. These coordinate systems would put it"
            " inside: {candidates}. Ask whoever made the file, then name the right one.",
            system=label(system),
            candidates=described(candidates),
        )
    elif _axes_swapped(raw, region):
        message = Message(
            "Read as {system}, the layer lies outside the region. Its two axes seem to be swapped: write x"
            " (longitude or easting) before y (latitude or northing).",
            system=label(system),
        )
    else:
        message = Message(
            "Read as {system}, the layer lies outside the region (longitude {west} to {east}, latitude"
            " {south} to {north}). Check that it is the right file and the right coordinate system.",
            system=label(system),
            **_rounded(placed),
        )
    raise OutsideRegionError(message, candidates)


def _axes_swapped(raw: Bounds, region: Bounds) -> bool:
    return bool(candidate_crs((raw[1], raw[0], raw[3], raw[2]), region))


def _rounded(bounds: Bounds) -> dict[str, float]:
    west, south, east, north = (round(side, 4) for side in bounds)
    return {"west": west, "south": south, "east": east, "north": north}
