"""Approximate boundaries: of all places in a county, those nearest to a seat are its service area."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.boundaries.coverage import require_coverage
from geodata.boundaries.projecting import Geometries, metric_geometries, projected, storage_geometries
from geodata.boundaries.validity import feature_names
from geodata.crs import STORAGE_CRS, require_crs
from geodata.errors import GeodataError, Message

# Crossings of lines are put on this grid; far below any accuracy here, far above that of the arithmetic.
_GRID_M: Final = 0.01


class UnusableSeatsError(GeodataError):
    """Seats from which no service areas can be drawn; ``features`` names those concerned."""

    def __init__(self, message: Message, features: tuple[str, ...]) -> None:
        super().__init__(message)
        self.features = features


def service_areas(
    seats: GeoDataFrame, other_seats: GeoDataFrame, county_boundaries: GeoDataFrame
) -> GeoDataFrame:
    """Divide each county among its township-level seats: every place goes to the nearest seat.

    It is a Voronoi partition in a metric projection, clipped to the county. Where the shape of a county cuts
    a piece off from its seat, the piece goes to the neighbour in the county with the longest common edge.

    Parameters
    ----------
    seats
        Points in `STORAGE_CRS` with columns ``code`` and ``county_code``.
    other_seats
        The same for other township-level units, whose areas keep those of ``seats`` from swallowing the
        city; may be empty.
    county_boundaries
        Polygons in `STORAGE_CRS` with column ``code`` that meet exactly where they are neighbours.

    Returns
    -------
    GeoDataFrame
        ``code``, ``county_code``, ``of_other_seat`` (bool) and geometry in `STORAGE_CRS`, in the order of
        ``seats`` and then ``other_seats``. All of it together is a valid coverage of the counties.

    Raises
    ------
    BrokenCoverageError
        Counties overlap or do not meet exactly.
    CrsMismatchError
        A layer is in another system than `STORAGE_CRS`, or states none.
    UnusableSeatsError
        A seat is outside its county or where another seat is, or a county has no seat.
    """
    for frame in (seats, other_seats, county_boundaries):
        require_crs(frame)
    columns = ["code", "county_code"]
    places = pd.concat([seats, other_seats], ignore_index=True) if len(other_seats) else seats
    areas = places[columns].reset_index(drop=True).assign(of_other_seat=np.arange(len(places)) >= len(seats))
    if county_boundaries.empty and places.empty:
        return gpd.GeoDataFrame(areas, geometry=[], crs=STORAGE_CRS)
    _refuse_counties_without_seats(county_boundaries, areas)

    counties, crs = metric_geometries(county_boundaries)
    require_coverage(county_boundaries, counties)
    points = projected(places, crs)
    county_of_point = pd.Index(county_boundaries["code"]).get_indexer(pd.Index(areas["county_code"]))
    _refuse_misplaced(places, points, counties, county_of_point)
    cells = _partition(points, county_of_point, counties)
    return gpd.GeoDataFrame(areas, geometry=storage_geometries(cells, crs), crs=STORAGE_CRS)


def _refuse_counties_without_seats(county_boundaries: GeoDataFrame, areas: pd.DataFrame) -> None:
    lacking = ~county_boundaries["code"].isin(areas["county_code"]).to_numpy()
    if lacking.any():
        named = _named(county_boundaries, lacking)
        raise UnusableSeatsError(
            Message(
                "No seat is known in these counties: {features}. Add one, or leave the county out.",
                features=", ".join(named),
            ),
            named,
        )


def _refuse_misplaced(
    places: GeoDataFrame, points: Geometries, counties: Geometries, county_of_point: NDArray[np.intp]
) -> None:
    outside = (county_of_point < 0) | ~shapely.contains_properly(counties[county_of_point], points)
    if outside.any():
        named = _named(places, outside)
        raise UnusableSeatsError(
            Message(
                "These seats lie outside their county: {features}. Correct the position or the county.",
                features=", ".join(named),
            ),
            named,
        )
    on_grid = np.round(shapely.get_coordinates(points) / _GRID_M)
    same = pd.DataFrame(on_grid).duplicated(keep=False).to_numpy()
    if same.any():
        named = _named(places, same)
        raise UnusableSeatsError(
            Message(
                "These seats lie in the same place: {features}. Give each its own position.",
                features=", ".join(named),
            ),
            named,
        )


def _named(frame: GeoDataFrame, rows: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, concerned in zip(feature_names(frame), rows, strict=True) if concerned)


def _partition(points: Geometries, county_of_point: NDArray[np.intp], counties: Geometries) -> Geometries:
    """Cut all counties along all their dividing lines at once, so that also the corners are shared."""
    lines = [*shapely.boundary(counties)]
    for number, county in enumerate(counties):
        lines.append(_dividing_lines(points[county_of_point == number], county))
    faces = np.asarray(shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=_GRID_M)])))
    inner = shapely.point_on_surface(faces)
    cells = np.empty(len(points), dtype=object)
    for number, county in enumerate(counties):
        mine = np.flatnonzero(county_of_point == number)
        within = shapely.contains(county, inner)
        nearest = shapely.STRtree(points[mine]).nearest(inner[within])
        cells[mine] = _connected(faces[within], nearest, points[mine])
    return cells


def _dividing_lines(points: Geometries, county: BaseGeometry) -> BaseGeometry:
    if len(points) == 1:
        return shapely.MultiLineString()
    lines = shapely.voronoi_polygons(shapely.MultiPoint(list(points)), extend_to=county, only_edges=True)
    return lines.intersection(county)


def _connected(faces: Geometries, owner: NDArray[np.intp], points: Geometries) -> Geometries:
    """Unite each owner's faces, giving those cut off from its seat to the neighbour that clasps them most."""
    cells = np.empty(len(points), dtype=object)
    loose: list[tuple[int, BaseGeometry]] = []
    for number, point in enumerate(points):
        parts = shapely.get_parts(shapely.coverage_union_all(faces[owner == number]))
        home = int(shapely.STRtree(parts).nearest(point))
        cells[number] = parts[home]
        loose += [(number, part) for place, part in enumerate(parts) if place != home]
    while loose:
        clasps = [
            (shapely.length(shapely.intersection(shapely.boundary(part), shapely.boundary(cells))), part)
            for _, part in loose
        ]
        best = max(range(len(loose)), key=lambda place: float(clasps[place][0].max()))
        former, part = loose.pop(best)
        shared = clasps[best][0]
        # An island of the county touches nobody: it stays with the nearest seat.
        taker = int(shared.argmax()) if shared.max() > 0 else former
        cells[taker] = shapely.coverage_union_all([cells[taker], part])
    return cells
