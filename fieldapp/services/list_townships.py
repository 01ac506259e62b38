"""List the townships with what coverage says of each today."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldapp.domain.coverage import CoverageStatus
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.domain.searching import is_meant
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.townships_layer import townships_layer


@dataclass(frozen=True)
class TownshipQuery:
    """What is asked for; everything blank asks for those on the roster today."""

    search: str = ""
    county: str = ""
    status: str = ""
    off_roster: bool = False  # those too that are not on the roster today
    sort: str = "name"
    descending: bool = False


@dataclass(frozen=True)
class TownshipLine:
    """One township; without a ``status`` it is not on the roster today."""

    code: str
    name: str
    pinyin: str
    county_code: str
    county: str
    status: CoverageStatus | None
    commissioner: str | None
    featured_product: str | None
    last_visit_on: date | None
    lapses_on: date | None


@dataclass(frozen=True)
class TownshipList:
    """The townships asked for, and the counties among which to choose."""

    lines: list[TownshipLine]
    counties: Mapping[str, str]


_SEVERITY = {status: place for place, status in enumerate(CoverageStatus)}
_ORDERS: Mapping[str, Callable[[TownshipLine], Any]] = {
    "name": lambda line: line.pinyin,
    "code": lambda line: line.code,
    "county": lambda line: (line.county_code, line.pinyin),
    "status": lambda line: _SEVERITY[line.status] if line.status else len(_SEVERITY),
    "last_visit": lambda line: line.last_visit_on or date.min,
    "lapses": lambda line: line.lapses_on or date.max,
}
TOWNSHIP_SORTS = tuple(_ORDERS)


def known_townships(context: Context) -> dict[str, dict[str, Any]]:
    """What the map knows of every township that is or was, by code: names, pinyin, neighbours, validity."""
    document = json.loads(townships_layer(context).content)
    return {each["properties"]["code"]: each["properties"] for each in document["features"]}


def list_townships(context: Context, query: TownshipQuery, *, by: Person) -> TownshipList:
    """The townships asked for, in pinyin order where no other is asked for."""
    require(by, Action.TOWNSHIP_READ, Row())
    measured = {row["code"]: row for row in measure_coverage(context).document()["townships"]}
    known = known_townships(context)
    lines = [
        _line(place, measured.get(code))
        for code, place in known.items()
        if code in measured or query.off_roster
    ]
    found = [
        line
        for line in lines
        if (not query.county or line.county_code == query.county)
        and (not query.status or line.status == query.status)
        and is_meant(query.search, name=line.name, pinyin=line.pinyin, others=(line.code, line.county))
    ]
    found.sort(key=lambda line: (line.pinyin, line.code))
    found.sort(key=_ORDERS.get(query.sort, _ORDERS["name"]), reverse=query.descending)
    counties = {place["county_code"]: place["county"] for place in known.values()}
    return TownshipList(found, dict(sorted(counties.items())))


def _line(place: Mapping[str, Any], measured: Mapping[str, Any] | None) -> TownshipLine:
    row = measured or {}
    return TownshipLine(
        code=place["code"],
        name=place["name"],
        pinyin=place["pinyin"],
        county_code=place["county_code"],
        county=place["county"],
        status=CoverageStatus(row["status"]) if row else None,
        commissioner=row.get("commissioner"),
        featured_product=row.get("featured_product"),
        last_visit_on=_day(row.get("last_visit_on")),
        lapses_on=_day(row.get("lapses_on")),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
