"""What the distances of a plan come from, as they are kept with its draft: tables, roads, straight lines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fieldapp.domain.planning.policy import PlanningPolicy
from fieldapp.domain.planning.roads import Pairs, Roads
from fieldapp.domain.planning.travel import GreatCircle, Travel, TravelTable
from geodata.errors import Message


@dataclass(frozen=True)
class TravelKm:
    """Imported distances in km by commissioner and township, under the name of their table."""

    name: str
    km: Pairs = field(default_factory=dict)


@dataclass(frozen=True)
class Distances:
    """What a plan is measured by: an imported pair goes before the roads, and these before straight lines."""

    imported: TravelKm | None = None
    roads: Roads | None = None

    def measure(self, policy: PlanningPolicy) -> Travel:
        """All of it as one function of pairs."""
        travel: Travel = GreatCircle(policy.detour_factor)
        if self.roads is not None:
            travel = TravelTable(self.roads.km, travel, self.roads.source)
        if self.imported is not None:
            travel = TravelTable(self.imported.km, travel, self.imported.name)
        return travel

    def values(self) -> dict[str, Any]:
        """In the types of JSON."""
        imported, roads = self.imported, self.roads
        return {
            "travel": None
            if imported is None
            else {"name": imported.name, "km": [[*pair, km] for pair, km in sorted(imported.km.items())]},
            "roads": None if roads is None else _road_values(roads),
        }


def distances_of(values: Mapping[str, Any]) -> Distances:
    """Read what `Distances.values` wrote, among the other values of a kept problem."""
    travel, roads = values["travel"], values.get("roads")  # drafts of the first version know no roads
    return Distances(
        None
        if travel is None
        else TravelKm(travel["name"], {(person, code): km for person, code, km in travel["km"]}),
        None
        if roads is None
        else Roads(
            roads["source"],
            date.fromisoformat(roads["asked_on"]),
            {
                (roads["people"][position], code): math.nan if km is None else km
                for code, positions, row in roads["km"]
                for position, km in zip(positions, row, strict=True)
            },
        ),
    )


def distances_in_words(values: Mapping[str, Any]) -> Message:
    """Where the distances of a kept problem come from, in one sentence."""
    travel, roads = values["travel"], values.get("roads")
    facts = {"factor": values["policy"]["detour_factor"]}
    if travel is not None:
        facts |= {"table": travel["name"]}
    if roads is not None:
        facts |= {"server": roads["source"], "day": date.fromisoformat(roads["asked_on"])}
    if travel is not None and roads is not None:
        return Message(
            "Distances: imported from {table}; for other pairs by road, as {server} said on {day}.", **facts
        )
    if roads is not None:
        return Message("Distances: by road, as {server} said on {day}.", **facts)
    if travel is not None:
        return Message(
            "Distances: imported from {table}; for other pairs straight lines times {factor}.", **facts
        )
    return Message("Distances: straight lines times {factor}.", **facts)


def _road_values(roads: Roads) -> dict[str, Any]:
    """One row a township, with the positions of people rather than their ids: there can be very many."""
    people = {id_: position for position, id_ in enumerate(sorted({id_ for id_, _ in roads.km}))}
    rows: dict[str, tuple[list[int], list[float | None]]] = {}
    for (id_, code), km in roads.km.items():
        positions, row = rows.setdefault(code, ([], []))
        positions.append(people[id_])
        row.append(None if math.isnan(km) else km)
    return {
        "source": roads.source,
        "asked_on": roads.asked_on.isoformat(),
        "people": list(people),
        "km": [[code, *row] for code, row in sorted(rows.items())],
    }
