"""The rows of each exported table, in the shape in which an import reads them back unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from shapely import Point
from sqlalchemy import Connection

from fieldapp.domain.commissioners import masked_phone
from fieldapp.domain.townships import LineageKind
from fieldapp.persistence import (
    assignments,
    commissioners,
    products,
    roster,
    townships,
    travel_distances,
    visits,
)
from fieldapp.persistence.register import Values
from fieldapp.services.columns import ExportKind
from fieldapp.services.context import Context

SHAPE = "geometry"
_MOMENTS = ("started_at", "ended_at", "received_at", "fix_captured_at")


def export_rows(
    context: Context, connection: Connection, kind: ExportKind, *, with_phones: bool, with_shapes: bool
) -> Iterator[Values]:
    """The rows of a table, a few at a time; without ``with_phones`` phones are masked.

    With ``with_shapes`` each row has the shape by which a map shows it under `SHAPE`.
    """
    if kind == "commissioners":
        return _commissioners(connection, with_phones=with_phones)
    if kind == "visits":
        return _visits(connection, context.settings.timezone, with_shapes=with_shapes)
    return _READERS[kind](connection, context.today())


def _townships(connection: Connection, _today: date) -> Iterator[Values]:
    memberships = roster.memberships(connection)
    successors: dict[str, Values] = {}
    for change in townships.all_lineage(connection):
        if change["kind"] == LineageKind.RENAMED:
            continue
        key = "merged_into" if change["kind"] == LineageKind.MERGED else "upgraded_to"
        successors[change["from_code"]] = {key: change["to_code"], "effective_on": change["effective_on"]}
    for row in townships.stream(connection):
        latest: Mapping[str, Any] = (memberships.get(row["code"]) or [{}])[-1]
        yield row | {
            **_position(row["seat"], "seat_lon", "seat_lat"),
            "roster_starts_on": latest.get("starts_on"),
            "roster_ends_on": latest.get("ends_on"),
            "roster_basis": latest.get("basis"),
            **successors.get(row["code"], {}),
            SHAPE: row["boundary"],
        }


def _commissioners(connection: Connection, *, with_phones: bool) -> Iterator[Values]:
    for row in commissioners.stream(connection):
        yield row | {
            **_position(row["home"], "home_lon", "home_lat"),
            "phone": row["phone"] if with_phones else masked_phone(row["phone"]),
            SHAPE: row["home"],
        }


def _products(connection: Connection, today: date) -> Iterator[Values]:
    latest = {
        (code, period["product"]): period
        for code, periods in products.featured_periods(connection).items()
        for period in periods
    }
    for row in products.stream(connection):
        period = latest.get((row["township_code"], row["name"]))
        is_featured = period is not None and (period["ends_on"] is None or period["ends_on"] >= today)
        yield row | {
            "featured": is_featured,
            "starts_on": period["starts_on"] if period else None,
            "ends_on": period["ends_on"] if period else None,
            SHAPE: row["seat"],
        }


def _assignments(connection: Connection, _today: date) -> Iterator[Values]:
    for row in assignments.stream(connection):
        yield row | {SHAPE: row["seat"]}


def _visits(connection: Connection, timezone: tzinfo, *, with_shapes: bool) -> Iterator[Values]:
    for row in visits.stream(connection):
        for key in _MOMENTS:
            moment: datetime | None = row[key]
            row[key] = None if moment is None else moment.astimezone(timezone).isoformat()
        row["id"] = str(row["id"])
        if with_shapes:
            has_fix = row["fix_lon"] is not None and row["fix_lat"] is not None
            row[SHAPE] = Point(row["fix_lon"], row["fix_lat"]) if has_fix else None
        yield row


def _position(point: Point | None, lon: str, lat: str) -> Values:
    return {lon: None, lat: None} if point is None else {lon: point.x, lat: point.y}


def _travel(connection: Connection, _today: date) -> Iterator[Values]:
    for row in travel_distances.stream(connection):
        yield row | {SHAPE: row["seat"]}


_READERS: Mapping[str, Callable[[Connection, date], Iterator[Values]]] = {
    "townships": _townships,
    "products": _products,
    "assignments": _assignments,
    "travel": _travel,
}
