"""Distances by road, asked of a routing service before a plan is solved and kept with what it was asked for.

The solver never asks: it finds what was answered in a table, so that a plan can be solved and explained
again when the service is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from fieldapp.domain.errors import UnavailableError
from fieldapp.domain.planning.choices import Measured, find_choices
from fieldapp.domain.planning.problem import PlanningProblem
from fieldapp.domain.planning.travel import Floats, GreatCircle, Places
from fieldapp.domain.suitability import Post, Suitor

Positions = npt.NDArray[np.int64]
Pairs = Mapping[tuple[str, str], float]
# Each side of one question: as they come, OSRM takes 100 places and Valhalla 2500 pairs.
BLOCK: Final = 50
_FRESH: Final = timedelta(days=30)


class RoutingError(UnavailableError):
    """A routing service does not answer, or what it answers cannot be used; nothing was solved."""

    code = "routing.unavailable"


class RoadService(Protocol):
    """A routing service such as OSRM or Valhalla, as planning asks it."""

    @property
    def source(self) -> str:
        """Its name and where it stands, for the record that is kept with a plan."""

    def road_km(self, origins: Places, destinations: Places) -> Floats:
        """From every origin (rows) to every destination (columns), NaN where there is no way.

        At most `BLOCK` of each, all at known places. Raises `RoutingError`.
        """


@dataclass(frozen=True)
class Roads:
    """What a routing service answered: (commissioner, township) -> km, NaN where there is no way."""

    source: str
    asked_on: date
    km: Pairs = field(default_factory=dict)


def ask_roads(
    problem: PlanningProblem,
    service: RoadService,
    *,
    today: date,
    known: Roads | None = None,
    without: Iterable[tuple[str, str]] = (),
) -> Roads:
    """The distances by road of all pairs that the plan may choose from; raises `RoutingError`.

    What is ``known`` of them is not asked again, and pairs ``without`` need are not asked at all.
    """
    measured = Measured(replace(problem, travel=GreatCircle(1.0)))
    homes, seats = measured.homes, measured.seats
    person, township = _pairs(measured)
    spared = set(without) | (known.km.keys() if known is not None else set())
    if spared:
        ids = zip(homes.ids[person].tolist(), seats.ids[township].tolist(), strict=True)
        open_ = np.array([pair not in spared for pair in ids], np.bool_)
        person, township = person[open_], township[open_]
    km = _asked(service, homes, seats, person, township)
    asked = zip(homes.ids[person].tolist(), seats.ids[township].tolist(), strict=True)
    found = dict(known.km) if known is not None else {}
    found |= dict(zip(asked, km.tolist(), strict=True))
    return Roads(service.source, known.asked_on if known is not None else today, found)


def still_known(
    roads: Roads | None, before: PlanningProblem, now: PlanningProblem, *, source: str, today: date
) -> Roads | None:
    """What was answered for a plan and holds for it as it is now stated; None where all is to be asked.

    That is so for pairs of which neither end has moved, if the same service was asked within a month.
    """
    if roads is None or roads.source != source or not today - roads.asked_on <= _FRESH:
        return None
    homes = {
        id_
        for id_, one in now.person.items()
        if id_ in before.person and _home(one) == _home(before.person[id_])
    }
    seats = {
        code
        for code, one in now.township.items()
        if code in before.township and _seat(one) == _seat(before.township[code])
    }
    return replace(
        roads, km={pair: km for pair, km in roads.km.items() if pair[0] in homes and pair[1] in seats}
    )


def _home(one: Suitor) -> tuple[float | None, float | None]:
    return one.home_lon, one.home_lat


def _seat(one: Post) -> tuple[float | None, float | None]:
    return one.seat_lon, one.seat_lat


def _pairs(measured: Measured) -> tuple[Positions, Positions]:
    """The pairs to ask for, at known places: all, or in large plans those that can be chosen."""
    problem = measured.problem
    people, townships = len(problem.people), len(problem.townships)
    if people * townships <= problem.policy.all_pairs_up_to:
        person, township = np.tile(np.arange(people), townships), np.repeat(np.arange(townships), people)
    else:
        # Measured along straight lines, which no road undercuts, nobody near enough is left out.
        choices = find_choices(measured)
        pinned = [
            (measured.row[one.commissioner_id], measured.column[one.township_code]) for one in problem.pins
        ]
        more = np.array(pinned, np.int64).reshape(-1, 2)
        person = np.concatenate([choices.person, more[:, 0]])
        township = np.concatenate([choices.township, more[:, 1]])
    homes, seats = measured.homes, measured.seats
    known = np.isfinite(homes.lon + homes.lat)[person] & np.isfinite(seats.lon + seats.lat)[township]
    return person[known], township[known]


def _asked(
    service: RoadService, homes: Places, seats: Places, person: Positions, township: Positions
) -> Floats:
    """The distance of each pair, asked in blocks of both sides."""
    km = np.full(len(person), np.nan)
    ends = np.unique(township)
    for begin in range(0, len(ends), BLOCK):
        to = ends[begin : begin + BLOCK]
        here = np.flatnonzero(np.isin(township, to))
        starts = np.unique(person[here])
        for at in range(0, len(starts), BLOCK):
            of = starts[at : at + BLOCK]
            rows = here[np.isin(person[here], of)]
            table = service.road_km(homes.at(of), seats.at(to))
            km[rows] = table[np.searchsorted(of, person[rows]), np.searchsorted(to, township[rows])]
    return np.round(km, 1)
