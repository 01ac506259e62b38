"""What one more commissioner would change: the problem solved again with him or her."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.planning.plan import Plan
from fieldapp.domain.planning.solving import solve_plan
from fieldapp.domain.specialties import SPECIALTIES
from fieldapp.domain.suitability import Post, Suitor
from geodata.errors import Message


@dataclass(frozen=True)
class WhatIf:
    """The plan with one more, and which townships it covers beyond those of the plan before."""

    plan: Plan
    added: Suitor
    gained: int
    newly_covered: tuple[Post, ...]


def what_if(
    plan: Plan,
    *,
    specialty: str | None,
    lon: float | None,
    lat: float | None,
    capacity: int = 1,
    name: str = "",
) -> WhatIf:
    """Add a commissioner who lives at a place (EPSG:4326), and solve again; ``name`` is for the reasons."""
    if specialty is not None and specialty not in SPECIALTIES:
        raise InvalidInputError(
            Message("There is no specialty {specialty}. Choose one of the list.", specialty=specialty),
            code="plan.specialty",
        )
    taken = plan.problem.person
    id_ = next(id_ for number in count(1) if (id_ := f"+{number}") not in taken)
    added = Suitor(id_, name or id_, () if specialty is None else (specialty,), capacity, lon, lat)
    solved = solve_plan(replace(plan.problem, people=[*plan.problem.people, added]))
    return WhatIf(
        solved,
        added,
        solved.objective.covered - plan.objective.covered,
        tuple(post for post in plan.uncovered if post.code in solved.by_township),
    )
