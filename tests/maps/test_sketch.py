"""The small drawing of the townships."""

from __future__ import annotations

import re

import brotli
import geopandas as gpd
import shapely

from fieldapp.maps.sketch import draw_sketch
from geodata import tables


def _table(shapes: list[shapely.Geometry | None]) -> gpd.GeoDataFrame:
    codes = [f"23018410{number}" for number in range(len(shapes))]
    columns = {"code": codes, "name": codes, "county_code": "230184", "status": "covered"}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def test_the_168_townships_fit_in_a_few_kilobytes() -> None:
    table = tables.townships().assign(status="covered")
    sketch = draw_sketch(table)

    assert sketch is not None
    assert len(sketch.cells) == 168
    assert sketch.missing == 0
    assert all(cell.path for cell in sketch.cells)
    drawing = "".join(cell.path for cell in sketch.cells) + sketch.outlines
    assert len(brotli.compress(drawing.encode())) < 12_000


def test_paths_stay_within_the_drawing_and_north_is_up() -> None:
    south, north = shapely.box(126, 45, 127, 46), shapely.box(126, 46, 127, 47)
    sketch = draw_sketch(_table([south, north]))

    assert sketch is not None
    tops = []
    for cell in sketch.cells:
        start = re.match(r"M(\d+) (\d+)l", cell.path)
        assert start is not None
        x, y = int(start[1]), int(start[2])
        steps = [tuple(map(int, step)) for step in re.findall(r"(-?\d+) ?(-?\d+)", cell.path.split("l")[1])]
        ys = [y]
        for _, dy in steps:
            ys.append(ys[-1] + dy)
        assert 0 <= x <= sketch.width
        assert 0 <= min(ys) <= max(ys) <= sketch.height
        tops.append(min(ys))
    assert tops[1] < tops[0]


def test_neighbours_keep_their_common_edge() -> None:
    west, east = shapely.box(126, 45, 127, 46), shapely.box(127, 45, 128, 46)
    sketch = draw_sketch(_table([west, east]))

    assert sketch is not None
    # One county: the edge between the two is no outline, so the county is a single ring of four corners.
    assert sketch.outlines.count("M") == 1


def test_a_township_without_a_boundary_is_counted_not_drawn() -> None:
    sketch = draw_sketch(_table([shapely.box(126, 45, 127, 46), None, shapely.Polygon()]))

    assert sketch is not None
    assert len(sketch.cells) == 1
    assert sketch.missing == 2


def test_no_boundary_at_all_makes_no_drawing() -> None:
    assert draw_sketch(_table([None, None])) is None
