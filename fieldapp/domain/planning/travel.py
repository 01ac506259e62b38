"""How far it is from a home base to a township, by the road or as near as can be told.

`Travel` is the one function behind every distance of a plan. `GreatCircle` always answers; a table that
was brought along and a routing service answer for roads, and leave to it what they do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from fieldapp.domain.suitability import great_circle_km

Floats = npt.NDArray[np.float64]
_BLOCK: Final = 100  # what a routing service takes in one question, each side


@dataclass(frozen=True)
class Places:
    """Places by id, with ``lon, lat`` in EPSG:4326; NaN where unknown. All of one length."""

    ids: npt.NDArray[np.str_]
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, positions: npt.NDArray[np.intp]) -> Places:
        return Places(self.ids[positions], self.lon[positions], self.lat[positions])


class Travel(Protocol):
    """Distances in km."""

    @property
    def source(self) -> str:
        """Where the distances come from, for the record that is kept with a plan."""

    def travel_km(self, origins: Places, destinations: Places) -> Floats:
        """From each origin to the destination beside it, NaN where unknown; both have one length."""


class RoadService(Protocol):
    """A routing service such as OSRM or Valhalla, as planning asks it."""

    @property
    def source(self) -> str:
        """Its name and the data it routes on."""

    def road_km(self, origins: Places, destinations: Places) -> Floats:
        """From every origin (rows) to every destination (columns), NaN where there is no way."""


@dataclass(frozen=True)
class GreatCircle:
    """Great circles times a detour factor."""

    detour_factor: float = 1.3

    @property
    def source(self) -> str:
        return f"great-circle*{self.detour_factor:g}"

    def travel_km(self, origins: Places, destinations: Places) -> Floats:
        return self.detour_factor * great_circle_km(
            origins.lon, origins.lat, destinations.lon, destinations.lat
        )


@dataclass(frozen=True)
class TravelTable:
    """Distances brought along: (commissioner, township) -> km; ``otherwise`` answers for all others."""

    km: Mapping[tuple[str, str], float]
    otherwise: Travel
    name: str = "table"

    @property
    def source(self) -> str:
        return f"{self.name}, {self.otherwise.source}"

    def travel_km(self, origins: Places, destinations: Places) -> Floats:
        pairs = zip(origins.ids.tolist(), destinations.ids.tolist(), strict=True)
        known = np.array([self.km.get(pair, np.nan) for pair in pairs], np.float64)
        return _filled(known, self.otherwise, origins, destinations)


@dataclass(frozen=True)
class ByRoad:
    """A routing service, asked in blocks for the pairs that matter; ``otherwise`` where it finds no way."""

    service: RoadService
    otherwise: Travel

    @property
    def source(self) -> str:
        return f"{self.service.source}, {self.otherwise.source}"

    def travel_km(self, origins: Places, destinations: Places) -> Floats:
        known = np.full(len(origins), np.nan)
        located = np.flatnonzero(np.isfinite(origins.lon + origins.lat + destinations.lon + destinations.lat))
        wanted, columns = np.unique(destinations.ids[located], return_inverse=True)
        for begin in range(0, len(wanted), _BLOCK):
            here = located[(columns >= begin) & (columns < begin + _BLOCK)]
            self._ask(origins, destinations, here, known)
        return _filled(known, self.otherwise, origins, destinations)

    def _ask(self, origins: Places, destinations: Places, pairs: npt.NDArray[np.intp], known: Floats) -> None:
        """Fill in what the service knows of some pairs that share at most a block of destinations."""
        _, to, column = np.unique(destinations.ids[pairs], return_index=True, return_inverse=True)
        _, of, row = np.unique(origins.ids[pairs], return_index=True, return_inverse=True)
        for begin in range(0, len(of), _BLOCK):
            inside = (row >= begin) & (row < begin + _BLOCK)
            table = self.service.road_km(
                origins.at(pairs[of[begin : begin + _BLOCK]]), destinations.at(pairs[to])
            )
            known[pairs[inside]] = table[row[inside] - begin, column[inside]]


def _filled(known: Floats, otherwise: Travel, origins: Places, destinations: Places) -> Floats:
    open_ = np.flatnonzero(np.isnan(known))
    if len(open_):
        known[open_] = otherwise.travel_km(origins.at(open_), destinations.at(open_))
    return known
