"""Fill an empty database with the townships, counties and roster that the product carries."""

from __future__ import annotations

from datetime import date
from typing import Any

from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, insert, select

from fieldapp.persistence import schema
from fieldapp.services.context import Context
from geodata import tables

# The list of divisions is of 2023: it is taken to hold from the first day after that year.
ROSTER_STARTS_ON = date(2024, 1, 1)
TARGET = 168
TARGET_BASIS = "The plan's figure: 168 agricultural townships. No public list of the 168 was found."


def load_reference_tables(context: Context, *, actor: str = "setup") -> bool:
    """Load the tables of `geodata` where there are no townships yet; says whether it did."""
    with context.work(actor=actor) as work:
        if work.connection.scalar(select(func.count()).select_from(schema.townships)):
            return False
        places = tables.townships()
        work.connection.execute(
            insert(schema.counties), [_county(row) for row in tables.counties().itertuples()]
        )
        work.connection.execute(insert(schema.townships), [_township(row) for row in places.itertuples()])
        work.connection.execute(
            insert(schema.roster_memberships),
            [
                {"township_code": row.code, "starts_on": ROSTER_STARTS_ON, "basis": row.roster_basis}
                for row in places.itertuples()
            ],
        )
        work.connection.execute(
            insert(schema.roster_targets).values(
                starts_on=ROSTER_STARTS_ON, target=TARGET, basis=TARGET_BASIS
            )
        )
        work.record("reference_tables.loaded", "roster", "reference", after={"townships": len(places)})
        work.commit()
    return True


def _county(row: Any) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "pinyin": row.pinyin, "boundary": _multi(row.geometry)}


def _township(row: Any) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "pinyin": row.pinyin,
        "county_code": row.county_code,
        "kind": row.kind,
        "seat": Point(row.seat_lon, row.seat_lat),
        "seat_source": row.seat_source,
        "seat_accuracy_m": row.seat_accuracy_m,
        "boundary": _multi(row.geometry),
        "boundary_quality": row.boundary_quality,
        "boundary_tolerance_m": row.boundary_tolerance_m,
        "note": row.note or "",
    }


def _multi(geometry: BaseGeometry) -> BaseGeometry:
    return MultiPolygon([geometry]) if isinstance(geometry, Polygon) else geometry
