"""Broken polygons: found, repaired where only one repair is possible, refused otherwise."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from geopandas import GeoDataFrame
from shapely.errors import GEOSException
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.crs import require_crs
from geodata.errors import GeodataError, Message

# A repair that moves more than this share of the area could as well have been meant otherwise.
_AMBIGUOUS_SHARE: Final = 0.001

# What GEOS says of a polygon that is not valid.
_REASONS: Final = {
    "Self-intersection": Message("the line crosses or repeats itself"),
    "Ring Self-intersection": Message("the line touches itself"),
    "Hole lies outside shell": Message("a hole lies outside the boundary"),
    "Holes are nested": Message("a hole lies within another"),
    "Nested shells": Message("a part lies within another"),
    "Interior is disconnected": Message("holes cut the area apart"),
    "Duplicate Rings": Message("a ring is drawn twice"),
    "Too few points in geometry component": Message("a ring has too few points"),
}


@dataclass(frozen=True)
class GeometryFinding:
    """What was found about one feature: its index label, its name for people, and a sentence."""

    label: Hashable
    feature: str
    message: Message


class BrokenGeometryError(GeodataError):
    """Features whose geometry cannot be repaired without guessing; ``findings`` has one for each."""

    def __init__(self, findings: tuple[GeometryFinding, ...]) -> None:
        super().__init__(
            Message(
                "Boundaries that cannot be used: {count}. The first: {first}",
                count=len(findings),
                first=findings[0].message,
            )
        )
        self.findings = findings


def find_faults(frame: GeoDataFrame) -> tuple[GeometryFinding, ...]:
    """Say what is wrong with each polygon, in the order of the rows; nothing when all are valid.

    Parameters
    ----------
    frame
        A layer of polygons in `STORAGE_CRS`.

    Raises
    ------
    CrsMismatchError
        The layer is in another system, or states none.
    """
    require_crs(frame)
    return tuple(
        GeometryFinding(label, feature, fault)
        for label, feature, geometry in _features(frame)
        if (fault := _fault(feature, geometry)) is not None
    )


def repair(frame: GeoDataFrame) -> tuple[GeoDataFrame, tuple[GeometryFinding, ...]]:
    """Make every polygon valid where only one repair is possible, and say what was repaired.

    A repair counts as the only one possible when the area that the rings enclose (shells less holes) is the
    area of the repaired polygon: repeated points, spikes, touching rings and slivers of self-crossing pass,
    while a figure of eight, a hole outside its shell or parts that cover each other do not. Lines and points
    that stand beside polygons in a collection have no area and are left out.

    Parameters
    ----------
    frame
        A layer of polygons in `STORAGE_CRS`.

    Returns
    -------
    GeoDataFrame
        The same rows with valid two-dimensional polygons; ``frame`` itself is not changed.
    tuple of GeometryFinding
        One for each repaired row.

    Raises
    ------
    BrokenGeometryError
        Some rows cannot be repaired without guessing; it names each of them.
    CrsMismatchError
        The layer is in another system, or states none.
    """
    require_crs(frame)
    repaired: list[GeometryFinding] = []
    refused: list[GeometryFinding] = []
    geometries: list[BaseGeometry | None] = []
    for label, feature, geometry in _features(frame):
        fault = _fault(feature, geometry)
        mended = geometry if fault is None else _mended(geometry)
        if fault is not None and mended is None:
            refused.append(GeometryFinding(label, feature, fault))
        elif fault is not None:
            repaired.append(GeometryFinding(label, feature, _what_was_repaired(feature, geometry)))
        geometries.append(None if mended is None else shapely.force_2d(mended))
    if refused:
        raise BrokenGeometryError(tuple(refused))
    return frame.set_geometry(np.array(geometries, dtype=object), crs=frame.crs), tuple(repaired)


def feature_names(frame: GeoDataFrame) -> list[str]:
    """Name each row for a person: by code and name where the layer has them, else by its number from 1."""
    known = [column for column in ("code", "name") if column in frame.columns]
    if not known:
        return [f"#{number}" for number in range(1, len(frame) + 1)]
    columns = [frame[column].astype(str) for column in known]
    return [" ".join(parts) for parts in zip(*columns, strict=True)]


def _features(frame: GeoDataFrame) -> list[tuple[Hashable, str, BaseGeometry | None]]:
    return list(zip(frame.index, feature_names(frame), frame.geometry, strict=True))


def _fault(feature: str, geometry: BaseGeometry | None) -> Message | None:
    if geometry is None or geometry.is_empty:
        return Message("{feature} has no boundary. Draw one, or leave the feature out.", feature=feature)
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return Message("{feature} has coordinates that are not numbers. Export it again.", feature=feature)
    if not isinstance(geometry, Polygon | MultiPolygon):
        return _no_polygon(feature)
    if geometry.is_valid:
        return None
    return Message(
        "The boundary of {feature} is broken ({reason}). Correct it in a GIS program.",
        feature=feature,
        reason=_reason(geometry),
    )


def _reason(geometry: BaseGeometry) -> Message | str:
    """What GEOS says is wrong, as a sentence that can be translated, and where."""
    said = shapely.is_valid_reason(geometry)
    what, _, place = said.rstrip("]").partition("[")
    known = _REASONS.get(what)
    try:
        lon, lat = (f"{float(number):.5f}" for number in place.split())
    except ValueError:  # no place, or one with a height
        return known or said
    return Message("{what}, at {lon}, {lat}", what=known or what, lon=lon, lat=lat)


def _what_was_repaired(feature: str, geometry: BaseGeometry | None) -> Message:
    if not isinstance(geometry, Polygon | MultiPolygon):
        return Message("Lines and points beside the boundary of {feature} were left out.", feature=feature)
    return Message(
        "The boundary of {feature} was broken ({reason}) and has been repaired without a change of its area.",
        feature=feature,
        reason=_reason(geometry),
    )


def _no_polygon(feature: str) -> Message:
    return Message("{feature} is not a polygon. A boundary must be one or several polygons.", feature=feature)


def _mended(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """Return the one valid reading of a broken geometry, or None where there are several or none."""
    if geometry is None or not np.isfinite(shapely.get_coordinates(geometry)).all():
        return None
    polygons = _polygons(geometry)
    if not polygons:
        return None
    drawn = sum(_enclosed(polygon) for polygon in polygons)
    whole = MultiPolygon(polygons)
    try:
        mended = _polygonal(shapely.make_valid(whole, method="structure", keep_collapsed=False))
        other = _polygonal(shapely.make_valid(whole, method="linework"))
    except GEOSException:
        # Crossings too fine for its arithmetic: what the library cannot read has no certain reading.
        return None
    allowed = _AMBIGUOUS_SHARE * mended.area
    # Areas of one feature are only ever compared with each other here, so degrees do no harm.
    certain = abs(mended.area - drawn) <= allowed and abs(mended.area - other.area) <= allowed
    return mended if certain and mended.area > 0 else None


def _polygons(geometry: BaseGeometry) -> list[Polygon]:
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    return [part for child in getattr(geometry, "geoms", ()) for part in _polygons(child)]


def _polygonal(geometry: BaseGeometry) -> BaseGeometry:
    parts = _polygons(geometry)
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _enclosed(polygon: Polygon) -> float:
    """Area by the shoelace formula, in which the lobes of a crossing ring cancel each other."""
    shell, *holes = (abs(_shoelace(ring)) for ring in (polygon.exterior, *polygon.interiors))
    return shell - sum(holes)


def _shoelace(ring: BaseGeometry) -> float:
    x, y = shapely.get_coordinates(ring).T
    # Around the first point, lest the large numbers of far-off coordinates eat the digits.
    x, y = x - x[0], y - y[0]
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)
