"""Valhalla's matrix service ``sources_to_targets``, which answers in kilometres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fieldapp.domain.planning import Places
from fieldapp.domain.planning.travel import Floats
from fieldapp.routing.asking import Line, NoWayError, in_parts, points

# Too far apart for the server, in parts of the road network without a link, no road near a place, no way.
_NO_WAY = (154, 170, 171, 442)
_KILOMETRES = (None, "km", "kilometers")


@dataclass(frozen=True)
class Valhalla:
    """A Valhalla server."""

    line: Line

    @property
    def source(self) -> str:
        return self.line.name

    def road_km(self, origins: Places, destinations: Places) -> Floats:
        return in_parts(self._ask, origins, destinations)

    def _ask(self, origins: Places, destinations: Places) -> Floats:
        question = {
            "sources": [{"lon": lon, "lat": lat} for lon, lat in points(origins)],
            "targets": [{"lon": lon, "lat": lat} for lon, lat in points(destinations)],
            "costing": "auto",
            "units": "kilometers",
            "verbose": False,
        }
        status, answer = self.line.ask("POST", "/sources_to_targets", question)
        if not isinstance(answer, dict):
            raise self.line.nonsense()
        if answer.get("error_code") in _NO_WAY:
            raise NoWayError
        if status != 200 or "error" in answer:
            raise self.line.refused(answer.get("error") or status)
        if answer.get("units") not in _KILOMETRES:
            raise self.line.nonsense()
        return self.line.table(_rows(answer.get("sources_to_targets")), origins, destinations, metres=False)


def _rows(table: Any) -> object:
    """The distances in rows; servers that know no short form answer one object a pair."""
    if isinstance(table, dict):
        return table.get("distances")
    if isinstance(table, list) and all(isinstance(row, list) for row in table):
        return [[cell.get("distance") if isinstance(cell, dict) else cell for cell in row] for row in table]
    return table
