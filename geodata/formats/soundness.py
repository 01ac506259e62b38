"""Features made sound, or refused by their number in the file."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import shapely

from geodata.boundaries import BrokenGeometryError, GeometryFinding, repair
from geodata.errors import Message

NAME_COLUMNS = ("code", "name")


def made_sound(
    frame: gpd.GeoDataFrame, unclosed: list[int], *, name_columns: Collection[str] = NAME_COLUMNS
) -> tuple[gpd.GeoDataFrame, tuple[GeometryFinding, ...]]:
    """Repair the polygons of a layer, and say what was repaired.

    Parameters
    ----------
    frame
        Features in `STORAGE_CRS`. Where one is a polygon, all must be.
    unclosed
        Row numbers, from 0, of rings that were not closed in the file and have been.
    name_columns
        The columns, whatever their case, by which a feature is named to people.

    Raises
    ------
    BrokenGeometryError
        Features cannot be repaired without guessing, or have no geometry.
    """
    names = [feature_name(frame, row, name_columns) for row in range(len(frame))]
    closed = tuple(_closed(frame, row, names[row]) for row in unclosed)
    if not frame.geom_type.isin(["Polygon", "MultiPolygon"]).any():
        _refuse_nowhere(frame, names)
        return frame, closed
    boundaries, repairs = _repaired_boundaries(frame, names)
    return frame.set_geometry(boundaries.geometry), closed + repairs


def require_boundaries(frame: gpd.GeoDataFrame) -> None:
    """Raise `BrokenGeometryError` for features that are no polygons."""
    _repaired_boundaries(frame, [feature_name(frame, row) for row in range(len(frame))])


def _repaired_boundaries(
    frame: gpd.GeoDataFrame, names: list[str]
) -> tuple[gpd.GeoDataFrame, tuple[GeometryFinding, ...]]:
    return repair(gpd.GeoDataFrame({"name": names}, geometry=frame.geometry, crs=frame.crs))


def _refuse_nowhere(frame: gpd.GeoDataFrame, names: list[str]) -> None:
    geometries = frame.geometry.to_numpy()
    nowhere = np.flatnonzero(shapely.is_missing(geometries) | shapely.is_empty(geometries)).tolist()
    if nowhere:
        raise BrokenGeometryError(tuple(_nowhere(frame, row, names[row]) for row in nowhere))


def _closed(frame: gpd.GeoDataFrame, row: int, name: str) -> GeometryFinding:
    message = Message("The boundary of {feature} was not closed; it is now.", feature=name)
    return GeometryFinding(frame.index[row], name, message)


def _nowhere(frame: gpd.GeoDataFrame, row: int, name: str) -> GeometryFinding:
    message = Message("{feature} has no position. Give it one, or leave it out.", feature=name)
    return GeometryFinding(frame.index[row], name, message)


def feature_name(frame: gpd.GeoDataFrame, row: int, name_columns: Collection[str] = NAME_COLUMNS) -> str:
    """The number in the file, from 1, and the code and name as far as there are any."""
    wanted = {column.casefold() for column in name_columns}
    known = [frame[column].iloc[row] for column in frame if str(column).casefold() in wanted]
    return " ".join([f"#{row + 1}", *(text for text in known if isinstance(text, str))])
