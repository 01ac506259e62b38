"""A plan: the pairs that were chosen, what they come to, and the proof that none better can be had."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from fieldapp.domain.planning.problem import Pair, PlanningProblem
from fieldapp.domain.suitability import Post, Suitor
from geodata.errors import Message

if TYPE_CHECKING:
    from fieldapp.domain.planning.solving import Solution


@dataclass(frozen=True)
class PlannedPair:
    """A commissioner for a township; ``fit`` from 0 to 1, ``distance_km`` None where it is unknown."""

    township: Post
    commissioner: Suitor
    kept: bool
    pinned: bool
    fit: float
    distance_km: float | None

    @property
    def pair(self) -> Pair:
        return Pair(self.township.code, self.commissioner.id)


@dataclass(frozen=True)
class Objective:
    """What a plan comes to, in the order in which it counts; unknown distances are not in ``distance_km``."""

    covered: int
    kept: int
    fit: float
    distance_km: float


@dataclass(frozen=True)
class Plan:
    """A solved problem. ``graph`` says which pairs it was chosen from, and ``optimal`` speaks of these.

    The other modules of this package explain it; it keeps what they need of the solution.
    """

    problem: PlanningProblem
    pairs: tuple[PlannedPair, ...]
    objective: Objective
    optimal: bool
    graph: Message
    solution: Solution = field(repr=False, compare=False)

    @cached_property
    def by_township(self) -> dict[str, PlannedPair]:
        return {one.township.code: one for one in self.pairs}

    @cached_property
    def by_commissioner(self) -> dict[str, tuple[PlannedPair, ...]]:
        led: dict[str, tuple[PlannedPair, ...]] = {}
        for one in self.pairs:
            led[one.commissioner.id] = (*led.get(one.commissioner.id, ()), one)
        return led

    @cached_property
    def uncovered(self) -> tuple[Post, ...]:
        return tuple(one for one in self.problem.townships if one.code not in self.by_township)

    @cached_property
    def left_over(self) -> tuple[Suitor, ...]:
        """Commissioners who lead no township of the plan."""
        return tuple(one for one in self.problem.people if one.id not in self.by_commissioner)
