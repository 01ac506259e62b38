"""How far it is from a home base to a township, by the road or as near as can be told.

`Travel` is the one function behind every distance of a plan. `GreatCircle` always answers; tables, which
were brought along or asked of a routing service, answer for roads and leave to it what they do not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from fieldapp.domain.suitability import great_circle_km

Floats = npt.NDArray[np.float64]
_NOT_AMONG: Final = -1.0  # no distance is negative


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
    """Distances that are known: (commissioner, township) -> km, NaN where there is known to be no way.

    ``otherwise`` answers for the pairs that are not among them.
    """

    km: Mapping[tuple[str, str], float]
    otherwise: Travel
    name: str = "table"

    @property
    def source(self) -> str:
        return f"{self.name}, {self.otherwise.source}"

    def travel_km(self, origins: Places, destinations: Places) -> Floats:
        pairs = zip(origins.ids.tolist(), destinations.ids.tolist(), strict=True)
        known = np.array([self.km.get(pair, _NOT_AMONG) for pair in pairs], np.float64)
        open_ = np.flatnonzero(known == _NOT_AMONG)
        if len(open_):
            known[open_] = self.otherwise.travel_km(origins.at(open_), destinations.at(open_))
        return known
