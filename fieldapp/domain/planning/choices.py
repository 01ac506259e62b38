"""Which pairs a plan may choose from, and what each of them counts: arrays with one row a pair.

Small plans consider all pairs. Large ones consider, for each township, the nearest commissioners of each
degree of fit, found on the sphere without a table of all pairs, beside the present pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from fieldapp.domain.planning.policy import HUNDREDTHS, PlanningPolicy
from fieldapp.domain.planning.problem import Pair, PlanningProblem
from fieldapp.domain.planning.travel import Floats, Places
from geodata.errors import Message

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# Travel counts in tenths of a kilometre: finer than seats and homes are known.
TENTHS: Final = 10
_CHUNK: Final = 4096  # townships asked of the tree at once, which bounds the memory


@dataclass(frozen=True)
class Choices:
    """Pairs in the order of townships, then commissioners (their positions in the problem).

    ``fit`` in hundredths, ``km`` NaN where unknown, ``tenths`` what the distance counts as.
    ``places`` is what each commissioner of the problem has left beside the pinned pairs, ``open`` which
    townships are not pinned; pinned pairs are not among the rows. ``nearest`` is None where all pairs
    were considered.
    """

    person: Integers
    township: Integers
    fit: Integers
    km: Floats
    tenths: Integers
    kept: Flags
    places: Integers
    open: Flags
    nearest: int | None

    def __len__(self) -> int:
        return len(self.person)

    @property
    def words(self) -> Message:
        """Which pairs the plan was chosen from."""
        if self.nearest is None:
            return Message("All pairs were considered: {count}.", count=len(self))
        return Message(
            "Considered were {count} pairs: for each township the {nearest} nearest commissioners, "
            "the {nearest} nearest of each degree of fit, and the present one.",
            count=len(self),
            nearest=self.nearest,
        )


class Measured:
    """The problem as arrays, from which any pair can be measured."""

    def __init__(self, problem: PlanningProblem) -> None:
        self.problem = problem
        people, townships = problem.people, problem.townships
        self.row = {one.id: position for position, one in enumerate(people)}
        self.column = {one.code: position for position, one in enumerate(townships)}
        self.homes = _places([one.id for one in people], [(one.home_lon, one.home_lat) for one in people])
        self.seats = _places(
            [one.code for one in townships], [(one.seat_lon, one.seat_lat) for one in townships]
        )
        self.places = np.array([problem.places(one) for one in people], np.int64)
        sets: dict[tuple[str, ...], int] = {}
        self.skill = np.array([sets.setdefault(one.specialties, len(sets)) for one in people], np.int64)
        categories: dict[str | None, int] = {}
        self.category = np.array(
            [categories.setdefault(one.category, len(categories)) for one in townships], np.int64
        )
        # How each set of specialties fits each category, in hundredths.
        self.scores = np.array(
            [[score_of(problem.policy, had, wanted) for wanted in categories] for had in sets], np.int64
        ).reshape(len(sets), len(categories))
        least = round(problem.policy.least_fit * HUNDREDTHS)
        answered = [any(problem.policy.fit.get(one or "", {}).values()) for one in categories]
        self.least = np.where(np.array(answered, np.bool_), least, 0)

    def fit(self, person: Integers, township: Integers) -> Integers:
        scores: Integers = self.scores[self.skill[person], self.category[township]]
        return scores

    def km(self, person: Integers, township: Integers) -> Floats:
        return np.round(self.problem.measure.travel_km(self.homes.at(person), self.seats.at(township)), 1)

    def keys(self, pairs: Sequence[Pair] | frozenset[Pair]) -> Integers:
        """Pairs as numbers, of those that the problem knows: township x people + commissioner."""
        found = [
            self.column[pair.township_code] * len(self.row) + self.row[pair.commissioner_id]
            for pair in pairs
            if pair.township_code in self.column and pair.commissioner_id in self.row
        ]
        return np.unique(np.array(found, np.int64))

    @cached_property
    def current(self) -> Integers:
        return self.keys(self.problem.current)

    @cached_property
    def ruled_out(self) -> Integers:
        return self.keys(self.problem.ruled_out)


def score_of(policy: PlanningPolicy, specialties: Sequence[str], category: str | None) -> int:
    """The best fit of some specialties for a product category, in hundredths."""
    scores = policy.fit.get(category or "", {})
    return max((round(scores.get(one, 0.0) * HUNDREDTHS) for one in specialties), default=0)


def find_choices(measured: Measured) -> Choices:
    """The pairs to choose from: possible ones, within the policy's limits."""
    problem = measured.problem
    policy, people = problem.policy, len(problem.people)
    places = measured.places.copy()
    open_ = np.ones(len(problem.townships), np.bool_)
    for pin in problem.pins:
        places[measured.row[pin.commissioner_id]] -= 1
        open_[measured.column[pin.township_code]] = False
    able, columns = np.flatnonzero(places > 0), np.flatnonzero(open_)
    everything = len(able) * len(columns) <= policy.all_pairs_up_to
    if everything:
        keys = (columns[:, None] * people + able).ravel()
    else:
        current = measured.current
        current = current[(places[current % people] > 0) & open_[current // people]]
        keys = np.sort(np.concatenate([*_nearest(measured, able, columns), current]))
        keys = keys[np.diff(keys, prepend=-1) != 0]
    keys = keys[~_among(keys, measured.ruled_out)]
    township, person = np.divmod(keys, max(people, 1))
    kept = _among(keys, measured.current)
    fit, km = measured.fit(person, township), measured.km(person, township)
    within = fit >= measured.least[measured.category[township]]
    if policy.max_km is not None:
        within &= km <= policy.max_km  # an unknown distance is not within
    rows = np.flatnonzero(within | kept)
    tenths = np.rint(np.nan_to_num(km, nan=policy.unknown_km) * TENTHS).astype(np.int64)
    return Choices(
        person[rows],
        township[rows],
        fit[rows],
        km[rows],
        tenths[rows],
        kept[rows],
        places,
        open_,
        None if everything else policy.nearest,
    )


def _nearest(measured: Measured, able: Integers, columns: Integers) -> Iterator[Integers]:
    """For each township the nearest commissioners, and the nearest of each degree of fit, as keys."""
    homes, seats = _on_sphere(measured.homes), _on_sphere(measured.seats)
    able = able[np.isfinite(homes[able]).all(axis=1)]
    columns = columns[np.isfinite(seats[columns]).all(axis=1)]
    yield from _nearest_of(measured, homes, seats, able, columns)
    for category in np.unique(measured.category[columns]):
        here = columns[measured.category[columns] == category]
        scores = measured.scores[measured.skill[able], category]
        for score in np.unique(scores[scores > 0]):
            yield from _nearest_of(measured, homes, seats, able[scores == score], here)


def _nearest_of(
    measured: Measured, homes: Floats, seats: Floats, able: Integers, columns: Integers
) -> Iterator[Integers]:
    if not len(able) or not len(columns):
        return
    count = min(measured.problem.policy.nearest, len(able))
    tree = cKDTree(homes[able], balanced_tree=False, compact_nodes=False)
    for begin in range(0, len(columns), _CHUNK):
        asked = columns[begin : begin + _CHUNK]
        _, found = tree.query(seats[asked], k=np.arange(1, count + 1))
        yield np.repeat(asked, count) * len(measured.row) + able[found.ravel()]


def _among(keys: Integers, some: Integers) -> Flags:
    """Which keys are among some, which are sorted."""
    if not len(some):
        return np.zeros(len(keys), np.bool_)
    at = np.minimum(np.searchsorted(some, keys), len(some) - 1)
    among: Flags = some[at] == keys
    return among


def _places(ids: list[str], points: list[tuple[float | None, float | None]]) -> Places:
    known = np.array(points, np.float64).reshape(-1, 2)  # None becomes NaN
    return Places(np.array(ids, np.str_), known[:, 0], known[:, 1])


def _on_sphere(places: Places) -> Floats:
    """On the unit sphere, where the nearest by chord is the nearest by great circle."""
    east, north = np.radians(places.lon), np.radians(places.lat)
    return np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
