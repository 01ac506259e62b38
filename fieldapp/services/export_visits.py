"""Visits as one long list for other programs, sent on while it is read, so that it may be of any length."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Literal

from fieldapp.domain.permissions import Person, visible
from fieldapp.domain.visits import VisitFilter
from fieldapp.persistence import visits
from fieldapp.persistence.register import Values
from fieldapp.services.columns.visits import VISITS
from fieldapp.services.context import Context
from fieldapp.services.export_scope import require_export
from fieldapp.services.withhold_positions import shown_row
from fieldapp.workbooks.writing import csv_parts

VisitFormat = Literal["geojson", "csv"]
_KEYS = tuple(column.key for column in VISITS)
_PART = 200  # features


def export_visits(
    context: Context, wanted: VisitFilter, file_format: VisitFormat, *, by: Person
) -> Iterator[bytes]:
    """The visits that the person may read and wants, in the columns of the export on the command line.

    Times have the offset of the installation; positions are left out for whoever does not see them. That
    somebody took them away is an audit event, kept before the first is given. Raises `ForbiddenError`; the
    connection is held until the last part, or `close`.
    """
    require_export("visits", by)
    with context.work(actor=by.actor) as work:
        told = {"format": file_format, "asked": {name: str(value) for name, value in _asked(wanted).items()}}
        work.record("table.exported", "table", "visits", after=told, topic=None)
        work.commit()
    return _parts(context, wanted, file_format, by)


def _asked(wanted: VisitFilter) -> dict[str, object]:
    return {name: value for name, value in vars(wanted).items() if value is not None}


def _parts(context: Context, wanted: VisitFilter, file_format: VisitFormat, by: Person) -> Iterator[bytes]:
    timezone = context.settings.timezone
    with context.reading() as connection:
        found = visits.stream(connection, wanted, visible(by, "visit"))
        rows = (shown_row(row, by) for row in found)
        if file_format == "csv":
            yield from csv_parts(VISITS, (_told(row, timezone) for row in rows))
        else:
            yield from _collection(rows, timezone)


def _collection(rows: Iterable[Values], timezone: tzinfo) -> Iterator[bytes]:
    yield b'{"type":"FeatureCollection","name":"visits","features":['
    part: list[str] = []
    between = ""
    for row in rows:
        part.append(between + _feature(row, timezone))
        between = ",\n"
        if len(part) >= _PART:
            yield "".join(part).encode()
            part.clear()
    yield "".join([*part, "]}\n"]).encode()


def _feature(row: Mapping[str, object], timezone: tzinfo) -> str:
    lon, lat = row["fix_lon"], row["fix_lat"]
    feature = {
        "type": "Feature",
        "properties": _told(row, timezone),
        "geometry": None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]},
    }
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"), default=str)


def _told(row: Mapping[str, object], timezone: tzinfo) -> Values:
    return {key: _plain(row.get(key), timezone) for key in _KEYS}


def _plain(value: object, timezone: tzinfo) -> object:
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, datetime):
        return value.astimezone(timezone).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)
