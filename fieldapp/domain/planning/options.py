"""Who could lead a township of a plan instead: everybody, the best first, with what stands against each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fieldapp.domain.planning.choices import Measured
from fieldapp.domain.planning.policy import HUNDREDTHS
from fieldapp.domain.planning.problem import Pair, PlanningProblem
from fieldapp.domain.suitability import Post, Suitor
from geodata.errors import Message


@dataclass(frozen=True)
class Option:
    """A commissioner for the township; ``leads`` are the townships that the plan gives him or her.

    ``obstacle`` says why he or she cannot be pinned here, None where that is possible.
    """

    commissioner: Suitor
    institution: str
    fit: float
    distance_km: float | None
    leads: tuple[Post, ...]
    places: int
    obstacle: Message | None

    @property
    def is_free(self) -> bool:
        """Whether the plan leaves a place open."""
        return len(self.leads) < self.places


def list_options(
    problem: PlanningProblem, township_code: str, leads: Mapping[str, Sequence[str]]
) -> tuple[Option, ...]:
    """All commissioners of the problem for one township; ``leads`` are the plan's townships by commissioner.

    Those who can be pinned come first, then who fits best, then who has a place left, then the nearest.
    """
    measured = Measured(problem)
    person = np.arange(len(problem.people))
    township = np.full(len(person), measured.column[township_code])
    fit, km = measured.fit(person, township), measured.km(person, township)
    options = [
        Option(
            commissioner=one,
            institution=problem.institutions.get(one.id, ""),
            fit=int(fit[row]) / HUNDREDTHS,
            distance_km=None if np.isnan(km[row]) else float(km[row]),
            leads=tuple(problem.township[code] for code in leads.get(one.id, ())),
            places=problem.places(one),
            obstacle=obstacle_of(problem, one, township_code),
        )
        for row, one in enumerate(problem.people)
    ]
    return tuple(sorted(options, key=_rank))


def _rank(option: Option) -> tuple[bool, float, bool, float, str]:
    km = option.distance_km
    return (
        option.obstacle is not None,
        -option.fit,
        not option.is_free,
        float("inf") if km is None else km,
        option.commissioner.id,
    )


def obstacle_of(problem: PlanningProblem, person: Suitor, township_code: str) -> Message | None:
    """Why a commissioner cannot be pinned to a township, None where that is possible."""
    pair = Pair(township_code, person.id)
    recusal = problem.recused.get(pair)
    if recusal is not None:
        return Message("recused: {reason}", reason=recusal.reason)
    if problem.is_leaving(person):
        return Message("out of service from {day}", day=person.retired_on)
    if not problem.places(person):
        return Message("no place left in this term")
    elsewhere = [
        one for one in problem.pins if one.commissioner_id == person.id and one.township_code != township_code
    ]
    if len(elsewhere) >= problem.places(person):
        return Message("pinned to {township}", township=problem.township[elsewhere[0].township_code].name)
    return None
