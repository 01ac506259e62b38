"""The boundaries that a file of townships brings: whether they changed, how good they are, how they fit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import geopandas as gpd
from shapely import MultiPolygon

from fieldapp.domain.townships import BoundaryQuality
from fieldapp.persistence.register import Values
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.workbooks.reading import Row
from geodata.boundaries import Overlap, find_overlaps, outline_shift_m
from geodata.crs import STORAGE_CRS
from geodata.errors import Message

# A boundary nearer than this to the stored one is that one, projected or rounded on its way.
SAME_OUTLINE_M = 2.0
# Of the smaller of two townships. What approximate boundaries divide between them is not what official ones
# do, so beside one that the file leaves as it is only the same ground given twice is certainly wrong.
_MOST_SHARED = 0.05
_MOST_SHARED_WITH_APPROXIMATE = 0.90
_WORTH_A_WORD = 0.001
_NAMED = 5
_SEAT_FROM_BOUNDARY = "representative point of the boundary"


class Boundaries:
    """Takes the boundary of each row, then looks at all of them together."""

    def __init__(self, table: ImportTable, plan: Plan) -> None:
        self.table, self.plan = table, plan
        self.given: set[str] = set()
        self.changed: dict[str, Row] = {}
        self.made_official: list[Row] = []

    def take(self, row: Row, values: Values, stored: Values | None) -> None:
        """Set the boundary and its quality in ``values``; also the seat, where none is known."""
        kept = stored["boundary"] if stored else None
        geometry = self.table.geometries.get(row.number)
        given = geometry if isinstance(geometry, MultiPolygon) else None
        changed = given is not None and not _is_same(kept, given)
        values["boundary"] = given if changed else kept
        if given is not None:
            self.given.add(values["code"])
        if changed:
            self.changed[values["code"]] = row
            if not row.values.get("boundary_quality"):
                self._make_official(row, values, stored)
        values["boundary_quality"] = values["boundary_quality"] or BoundaryQuality.APPROXIMATE.value
        if values["seat"] is None and values["boundary"] is not None:
            values["seat"] = values["boundary"].representative_point()
            values["seat_source"] = values["seat_source"] or _SEAT_FROM_BOUNDARY
        elif changed and given is not None and not given.covers(values["seat"]):
            self.plan.notices.append(
                Message("{township}: the seat lies outside the new boundary.", township=title_of(values))
            )

    def _make_official(self, row: Row, values: Values, stored: Values | None) -> None:
        was_approximate = stored is not None and stored["boundary_quality"] == BoundaryQuality.APPROXIMATE
        if was_approximate or stored is None:
            self.made_official.append(row)
        values["boundary_quality"] = BoundaryQuality.OFFICIAL.value
        if not self.table.has("boundary_tolerance_m"):
            values["boundary_tolerance_m"] = None

    def finish(self, resulting: Mapping[str, Mapping[str, Any]]) -> None:
        """Say what becomes official, and refuse boundaries that cover a neighbour of the same days."""
        if self.made_official:
            self.plan.notices.append(
                Message(
                    "Boundaries that become official: {count}, because the file does not give their quality."
                    " Where they are approximate, add the column boundary_quality and write so.",
                    count=len(self.made_official),
                )
            )
        if not self.changed:
            return
        townships = [values for values in resulting.values() if values["boundary"] is not None]
        frame = gpd.GeoDataFrame(geometry=[values["boundary"] for values in townships], crs=STORAGE_CRS)
        small: list[Overlap] = []
        for overlap in find_overlaps(frame):
            one, other = townships[overlap.one], townships[overlap.other]
            row = self.changed.get(one["code"]) or self.changed.get(other["code"])
            if row is None or not _at_the_same_time(one, other):
                continue
            if overlap.share > self._most(one, other):
                self.plan.refuse(row, None, _words_of(overlap, one, other))
            elif overlap.share > _WORTH_A_WORD:
                small.append(overlap)
        for overlap in small[:_NAMED]:
            self.plan.notices.append(_words_of(overlap, townships[overlap.one], townships[overlap.other]))
        if len(small) > _NAMED:
            self.plan.notices.append(
                Message("Other boundaries overlap by less: {count}.", count=len(small) - _NAMED)
            )

    def _most(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
        both_given = {one["code"], other["code"]} <= self.given
        if both_given or one["boundary_quality"] == other["boundary_quality"]:
            return _MOST_SHARED
        return _MOST_SHARED_WITH_APPROXIMATE


def title_of(values: Mapping[str, Any]) -> str:
    """A township's name and code."""
    return f"{values['name']} ({values['code']})"


def _is_same(kept: MultiPolygon | None, given: MultiPolygon) -> bool:
    return kept is not None and outline_shift_m(kept, given) <= SAME_OUTLINE_M


def _at_the_same_time(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    first = max(one["starts_on"] or date.min, other["starts_on"] or date.min)
    return first <= min(one["ends_on"] or date.max, other["ends_on"] or date.max)


def _words_of(overlap: Overlap, one: Mapping[str, Any], other: Mapping[str, Any]) -> Message:
    return Message(
        "The boundaries of {township} and {other} overlap by {area} km², {percent} of the smaller one."
        " Check both.",
        township=title_of(one),
        other=title_of(other),
        area=f"{overlap.area_m2 / 1e6:.2f}",
        percent=f"{100 * overlap.share:.1f} %",
    )
