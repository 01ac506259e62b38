"""The boundaries as browsers and programs fetch them: GeoJSON made once a change, compressed once."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import brotli
import numpy as np
import shapely
from pypinyin import Style, lazy_pinyin
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Engine, Row, select

from fieldapp.persistence.schema import counties, townships
from fieldapp.persistence.unit_of_work import REGISTER, change_versions
from fieldapp.services.context import Context

# Degrees are written to the fourth place, about 10 m: finer than any boundary here is known.
DECIMALS = 4
# Townships closer than this, in degrees, touch: boundaries imported one by one seldom meet exactly.
_TOUCHING = 0.0005


@dataclass(frozen=True)
class Layer:
    """One GeoJSON document (EPSG:4326) in the encodings that HTTP knows; ``etag`` names its content."""

    content: bytes
    etag: str
    br: bytes
    gzip: bytes


def townships_layer(context: Context) -> Layer:
    """Every township there is or was, with its boundary, seat, neighbours and validity."""
    return _cached(context, "townships", _townships)


def counties_layer(context: Context) -> Layer:
    """The counties and districts, with the point where a label stands best."""
    return _cached(context, "counties", _counties)


_lock = Lock()
_kept: WeakKeyDictionary[Engine, dict[str, tuple[int, Layer]]] = WeakKeyDictionary()


def _cached(context: Context, name: str, make: Callable[[Connection], dict[str, Any]]) -> Layer:
    with context.reading() as connection:
        version = change_versions(connection).get(REGISTER, 0)
        with _lock:
            kept = _kept.setdefault(context.engine, {})
            if name in kept and kept[name][0] == version:
                return kept[name][1]
        content = json.dumps(make(connection), ensure_ascii=False, separators=(",", ":")).encode()
    etag = hashlib.sha256(content).hexdigest()[:16]
    with _lock:
        # Most changes of the register leave the boundaries alone: what was compressed stays good.
        layer = kept[name][1] if name in kept and kept[name][1].etag == etag else _compressed(content, etag)
        kept[name] = (version, layer)
    return layer


def _compressed(content: bytes, etag: str) -> Layer:
    return Layer(
        content=content,
        etag=etag,
        br=brotli.compress(content, mode=brotli.MODE_TEXT, quality=11),
        gzip=gzip.compress(content, compresslevel=9, mtime=0),
    )


def _townships(connection: Connection) -> dict[str, Any]:
    rows = connection.execute(
        select(townships, counties.c.name.label("county"))
        .join(counties, counties.c.code == townships.c.county_code)
        .order_by(townships.c.code)
    ).all()
    neighbours = _neighbours(rows)
    return _collection(
        _feature(
            row.boundary,
            {
                "code": row.code,
                "name": row.name,
                "pinyin": row.pinyin or " ".join(lazy_pinyin(row.name)),
                "initials": _initials(row.name),
                "county_code": row.county_code,
                "county": row.county,
                "kind": row.kind,
                "seat": _position(row.seat),
                "boundary_quality": row.boundary_quality,
                "boundary_tolerance_m": row.boundary_tolerance_m,
                "neighbours": neighbours[index],
                "starts_on": row.starts_on and row.starts_on.isoformat(),
                "ends_on": row.ends_on and row.ends_on.isoformat(),
            },
        )
        for index, row in enumerate(rows)
    )


def _counties(connection: Connection) -> dict[str, Any]:
    rows = connection.execute(select(counties).order_by(counties.c.code)).all()
    return _collection(
        _feature(
            row.boundary,
            {
                "code": row.code,
                "name": row.name,
                "pinyin": row.pinyin or " ".join(lazy_pinyin(row.name)),
                "label": _position(_middle(row.boundary)),
            },
        )
        for row in rows
    )


def _initials(name: str) -> str:
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def _middle(boundary: BaseGeometry | None) -> BaseGeometry | None:
    """The point of the largest part that lies farthest from its edge."""
    if boundary is None or boundary.is_empty:
        return None
    largest = max(shapely.get_parts(boundary), key=lambda part: part.area)
    radius: LineString = shapely.maximum_inscribed_circle(largest, tolerance=0.01)
    return radius.interpolate(0)


def _neighbours(rows: Sequence[Row[Any]]) -> list[list[str]]:
    """For each township the codes of those still valid whose boundary touches its own, in order."""
    found: list[list[str]] = [[] for _ in rows]
    bounded = np.array([i for i, row in enumerate(rows) if row.boundary is not None and row.ends_on is None])
    if not bounded.size:
        return found
    shapes = [rows[i].boundary for i in bounded]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_TOUCHING)
    for one, other in bounded[pairs].T:
        if one != other:
            found[one].append(rows[other].code)
    return [sorted(codes) for codes in found]


def _position(point: BaseGeometry | None) -> list[float] | None:
    return None if point is None else [round(point.x, DECIMALS), round(point.y, DECIMALS)]  # type: ignore[attr-defined]


def _feature(geometry: BaseGeometry | None, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": _rounded(geometry)}


def _rounded(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """The geometry with its positions rounded; a vertex that neighbours share stays shared."""
    if geometry is None:
        return None
    polygons = []
    for part in shapely.get_parts(geometry):
        rings = [_ring(ring) for ring in shapely.get_rings(part)]
        if rings[0]:
            polygons.append([ring for ring in rings if ring])
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _ring(ring: BaseGeometry) -> list[list[float]]:
    positions = np.round(shapely.get_coordinates(ring), DECIMALS)
    changes = np.any(np.diff(positions, axis=0) != 0, axis=1)
    kept: list[list[float]] = positions[np.concatenate(([True], changes))].tolist()
    return kept if len(kept) >= 4 else []


def _collection(features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}
