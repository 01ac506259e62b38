"""Features made sound, or refused by their number in the file."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geodata.boundaries import BrokenGeometryError, GeometryFinding, repair
from geodata.errors import Message


def made_sound(
    frame: gpd.GeoDataFrame, unclosed: list[int]
) -> tuple[gpd.GeoDataFrame, tuple[GeometryFinding, ...]]:
    """Repair the polygons of a layer, and say what was repaired.

    Parameters
    ----------
    frame
        Features in `STORAGE_CRS`. Where one is a polygon, all must be.
    unclosed
        Row numbers, from 0, of rings that were not closed in the file and have been.

    Raises
    ------
    BrokenGeometryError
        Features cannot be repaired without guessing, or have no geometry.
    """
    closed = tuple(_closed(frame, row) for row in unclosed)
    if not frame.geom_type.isin(["Polygon", "MultiPolygon"]).any():
        _refuse_nowhere(frame)
        return frame, closed
    boundaries, repairs = _repaired_boundaries(frame)
    return frame.set_geometry(boundaries.geometry), closed + repairs


def require_boundaries(frame: gpd.GeoDataFrame) -> None:
    """Raise `BrokenGeometryError` for features that are no polygons."""
    _repaired_boundaries(frame)


def _repaired_boundaries(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[GeometryFinding, ...]]:
    names = [feature_name(frame, row) for row in range(len(frame))]
    return repair(gpd.GeoDataFrame({"name": names}, geometry=frame.geometry, crs=frame.crs))


def _refuse_nowhere(frame: gpd.GeoDataFrame) -> None:
    geometries = frame.geometry.to_numpy()
    nowhere = np.flatnonzero(shapely.is_missing(geometries) | shapely.is_empty(geometries)).tolist()
    if nowhere:
        raise BrokenGeometryError(tuple(_nowhere(frame, row) for row in nowhere))


def _closed(frame: gpd.GeoDataFrame, row: int) -> GeometryFinding:
    name = feature_name(frame, row)
    message = Message("The boundary of {feature} was not closed; it is now.", feature=name)
    return GeometryFinding(frame.index[row], name, message)


def _nowhere(frame: gpd.GeoDataFrame, row: int) -> GeometryFinding:
    name = feature_name(frame, row)
    message = Message("{feature} has no position. Give it one, or leave it out.", feature=name)
    return GeometryFinding(frame.index[row], name, message)


def feature_name(frame: gpd.GeoDataFrame, row: int) -> str:
    """The number in the file, from 1, and the code and name as far as there are any."""
    known = [frame[column].iloc[row] for column in ("code", "name") if column in frame]
    return " ".join([f"#{row + 1}", *(text for text in known if isinstance(text, str))])
