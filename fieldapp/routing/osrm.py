"""OSRM's table service (version 1 of its HTTP interface), which answers in metres."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp.domain.planning import Places
from fieldapp.domain.planning.travel import Floats
from fieldapp.routing.asking import Line, NoWayError, in_parts, points

# No road near a place, and no way at all. Which kind of traveller it is the server's data decides.
_NO_WAY = ("NoSegment", "NoTable")


@dataclass(frozen=True)
class Osrm:
    """An OSRM server."""

    line: Line

    @property
    def source(self) -> str:
        return self.line.name

    def road_km(self, origins: Places, destinations: Places) -> Floats:
        return in_parts(self._ask, origins, destinations)

    def _ask(self, origins: Places, destinations: Places) -> Floats:
        places = (*points(origins), *points(destinations))
        coordinates = ";".join(f"{lon:.5f},{lat:.5f}" for lon, lat in places)
        sources = ";".join(map(str, range(len(origins))))
        targets = ";".join(map(str, range(len(origins), len(origins) + len(destinations))))
        status, answer = self.line.ask(
            "GET",
            f"/table/v1/driving/{coordinates}?sources={sources}&destinations={targets}&annotations=distance",
        )
        if not isinstance(answer, dict):
            raise self.line.nonsense()
        if answer.get("code") in _NO_WAY:
            raise NoWayError
        if status != 200 or answer.get("code") != "Ok":
            raise self.line.refused(answer.get("message") or answer.get("code") or status)
        return self.line.table(answer.get("distances"), origins, destinations, metres=True)
