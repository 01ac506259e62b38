"""What a commissioner's phone keeps for days without a network: the townships served, and how they stand."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from fieldapp.domain.assignments import SERVING_STATES, Assignment
from fieldapp.domain.coverage import RUNGS
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.persistence import assignments, commissioners, townships
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.phone_reminder import phone_reminder
from geodata.errors import Message
from geodata.tables.pinyin import place_pinyin

# A visit of a term that is over can still be on its way; so long the phone knows the township.
_KEPT_AFTER_TERM = timedelta(days=120)
# In degrees, about ten metres: what a phone draws, and tells a position by.
_SIMPLIFIED, _DECIMALS = 0.0001, 5


@dataclass(frozen=True)
class FieldDesk:
    """Whose phone it is, and the townships of the terms served now, lately and next, the present first."""

    commissioner_id: str
    commissioner: str
    window_days: int
    townships: list[dict[str, Any]]
    reminder: Message | None  # of logs that wait on the person's phones, by what these last said


def read_field_desk(context: Context, *, by: Person) -> FieldDesk:
    """The desk of the commissioner who asks; `ForbiddenError` says to anybody else whom it is for."""
    require(by, Action.VISIT_WRITE, Row(commissioner_ids=frozenset({by.commissioner_id or ""})))
    assert by.commissioner_id is not None  # no other's account may log visits
    today = context.today()
    coverage = measure_coverage(context)
    with context.reading() as connection:
        person = commissioners.get(connection, by.commissioner_id)
        terms: dict[str, list[Assignment]] = defaultdict(list)
        for each in assignments.of_commissioner(connection, by.commissioner_id):
            if each.state in SERVING_STATES and each.last_day >= today - _KEPT_AFTER_TERM:
                terms[each.township_code].append(each)
        places = {code: townships.get(connection, code) for code in terms}
        counties = townships.county_names(connection)
        reminder = None if by.user_id is None else phone_reminder(context, connection, by.user_id)
    served = coverage.table[coverage.table["commissioner_id"] == by.commissioner_id]
    measured: dict[str, Any] = {row["code"]: row for row in served.to_dict("records")}
    lines = [
        _line(place, counties[place["county_code"]], terms[code], measured.get(code), today)
        for code, place in places.items()
    ]
    lines.sort(key=lambda line: (line["status"] is None, line["starts_on"], line["code"]))
    return FieldDesk(person["id"], person["name"], coverage.policy.window_days, lines, reminder)


def _line(
    place: Values, county: str, terms: list[Assignment], row: dict[str, Any] | None, today: date
) -> dict[str, Any]:
    """A township with its present term, or else the one that comes next, or else the last."""
    in_order = sorted(terms, key=lambda term: term.starts_on)
    shown = next((term for term in in_order if term.last_day >= today), in_order[-1])
    seat = place["seat"]
    return {
        "code": place["code"],
        "name": place["name"],
        "pinyin": place_pinyin(place["name"]),
        "county_code": place["county_code"],
        "county": county,
        "county_pinyin": place_pinyin(county),
        "status": None if row is None else row["status"],
        "rungs": None if row is None else {rung: bool(row[rung]) for rung in RUNGS},
        "starts_on": shown.starts_on,
        "ends_on": shown.last_day,
        "terms": [{"starts_on": term.starts_on, "ends_on": term.last_day} for term in in_order],
        "last_visit_on": None if row is None else _day(row["last_visit_on"]),
        "featured_product": row["featured_product"]
        if row is not None and isinstance(row["featured_product"], str)
        else None,
        "seat": None if seat is None else {"lon": seat.x, "lat": seat.y},
        "boundary_quality": place["boundary_quality"],
        "tolerance_m": place["boundary_tolerance_m"],
        "boundary": _drawn(place["boundary"]),
    }


def _day(value: Any) -> date | None:
    return None if value is None or value != value else value.date()  # noqa: PLR0124 - pandas' missing day


def _drawn(boundary: BaseGeometry | None) -> dict[str, Any] | None:
    """The boundary as GeoJSON, simple enough to lie on a phone."""
    if boundary is None or boundary.is_empty:
        return None
    simple = shapely.simplify(boundary, _SIMPLIFIED)
    rounded = shapely.transform(simple, lambda positions: np.round(positions, _DECIMALS))
    shape: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return shape
